"""What a lease is worth and owes on a date: the figures from which its end is priced."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.accounts.rules.amendments import in_force
from services.accounts.rules.engine import apply_credit
from services.accounts.rules.lease import lease_due_through, settle_due
from services.accounts.rules.schedule import due_on, instalments_due_before, maturity_on
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LeaseTerms
from services.accounts.rules.unused import unused


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseFigures:
    """As `contract.leases.LeaseFigures` says, of the engine's part of it."""

    lease_balance_cents: int
    instalments_due_cents: int
    instalments_to_come_cents: int
    instalments_to_come: int
    instalment_cents: int
    fees_due_cents: int
    credit_cents: int
    next_due_on: date | None
    maturity_on: date
    unused_cents: int


def lease_figures(*, terms: LeaseTerms, state: AccountState, on: date) -> LeaseFigures:
    """The figures once credit has paid what comes due by the date, that day's instalment among it."""
    state = apply_credit(terms=terms, state=state, through_on=on)
    terms = in_force(terms=terms, state=state)
    last = instalments_due_before(terms=terms, on=on + timedelta(days=1))
    settled = settle_due(terms=terms, state=state, last_number=last)
    number = settled.state.next_instalment_number
    return LeaseFigures(
        lease_balance_cents=settled.state.principal_cents,
        instalments_due_cents=lease_due_through(terms=terms, state=state, last_number=last),
        instalments_to_come_cents=lease_due_through(terms=terms, state=settled.state, last_number=terms.payment_count),
        instalments_to_come=terms.payment_count + 1 - number,
        instalment_cents=terms.payment_cents,
        fees_due_cents=state.fees_due_cents,
        credit_cents=state.unapplied_cents,
        next_due_on=due_on(terms=terms, number=number) if number <= terms.payment_count else None,
        maturity_on=maturity_on(terms=terms),
        unused_cents=unused(terms=terms, state=settled.state, on=on).cents,
    )
