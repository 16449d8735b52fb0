"""How what is owed ends other than by payment: the small rest of a payoff, and a charge-off."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from chassis.money import round_half_up_cents
from services.accounts.rules.events import ChargeOff, InvalidEvent, Payoff
from services.accounts.rules.loan import interest_owed
from services.accounts.rules.state import AccountState, Allocation, AllocationKind
from services.accounts.rules.terms import LoanTerms, Terms


def settle_payoff(*, terms: Terms, state: AccountState, event: Payoff) -> AccountState:
    """Write off what drifted since the quote, unless more than the limit is owed. Raises InvalidEvent for a lease."""
    if not isinstance(terms, LoanTerms):
        raise InvalidEvent("A lease is not closed by a payoff alone.")
    owed = round_half_up_cents(interest_owed(terms=terms, state=state, on=event.effective_on))
    drift_cents = owed + state.principal_cents + state.fees_due_cents
    explanation = {"drift_limit_cents": event.drift_limit_cents, "owed_cents": drift_cents}
    if drift_cents > event.drift_limit_cents:
        allocation = Allocation(
            kind="payoff_drift",
            source_key=event.source_key,
            effective_on=event.effective_on,
            explanation=explanation,
        )
        return replace(state, allocations=(*state.allocations, allocation))
    return _written_off(terms=terms, state=state, event=event, kind="payoff_drift", explanation=explanation)


def charge_off(*, terms: Terms, state: AccountState, event: ChargeOff) -> AccountState:
    """Write off everything that is owed; money that still comes is the customer's credit until a person decides."""
    explanation = {"reason": event.reason}
    return _written_off(terms=terms, state=state, event=event, kind="charged_off", explanation=explanation)


def _written_off(
    *,
    terms: Terms,
    state: AccountState,
    event: Payoff | ChargeOff,
    kind: AllocationKind,
    explanation: Mapping[str, object],
) -> AccountState:
    owed = (
        interest_owed(terms=terms, state=state, on=event.effective_on) if isinstance(terms, LoanTerms) else Decimal(0)
    )
    interest = round_half_up_cents(owed)
    allocation = Allocation(
        kind=kind,
        source_key=event.source_key,
        effective_on=event.effective_on,
        amount_cents=interest + state.principal_cents + state.fees_due_cents,
        interest_cents=interest,
        principal_cents=state.principal_cents,
        fees_cents=state.fees_due_cents,
        interest_recognised_cents=interest - round_half_up_cents(state.accrued_interest),
        explanation=explanation,
    )
    return replace(
        state,
        principal_cents=0,
        accrued_interest=Decimal(0),
        interest_from_on=max(event.effective_on, state.interest_from_on),
        next_instalment_number=terms.payment_count + 1,
        partial_paid_cents=0,
        diverted_cents=0,
        open_fees=(),
        allocations=(*state.allocations, allocation),
    )
