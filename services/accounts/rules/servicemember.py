"""The servicemember's cap of 6 % on a loan that was made before service (50 U.S.C. § 3937), and its end.

What the cap takes off is forgiven, never deferred, and the instalments are lowered with it. It may be learnt long after
the call-up: the engine then corrects the interest since.
"""

from datetime import date
from decimal import Decimal

from services.accounts.rules.amendments import in_force
from services.accounts.rules.events import RateChange
from services.accounts.rules.schedule import instalment_cents, level_payment_cents
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LoanTerms

CAP_PERCENT = Decimal("6.00")


def is_before_service(*, contract_on: date | None, called_up_on: date) -> bool:
    """A contract whose date is not known is taken to be older: the doubt is the servicemember's benefit."""
    return contract_on is None or contract_on < called_up_on


def cap(*, terms: LoanTerms, state: AccountState, from_on: date, source_key: str) -> RateChange | None:
    """The change that caps a loan's rate from a day on, not before its opening; None where it bears no more already."""
    amended = in_force(terms=terms, state=state)
    if amended.annual_rate_percent <= CAP_PERCENT:
        return None
    number, lowered = state.next_instalment_number, None
    if number <= amended.payment_count:
        left = amended.payment_count - number + 1
        level = level_payment_cents(
            principal_cents=state.principal_cents, annual_rate_percent=CAP_PERCENT, payment_count=left
        )
        lowered = max(1, min(level, instalment_cents(terms=amended, number=number)))
    return RateChange(
        source_key=source_key,
        effective_on=max(from_on, state.opening.as_of_on),
        annual_rate_percent=CAP_PERCENT,
        reason="servicemember",
        from_number=None if lowered is None else number,
        payment_cents=lowered,
    )


def end_of_cap(*, terms: LoanTerms, state: AccountState, on: date, source_key: str) -> RateChange | None:
    """The change back to the contract's own rate and instalments from a day on; None where no cap is in force."""
    uncapped = state.amendments.forgiven_above_percent
    if uncapped is None:
        return None
    has_instalments = state.next_instalment_number <= terms.payment_count
    # The last step is the cap's own.
    agreed = [step.payment_cents for step in state.amendments.payment_steps[:-1]] or [terms.payment_cents]
    return RateChange(
        source_key=source_key,
        effective_on=max(on, state.opening.as_of_on),
        annual_rate_percent=uncapped,
        reason="modification",
        from_number=state.next_instalment_number if has_instalments else None,
        payment_cents=agreed[-1] if has_instalments else None,
    )
