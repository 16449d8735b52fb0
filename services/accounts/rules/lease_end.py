"""How a lease ends: what is owed of it becomes one bill, the balance goes with the vehicle, and credit pays first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.accounts.rules.amendments import in_force
from services.accounts.rules.events import Charge, EndBill, InvalidEvent, LeaseEnd, LeaseExtension
from services.accounts.rules.fees import pay_fees
from services.accounts.rules.lease import Filling, settle_due
from services.accounts.rules.schedule import due_on, instalments_due_before, maturity_on
from services.accounts.rules.state import AccountState, Allocation, OpenFee
from services.accounts.rules.terms import LeaseTerms, Terms
from services.accounts.rules.unused import NOTHING, Unused, unused

TAXES = frozenset({"sales_tax", "tax_on_charges"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Balance:
    """Where the lease balance goes: to the customer's bill, to the vehicle that came back, to our gain (or loss, < 0).

    `given_cents` is the part of a gain that pays what else the customer owes: an early end never costs less than zero.
    """

    billed_cents: int
    vehicle_cents: int
    gain_cents: int
    given_cents: int


def end_lease(*, terms: Terms, state: AccountState, event: LeaseEnd) -> AccountState:
    """Bill what is owed, take the balance off the books, and let credit pay. Raises InvalidEvent."""
    lease = _running(terms, state)
    last = instalments_due_before(terms=lease, on=event.due_through_on + timedelta(days=1))
    due = settle_due(terms=lease, state=state, last_number=last)
    owed_besides = due.used + state.fees_due_cents + sum(charge.amount_cents for charge in event.charges)
    balance = _balance(event, left_cents=due.state.principal_cents, owed_besides_cents=owed_besides)
    back = NOTHING if event.prorated_on is None else unused(terms=lease, state=due.state, on=event.prorated_on)
    allocation = _bill(state, event=event, due=due, balance=balance, back=back)
    ended = replace(
        due.state,
        principal_cents=0,
        next_instalment_number=lease.payment_count + 1,
        partial_paid_cents=0,
        diverted_cents=0,
        open_fees=_with_bill(state.open_fees, allocation),
        unapplied_cents=state.unapplied_cents + balance.given_cents + back.cents,
        lease_end=event.way,
        end_gain_cents=max(0, balance.gain_cents - balance.given_cents),
        allocations=(*state.allocations, allocation),
    )
    return _drift_written_off(_paid_by_credit(ended, event=event), event=event)


def bill_end(*, state: AccountState, event: EndBill) -> AccountState:
    """Charge the last items. Raises InvalidEvent unless the lease has ended and was not billed before."""
    if state.lease_end not in ("return", "early_termination") or state.is_end_billed:
        raise InvalidEvent("Only a lease whose vehicle came back is billed for its end, and once.")
    taxes, others = _taxes_and_others(event.charges)
    given_cents = min(state.end_gain_cents, state.fees_due_cents + taxes + others)
    allocation = Allocation(
        kind="lease_end_billed",
        source_key=event.source_key,
        effective_on=event.effective_on,
        amount_cents=taxes + others,
        tax_cents=taxes,
        fees_cents=others,
        explanation={"charges": _as_data(event.charges), "given_cents": given_cents},
    )
    billed = replace(
        state,
        unapplied_cents=state.unapplied_cents + given_cents,
        end_gain_cents=state.end_gain_cents - given_cents,
        open_fees=_with_bill(state.open_fees, allocation),
        is_end_billed=True,
        allocations=(*state.allocations, allocation),
    )
    return _paid_by_credit(billed, event=event)


def extension_of(*, terms: Terms, state: AccountState, months: int) -> dict[str, Any]:
    """What an extension would add: `months`, the first new instalment and the new end. Raises InvalidEvent."""
    lease = _running(in_force(terms=terms, state=state), state)
    extended = replace(lease, extended_months=lease.extended_months + months)
    return {
        "months": months, "from_instalment": lease.payment_count + 1, "maturity_on": maturity_on(terms=extended),
    }  # fmt: skip


def extend(*, terms: Terms, state: AccountState, event: LeaseExtension) -> AccountState:
    """Append instalments. Raises InvalidEvent for a loan, and for a lease that has ended."""
    lease = _running(terms, state)
    extended = replace(lease, extended_months=lease.extended_months + event.months)
    allocation = Allocation(
        kind="lease_extended",
        source_key=event.source_key,
        effective_on=event.effective_on,
        explanation={
            "months": event.months,
            "from_instalment": lease.payment_count + 1,
            "first_due_on": due_on(terms=extended, number=lease.payment_count + 1).isoformat(),
            "instalment_cents": lease.payment_cents,
            "maturity_on_before": maturity_on(terms=lease).isoformat(),
            "maturity_on": maturity_on(terms=extended).isoformat(),
        },
    )
    amendments = replace(state.amendments, extended_months=extended.extended_months)
    return replace(state, amendments=amendments, allocations=(*state.allocations, allocation))


def _running(terms: Terms, state: AccountState) -> LeaseTerms:
    if not isinstance(terms, LeaseTerms):
        raise InvalidEvent("A loan does not end as a lease does.")
    if state.lease_end:
        raise InvalidEvent("The lease has ended before.")
    return terms


def _balance(event: LeaseEnd, *, left_cents: int, owed_besides_cents: int) -> _Balance:
    if event.way == "purchase":
        assert event.vehicle_cents is not None, "a purchase has a price"
        billed = min(event.vehicle_cents, left_cents)
        return _Balance(billed_cents=billed, vehicle_cents=0, gain_cents=billed - left_cents, given_cents=0)
    vehicle = left_cents if event.vehicle_cents is None else event.vehicle_cents
    billed = max(0, left_cents - vehicle)
    gain = max(0, vehicle - left_cents)
    return _Balance(
        billed_cents=billed, vehicle_cents=vehicle, gain_cents=gain, given_cents=min(gain, owed_besides_cents)
    )


def _bill(state: AccountState, *, event: LeaseEnd, due: Filling, balance: _Balance, back: Unused) -> Allocation:
    taxes, others = _taxes_and_others(event.charges)
    return Allocation(
        kind="lease_ended",
        source_key=event.source_key,
        effective_on=event.effective_on,
        amount_cents=due.used + balance.billed_cents + taxes + others,
        interest_cents=due.rent,
        principal_cents=due.depreciation + balance.billed_cents,
        tax_cents=due.tax + taxes,
        fees_cents=others,
        instalments=due.completed,
        explanation={
            "way": event.way,
            "lease_balance_before_cents": state.principal_cents,
            "lease_balance_cents": due.state.principal_cents,
            "billed_balance_cents": balance.billed_cents,
            "vehicle_cents": balance.vehicle_cents,
            "gain_cents": balance.gain_cents,
            "given_cents": balance.given_cents,
            "charges": _as_data(event.charges),
            "steps": list(due.steps),
            **({} if back == NOTHING else back.explanation),
        },
    )


def _paid_by_credit(state: AccountState, *, event: LeaseEnd | EndBill) -> AccountState:
    used = min(state.unapplied_cents, state.fees_due_cents)
    if not used:
        return state
    allocation = Allocation(
        kind="credit_used",
        source_key=f"credit-used:{event.source_key}",
        effective_on=event.effective_on,
        fees_cents=used,
        unapplied_cents=-used,
        explanation={"steps": [{"to": "lease_end", "amount_cents": used}]},
    )
    return replace(
        state,
        open_fees=pay_fees(state.open_fees, cents=used),
        unapplied_cents=state.unapplied_cents - used,
        allocations=(*state.allocations, allocation),
    )


def _drift_written_off(state: AccountState, *, event: LeaseEnd) -> AccountState:
    """What we found out after the quote is our loss up to its limit; more than that stays owed."""
    missing = state.fees_due_cents
    if not 0 < missing <= event.drift_limit_cents:
        return state
    allocation = Allocation(
        kind="payoff_drift",
        source_key=f"drift:{event.source_key}",
        effective_on=event.effective_on,
        amount_cents=missing,
        fees_cents=missing,
        explanation={
            "drift_limit_cents": event.drift_limit_cents, "owed_cents": missing, "credit_used_cents": 0,
        },
    )  # fmt: skip
    return replace(state, open_fees=(), allocations=(*state.allocations, allocation))


def _with_bill(fees: tuple[OpenFee, ...], allocation: Allocation) -> tuple[OpenFee, ...]:
    if not allocation.amount_cents:
        return fees
    return (*fees, OpenFee(source_key=allocation.source_key, unpaid_cents=allocation.amount_cents))


def _taxes_and_others(charges: Sequence[Charge]) -> tuple[int, int]:
    taxes = sum(charge.amount_cents for charge in charges if charge.code in TAXES)
    return taxes, sum(charge.amount_cents for charge in charges) - taxes


def _as_data(charges: Sequence[Charge]) -> list[dict[str, object]]:
    return [
        {"code": charge.code, "description": charge.description, "amount_cents": charge.amount_cents}
        for charge in charges
    ]
