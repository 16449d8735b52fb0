"""When a draft is drawn, of how much, and until when it can be stopped."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.contract.business_days import business_days_after, is_business_day
from services.payments.rules.drafts import (
    NOTICE_DAYS,
    Choices,
    draft_cents,
    draft_on,
    earliest_with_consent,
    earliest_with_notice,
    is_stoppable,
    notice_on,
    plan_drafts,
    stop_through_on,
)

DUE = Choices(day_offset=0, fixed_amount_cents=None, extra_principal_cents=0, maximum_cents=None)
days = st.dates(date(2026, 1, 1), date(2031, 12, 31))
offsets = st.integers(-10, 0)
cents = st.integers(0, 10**7)
choices = st.builds(
    Choices, day_offset=offsets, fixed_amount_cents=st.none() | st.integers(100, 10**6),
    extra_principal_cents=st.integers(0, 10**5), maximum_cents=st.none() | st.integers(100, 10**6),
)  # fmt: skip


def an_instalment(number: int, due_on: str, amount_cents: int = 41_235) -> dict[str, Any]:
    return {"number": number, "due_on": date.fromisoformat(due_on), "amount_cents": amount_cents}


THREE = (an_instalment(7, "2026-12-05"), an_instalment(8, "2027-01-05"), an_instalment(9, "2027-02-05"))


def a_standing(**changed: Any) -> dict[str, Any]:
    return {
        "next_instalment_number": 7, "amount_due_cents": 41_235, "payoff_ceiling_cents": 1_000_000, **changed,
    }  # fmt: skip


@given(due_on=days, offset=offsets, today=days)
def test_a_draft_is_on_a_business_day_not_before_it_may_be_and_never_late(
    due_on: date, offset: int, today: date
) -> None:
    on = draft_on(due_on=due_on, day_offset=offset, earliest_on=today)
    if on is None:
        assert business_days_after(on=today - timedelta(days=1), count=1) > due_on
    else:
        assert is_business_day(on=on)
        assert today <= on <= due_on


@given(due_on=days, offset=offsets)
def test_in_good_time_a_draft_is_on_the_chosen_day_or_the_business_day_before_it(due_on: date, offset: int) -> None:
    on = draft_on(due_on=due_on, day_offset=offset, earliest_on=due_on - timedelta(days=40))
    assert on is not None
    chosen = due_on + timedelta(days=offset)
    assert on <= chosen
    assert not any(is_business_day(on=on + timedelta(days=1 + step)) for step in range((chosen - on).days))


@given(due_on=days, today=days)
def test_what_nobody_was_told_of_is_told_ten_days_before(due_on: date, today: date) -> None:
    on = draft_on(due_on=due_on, day_offset=0, earliest_on=earliest_with_notice(today=today))
    assert on is None or (on - today).days >= NOTICE_DAYS
    assert (due_on - notice_on(draft_on=due_on)).days > NOTICE_DAYS


@given(on=days)
def test_a_draft_can_be_stopped_until_three_business_days_before(on: date) -> None:
    last = stop_through_on(draft_on=on)
    assert is_stoppable(draft_on=on, today=last)
    assert not is_stoppable(draft_on=on, today=last + timedelta(days=1))
    between = [last + timedelta(days=step) for step in range(1, (on - last).days)]
    assert sum(is_business_day(on=day) for day in between) == 2


def test_the_next_three_are_planned() -> None:
    planned = plan_drafts(
        instalments=THREE, choices=DUE, earliest_on=date(2026, 11, 24), payoff_ceiling_cents=1_000_000
    )
    assert [(draft.instalment_number, draft.draft_on.isoformat()) for draft in planned] == [
        (7, "2026-12-04"), (8, "2027-01-05"), (9, "2027-02-05"),
    ]  # fmt: skip


def test_what_can_no_longer_be_drawn_in_time_is_drawn_with_the_next_one() -> None:
    planned = plan_drafts(
        instalments=(an_instalment(6, "2026-11-05", 30_000), *THREE), choices=DUE,
        earliest_on=earliest_with_consent(today=date(2026, 11, 23)), payoff_ceiling_cents=1_000_000,
    )  # fmt: skip
    assert [(draft.instalment_number, draft.amount_cents) for draft in planned] == [
        (7, 71_235), (8, 41_235), (9, 41_235),
    ]  # fmt: skip


@given(choices=choices, amounts=st.lists(st.integers(1, 10**6), min_size=1, max_size=4), ceiling=cents)
def test_a_plan_is_in_order_and_keeps_the_maximum(choices: Choices, amounts: list[int], ceiling: int) -> None:
    instalments = [
        {"number": number, "due_on": date(2026, 12, 5) + timedelta(days=30 * number), "amount_cents": amount}
        for number, amount in enumerate(amounts)
    ]
    planned = plan_drafts(
        instalments=instalments, choices=choices, earliest_on=date(2026, 11, 24), payoff_ceiling_cents=ceiling
    )
    assert len(planned) == min(3, len(amounts))
    assert all(before.draft_on < after.draft_on for before, after in pairwise(planned))
    assert all(draft.amount_cents <= (choices.maximum_cents or 10**9) for draft in planned)


@given(choices=choices, due=cents, ceiling=cents, notified=st.integers(1, 10**7), number=st.integers(1, 12))
def test_a_draft_never_exceeds_what_was_told_chosen_or_can_be_taken(
    choices: Choices, due: int, ceiling: int, notified: int, number: int
) -> None:
    standing = a_standing(next_instalment_number=number, amount_due_cents=due, payoff_ceiling_cents=ceiling)
    drawn = draft_cents(standing=standing, instalment_number=7, choices=choices, notified_cents=notified)
    assert 0 <= drawn <= min(notified, ceiling, choices.maximum_cents or notified)
    if due == 0 or number > 7:
        assert drawn == 0


@pytest.mark.parametrize(
    ("changed", "standing", "notified_cents", "drawn_cents"),
    [
        pytest.param({}, {}, 41_235, 41_235, id="what is due"),
        pytest.param({}, {"amount_due_cents": 20_000}, 41_235, 20_000, id="what is left of it"),
        pytest.param({}, {"amount_due_cents": 60_000}, 41_235, 41_235, id="never more than was told"),
        pytest.param({"extra_principal_cents": 5_000}, {}, 46_235, 46_235, id="with extra principal"),
        pytest.param({"fixed_amount_cents": 50_000}, {}, 50_000, 50_000, id="a fixed amount"),
        pytest.param({"maximum_cents": 40_000}, {}, 40_000, 40_000, id="at most the maximum"),
        pytest.param(
            {"extra_principal_cents": 5_000}, {"amount_due_cents": 17_351, "payoff_ceiling_cents": 17_351}, 46_235,
            17_351, id="the odd last amount and no extra beyond it",
        ),
        pytest.param({}, {"amount_due_cents": 0}, 41_235, 0, id="nothing is due"),
        pytest.param({}, {"next_instalment_number": 8}, 41_235, 0, id="it is paid, and the next one is due"),
        pytest.param({}, {"next_instalment_number": None}, 41_235, 0, id="all are paid"),
        pytest.param({"fixed_amount_cents": 50_000}, {"amount_due_cents": 0}, 50_000, 0, id="nor a fixed amount"),
    ],
)  # fmt: skip
def test_what_is_drawn(
    changed: dict[str, Any], standing: dict[str, Any], notified_cents: int, drawn_cents: int
) -> None:
    drawn = draft_cents(
        standing=a_standing(**standing), instalment_number=7, choices=replace(DUE, **changed),
        notified_cents=notified_cents,
    )  # fmt: skip
    assert drawn == drawn_cents


def test_money_beyond_what_is_due_lowers_the_principal() -> None:
    assert DUE.extra is None
    assert replace(DUE, extra_principal_cents=1).extra == replace(DUE, fixed_amount_cents=100).extra == "principal"
