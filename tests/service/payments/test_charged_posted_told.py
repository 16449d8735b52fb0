"""Charged = posted = told, whatever happens: random histories of payments with the real ledger and the sandbox.

Events come twice, late and in any order, processes die, the processor answers in every way it can, banks change their
minds. A few dozen histories here, by a seed that is printed; with `CAPTIVE_TEST_FULL=1` a thousand.
"""

import json
import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from chassis.clock import FixedClock
from chassis.context import NOBODY
from chassis.errors import OutcomeUnknown
from chassis.keys import FieldCipher
from deploy.ledger_check import check
from services.payments.providers.interface import Charge, ChargeOutcome, MadeCharge
from services.payments.providers.sandbox_processor import SandboxProcessor
from services.payments.providers.sandbox_reports import SandboxReports
from services.payments.service import PaymentsService
from tests.builders.accounts import accounts_service, ledger_of
from tests.builders.payments import A_PAYMENT_DAY, A_POLICY
from tests.builders.wiring import call, direct, emitted, wire
from tests.fixtures.figures import Report
from tests.fixtures.postgres import OpenDatabase
from tests.fixtures.sandbox import RunningSandbox, run_sandbox
from tests.service.payments.counter import PROCESSOR_SECRET
from tests.service.payments.money_house import DIES_AT, SOURCES, MoneyHouse
from tests.service.payments.processor_tells import signature_of

IS_FULL = bool(os.environ.get("CAPTIVE_TEST_FULL"))
HISTORIES = 1_000 if IS_FULL else 10
STEPS = 30
PATIENCE_SECONDS, HANG_SECONDS = 0.3, "0.5"


class PatientProcessor(SandboxProcessor):
    """Of a request that was cut off it is certain some seconds later that it has arrived or never will.

    Those seconds are the clock's, which stands still or leaps; what they stand for has to have passed.
    """

    def charge(self, charge: Charge) -> ChargeOutcome:
        try:
            return super().charge(charge)
        except OutcomeUnknown:
            time.sleep(PATIENCE_SECONDS)
            raise


choices = st.integers(0, 999)


class Histories(RuleBasedStateMachine):
    """One history: what customers, staff, banks and misfortune do, in any order."""

    def __init__(self, house: MoneyHouse) -> None:
        super().__init__()
        self.house = house

    @initialize()
    def begin(self) -> None:
        self.house.begin()

    @rule(
        source=st.sampled_from(SOURCES), cents=st.integers(100, 60_000), extra=st.sampled_from([None, "principal"]),
        days_ahead=st.sampled_from([0, 0, 0, 0, 2]),
    )  # fmt: skip
    def pay(self, source: str, cents: int, extra: str | None, days_ahead: int) -> None:
        self.house.pay(source=source, cents=cents, extra=extra, days_ahead=days_ahead)

    @rule(choice=choices)
    def ask_again(self, choice: int) -> None:
        self.house.ask_again(choice)

    @rule(choice=choices)
    def deliver(self, choice: int) -> None:
        self.house.deliver(choice)

    @rule(choice=choices)
    def deliver_more(self, choice: int) -> None:
        for step in range(6):
            self.house.deliver(choice * (step + 1))

    @rule(choice=choices)
    def deliver_again(self, choice: int) -> None:
        self.house.deliver(choice, again=True)

    @rule(choice=choices, at=st.sampled_from(DIES_AT))
    def die(self, choice: int, at: str) -> None:
        self.house.die_while_delivering(choice, at=at)

    @rule(choice=choices, what=st.sampled_from(["settled", "settled", "R01", "R10", "disputed", "lost"]))
    def processor_says(self, choice: int, what: str) -> None:
        self.house.processor_says(choice, what=what)

    @rule(choice=choices)
    def all_settles(self, choice: int) -> None:
        for step in range(4):
            self.house.processor_says(choice + step, what="settled")

    @rule(mode=st.sampled_from(["down", "rate_limited", "ok", "ok"]))
    def processor_breaks_down(self, mode: str) -> None:
        self.house.breaks_down(mode=mode)

    @rule(choice=choices)
    def refund(self, choice: int) -> None:
        self.house.refund(choice)

    @rule(choice=choices)
    def cancel(self, choice: int) -> None:
        self.house.cancel(choice)

    @rule(seconds=st.integers(1, 6))
    def wait(self, seconds: int) -> None:
        self.house.wait(timedelta(seconds=seconds))

    @rule()
    def next_day(self) -> None:
        self.house.next_day()

    def teardown(self) -> None:
        if self.house.account_id:
            self.house.settle_everything()
            self.house.assert_all_agree()


@pytest.fixture
def hasty_sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    """One that does not keep a test waiting."""
    running = run_sandbox(tmp_path / "sandbox.jsonl", "--hang-seconds", HANG_SECONDS)
    yield running
    running.close()


@pytest.fixture
def money_house(
    databases: OpenDatabase, clock: FixedClock, keys_folder: Path, hasty_sandbox: RunningSandbox
) -> MoneyHouse:  # fmt: skip
    accounts = accounts_service(database=databases("accounts"), clock=clock, keys_folder=keys_folder)
    payments = wire(
        PaymentsService, database=databases("payments"), clock=clock, keys_folder=keys_folder,
        accounts=direct(accounts), policy=A_POLICY, payment_day=A_PAYMENT_DAY,
        processor=PatientProcessor(base_url=hasty_sandbox.url, api_key="local", read_seconds=PATIENCE_SECONDS),
        reports=SandboxReports(secret=PROCESSOR_SECRET),
        cipher=FieldCipher(folder=keys_folder, purpose="fields-payments"),
    )  # fmt: skip

    def say(event: str, about: dict[str, Any]) -> None:
        body = json.dumps({"id": "wh_1", "type": event, "created": 0, "data": about})
        signature = signature_of(body, secret=PROCESSOR_SECRET, signed_at=clock.now())
        call(payments.record_processor_events, request={"body": body, "signature": signature}, context=NOBODY)

    return MoneyHouse(payments=payments, accounts=accounts, sandbox=hasty_sandbox, clock=clock, say=say)


def test_in_every_history_what_was_charged_is_what_was_posted_and_told(money_house: MoneyHouse, report: Report) -> None:
    number = int(os.environ.get("CAPTIVE_TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    make: Any = seed(number)(lambda: Histories(money_house))
    run_state_machine_as_test(
        make,
        settings=settings(
            max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert check(money_house.accounts.store) == []
    seen = ", ".join(f"{name} {count}" for name, count in sorted(money_house.seen.items()))
    report(f"seed {number}: {money_house.histories} histories; {seen}")


def test_a_payment_taken_out_of_the_balance_is_paid_back_and_the_books_are_even(money_house: MoneyHouse) -> None:
    """The bank had paid it when staff took it out: until it goes back, it is cash of ours that is nobody's."""
    money_house.begin()
    taken_over = ledger_of(money_house.accounts.store, account_id=money_house.account_id)
    money_house.pay(source="tok_approved", cents=41_237, extra=None, days_ahead=0)
    money_house.settle_everything()
    money_house.processor_says(0, what="settled")
    money_house.settle_everything()
    money_house.take_out(0)
    money_house.settle_everything()
    held = ledger_of(money_house.accounts.store, account_id=money_house.account_id)
    assert (held["cash"], held["clearing"]) == (41_237, -41_237)
    for _ in range(2):
        money_house.refund(0)
        money_house.settle_everything()
    assert money_house.seen["refund asked for"] == 1
    assert ledger_of(money_house.accounts.store, account_id=money_house.account_id) == taken_over
    ((_, _, payment_id),) = money_house.requests
    shown = call(money_house.payments.get_payment, request={"payment_id": payment_id}, context=money_house.owner)
    assert shown["message"].startswith("It was paid back: $412.37 went back to your card")
    assert len(emitted(money_house.accounts.store, name="payment_reversed")) == 1
    assert money_house.compared().differences == []
    assert check(money_house.accounts.store) == []


def test_a_difference_of_any_kind_is_found(money_house: MoneyHouse) -> None:
    """What the histories are held against can fail: each side is changed behind the others' backs."""
    money_house.begin()
    money_house.pay(source="tok_approved", cents=41_237, extra=None, days_ahead=0)
    money_house.pay(source="tok_declined", cents=20_000, extra=None, days_ahead=0)
    money_house.settle_everything()
    money_house.assert_all_agree()
    taken, declined = (payment_id for _, _, payment_id in money_house.requests)

    def found(*extra: MadeCharge, without: str = "") -> list[str]:
        return [difference.check for difference in money_house.compared(extra=extra, without=without).differences]

    assert found(without=taken) == ["posted and not charged"]
    assert found(MadeCharge(key=taken, reference="ch_2", amount_cents=41_237)) == ["charged more than once"]
    assert found(MadeCharge(key=declined, reference="ch_2", amount_cents=20_000)) == ["charged and not posted"]
    for change, names in (
        ("status = 'declined', decline_code = 'not_charged', applied_at = NULL",
         ["charged and not posted", "in the ledger and not posted"]),
        ("amount_cents = 41238", ["charged another amount", "in the ledger otherwise than posted"]),
        ("effective_on = '2026-11-24'", ["in the ledger otherwise than posted"]),
        ("reversed_on = '2026-11-24'", ["gone back on one side only"]),
        ("status = 'settled', settled_on = '2026-11-24'", ["settled on one side only"]),
        ("presentment_number = 2",
         ["posted and not charged", "posted and not in the ledger", "in the ledger and unknown to payments"]),
    ):  # fmt: skip
        with money_house.changed(f"UPDATE payments SET {change} WHERE id = '{taken}'"):
            assert found() == names
    assert found() == []
