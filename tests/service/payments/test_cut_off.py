"""A payment made after the cut-off counts from the next business day, and says so."""

from datetime import UTC, date, datetime

import pytest

from tests.builders.payments import A_QUOTE, AN_ACCOUNT, a_business_day_opened
from tests.builders.wiring import call, deliver
from tests.service.payments.counter import ADA, Counter

FRIDAY, SATURDAY, THURSDAY = date(2026, 12, 4), date(2026, 12, 5), date(2026, 12, 3)
# 17:00 in Dallas is 23:00 UTC.
MOMENTS = [
    (datetime(2026, 12, 3, 22, 59, 59, tzinfo=UTC), THURSDAY, "2026-12-03", None),
    (datetime(2026, 12, 3, 23, 0, tzinfo=UTC), THURSDAY, "2026-12-04", "after_cut_off"),
    (datetime(2026, 12, 4, 23, 0, tzinfo=UTC), FRIDAY, "2026-12-07", "after_cut_off"),
    (datetime(2026, 12, 5, 15, 0, tzinfo=UTC), SATURDAY, "2026-12-07", "no_business_day"),
]


@pytest.mark.parametrize(("now", "today", "effective_on", "because"), MOMENTS)
def test_what_is_made_after_it_counts_from_the_next_business_day(
    counter: Counter, now: datetime, today: date, effective_on: str, because: str | None
) -> None:
    counter.clock.move_to(now, today=today)
    shown = call(counter.service.get_payment_options, request={"account_id": AN_ACCOUNT}, context=ADA)
    assert (shown["effective_on"], shown["dated_later_because"]) == (effective_on, because)
    paid = counter.pay()
    assert (paid["status"], paid["effective_on"], paid["dated_later_because"]) == ("submitting", effective_on, because)
    counter.charge()
    (posted,) = counter.told("payment_posted")
    assert posted["effective_on"] == effective_on
    assert ("so it counts from December" in counter.get(paid)["message"]) is (because is not None)


def test_it_is_booked_on_the_day_that_is_open_and_every_day_counts_what_it_tells(counter: Counter) -> None:
    """One before and one after the cut-off; the day that is closed at it has the first, the next day the second."""
    deliver(counter.service.on_business_day_opened, a_business_day_opened(THURSDAY, clock=counter.clock))
    counter.clock.move_to(datetime(2026, 12, 3, 22, 59, tzinfo=UTC), today=THURSDAY)
    counter.pay(amount_cents=10_000)
    counter.charge()
    counter.clock.move_to(datetime(2026, 12, 3, 23, 0, tzinfo=UTC), today=THURSDAY)
    late = counter.pay(amount_cents=20_000)
    # What counts from tomorrow does not keep today open, although it is under way.
    counter.service.every_second_close_the_payment_day()
    counter.charge()
    counter.clock.move_to(datetime(2026, 12, 4, 15, 0, tzinfo=UTC), today=FRIDAY)
    deliver(counter.service.on_business_day_opened, a_business_day_opened(FRIDAY, clock=counter.clock))
    counter.clock.move_to(datetime(2026, 12, 5, 15, 0, tzinfo=UTC), today=SATURDAY)
    counter.service.every_second_close_the_payment_day()
    closed = [(day["business_on"], day["count"], day["cents"]) for day in counter.told("payment_day_closed")]
    assert closed == [("2026-12-03", 1, 10_000), ("2026-12-04", 1, 20_000)]
    posted = {told["payment_id"]: told for told in counter.told("payment_posted")}[late["id"]]
    assert (posted["effective_on"], posted["booked_on"]) == ("2026-12-04", "2026-12-04")


def test_what_meets_a_payoff_quote_counts_from_the_day_on_which_it_is_made(counter: Counter) -> None:
    """A quote that is good through a day is good to its end."""
    counter.accounts.promises()
    counter.clock.move_to(datetime(2026, 12, 3, 23, 30, tzinfo=UTC), today=THURSDAY)
    paid = counter.pay(amount_cents=1_241_056, quote_id=A_QUOTE)
    assert (paid["effective_on"], paid["dated_later_because"]) == ("2026-12-03", None)
