"""One charge for each due draft: three processes, one that dies in the middle, a clock that jumps, the clocks' change.

A few dozen accounts here; with `CAPTIVE_TEST_FULL=1` it is a thousand.
"""

import os
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.payments.operations import is_anything_due, send_due
from tests.builders.accounts import LOAN_TERMS, a_loan, an_account
from tests.builders.wiring import direct
from tests.fixtures.dying import dies_at
from tests.service.payments.autopay_house import House

ACCOUNTS = 1_000 if os.environ.get("CAPTIVE_TEST_FULL") else 24
REPLICAS = 3
DUE_DAY = date(2026, 12, 4)
INSTALMENT = LOAN_TERMS.payment_cents


def enrol_many(house: House, count: int, **terms: Any) -> list[str]:
    """So many accounts, each with autopay on, all due on the same day."""
    method = house.add_bank_account()
    made = []
    for number in range(count):
        record = a_loan(source_ref=f"demo/loans/many/{number}", terms=replace(LOAN_TERMS, **terms))
        house.account_id = an_account(house.accounts, record)
        house.enrol(payment_method_id=method)
        made.append(house.account_id)
    return made


def send_on(house: House) -> int:
    return send_due(house.payments.store, accounts=direct(house.accounts), clock=house.clock, on=house.clock.today())


def send_at_once(house: House) -> None:
    """Three processes, each taking what it can."""
    with ThreadPoolExecutor(REPLICAS) as pool:
        list(pool.map(lambda _: send_on(house), range(REPLICAS)))


def payments_by_account(house: House) -> Tally[str]:
    rows = house.rows("SELECT account_id FROM payments")
    return Tally(account_id for (account_id,) in rows)


def assert_each_was_charged_once(house: House, accounts: list[str]) -> None:
    house.carry()
    assert payments_by_account(house) == Tally(accounts)
    told = Tally(told["account_id"] for told in house.told("payment_posted"))
    assert told == Tally(accounts)
    charges = house.sandbox.listed("charges", limit=1_000)
    assert len(charges) == len({charge["key"] for charge in charges}) == len(accounts)


def test_three_processes_draw_each_once(house: House) -> None:
    accounts = enrol_many(house, ACCOUNTS)
    house.move_to(DUE_DAY)
    send_at_once(house)
    assert_each_was_charged_once(house, accounts)


@pytest.mark.parametrize("point", ["outbox.told@3", "outbox.saved@5"])
def test_what_a_process_leaves_behind_when_it_dies_is_drawn_once_by_the_others(house: House, point: str) -> None:
    accounts = enrol_many(house, ACCOUNTS)
    house.move_to(DUE_DAY)
    dies_at(point, database=house.payments.store, work=lambda: send_on(house))
    send_at_once(house)
    # What the dead process had claimed is free again after half a minute.
    house.clock.move_to(house.clock.now() + timedelta(seconds=31), today=DUE_DAY)
    send_at_once(house)
    assert_each_was_charged_once(house, accounts)


def test_a_process_that_dies_after_the_charge_has_charged_once(house: House) -> None:
    accounts = enrol_many(house, 3)
    house.move_to(DUE_DAY)
    send_on(house)
    dies_at("vendor.after_call", database=house.payments.store, work=house.carry)
    assert_each_was_charged_once(house, accounts)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_by_an_hour_in_the_middle_draws_nothing_twice(house: House, hours: int) -> None:
    accounts = enrol_many(house, 6)
    house.move_to(DUE_DAY, hour=12)
    dies_at("outbox.saved@2", database=house.payments.store, work=lambda: send_on(house))
    house.clock.move_to(house.clock.now() + timedelta(hours=hours), today=DUE_DAY)
    send_at_once(house)
    house.clock.move_to(house.clock.now() + timedelta(hours=2), today=DUE_DAY)
    send_at_once(house)
    assert_each_was_charged_once(house, accounts)


def test_a_clock_that_jumps_a_month_draws_what_was_told_once_and_nothing_else(house: House) -> None:
    (account,) = enrol_many(house, 1)
    house.move_to(date(2027, 1, 6))
    send_at_once(house)
    send_at_once(house)
    assert_each_was_charged_once(house, [account])
    # The instalment of 5 January could not be told of in time: it is drawn with the next one, which is.
    house.live_through("2027-02-05")
    assert [cents for _, cents in house.drawn()] == [INSTALMENT, 2 * INSTALMENT]
    notice = house.told("autopay_draft_upcoming")[-1]
    assert (notice["draft_on"], notice["amount_cents"]) == ("2027-02-05", 2 * INSTALMENT)


def test_the_day_on_which_the_clocks_change_is_a_day_like_any_other(house: House) -> None:
    changes_on, due_on = "2027-03-14", "2027-03-15"
    due, zone = date.fromisoformat(due_on), ZoneInfo("America/Chicago")
    terms = {"first_due_on": date(2026, 1, due.day), "due_day": due.day}
    enrol_many(house, 1, **terms)
    house.live_through((date.fromisoformat(changes_on) - timedelta(days=1)).isoformat())
    before = len(house.drawn())
    for day in (date.fromisoformat(changes_on), due):
        for minutes in range(0, 25 * 60, 97):
            instant = datetime.combine(day, datetime.min.time(), zone).astimezone(UTC) + timedelta(minutes=minutes)
            house.clock.move_to(instant, today=instant.astimezone(zone).date())
            send_at_once(house)
    house.carry()
    assert house.drawn()[before:] == [(due_on, INSTALMENT)]


def test_a_day_has_due_work_until_every_draft_and_payment_of_it_is_sent(house: House) -> None:
    def is_open(day: date) -> bool:
        with house.payments.store.reading() as transaction:
            return is_anything_due(transaction, on=day)

    enrol_many(house, 2)
    house.ask_to_pay(amount_cents=100, on="2026-12-04", pay_anyway=True)
    assert [is_open(day) for day in (date(2026, 12, 3), DUE_DAY)] == [False, True]
    house.move_to(DUE_DAY)
    send_on(house)
    assert not is_open(DUE_DAY)
