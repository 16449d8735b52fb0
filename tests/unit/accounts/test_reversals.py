"""A payment that is undone had never been: interest, dues and what came after are as without it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.accounts.rules.engine import apply_event, replay
from services.accounts.rules.events import AccountEvent
from services.accounts.rules.history import History, replay_history
from services.accounts.rules.standing import standing
from services.accounts.rules.state import EventOutOfOrder
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, the_reference_lease, undone

OPENED_ON = date(2025, 12, 5)
TERMS = a_loan(rate="6.90", payment_cents=48_600, first_due_on=date(2026, 1, 5))
OPENING = an_opening(as_of_on=OPENED_ON, principal_cents=2_460_000)
FIRST = a_payment(on=OPENED_ON + timedelta(days=31), cents=48_600)
SECOND = a_payment(on=OPENED_ON + timedelta(days=45), cents=48_600)
RETURNED = undone(FIRST, on=OPENED_ON + timedelta(days=35))


def test_the_payment_after_a_returned_one_pays_the_interest_of_all_45_days() -> None:
    paid = replay(terms=TERMS, opening=OPENING, payments=[FIRST])
    assert (paid.allocations[0].interest_cents, paid.allocations[0].principal_cents) == (14_416, 34_184)
    assert paid.principal_cents == 2_425_816
    state = replay(terms=TERMS, opening=OPENING, events=[FIRST, RETURNED, SECOND])
    # Adding the principal back without a replay would book 208.36: 91 cents too little.
    assert state.allocations[-1].interest_cents == 20_927
    assert state.allocations[-1].interest_cents - (14_416 + 6_420) == 91
    assert (state.allocations[-1].principal_cents, state.principal_cents) == (27_673, 2_432_327)


def test_a_returned_payment_is_on_record_and_moves_nothing() -> None:
    state = replay(terms=TERMS, opening=OPENING, events=[FIRST, RETURNED])
    (allocation,) = state.allocations
    assert (allocation.kind, allocation.amount_cents, allocation.effective_on) == (
        "payment_reversed",
        0,
        FIRST.effective_on,
    )
    assert allocation.explanation == {
        "reversed_amount_cents": 48_600,
        "reversed_on": "2026-01-09",
        "reason": "insufficient funds",
        "return_code": "R01",
    }


def test_the_instalment_is_due_again_and_late_from_its_own_due_date() -> None:
    on = date(2026, 1, 9)
    paid = standing(terms=TERMS, state=replay(terms=TERMS, opening=OPENING, payments=[FIRST]), on=on)
    returned = standing(terms=TERMS, state=replay(terms=TERMS, opening=OPENING, events=[FIRST, RETURNED]), on=on)
    assert (paid.days_past_due, paid.past_due_cents) == (0, 0)
    assert (returned.days_past_due, returned.past_due_cents, returned.payments_made) == (4, 48_600, 0)


def test_a_return_that_is_known_before_its_payment_waits_for_it() -> None:
    waiting = replay(terms=TERMS, opening=OPENING, events=[RETURNED])
    assert waiting.awaited == (FIRST.source_key,)
    with pytest.raises(EventOutOfOrder):
        apply_event(terms=TERMS, state=waiting, event=FIRST)
    paired = replay(terms=TERMS, opening=OPENING, events=[RETURNED, FIRST])
    assert paired == replay(terms=TERMS, opening=OPENING, events=[FIRST, RETURNED])
    assert paired.awaited == ()


def test_a_payment_returned_and_undone_by_staff_is_undone_once() -> None:
    by_staff = replace(undone(FIRST, on=date(2026, 1, 20), code=None), source_key="reversal:by staff")
    both = replay(terms=TERMS, opening=OPENING, events=[FIRST, RETURNED, by_staff])
    assert both == replay(terms=TERMS, opening=OPENING, events=[FIRST, RETURNED])


def test_the_same_money_presented_again_is_another_payment() -> None:
    again = a_payment(on=date(2026, 1, 14), cents=48_600, key=f"{FIRST.source_key}:2")
    state = replay(terms=TERMS, opening=OPENING, events=[FIRST, RETURNED, again])
    assert [each.kind for each in state.allocations] == ["payment_reversed", "payment"]
    assert state.payments_made == 1


def test_credit_that_a_lease_had_used_is_taken_back() -> None:
    terms, opening = the_reference_lease(), an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
    ahead = a_payment(on=date(2026, 1, 15), cents=2 * 48_240)
    later = a_payment(on=date(2026, 3, 15), cents=48_240)
    events = [ahead, later]
    kept = replay(terms=terms, opening=opening, events=events)
    assert [each.kind for each in kept.allocations] == ["payment", "credit_used", "payment"]
    state = replay(terms=terms, opening=opening, events=[*events, undone(ahead, on=date(2026, 3, 20))])
    assert [each.kind for each in state.allocations] == ["payment_reversed", "payment"]
    assert (state.payments_made, state.unapplied_cents) == (1, 0)


def test_held_money_that_is_returned_is_held_no_more() -> None:
    held = a_payment(on=date(2025, 11, 1), cents=5_000)
    because = {held.source_key: {"held_because": "effective_before_opening"}}
    waiting = replay_history(terms=TERMS, opening=OPENING, history=History(events=[held], held=because))
    assert (waiting.held_cents, waiting.allocations[0].explanation) == (5_000, because[held.source_key])
    events: list[AccountEvent] = [held, undone(held, on=date(2026, 1, 9)), FIRST]
    returned = replay_history(terms=TERMS, opening=OPENING, history=History(events=events, held=because))
    assert returned.held_cents == 0
    assert [each.kind for each in returned.allocations] == ["payment", "payment_reversed"]
    assert (returned.state.awaited, returned.state.unapplied_cents) == ((), 0)
