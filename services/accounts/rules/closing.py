"""How what is owed ends other than by payment: the small rest of a payoff, a refund, a charge-off and what follows."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from chassis.money import round_half_up_cents
from services.accounts.rules.events import ChargeOff, InvalidEvent, LeaseEnd, Payment, Payoff, Refund
from services.accounts.rules.fees import pay_fees
from services.accounts.rules.loan import interest_owed
from services.accounts.rules.state import AccountState, Allocation, AllocationKind
from services.accounts.rules.terms import LoanTerms, Terms


def settle_payoff(*, terms: Terms, state: AccountState, event: Payoff) -> AccountState:
    """Write off what drifted since the quote, unless more than the limit is owed. Raises InvalidEvent for a lease."""
    if not isinstance(terms, LoanTerms):
        raise InvalidEvent("A lease is not closed by a payoff alone.")
    owed = round_half_up_cents(interest_owed(terms=terms, state=state, on=event.effective_on))
    still_open = owed + state.principal_cents + state.fees_due_cents
    credit = min(state.unapplied_cents, still_open)
    drift_cents = still_open - credit
    explanation = {
        "drift_limit_cents": event.drift_limit_cents,
        "owed_cents": drift_cents,
        "credit_used_cents": credit,
    }
    if drift_cents > event.drift_limit_cents:
        allocation = Allocation(
            kind="payoff_drift",
            source_key=event.source_key,
            effective_on=event.effective_on,
            explanation=explanation,
        )
        return replace(state, allocations=(*state.allocations, allocation))
    return _written_off(
        terms=terms, state=state, event=event, kind="payoff_drift", explanation=explanation, credit=credit
    )


def owe_back(*, state: AccountState, event: Refund) -> AccountState:
    """Take a refund out of the credit; what the credit no longer covers is owed all the same, and is our loss."""
    credit = min(state.unapplied_cents, event.amount_cents)
    allocation = Allocation(
        kind="refund_due",
        source_key=event.source_key,
        effective_on=event.effective_on,
        amount_cents=-event.amount_cents,
        unapplied_cents=-credit,
        written_off_cents=event.amount_cents - credit,
        explanation={"credit_used_cents": credit, "refund_cents": event.amount_cents},
    )
    return replace(state, unapplied_cents=state.unapplied_cents - credit, allocations=(*state.allocations, allocation))


def fallen(event: Payoff | LeaseEnd | Refund) -> Allocation:
    """What a payoff, a purchase or a refund is once the payment that it follows from is undone: nothing."""
    kinds: Mapping[type[Payoff | LeaseEnd | Refund], AllocationKind] = {
        Payoff: "payoff_drift", LeaseEnd: "lease_ended", Refund: "refund_due",
    }  # fmt: skip
    return Allocation(
        kind=kinds[type(event)],
        source_key=event.source_key,
        effective_on=event.effective_on,
        explanation={"fallen_with": event.payment_key},
    )


def charge_off(*, terms: Terms, state: AccountState, event: ChargeOff) -> AccountState:
    """Write off everything that is owed to the books; the customer goes on owing it."""
    explanation = {"reason": event.reason}
    after = _written_off(terms=terms, state=state, event=event, kind="charged_off", explanation=explanation)
    charged_off_cents = state.charged_off_cents + after.allocations[-1].amount_cents
    return replace(after, is_charged_off=True, charged_off_cents=charged_off_cents)


def recover(*, state: AccountState, payment: Payment) -> AccountState:
    """Money after a charge-off: fees charged since, then what was charged off; the rest is the customer's credit."""
    fees = min(payment.amount_cents, state.fees_due_cents)
    open_cents = state.charged_off_cents - state.recovered_cents
    recovered = min(payment.amount_cents - fees, open_cents)
    unapplied = payment.amount_cents - fees - recovered
    allocation = Allocation(
        kind="recovery",
        source_key=payment.source_key,
        effective_on=payment.effective_on,
        amount_cents=payment.amount_cents,
        principal_cents=recovered,
        fees_cents=fees,
        unapplied_cents=unapplied,
        explanation={
            "charged_off_cents": state.charged_off_cents,
            "still_owed_cents": open_cents - recovered,
            "steps": [
                {"to": to, "amount_cents": cents}
                for to, cents in (("fees", fees), ("charged_off", recovered), ("unapplied_credit", unapplied))
                if cents
            ],
        },
    )
    return replace(
        state,
        open_fees=pay_fees(state.open_fees, cents=fees),
        recovered_cents=state.recovered_cents + recovered,
        unapplied_cents=state.unapplied_cents + unapplied,
        allocations=(*state.allocations, allocation),
    )


def _written_off(
    *,
    terms: Terms,
    state: AccountState,
    event: Payoff | ChargeOff,
    kind: AllocationKind,
    explanation: Mapping[str, object],
    credit: int = 0,
) -> AccountState:
    owed = (
        interest_owed(terms=terms, state=state, on=event.effective_on) if isinstance(terms, LoanTerms) else Decimal(0)
    )
    interest = round_half_up_cents(owed)
    allocation = Allocation(
        kind=kind,
        source_key=event.source_key,
        effective_on=event.effective_on,
        amount_cents=interest + state.principal_cents + state.fees_due_cents - credit,
        interest_cents=interest,
        principal_cents=state.principal_cents,
        fees_cents=state.fees_due_cents,
        unapplied_cents=-credit,
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
        unapplied_cents=state.unapplied_cents - credit,
        allocations=(*state.allocations, allocation),
    )
