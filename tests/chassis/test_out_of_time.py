"""What takes longer than it may counts as failed, and the database that it was waiting for does not count as down."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg2 import extensions
from sqlalchemy import text

from chassis import driver
from chassis.clock import FixedClock
from chassis.doors import Call, EventCall, Outcome, command, containing, handling, reaction
from chassis.doors.containing import TookTooLong
from chassis.events import Envelope
from tests.builders.wiring import a_customer, an_event, call, deliver, settings_of, wire
from tests.chassis.counting import EVERYBODY, Count, CountingService, Named, add, counted, total

LIMIT_SECONDS = 0.3


class SlowService(CountingService):
    """A counter that asks PostgreSQL something of which the answer takes too long."""

    @reaction(counted)
    def on_counted_slowly(self, call: EventCall) -> None:
        add(call.transaction, name=call.data["name"], amount=call.data["amount"])
        if call.data["name"] == "slow":
            call.transaction.value(text("SELECT 1 FROM pg_sleep(1)"))

    @command(takes=Named, gives=Count, may=EVERYBODY)
    def sleep(self, call: Call) -> Any:
        call.transaction.value(text("SELECT 1 FROM pg_sleep(1)"))


@pytest.fixture
def service(database: Any, clock: FixedClock, toy_keys: Path) -> Iterator[Any]:
    driver.install()
    yield wire(SlowService, database=database, clock=clock, keys_folder=toy_keys)
    extensions.set_wait_callback(None)


def an_addition(clock: FixedClock, name: str) -> Envelope:
    return an_event(counted, clock=clock, subject=name, data={"name": name, "amount": 1})


def test_events_that_take_too_long_together_are_handled_each_alone(
    service: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "TOGETHER_SECONDS_MAX", LIMIT_SECONDS)
    events = [an_addition(clock, name) for name in ("a", "slow", "b")]
    first, *others = [event.to_json() for event in events]
    together = service.on_counted_slowly(body=first, others=others, again=False, settings=settings_of())
    assert (together, total(service.store)) == (None, 0)
    assert [deliver(service.on_counted_slowly, event) for event in events] == [Outcome.DONE] * 3
    assert total(service.store) == 3


def test_many_events_have_longer_together_than_few(
    service: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "TOGETHER_SECONDS_MAX", LIMIT_SECONDS)
    monkeypatch.setattr(handling, "TOGETHER_SECONDS_EACH", 1.0)
    first, *others = [an_addition(clock, name).to_json() for name in ("a", "slow", "b")]
    outcomes = service.on_counted_slowly(body=first, others=others, again=False, settings=settings_of())
    assert (outcomes, total(service.store)) == ([Outcome.DONE] * 3, 3)


def test_an_event_that_takes_too_long_alone_is_tried_again_as_any_that_failed(
    service: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containing, "VERB_SECONDS_MAX", LIMIT_SECONDS)
    assert deliver(service.on_counted_slowly, an_addition(clock, "slow")) == Outcome.RETRYING
    assert total(service.store) == 0


def test_a_call_that_takes_too_long_leaves_the_database_as_it_was(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containing, "VERB_SECONDS_MAX", LIMIT_SECONDS)
    with pytest.raises(TookTooLong):
        call(service.sleep, request={"name": "a"}, context=a_customer())
    assert service.store.answers()
