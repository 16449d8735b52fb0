"""What one instalment asked for and still misses, for the purpose of a late fee."""

from datetime import date

from chassis.money import round_half_up_cents
from services.accounts.rules.loan import interest_owed
from services.accounts.rules.schedule import due_on, instalment_cents, instalments_cents
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LoanTerms, Terms


def asked_cents(*, terms: Terms, state: AccountState, number: int) -> int:
    """What an instalment asks for; never more than was left to pay, so that a fee keeps to a small last one.

    Of an instalment that is paid already, what the contract says.
    """
    agreed = instalment_cents(terms=terms, number=number)
    if not isinstance(terms, LoanTerms) or number < state.next_instalment_number:
        return agreed
    earlier = _before(terms=terms, state=state, number=number)
    clearing = _clearing_cents(terms=terms, state=state, on=due_on(terms=terms, number=number))
    # What the instalment has received already was part of what it asked for.
    received = state.partial_paid_cents if number == state.next_instalment_number else 0
    return min(agreed, max(0, clearing - earlier) + received)


def unpaid_cents(*, terms: Terms, state: AccountState, number: int) -> int:
    """What an instalment misses of the money received for it.

    Money that went to earlier fees while the instalment was due counts as received for it: a fee must not follow from
    a fee (16 CFR 444.4).
    """
    if number < state.next_instalment_number:
        return 0
    asked = asked_cents(terms=terms, state=state, number=number)
    earlier = instalments_cents(terms=terms, first_number=state.next_instalment_number, last_number=number - 1)
    missing = earlier + asked - state.partial_paid_cents - state.diverted_cents
    return min(max(0, missing), asked)


def _before(*, terms: LoanTerms, state: AccountState, number: int) -> int:
    """What the unpaid instalments before one still miss."""
    if number == state.next_instalment_number:
        return 0
    asked = instalments_cents(terms=terms, first_number=state.next_instalment_number, last_number=number - 1)
    return asked - state.partial_paid_cents


def _clearing_cents(*, terms: LoanTerms, state: AccountState, on: date) -> int:
    return state.principal_cents + round_half_up_cents(interest_owed(terms=terms, state=state, on=on))
