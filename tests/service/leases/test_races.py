"""Whoever asks at once, and whatever is told meanwhile: one way out of a lease at a time, in accounts as here."""

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from chassis.doors import Outcome
from chassis.errors import Refusal
from deploy.ledger_check import check
from services.accounts.models import account_states
from services.leases.models import lease_options
from services.leases.operations import rebuild_leases
from tests.builders.accounts import payment_posted
from tests.builders.lease_house import ENDS_ON, INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.builders.wiring import a_customer, an_agent, call, deliver

ROUNDS = 50 if os.environ.get("CAPTIVE_TEST_FULL") else 20
ASKERS, STEPS = 4, 3
DAY = timedelta(days=1)
THE_END = {"buyout": "purchase", "turn_in": "return", "early_termination": "early_termination"}
OVER = {"paid", "returned", "billed", "completed"}


@dataclass
class Round:
    """One lease at which several grab at once; `parked` are events that a person has to look at."""

    house: LeaseHouse
    account_id: str
    chance: random.Random
    parked: list[str] = field(default_factory=list)

    def asks(self, method: str, *, key: bool = True, agent: bool = False, **request: Any) -> Any:
        context = an_agent() if agent else a_customer(accounts=(self.account_id,))
        return call(
            getattr(self.house.leases, method), request={"account_id": self.account_id, **request}, context=context,
            key=f"{self.chance.random()}" if key else None,
        )  # fmt: skip

    def options(self) -> list[dict[str, Any]]:
        mine = lease_options.c.account_id == UUID(self.account_id)
        with self.house.leases.store.reading() as transaction:
            return [dict(row) for row in transaction.all(select(lease_options).where(mine))]

    def newest(self, option: str, *statuses: str) -> dict[str, Any] | None:
        found = [row for row in self.options() if row["option"] == option and row["status"] in statuses]
        return self.chance.choice(found) if found else None

    def buys(self) -> None:
        self.asks("start_buyout")

    def thinks_better_of_it(self) -> None:
        for option, method in (("buyout", "cancel_buyout"), ("turn_in", "cancel_turn_in")):
            row = self.newest(option, "quoted", "scheduled")
            if row is not None:
                self.asks(method, key=False, option_id=str(row["id"]))
        row = self.newest("extension", "offered")
        if row is not None:
            self.asks("withdraw_extension", key=False, option_id=str(row["id"]))

    def makes_an_appointment(self) -> None:
        self.asks("schedule_turn_in", dealer_name="Plano Kia", appointment_on=self.house.clock.today().isoformat())

    def brings_it_back(self) -> None:
        row = self.newest("turn_in", "scheduled")
        if row is not None:
            back: dict[str, Any] = {"returned_on": self.house.clock.today().isoformat(), "miles": 30_000}
            self.asks("receive_vehicle", agent=True, option_id=str(row["id"]), **back)

    def is_inspected(self) -> None:
        row = self.newest("turn_in", "returned")
        if row is not None:
            self.asks("inspect_vehicle", agent=True, option_id=str(row["id"]), findings=[], has_next_vehicle=True)

    def goes_on(self) -> None:
        extension = self.asks("request_extension", months=1, renews=self.chance.random() < 0.5)
        self.asks("accept_extension", option_id=extension["id"])

    def ends_early(self) -> None:
        self.asks(
            "end_early", agent=True, returned_on=self.house.clock.today().isoformat(), miles=30_000,
            realized_value_cents=1_800_000, value_source="auction", is_servicemember=False,
        )  # fmt: skip

    def pays_an_instalment(self) -> None:
        self.pays(amount_cents=INSTALMENT_CENTS)

    def pays_the_price(self) -> None:
        row = self.newest("buyout", "quoted", "cancelled", "lapsed")
        if row is not None:
            self.pays(amount_cents=row["details"]["payoff_cents"], quote_id=row["details"]["quote_id"])

    def lapses(self) -> None:
        self.house.leases.every_minute_lapse_options()

    def day_ends(self) -> None:
        self.house.clock.move_to(self.house.clock.now(), today=self.house.clock.today() + DAY)

    def pays(self, **payment: Any) -> None:
        event = payment_posted(self.house.accounts, account_id=self.account_id, **payment)
        for door in (self.house.accounts.on_payment_posted, self.house.leases.on_payment_posted):
            self.note(deliver(door, event), event.name)

    def hands_over(self) -> None:
        """What one has told, the other one hears, in the middle of all this."""
        for event in [each for each in self.house._told() if each.id not in self.house.delivered]:
            self.house.delivered.add(event.id)
            for service in (self.house.accounts, self.house.leases):
                door = getattr(service, f"on_{event.name}", None)
                if door is not None and event.source in {heard.source for heard in door.listens_to}:
                    self.note(deliver(door, event), event.name)

    def note(self, outcome: Outcome, name: str) -> None:
        assert outcome in (Outcome.DONE, Outcome.DUPLICATE, Outcome.PARKED), (outcome, name)
        if outcome is Outcome.PARKED:
            self.parked.append(name)


ACTIONS: tuple[Callable[[Round], None], ...] = (
    Round.buys, Round.thinks_better_of_it, Round.makes_an_appointment, Round.brings_it_back, Round.is_inspected,
    Round.goes_on, Round.ends_early, Round.pays_an_instalment, Round.pays_the_price, Round.pays_the_price,
    Round.lapses, Round.day_ends,
)  # fmt: skip


def grab(round_: Round, plans: list[list[Callable[[Round], None]]]) -> None:
    """Every asker goes through its plan; they begin at the same moment, and one hands over what is told."""
    start = Barrier(len(plans) + 1)

    def go(plan: list[Callable[[Round], None]]) -> None:
        start.wait()
        for action in plan:
            try:
                action(round_)
            except Refusal:
                continue

    def hand_over() -> None:
        start.wait()
        for _ in range(STEPS):
            round_.hands_over()

    with ThreadPoolExecutor(max_workers=len(plans) + 1) as pool:
        futures = [*(pool.submit(go, plan) for plan in plans), pool.submit(hand_over)]
        for future in futures:
            future.result()
    while any(event.id not in round_.house.delivered for event in round_.house._told()):
        round_.hands_over()


def opened_and_closed(house: LeaseHouse, account_id: str) -> Iterator[tuple[str, str]]:
    """The events of a lease's options in the order in which they were told under its lock."""
    events = [event for event in house._told() if event.subject == account_id and event.source == "leases"]
    for event in sorted(events, key=lambda event: event.sequence):
        if event.name in ("option_opened", "option_closed"):
            yield event.name, event.data["option_id"]


def assert_one_way_at_a_time(round_: Round) -> None:
    opened: str | None = None
    for name, option_id in opened_and_closed(round_.house, round_.account_id):
        if name == "option_opened":
            assert opened is None, "a second way out was opened beside the first"
            opened = option_id
        elif opened == option_id:
            opened = None
    options = round_.options()
    assert len([row for row in options if row["closed_at"] is None]) <= 1
    ends = [row["option"] for row in options if row["status"] in OVER]
    assert len(ends) <= 1, ends
    if round_.parked:
        return
    with round_.house.accounts.store.reading() as transaction:
        mine = account_states.c.account_id == UUID(round_.account_id)
        state = transaction.value(select(account_states.c.state).where(mine))
    assert [THE_END[option] for option in ends] == [each for each in (state.get("lease_end", ""),) if each]
    months = sum(row["details"]["terms"]["months"] for row in options if row["status"] in ("active", "ended"))
    maturity_on = date.fromisoformat(round_.house.standing(round_.account_id)["maturity_on"])
    assert (maturity_on.year * 12 + maturity_on.month) - (ENDS_ON.year * 12 + ENDS_ON.month) == months


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_no_race_leaves_two_ways_out(house: LeaseHouse, seed: int) -> None:
    chance, parked = random.Random(seed), 0
    for number in range(ROUNDS):
        today = chance.choice((date(2026, 11, 23), ENDS_ON - 2 * DAY, ENDS_ON, ENDS_ON))
        house.clock.move_to(house.clock.now(), today=today)
        account_id = house.takes_over(a_late_lease(source_ref=f"race/{seed}/{number}"))
        round_ = Round(house=house, account_id=account_id, chance=chance)
        round_.pays_an_instalment()
        grab(round_, [chance.choices(ACTIONS, k=STEPS) for _ in range(ASKERS)])
        assert_one_way_at_a_time(round_)
        parked += len(round_.parked)
    with house.leases.store.writing() as transaction:
        rebuilt = rebuild_leases(
            transaction, limit=ROUNDS, after=None, now=house.clock.now(), today=house.clock.today()
        )  # fmt: skip
    assert (rebuilt.leases, rebuilt.differing) == (ROUNDS, ())
    assert check(house.accounts.store) == []
    assert parked <= ROUNDS // 4, "what a person has to look at is seldom"
