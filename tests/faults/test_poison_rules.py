"""What is written down about a handling that fails, hangs or ends its process, step by step on a real database."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventlet.event import Event
from sqlalchemy import Connection, text

from chassis import attempts, inbox
from chassis.clock import FixedClock
from chassis.doors import Outcome, containing
from chassis.events import Envelope
from chassis.settings import EVERY_PROCESS
from chassis.store import Database
from tests.builders.wiring import an_event, deliver, settings_of, wire
from tests.faults.poison import toy
from tests.faults.poison.toy import PoisonedService, noted
from tests.fixtures.postgres import OpenDatabase, empty

HANDLER = "on_noted"
SHIPPED_SECONDS = [1.0, 10.0, 60.0, 600.0, 3600.0]


@pytest.fixture
def database(databases: OpenDatabase) -> Database:
    opened = databases("poisoned")
    toy.metadata.create_all(opened.engine)
    empty(opened)
    return opened


@pytest.fixture
def service(database: Database, clock: FixedClock, keys_folder: Path) -> PoisonedService:
    return wire(PoisonedService, database=database, clock=clock, keys_folder=keys_folder)


@pytest.fixture
def event(clock: FixedClock) -> Envelope:
    return an_event(noted, clock=clock, subject="a", data={"name": "a", "amount": 1})


def row_of(database: Database, event_id: UUID) -> Mapping[str, Any]:
    with database.engine.begin() as connection:
        found = text("SELECT state, tries, error FROM inbox WHERE event_id = :id")
        return dict(connection.execute(found, {"id": event_id}).mappings().one())


def suspected(service: PoisonedService, event: Envelope) -> Outcome:
    """Delivered after a process had ended with it in its hands."""
    outcome: Outcome = service.on_noted(body=event.to_json(), again=False, settings=settings_of(), is_suspect=True)
    return outcome


def make_due(connection: Connection) -> None:
    connection.execute(text("UPDATE inbox SET next_try_at = clock_timestamp() WHERE next_try_at IS NOT NULL"))


def begin(database: Database, event: Envelope) -> bool:
    with database.engine.begin() as connection:
        make_due(connection)
        return inbox.begin(connection, event_id=event.id, handler=HANDLER, delays=SHIPPED_SECONDS)


def test_the_waits_that_ship() -> None:
    """All other tests have shorter ones."""
    shipped = {setting.name: setting.default for setting in EVERY_PROCESS}["RETRY_DELAYS_SECONDS"]
    assert [float(delay) for delay in shipped.split(",")] == SHIPPED_SECONDS


def test_a_failing_event_waits_as_shipped_and_is_then_parked(database: Database, event: Envelope) -> None:
    waits = []
    for number in range(6):
        assert number == 0 or begin(database, event)
        with database.engine.begin() as connection:
            waits.append(
                inbox.record_failure(
                    connection, event_id=event.id, handler=HANDLER, body="{}", error="X", delays=SHIPPED_SECONDS,
                    final=False,
                )
            )  # fmt: skip
    assert waits == [*(("retrying", seconds) for seconds in SHIPPED_SECONDS), ("parked", 0.0)]
    assert row_of(database, event.id) == {"state": "parked", "tries": 6, "error": "X"}


class TestSuspects:
    def test_wait_in_the_database_and_are_then_handled_alone(
        self, service: PoisonedService, database: Database, event: Envelope
    ) -> None:
        assert [suspected(service, event), suspected(service, event)] == [Outcome.SUSPECT, Outcome.DUPLICATE]
        with database.engine.begin() as connection:
            make_due(connection)
            assert inbox.due(connection, handlers=[HANDLER]) == [], "not among the others"
            (row,) = inbox.suspects(connection, handlers=[HANDLER])
        assert row["body"] == event.to_json()
        assert deliver(service.on_noted, event, again=True) is Outcome.DONE
        assert row_of(database, event.id)["state"] == "done"

    def test_are_no_suspects_where_they_were_handled(self, service: PoisonedService, event: Envelope) -> None:
        assert deliver(service.on_noted, event) is Outcome.DONE
        assert suspected(service, event) is Outcome.DUPLICATE

    def test_are_parked_before_the_last_try_that_could_end_a_process(
        self, service: PoisonedService, database: Database, event: Envelope
    ) -> None:
        suspected(service, event)
        seen = [(begin(database, event), row_of(database, event.id)) for _ in range(3)]
        assert [(begun, row["state"]) for begun, row in seen] == [
            (True, "retrying"), (True, "parked"), (False, "parked"),
        ]  # fmt: skip
        assert {row["error"] for _, row in seen} == {inbox.PROCESS_ENDED}

    def test_are_handled_even_at_that_last_try(
        self, service: PoisonedService, database: Database, event: Envelope
    ) -> None:
        suspected(service, event)
        begin(database, event)
        with database.engine.begin() as connection:
            make_due(connection)
        assert deliver(service.on_noted, event, again=True) is Outcome.DONE
        assert row_of(database, event.id)["state"] == "done"

    def test_the_least_suspicious_and_latest_goes_first(
        self, service: PoisonedService, database: Database, clock: FixedClock
    ) -> None:
        events = [an_event(noted, clock=clock, subject="a", data={"name": "a", "amount": 1}) for _ in range(3)]
        for event in events:
            suspected(service, event)
        latest = max(event.id for event in events)
        begin(database, next(event for event in events if event.id == latest))
        with database.engine.begin() as connection:
            make_due(connection)
            order = [row["event_id"] for row in inbox.suspects(connection, handlers=[HANDLER])]
        assert order == [*sorted((event.id for event in events if event.id != latest), reverse=True), latest]

    def test_one_that_fails_in_an_ordinary_way_is_none_any_more(
        self, service: PoisonedService, database: Database, clock: FixedClock
    ) -> None:
        event = an_event(noted, clock=clock, subject="a", data={"name": "fail", "amount": 1})
        suspected(service, event)
        with database.engine.begin() as connection:
            make_due(connection)
        assert deliver(service.on_noted, event, again=True) is Outcome.RETRYING
        assert row_of(database, event.id) == {"state": "retrying", "tries": 2, "error": "RuntimeError"}

    def test_are_not_parked_for_a_lock_they_did_not_get(
        self, service: PoisonedService, database: Database, clock: FixedClock
    ) -> None:
        event = an_event(noted, clock=clock, subject="a", data={"name": "contend", "amount": 1})
        suspected(service, event)
        for _ in range(5):
            with database.engine.begin() as connection:
                make_due(connection)
            assert deliver(service.on_noted, event, again=True) in (Outcome.HELD, Outcome.DUPLICATE)
        assert row_of(database, event.id)["state"] == "retrying"


class TestErrands:
    def claim(self, database: Database, *, lease_seconds: float = 0) -> attempts.Claim:
        with database.engine.begin() as connection:
            return attempts.claim(connection, handler=HANDLER, key="k", body="{}", lease_seconds=lease_seconds)

    def test_are_parked_when_nobody_comes_back_from_them(self, database: Database) -> None:
        found = [self.claim(database).found for _ in range(4)]
        assert [str(each) for each in found] == ["fresh", "recovering", "recovering", "closed"]
        with database.engine.begin() as connection:
            (row,) = attempts.parked(connection)
        assert (row["key"], row["error"]) == ("k", inbox.PROCESS_ENDED)

    def test_are_not_parked_for_questions_that_nobody_could_answer(self, database: Database) -> None:
        for _ in range(5):
            claim = self.claim(database)
            with database.engine.begin() as connection:
                assert attempts.set_unknown(connection, claim=claim, error="who knows", check_seconds=0)
        self.claim(database)
        assert self.claim(database).found is attempts.Found.RECOVERING

    def test_are_not_parked_for_waiting_on_somebody_silent(self, database: Database) -> None:
        self.claim(database)
        for _ in range(10):
            claim = self.claim(database)
            with database.engine.begin() as connection:
                assert attempts.ask_later(connection, claim=claim, seconds=0)
        with database.engine.begin() as connection:
            assert [row["state"] for row in attempts.due(connection, handlers=[HANDLER])] == ["unknown"]

    def test_that_are_under_way_are_no_suspects(self, database: Database) -> None:
        self.claim(database, lease_seconds=60)
        with database.engine.begin() as connection:
            assert attempts.suspects(connection, handlers=[HANDLER]) == []


@pytest.mark.parametrize("door", ["on_noted", "on_noted_outside"])
def test_a_verb_that_never_ends_is_given_up(
    door: str, service: PoisonedService, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containing, "VERB_SECONDS_MAX", 0.05)
    monkeypatch.setitem(toy.DEEDS, "hang", wait_for_ever)
    event = an_event(noted, clock=clock, subject="a", data={"name": "hang", "amount": 1})
    assert deliver(getattr(service, door), event) is Outcome.RETRYING


def wait_for_ever(_: str) -> None:
    Event().wait()


@pytest.mark.parametrize("deed", ["leave", "interrupt", "exit", "timeout"])
def test_nothing_that_a_verb_raises_ends_its_worker(deed: str, clock: FixedClock, service: PoisonedService) -> None:
    event = an_event(noted, clock=clock, subject="a", data={"name": deed, "amount": 1})
    verbs: tuple[Callable[..., Any], ...] = (service.on_noted, service.on_noted_outside)
    assert [deliver(verb, event) for verb in verbs] == [Outcome.RETRYING] * 2
