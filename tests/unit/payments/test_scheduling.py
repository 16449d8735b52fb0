"""On which days a payment can be dated, and until when one that is scheduled can be cancelled."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.contract.business_days import business_days_before, is_business_day
from services.payments.contract.errors import PaymentDateNotPossible
from services.payments.contract.settings import POLICY
from services.payments.rules.policy import policy_of
from services.payments.rules.scheduling import (
    cut_off_on,
    first_possible_on,
    is_before_cut_off,
    is_covered,
    require_schedulable,
)
from tests.builders.payments import A_POLICY

MONDAY = date(2026, 11, 23)
MORNING = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
AS_DECLARED = {"COMPANY_TIME_ZONE": "America/Chicago", **{each.name: each.default for each in POLICY}}
CHICAGO = ZoneInfo("America/Chicago")
days = st.dates(date(2026, 1, 1), date(2031, 12, 31))
times = st.times()


def refuse(on: date, *, today: date = MONDAY, now: datetime = MORNING) -> str:
    with pytest.raises(PaymentDateNotPossible) as refused:
        require_schedulable(on=on, today=today, now=now, policy=A_POLICY.schedule)
    return refused.value.detail


def test_the_cut_off_lies_on_the_business_day_before() -> None:
    assert cut_off_on(on=date(2026, 11, 30)) == date(2026, 11, 27)
    # Thanksgiving is no business day.
    assert cut_off_on(on=date(2026, 11, 27)) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("local", "is_open"), [(time(0, 0), True), (time(16, 59, 59), True), (time(17, 0), False), (time(23, 59), False)]
)
def test_orders_close_at_the_minute_of_the_companys_zone(local: time, is_open: bool) -> None:
    now = datetime.combine(MONDAY, local, CHICAGO).astimezone(UTC)
    assert is_before_cut_off(on=date(2026, 11, 24), today=MONDAY, now=now, policy=A_POLICY.schedule) is is_open


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(2026, 11, 2)])
def test_the_days_after_the_clocks_change_close_at_the_same_local_time(day: date) -> None:
    following = day + timedelta(days=1)
    for local, is_open in ((time(16, 59), True), (time(17, 0), False)):
        now = datetime.combine(day, local, CHICAGO).astimezone(UTC)
        assert is_before_cut_off(on=following, today=day, now=now, policy=A_POLICY.schedule) is is_open


@given(today=days, at=times)
def test_the_first_possible_day_is_a_business_day_that_is_accepted(today: date, at: time) -> None:
    now = datetime.combine(today, at, CHICAGO).astimezone(UTC)
    first = first_possible_on(today=today, now=now, policy=A_POLICY.schedule)
    assert first > today
    assert is_business_day(on=first)
    require_schedulable(on=first, today=today, now=now, policy=A_POLICY.schedule)


@given(today=days, at=times, ahead=st.integers(1, 200))
def test_what_can_be_scheduled_can_still_be_cancelled_at_that_moment(today: date, at: time, ahead: int) -> None:
    now, on = datetime.combine(today, at, CHICAGO).astimezone(UTC), today + timedelta(days=ahead)
    try:
        require_schedulable(on=on, today=today, now=now, policy=A_POLICY.schedule)
    except PaymentDateNotPossible:
        return
    assert is_business_day(on=on)
    assert ahead <= 180
    assert is_before_cut_off(on=on, today=today, now=now, policy=A_POLICY.schedule)
    assert today <= business_days_before(on=on, count=1)


def test_each_refusal_names_a_day_that_would_do() -> None:
    assert refuse(date(2026, 11, 20)) == ("November 20, 2026 is past. Pay now, or choose November 24, 2026 or later.")
    assert refuse(date(2026, 11, 28)) == "November 28, 2026 is not a business day. Choose November 30, 2026."
    assert refuse(date(2026, 11, 26)) == "November 26, 2026 is not a business day. Choose November 27, 2026."
    assert "choose May 22, 2027 or earlier" in refuse(date(2027, 5, 24))
    evening = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert refuse(date(2026, 11, 24), now=evening) == (
        "The cut-off for November 24, 2026 has passed. Pay now, or choose November 25, 2026 or later."
    )


@pytest.mark.parametrize(
    ("due_cents", "near_cents", "is_paid_near", "covered"),
    [
        pytest.param(41_235, 0, False, False, id="nothing is on its way"),
        pytest.param(41_235, 41_234, False, False, id="a cent is missing"),
        pytest.param(41_235, 41_235, False, True, id="all of it is on its way"),
        pytest.param(41_235, 0, True, False, id="what was paid left something due"),
        pytest.param(0, 0, True, True, id="it was paid these days"),
        pytest.param(0, 100, False, True, id="nothing is due and money is on its way"),
        pytest.param(0, 0, False, False, id="nothing is due, and nobody has paid: an extra payment"),
    ],
)
def test_a_payment_that_nobody_asks_for_is_recognised(
    due_cents: int, near_cents: int, is_paid_near: bool, covered: bool
) -> None:
    standing: dict[str, Any] = {"amount_due_cents": due_cents}
    assert is_covered(standing=standing, near_cents=near_cents, is_paid_near=is_paid_near) is covered


@pytest.mark.parametrize(
    "wrong",
    [
        {"PAYMENT_CUT_OFF": "5 pm"},
        {"PAYMENT_CUT_OFF": "25:00"},
        {"COMPANY_TIME_ZONE": "Texas"},
        {"COMPANY_TIME_ZONE": ""},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        policy_of({**AS_DECLARED, **wrong})
