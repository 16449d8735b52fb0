"""The days on which payments are booked: counted exactly, closed once, never while money of the day is under way."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

from sqlalchemy import text

from chassis.clock import FixedClock
from chassis.doors import Outcome
from services.payments.operations import book_postings
from tests.builders.payments import AN_ACCOUNT, a_business_day_opened
from tests.builders.wiring import deliver
from tests.service.payments.counter import TIMES_OUT_CHARGED, Counter

TODAY = date(2026, 11, 23)
# 17:00 in Dallas.
CUT_OFF = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)


def opens(counter: Counter, on: date = TODAY) -> None:
    opened = a_business_day_opened(on, clock=counter.clock)
    assert deliver(counter.service.on_business_day_opened, opened) == Outcome.DONE


def tick(counter: Counter) -> list[dict[str, Any]]:
    """What the timer does; gives what was told of closed days so far."""
    counter.service.every_second_close_the_payment_day()
    return counter.told("payment_day_closed")


class TestADay:
    def test_is_closed_at_the_cut_off_with_what_was_posted(self, counter: Counter, clock: FixedClock) -> None:
        opens(counter)
        for cents in (41_235, 20_000):
            counter.pay(amount_cents=cents)
            counter.charge()
        clock.move_to(CUT_OFF - timedelta(seconds=1), today=TODAY)
        assert tick(counter) == []
        clock.move_to(CUT_OFF, today=TODAY)
        tick(counter)
        assert tick(counter) == [
            {"business_on": "2026-11-23", "count": 2, "cents": 61_235, "unconfirmed_account_ids": []}
        ]
        assert [posted["booked_on"] for posted in counter.told("payment_posted")] == ["2026-11-23"] * 2

    def test_is_closed_when_the_business_date_has_moved_on(self, counter: Counter, clock: FixedClock) -> None:
        opens(counter)
        clock.move_to(clock.now(), today=TODAY + timedelta(days=1))
        assert [day["business_on"] for day in tick(counter)] == ["2026-11-23"]

    def test_leaves_what_is_posted_later_to_the_next_one(self, counter: Counter, clock: FixedClock) -> None:
        opens(counter)
        clock.move_to(CUT_OFF, today=TODAY)
        tick(counter)
        counter.pay()
        counter.charge()
        clock.move_to(CUT_OFF, today=TODAY + timedelta(days=1))
        assert len(tick(counter)) == 1
        opens(counter, TODAY + timedelta(days=1))
        assert [(day["business_on"], day["count"]) for day in tick(counter)] == [("2026-11-23", 0), ("2026-11-24", 1)]

    def test_is_opened_once_however_often_it_is_told(self, counter: Counter) -> None:
        opens(counter)
        opens(counter)
        assert (counter.count("payment_days"), counter.count("payment_book")) == (1, 1)

    def test_is_none_before_accounts_has_opened_one(self, counter: Counter, clock: FixedClock) -> None:
        counter.pay()
        counter.charge()
        clock.move_to(CUT_OFF, today=TODAY)
        assert tick(counter) == []
        assert "booked_on" not in counter.told("payment_posted")[0]


class TestMoneyUnderWay:
    def test_keeps_the_day_open(self, counter: Counter, clock: FixedClock) -> None:
        opens(counter)
        counter.pay()
        clock.move_to(CUT_OFF, today=TODAY)
        assert tick(counter) == []
        counter.charge()
        assert [day["count"] for day in tick(counter)] == [1]

    def test_is_named_when_it_takes_longer_than_the_day_is_held(self, counter: Counter, clock: FixedClock) -> None:
        opens(counter)
        counter.pay(payment_method_id=counter.add_bank_account(TIMES_OUT_CHARGED))
        counter.charge()
        clock.move_to(CUT_OFF + timedelta(minutes=59), today=TODAY)
        assert tick(counter) == []
        clock.move_to(CUT_OFF + timedelta(minutes=60), today=TODAY)
        (day,) = tick(counter)
        assert (day["count"], day["unconfirmed_account_ids"]) == (0, [AN_ACCOUNT])

    def test_of_a_later_date_keeps_nothing_open(self, counter: Counter, clock: FixedClock) -> None:
        opens(counter)
        clock.move_to(clock.now(), today=TODAY + timedelta(days=1))
        counter.pay()
        assert [day["business_on"] for day in tick(counter)] == ["2026-11-23"]


class TestWhatIsDue:
    def test_keeps_its_day_open_until_it_is_sent_and_is_of_that_day(self, counter: Counter, clock: FixedClock) -> None:
        """Missed days are caught up one by one: what was scheduled for one belongs to it."""
        opens(counter)
        scheduled = counter.pay(on="2026-11-24")
        clock.move_to(clock.now(), today=TODAY + timedelta(days=3))
        assert [day["business_on"] for day in tick(counter)] == ["2026-11-23"]
        opens(counter, TODAY + timedelta(days=1))
        assert len(tick(counter)) == 1
        counter.service.every_few_seconds_send_due()
        counter.charge()
        assert tick(counter)[1:] == [
            {"business_on": "2026-11-24", "count": 1, "cents": 41_235, "unconfirmed_account_ids": []}
        ]
        assert counter.get(scheduled)["effective_on"] == "2026-11-24"

    def test_is_sent_by_the_day_that_is_open_and_not_by_the_calendar(self, counter: Counter, clock: FixedClock) -> None:
        opens(counter)
        scheduled = counter.pay(on="2026-11-25")
        clock.move_to(clock.now(), today=TODAY + timedelta(days=3))
        counter.service.every_few_seconds_send_due()
        assert counter.get(scheduled)["status"] == "scheduled"
        for days in (1, 2):
            opens(counter, TODAY + timedelta(days=days))
        counter.service.every_few_seconds_send_due()
        assert counter.get(scheduled)["status"] == "submitting"


def test_a_posting_under_way_is_counted_in_the_day_that_it_was_booked_on(counter: Counter, clock: FixedClock) -> None:
    """The day waits for the transaction that is posting; whoever comes after is booked on the next one."""
    opens(counter)
    first, second = counter.pay(), counter.pay(amount_cents=20_000)
    with counter.service.store.engine.begin() as connection:
        connection.execute(text("UPDATE payments SET status = 'declined', decline_code = 'not_charged'"))
    clock.move_to(CUT_OFF, today=TODAY)
    closing = Thread(target=tick, args=(counter,))
    with counter.service.store.writing() as transaction:
        assert book_postings(transaction, payments=[{**first, "presentment_number": 1}]) == TODAY
        closing.start()
        closing.join(0.5)
        assert closing.is_alive()
    closing.join()
    with counter.service.store.writing() as transaction:
        assert book_postings(transaction, payments=[{**second, "presentment_number": 1}]) == TODAY + timedelta(1)
    assert [(day["count"], day["cents"]) for day in tick(counter)] == [(1, 41_235)]


def test_many_processes_close_a_day_once(counter: Counter, clock: FixedClock) -> None:
    opens(counter)
    clock.move_to(CUT_OFF, today=TODAY)
    closing = [Thread(target=tick, args=(counter,)) for _ in range(5)]
    for each in closing:
        each.start()
    for each in closing:
        each.join()
    assert len(tick(counter)) == 1
