"""What servicing events change of a contract: its rate, its instalments and its due dates, never its signed terms."""

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import overload

from chassis.money import round_half_up_cents
from services.accounts.rules.events import Acceleration, Deferment, DueDateChange, InvalidEvent, RateChange
from services.accounts.rules.interest import accrual_days, format_per_diem, interest_cents, per_diem_cents
from services.accounts.rules.loan import interest_owed
from services.accounts.rules.schedule import due_on, maturity_on
from services.accounts.rules.state import UNAMENDED, AccountState, Allocation, AllocationKind, Amendments
from services.accounts.rules.terms import LeaseTerms, LoanTerms, Move, PaymentStep, Terms


@overload
def in_force(*, terms: LoanTerms, state: AccountState) -> LoanTerms: ...
@overload
def in_force(*, terms: LeaseTerms, state: AccountState) -> LeaseTerms: ...
@overload
def in_force(*, terms: Terms, state: AccountState) -> Terms: ...
def in_force(*, terms: Terms, state: AccountState) -> Terms:
    """The contract's terms as servicing events have amended them up to the state."""
    changed = state.amendments
    if changed is UNAMENDED or changed == UNAMENDED:
        return terms
    return _amended(terms, changed)


# Each event of a replay asks several times, and the answer changes with few of them.
@lru_cache(maxsize=1024)
def _amended(terms: Terms, changed: Amendments) -> Terms:
    if not isinstance(terms, LoanTerms):
        return replace(terms, moves=changed.moves, extended_months=changed.extended_months)
    rate = terms.annual_rate_percent if changed.annual_rate_percent is None else changed.annual_rate_percent
    return replace(terms, annual_rate_percent=rate, moves=changed.moves, payment_steps=changed.payment_steps)


def change_rate(*, terms: Terms, state: AccountState, event: RateChange) -> AccountState:
    """Interest up to the date at the old rate, from then on at the new one. Raises InvalidEvent for a lease."""
    if not isinstance(terms, LoanTerms):
        raise InvalidEvent("A lease has no rate to change.")
    on = event.effective_on
    owed = interest_owed(terms=terms, state=state, on=on)
    amendments = _with_rate(terms=terms, amendments=state.amendments, event=event)
    after = replace(
        state,
        accrued_interest=owed,
        interest_from_on=max(on, state.interest_from_on),
        amendments=amendments,
    )
    changed = in_force(terms=terms, state=after)
    allocation = Allocation(
        kind="rate_changed",
        source_key=event.source_key,
        effective_on=on,
        interest_recognised_cents=round_half_up_cents(owed) - round_half_up_cents(state.accrued_interest),
        explanation={
            "reason": event.reason,
            "annual_rate_percent_before": str(terms.annual_rate_percent),
            "annual_rate_percent": str(amendments.annual_rate_percent),
            "principal_cents": state.principal_cents,
            "interest_owed_cents": round_half_up_cents(owed),
            "per_diem": _per_diem(terms=changed, principal_cents=state.principal_cents, on=on),
            "payment_cents": event.payment_cents,
            "from_instalment": event.from_number,
        },
    )
    return _recorded(after, allocation)


def _with_rate(*, terms: LoanTerms, amendments: Amendments, event: RateChange) -> Amendments:
    """A servicemember's cap never raises a rate, and remembers the one without it; an agreement replaces both."""
    uncapped = amendments.forgiven_above_percent or terms.annual_rate_percent
    is_cap = event.reason == "servicemember"
    steps = amendments.payment_steps
    if event.from_number is not None and event.payment_cents is not None:
        steps = (*steps, PaymentStep(from_number=event.from_number, payment_cents=event.payment_cents))
    return replace(
        amendments,
        annual_rate_percent=min(event.annual_rate_percent, uncapped) if is_cap else event.annual_rate_percent,
        forgiven_above_percent=uncapped if is_cap else None,
        payment_steps=steps,
    )


def change_due_date(*, terms: Terms, state: AccountState, event: DueDateChange) -> AccountState:
    """The due dates from an instalment on fall on another day. Raises InvalidEvent where there is no such one."""
    move = Move(from_number=event.from_number, months=event.months, due_day=event.due_day)
    return _moved(terms=terms, state=state, event=event, move=move)


def defer(*, terms: Terms, state: AccountState, event: Deferment) -> AccountState:
    """The due dates from an instalment on, and maturity, fall later. Raises InvalidEvent where there is no such one."""
    return _moved(terms=terms, state=state, event=event, move=Move(from_number=event.from_number, months=event.months))


def accelerate(*, terms: Terms, state: AccountState, event: Acceleration) -> AccountState:
    """Everything is due at once. Raises InvalidEvent for a lease, which ends early in another way."""
    if not isinstance(terms, LoanTerms):
        raise InvalidEvent("A lease is terminated early, not accelerated.")
    explanation = {"reason": event.reason, "principal_cents": state.principal_cents}
    return _recorded(
        replace(state, is_accelerated=True),
        Allocation(
            kind="accelerated", source_key=event.source_key, effective_on=event.effective_on, explanation=explanation
        ),
    )


def _moved(*, terms: Terms, state: AccountState, event: DueDateChange | Deferment, move: Move) -> AccountState:
    if not 1 <= move.from_number <= terms.payment_count:
        raise InvalidEvent(f"There is no instalment {move.from_number}.")
    amendments = replace(state.amendments, moves=(*state.amendments.moves, move))
    after = replace(state, amendments=amendments)
    explanation = move_explained(
        unmoved=terms, moved=in_force(terms=terms, state=after), number=move.from_number,
        principal_cents=state.principal_cents,
    )  # fmt: skip
    kind: AllocationKind = "due_date_changed" if isinstance(event, DueDateChange) else "instalments_deferred"
    return _recorded(
        after,
        Allocation(kind=kind, source_key=event.source_key, effective_on=event.effective_on, explanation=explanation),
    )


def move_explained(*, unmoved: Terms, moved: Terms, number: int, principal_cents: int) -> dict[str, object]:
    """What became of the due dates from an instalment on, and what waiting for the first costs a loan, as data."""
    before_on, after_on = (due_on(terms=terms, number=number) for terms in (unmoved, moved))
    explanation: dict[str, object] = {
        "from_instalment": number,
        "due_on_before": before_on.isoformat(),
        "due_on": after_on.isoformat(),
        "maturity_on_before": maturity_on(terms=unmoved).isoformat(),
        "maturity_on": maturity_on(terms=moved).isoformat(),
    }
    if isinstance(unmoved, LoanTerms):
        explanation |= _added_interest(
            terms=unmoved, principal_cents=principal_cents, from_on=before_on, to_on=after_on
        )  # fmt: skip
    return explanation


def _added_interest(*, terms: LoanTerms, principal_cents: int, from_on: date, to_on: date) -> dict[str, object]:
    """What waiting from one due date to a later one costs on a principal, as data; 0 when it is no later."""
    added = interest_cents(
        principal_cents=principal_cents,
        annual_rate_percent=terms.annual_rate_percent,
        day_count=terms.day_count,
        from_on=from_on,
        to_on=to_on,
    )
    return {
        "principal_cents": principal_cents,
        "annual_rate_percent": str(terms.annual_rate_percent),
        "day_count": terms.day_count,
        "per_diem": _per_diem(terms=terms, principal_cents=principal_cents, on=from_on),
        "days": accrual_days(day_count=terms.day_count, from_on=from_on, to_on=to_on),
        "added_interest_cents": round_half_up_cents(added),
    }


def _per_diem(*, terms: LoanTerms, principal_cents: int, on: date) -> str:
    return format_per_diem(
        per_diem_cents(
            principal_cents=principal_cents,
            annual_rate_percent=terms.annual_rate_percent,
            day_count=terms.day_count,
            on=on,
        )
    )


def _recorded(state: AccountState, allocation: Allocation) -> AccountState:
    return replace(state, allocations=(*state.allocations, allocation))
