"""Which instalment is billed when, and what its bill asks for."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.accounts.rules.amendments import in_force
from services.accounts.rules.engine import apply_credit
from services.accounts.rules.events import Bill
from services.accounts.rules.lease import lease_due_through
from services.accounts.rules.loan import due_through
from services.accounts.rules.schedule import due_on, instalments_due_before
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LoanTerms, Terms

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an instalment is asked for by its due date: all that is due through it, less credit, without fees."""

    due_on: date
    instalment_cents: int
    amount_due_cents: int


def next_to_bill(*, terms: Terms, state: AccountState) -> int | None:
    """The first instalment that no bill was sent for; None when there is none left.

    What was to be billed by the day of the opening, whoever serviced the account before has billed.
    """
    billed_through = state.opening.as_of_on + timedelta(days=terms.bill_lead_days)
    if state.billed_due_on is not None:
        billed_through = max(billed_through, state.billed_due_on)
    number = instalments_due_before(terms=terms, on=billed_through + DAY) + 1
    return number if number <= terms.payment_count else None


def bill_on(*, terms: Terms, number: int) -> date:
    """The day on which an instalment is billed."""
    return due_on(terms=terms, number=number) - timedelta(days=terms.bill_lead_days)


def number_to_bill(*, terms: Terms, state: AccountState, on: date) -> int | None:
    """The instalment to be billed on a day, the last one where several have come due for it; None for none."""
    first = next_to_bill(terms=terms, state=state)
    last = instalments_due_before(terms=terms, on=on + timedelta(days=terms.bill_lead_days) + DAY)
    return last if first is not None and last >= first else None


def decide_bill(*, terms: Terms, state: AccountState, number: int, on: date, account_id: str) -> Bill:
    """The bill of an instalment as it is sent on a day. A due date that moves is billed anew."""
    state = apply_credit(terms=terms, state=state, through_on=on)
    terms = in_force(terms=terms, state=state)
    asked = asked_by(terms=terms, state=state, number=number)
    before = instalments_due_before(terms=terms, on=on)
    past_due = _due_through(terms=terms, state=state, last_number=before, on=on)
    return Bill(
        source_key=f"bill:{account_id}:{asked.due_on.isoformat()}",
        effective_on=on,
        instalment_number=number,
        due_on=asked.due_on,
        instalment_cents=asked.instalment_cents,
        past_due_cents=max(0, past_due - state.unapplied_cents),
        fees_due_cents=state.fees_due_cents,
        credit_cents=state.unapplied_cents,
        amount_due_cents=asked.amount_due_cents,
    )


def asked_by(*, terms: Terms, state: AccountState, number: int) -> Asked:
    """What is to be paid by an instalment's due date; `terms` are those in force."""
    due = due_on(terms=terms, number=number)
    through = _due_through(terms=terms, state=state, last_number=number, on=due)
    earlier = _due_through(terms=terms, state=state, last_number=number - 1, on=due)
    return Asked(
        due_on=due,
        instalment_cents=through - earlier,
        amount_due_cents=max(0, through - state.unapplied_cents),
    )


def _due_through(*, terms: Terms, state: AccountState, last_number: int, on: date) -> int:
    if isinstance(terms, LoanTerms):
        return due_through(terms=terms, state=state, last_number=last_number, on=on)
    return lease_due_through(terms=terms, state=state, last_number=last_number)
