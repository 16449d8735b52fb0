"""The only way balances come about: events folded in their order over frozen terms and an opening."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.accounts.rules.amendments import accelerate, change_due_date, change_rate, defer, in_force
from services.accounts.rules.bills import record_bill
from services.accounts.rules.closing import charge_off, fallen, owe_back, recover, settle_payoff
from services.accounts.rules.delinquency import carried_run
from services.accounts.rules.events import (
    Acceleration,
    AccountEvent,
    Bill,
    ChargeOff,
    Deferment,
    DueDateChange,
    EndBill,
    Fee,
    LateFee,
    LeaseEnd,
    LeaseExtension,
    Payment,
    Payoff,
    RateChange,
    Refund,
    Reversal,
    Waiver,
)
from services.accounts.rules.fees import charge_fee, charge_late_fee, waive
from services.accounts.rules.held import undone_payment
from services.accounts.rules.lateness import unpaid_cents
from services.accounts.rules.lease import apply_to_lease, use_credit
from services.accounts.rules.lease_end import bill_end, end_lease, extend
from services.accounts.rules.loan import apply_to_loan
from services.accounts.rules.state import (
    AccountState,
    ConflictingEvents,
    EffectiveBeforeOpening,
    EventOutOfOrder,
    opened,
)
from services.accounts.rules.terms import InvalidTerms, LoanTerms, Opening, Terms


def replay(
    *,
    terms: Terms,
    opening: Opening,
    payments: Iterable[Payment] = (),
    events: Iterable[AccountEvent] = (),
    through_on: date | None = None,
) -> AccountState:
    """Fold payments and other events together by their place in order, whatever order they arrived in.

    An event given twice counts once, an undone payment not at all. `through_on` lets a lease's credit pay the
    instalments due up to that date. Raises EffectiveBeforeOpening, InvalidTerms, InvalidEvent, and ConflictingEvents
    when one source key carries two different events.
    """
    states, awaited = _states(terms=terms, opening=opening, events=[*payments, *events])
    state = replace(states[-1], awaited=awaited)
    return state if through_on is None else apply_credit(terms=terms, state=state, through_on=through_on)


def replay_states(*, terms: Terms, opening: Opening, events: Iterable[AccountEvent]) -> tuple[AccountState, ...]:
    """The opening's state and the one after each event that was folded, in their order. Raises what `replay` does."""
    states, _ = _states(terms=terms, opening=opening, events=events)
    return tuple(states)


def _states(
    *, terms: Terms, opening: Opening, events: Iterable[AccountEvent]
) -> tuple[list[AccountState], tuple[str, ...]]:
    """The states, and the keys of payments undone before they were known."""
    if (
        opening.principal_cents
        and isinstance(terms, LoanTerms)
        and opening.next_instalment_number > terms.payment_count
    ):
        raise InvalidTerms("A loan with principal outstanding must have an instalment left to pay.")
    in_order, undone = _in_order(events)
    states, undone_keys = [opened(opening=opening)], frozenset(undone)
    for event in in_order:
        if isinstance(event, Payment) and event.source_key in undone:
            allocation = undone_payment(event, undoing=undone.pop(event.source_key))
            states[-1] = replace(states[-1], allocations=(*states[-1].allocations, allocation))
        elif isinstance(event, Payoff | LeaseEnd | Refund) and event.payment_key in undone_keys:
            states[-1] = replace(states[-1], allocations=(*states[-1].allocations, fallen(event)))
        else:
            states.append(_folded(terms=terms, states=states, event=event))
    return states, tuple(sorted(undone))


def apply_event(*, terms: Terms, state: AccountState, event: AccountEvent) -> AccountState:
    """Fold one event in at the end.

    Raises EffectiveBeforeOpening, InvalidEvent, or EventOutOfOrder when it needs what lies before (then replay).
    """
    if isinstance(event, Reversal) or event.source_key in state.awaited:
        raise EventOutOfOrder("An undone payment changes what lies before.")
    if event.effective_on >= state.opening.as_of_on and event.place <= state.last_place:
        raise EventOutOfOrder(f"The event of {event.effective_on} belongs before one already applied.")
    return _folded(terms=terms, states=[state], event=event)


def apply_credit(*, terms: Terms, state: AccountState, through_on: date) -> AccountState:
    """Let a lease's credit pay what has come due; a loan's credit waits for its refund."""
    if isinstance(terms, LoanTerms) or state.unapplied_cents == 0:
        return state
    return use_credit(terms=in_force(terms=terms, state=state), state=state, through_on=through_on)


def _folded(*, terms: Terms, states: Sequence[AccountState], event: AccountEvent) -> AccountState:
    """The state after the event; `states` are those before it, one after each event that is known."""
    state, on = states[-1], event.effective_on
    if on < state.opening.as_of_on:
        raise EffectiveBeforeOpening(
            f"The event is effective on {on}, before the account's opening of {state.opening.as_of_on}."
        )
    state = apply_credit(terms=terms, state=state, through_on=on)
    if isinstance(event, LateFee):
        unpaid = _unpaid_at_grace_end(terms=terms, states=states, event=event)
        after = charge_late_fee(state=state, event=event, unpaid_cents=unpaid)
    else:
        after = _effect(terms=terms, state=state, event=event)
    since_on = carried_run(before=state, after=after, in_force=lambda of: in_force(terms=terms, state=of), on=on)
    return replace(
        after, last_effective_on=on, last_rank=event.rank, last_source_key=event.source_key,
        delinquent_since_on=since_on,
    )  # fmt: skip


def _effect(*, terms: Terms, state: AccountState, event: AccountEvent) -> AccountState:
    match event:
        case Bill():
            return record_bill(state=state, event=event)
        case Fee():
            return charge_fee(state=state, event=event)
        case Waiver():
            return waive(state=state, event=event)
        case Refund():
            return owe_back(state=state, event=event)
        case EndBill():
            return bill_end(state=state, event=event)
    terms = in_force(terms=terms, state=state)
    match event:
        case Payment():
            return _paid(terms=terms, state=state, payment=event)
        case RateChange():
            return change_rate(terms=terms, state=state, event=event)
        case DueDateChange():
            return change_due_date(terms=terms, state=state, event=event)
        case Deferment():
            return defer(terms=terms, state=state, event=event)
        case Acceleration():
            return accelerate(terms=terms, state=state, event=event)
        case LeaseEnd():
            return end_lease(terms=terms, state=state, event=event)
        case LeaseExtension():
            return extend(terms=terms, state=state, event=event)
        case Payoff():
            return settle_payoff(terms=terms, state=state, event=event)
        case ChargeOff():
            return charge_off(terms=terms, state=state, event=event)
    raise TypeError(f"The engine does not fold a {type(event).__name__} by itself.")


def _paid(*, terms: Terms, state: AccountState, payment: Payment) -> AccountState:
    if state.is_charged_off:
        return recover(state=state, payment=payment)
    if isinstance(terms, LoanTerms):
        return apply_to_loan(terms=terms, state=state, payment=payment)
    return apply_to_lease(terms=terms, state=state, payment=payment)


def _unpaid_at_grace_end(*, terms: Terms, states: Sequence[AccountState], event: LateFee) -> int:
    """What the fee's instalment missed at the end of its last day of grace. Raises EventOutOfOrder if not known."""
    before = next((state for state in reversed(states) if state.last_effective_on < event.chargeable_from), None)
    if before is None and event.chargeable_from > states[0].opening.as_of_on:
        raise EventOutOfOrder("What was paid before the fee became chargeable lies before the state.")
    state = states[0] if before is None else before
    state = apply_credit(terms=terms, state=state, through_on=event.chargeable_from - timedelta(days=1))
    return unpaid_cents(terms=in_force(terms=terms, state=state), state=state, number=event.instalment_number)


def _in_order(events: Iterable[AccountEvent]) -> tuple[list[AccountEvent], dict[str, Reversal]]:
    """The events that are folded, in order, and by payment key what undoes a payment."""
    by_key: dict[str, AccountEvent] = {}
    for event in events:
        known = by_key.setdefault(event.source_key, event)
        if known is not event and known != event:
            raise ConflictingEvents("Two different events carry the same source key.")
    undone: dict[str, Reversal] = {}
    folded: list[AccountEvent] = []
    for event in sorted(by_key.values(), key=lambda event: event.place):
        if isinstance(event, Reversal):
            undone.setdefault(event.payment_key, event)
        else:
            folded.append(event)
    return folded, undone
