"""Fees: how one comes on the account, is paid, and is given up."""

from dataclasses import replace
from itertools import chain

from services.accounts.rules.events import Fee, LateFee, Waiver
from services.accounts.rules.late_fees import late_fee_pack
from services.accounts.rules.state import AccountState, Allocation, OpenFee


def charge_late_fee(*, state: AccountState, event: LateFee, unpaid_cents: int) -> AccountState:
    """The fee as far as it stands; `unpaid_cents` is what its instalment missed when the fee became chargeable."""
    pack = late_fee_pack(state=event.state, due_on=event.due_on)
    cap_cents = pack.cap_cents(instalment_cents=event.instalment_cents, unpaid_cents=unpaid_cents)
    stands_cents = 0 if state.is_accelerated or unpaid_cents == 0 else min(event.amount_cents, cap_cents)
    explanation = {
        "instalment": event.instalment_number,
        "due_on": event.due_on.isoformat(),
        "chargeable_from": event.chargeable_from.isoformat(),
        "instalment_cents": event.instalment_cents,
        "unpaid_cents": unpaid_cents,
        "decided_cents": event.amount_cents,
        "jurisdiction": pack.jurisdiction,
        "citation": pack.citation,
        "rule": pack.text,
    }
    return _charged(
        state,
        Allocation(
            kind="late_fee" if stands_cents else "late_fee_reversed",
            source_key=event.source_key,
            effective_on=event.effective_on,
            amount_cents=stands_cents,
            fees_cents=stands_cents,
            explanation=explanation,
        ),
    )


def charge_fee(*, state: AccountState, event: Fee) -> AccountState:
    """A fee that stands as it was decided."""
    return _charged(
        state,
        Allocation(
            kind=event.kind,
            source_key=event.source_key,
            effective_on=event.effective_on,
            amount_cents=event.amount_cents,
            fees_cents=event.amount_cents,
            explanation={"reason": event.reason},
        ),
    )


def waive(*, state: AccountState, event: Waiver) -> AccountState:
    """What is unpaid of one fee goes, as far as it may; nothing where it is paid, does not stand or is not known."""
    unpaid_cents = sum(fee.unpaid_cents for fee in state.open_fees if fee.source_key == event.fee_key)
    waived_cents = unpaid_cents if event.most_cents is None else min(unpaid_cents, event.most_cents)
    allocation = Allocation(
        kind="fee_waived",
        source_key=event.source_key,
        effective_on=event.effective_on,
        amount_cents=waived_cents,
        fees_cents=waived_cents,
        explanation={"reason": event.reason, "fee_key": event.fee_key},
    )
    left = (
        pay_fees((fee,), cents=waived_cents) if fee.source_key == event.fee_key else (fee,) for fee in state.open_fees
    )
    return replace(
        state, open_fees=tuple(chain.from_iterable(left)), allocations=(*state.allocations, allocation)
    )  # fmt: skip


def pay_fees(fees: tuple[OpenFee, ...], *, cents: int) -> tuple[OpenFee, ...]:
    """The fees that are left when money pays them, oldest first."""
    if cents == 0:
        return fees
    left = []
    for fee in fees:
        paid = min(cents, fee.unpaid_cents)
        cents -= paid
        if paid < fee.unpaid_cents:
            left.append(replace(fee, unpaid_cents=fee.unpaid_cents - paid))
    return tuple(left)


def _charged(state: AccountState, allocation: Allocation) -> AccountState:
    open_fee = OpenFee(source_key=allocation.source_key, unpaid_cents=allocation.amount_cents)
    fees = (*state.open_fees, open_fee) if allocation.amount_cents else state.open_fees
    return replace(state, open_fees=fees, allocations=(*state.allocations, allocation))
