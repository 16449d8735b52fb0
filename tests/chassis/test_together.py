"""Events that wait share a transaction, what is told is saved with it, and neither costs any of them its promise."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from chassis.assembly import bindings_of, events_by_queue
from chassis.clock import FixedClock
from chassis.doors import EventCall, Outcome, Service, reaction
from chassis.errors import ConstraintViolated
from chassis.events import Envelope
from chassis.store import Cause, Database, Transaction
from chassis.tables import inbox
from tests.builders.wiring import an_event, deliver, emitted, settings_of, wire
from tests.chassis.counting import CountingService, add, counted, total
from tests.chassis.test_buses import Stack, stack  # noqa: F401 - a fixture
from tests.fixtures.dying import dies_at
from tests.fixtures.processes import eventually

CAUSE = Cause(event_id=UUID(int=1), root_id=UUID(int=2))
TOGETHER_SECONDS = 1.5


class ChoosingService(Service):
    """It says beforehand whether an event concerns it, and is given all that share a transaction."""

    name = "choosing"
    wants = True

    def __init__(self) -> None:
        self.given: list[int] = []

    @reaction(counted, at_once=True, concerns=lambda service, _: service.wants)
    def on_counted(self, calls: Sequence[EventCall]) -> None:
        self.given.append(len(calls))
        for call in calls:
            add(call.transaction, name=call.data["name"], amount=call.data["amount"])


class LeavingService(Service):
    """It leaves what it is told to leave, as had it never been given it."""

    name = "leaving"

    def __init__(self) -> None:
        self.leaves: set[UUID] = set()

    @reaction(counted, at_once=True)
    def on_counted(self, calls: Sequence[EventCall]) -> set[UUID]:
        for call in calls:
            if call.event.id not in self.leaves:
                add(call.transaction, name=call.data["name"], amount=call.data["amount"])
        return self.leaves & {call.event.id for call in calls}


@pytest.fixture
def choosing(database: Any, clock: FixedClock, toy_keys: Path) -> ChoosingService:
    return wire(ChoosingService, database=database, clock=clock, keys_folder=toy_keys)


@pytest.fixture
def service(database: Any, clock: FixedClock, toy_keys: Path) -> CountingService:
    return wire(CountingService, database=database, clock=clock, keys_folder=toy_keys)


def an_addition(clock: FixedClock, name: str) -> Envelope:
    return an_event(counted, clock=clock, subject=name, data={"name": name, "amount": 1})


def deliver_together(service: Any, *events: Envelope) -> list[Outcome] | None:
    return delivered_together(service.on_counted, *events)


def delivered_together(door: Any, *events: Envelope) -> list[Outcome] | None:
    first, *others = [event.to_json() for event in events]
    outcomes: list[Outcome] | None = door(body=first, others=others, again=False, settings=settings_of())
    return outcomes


def question(database: Database, statement: str) -> Any:
    with database.reading() as transaction:
        return transaction.value(text(statement))


def count_and_tell(database: Database, *, times: int, fails: bool = False) -> None:
    with database.writing() as transaction:
        transaction.emit(counted, subject="a", data={"name": "a", "amount": 1})
        for _ in range(times):
            transaction.run(text("INSERT INTO counts VALUES ('a', 1)"))
        if fails:
            raise ZeroDivisionError


def count_many(database: Database, *names: str, fails: bool = False) -> None:
    with database.writing() as transaction:
        transaction.run(text("INSERT INTO counts VALUES (:name, 1)"), [{"name": name} for name in names])
        if fails:
            raise ZeroDivisionError


def attempt_and_fail(transaction: Transaction) -> None:
    with transaction.attempt():
        transaction.emit(counted, subject="a", data={"name": "a", "amount": 2})
        raise ZeroDivisionError


class TestEventsTogether:
    def test_are_one_transaction(self, service: CountingService, clock: FixedClock) -> None:
        outcomes = deliver_together(service, *(an_addition(clock, name) for name in ("b", "a", "b")))
        assert outcomes == [Outcome.DONE] * 3
        assert total(service.store) == 3
        assert question(service.store, "SELECT count(DISTINCT xmin::text) FROM inbox") == 1

    @pytest.mark.parametrize("name", ["cursed", None], ids=["a verb that fails", "a broken contract"])
    def test_are_all_undone_by_one_and_handled_alone(
        self, service: CountingService, clock: FixedClock, name: str | None
    ) -> None:
        good, other = an_addition(clock, "a"), an_addition(clock, "b")
        bad = an_addition(clock, name or "c")
        bad = bad if name else type(bad)(**{**vars(bad), "data": {"name": "c"}})
        assert deliver_together(service, good, bad, other) is None
        assert total(service.store) == 0
        assert question(service.store, "SELECT count(*) FROM inbox") == 0
        alone = [deliver(service.on_counted, event) for event in (good, bad, other)]
        assert alone == [Outcome.DONE, Outcome.RETRYING if name else Outcome.PARKED, Outcome.DONE]
        assert total(service.store) == 2

    def test_are_handled_once_whether_alone_or_together(self, service: CountingService, clock: FixedClock) -> None:
        known, fresh = an_addition(clock, "a"), an_addition(clock, "b")
        deliver(service.on_counted, known)
        outcomes = deliver_together(service, known, fresh, fresh)
        assert outcomes == [Outcome.DUPLICATE, Outcome.DONE, Outcome.DUPLICATE]
        assert total(service.store) == 2

    def test_are_handled_once_by_two_at_the_same_time(self, service: CountingService, clock: FixedClock) -> None:
        events = [an_addition(clock, f"name {number}") for number in range(20)]
        with ThreadPoolExecutor(4) as pool:
            orders = [events, events[::-1], events, events[::-1]]
            found = list(pool.map(lambda order: deliver_together(service, *order), orders))
        assert sum(outcomes.count(Outcome.DONE) for outcomes in found if outcomes) == len(events)
        assert total(service.store) == len(events)


class TestWhoChooses:
    def test_writes_nothing_down_for_what_does_not_concern_it(
        self, choosing: ChoosingService, clock: FixedClock
    ) -> None:
        events = [an_addition(clock, name) for name in "abc"]
        choosing.wants = False
        assert deliver(choosing.on_counted, events[0]) is Outcome.DONE
        assert deliver_together(choosing, *events[1:]) == [Outcome.DONE] * 2
        assert (total(choosing.store), question(choosing.store, "SELECT count(*) FROM inbox")) == (0, 0)

    def test_is_asked_anew_whenever_something_comes(self, choosing: ChoosingService, clock: FixedClock) -> None:
        choosing.wants = False
        deliver_together(choosing, an_addition(clock, "a"), an_addition(clock, "b"))
        choosing.wants = True
        deliver_together(choosing, an_addition(clock, "c"), an_addition(clock, "d"))
        deliver(choosing.on_counted, an_addition(clock, "e"))
        assert total(choosing.store) == 3

    def test_is_given_all_of_a_transaction_once_each(self, choosing: ChoosingService, clock: FixedClock) -> None:
        known, *fresh = (an_addition(clock, name) for name in "abc")
        deliver(choosing.on_counted, known)
        outcomes = deliver_together(choosing, known, *fresh)
        assert outcomes == [Outcome.DUPLICATE, Outcome.DONE, Outcome.DONE]
        assert (choosing.given, total(choosing.store)) == ([1, 2], 3)
        assert deliver_together(choosing, known, *fresh) == [Outcome.DUPLICATE] * 3
        assert choosing.given == [1, 2]

    def test_closes_what_waits_although_it_concerns_it_no_longer(
        self, choosing: ChoosingService, clock: FixedClock
    ) -> None:
        waiting = an_addition(clock, "a")
        deliver(choosing.on_counted, waiting)
        with choosing.store.housekeeping() as connection:
            connection.execute(text("UPDATE inbox SET state = 'retrying', body = 'x', next_try_at = now()"))
        choosing.wants = False
        assert deliver(choosing.on_counted, waiting, again=True) is Outcome.DONE
        assert question(choosing.store, "SELECT count(*) FROM inbox WHERE state = 'done'") == 1


class TestWhatIsTold:
    def test_is_numbered_for_each_subject_in_the_order_of_telling(self, database: Database) -> None:
        for subjects in ("abaa", "ab"):
            with database.writing() as transaction:
                for number, subject in enumerate(subjects):
                    transaction.emit(counted, subject=subject, data={"name": '"sequence":0,', "amount": number})
        # On a connection that sees only what is committed.
        assert question(database, "SELECT count(*) FROM outbox") == len("abaaab")
        told = [(event.subject, event.sequence, event.data["amount"]) for event in emitted(database)]
        assert told == [("a", 1, 0), ("b", 1, 1), ("a", 2, 2), ("a", 3, 3), ("a", 4, 0), ("b", 2, 1)]
        assert {event.data["name"] for event in emitted(database)} == {'"sequence":0,'}

    def test_is_told_on_account_of_its_own_event(self, database: Database) -> None:
        with database.writing() as transaction:
            transaction.emit(counted, subject="a", data={"name": "a", "amount": 1})
            transaction.within(CAUSE).emit(counted, subject="b", data={"name": "b", "amount": 1})
        first, second = emitted(database)
        assert (first.causation_id, first.root_id) == (None, first.id)
        assert (second.causation_id, second.root_id) == (CAUSE.event_id, CAUSE.root_id)

    def test_is_told_with_the_rows_or_not_at_all(self, database: Database) -> None:
        with pytest.raises(ZeroDivisionError):
            count_and_tell(database, times=1, fails=True)
        with pytest.raises(ConstraintViolated):
            count_and_tell(database, times=2)
        assert (total(database), emitted(database)) == (0, [])
        with database.writing() as transaction:
            add(transaction, name="a", amount=1)
        assert total(database) == 1

    @pytest.mark.parametrize(("point", "left"), [("outbox.told", 0), ("outbox.saved", 1)])
    def test_stands_with_the_rows_or_not_at_all_when_the_process_dies(
        self, database: Database, point: str, left: int
    ) -> None:
        dies_at(point, database=database, work=partial(count_and_tell, database, times=1))
        assert (total(database), len(emitted(database))) == (left, left)

    def test_is_forgotten_with_the_attempt_in_which_it_was_told(self, database: Database) -> None:
        with database.writing() as transaction:
            transaction.emit(counted, subject="a", data={"name": "a", "amount": 1})
            with pytest.raises(ZeroDivisionError):
                attempt_and_fail(transaction)
        assert [event.data["amount"] for event in emitted(database)] == [1]


def test_a_snapshot_sees_one_moment_and_a_question_the_present(database: Database) -> None:
    with database.snapshot() as moment, database.reading() as present:
        before = moment.value(text("SELECT count(*) FROM counts"))
        with database.writing() as transaction:
            add(transaction, name="a", amount=1)
        assert moment.value(text("SELECT count(*) FROM counts")) == before == 0
        assert present.value(text("SELECT count(*) FROM counts")) == 1
        with pytest.raises(Exception, match="read-only"):
            moment.run(text("INSERT INTO counts VALUES ('b', 1)"))


def test_many_rows_of_one_statement_are_undone_with_their_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        count_many(database, "a", "b", fails=True)
    assert total(database) == 0
    count_many(database, "a", "b")
    assert total(database) == 2


@pytest.mark.bus
def test_events_give_way_to_callers_and_none_waits_for_ever(stack: Stack) -> None:  # noqa: F811
    ends_at = time.monotonic() + TOGETHER_SECONDS

    def call(caller: int) -> int:
        made = 0
        while time.monotonic() < ends_at:
            stack.get("add", name=f"caller {caller} {made // 90}", amount=1, key=f"{caller}-{made}")
            made += 1
        return made

    with ThreadPoolExecutor(17) as pool:
        calls = [pool.submit(call, number) for number in range(16)]
        handled = pool.submit(eventually, lambda: stack.value("seen caller 0 0") > 0, describe=stack.output)
        handled.result()
        made = [done.result() for done in calls]
    expected = {f"seen caller {number} 0": min(count, 90) for number, count in enumerate(made)}
    for name, value in expected.items():
        eventually(lambda name=name, value=value: stack.value(name) == value, describe=stack.output)  # type: ignore[misc]


def test_what_is_left_is_not_written_down_and_is_handled_when_it_comes_again(
    database: Any, clock: FixedClock, toy_keys: Path
) -> None:
    service = wire(LeavingService, database=database, clock=clock, keys_folder=toy_keys)
    done, left = an_addition(clock, "a"), an_addition(clock, "b")
    service.leaves = {left.id}
    assert deliver_together(service, done, left) == [Outcome.DONE, Outcome.LEFT]
    assert total(database) == 1
    service.leaves = set()
    assert deliver_together(service, done, left) == [Outcome.DUPLICATE, Outcome.DONE]
    assert total(database) == 2


recounted = replace(counted, name="recounted")


class HearingService(Service):
    """It hears two events on one queue, and wants only those of one kind when asked."""

    name = "hearing"

    def __init__(self) -> None:
        self.given: list[list[str]] = []
        self.wants = {counted.type, recounted.type}
        self.asked: list[str] = []

    def is_wanted(self, event: Envelope) -> bool:
        self.asked.append(event.type)
        return event.type in self.wants

    @reaction(counted, recounted, at_once=True, concerns=lambda service, event: service.is_wanted(event))
    def on_either(self, calls: Sequence[EventCall]) -> None:
        self.given.append([call.event.type for call in calls])


class TestOfSeveralEvents:
    @pytest.fixture
    def hearing(self, database: Any, clock: FixedClock, toy_keys: Path) -> HearingService:
        return wire(HearingService, database=database, clock=clock, keys_folder=toy_keys)

    def of_both(self, clock: FixedClock) -> list[Envelope]:
        return [
            an_event(event, clock=clock, subject="a", data={"name": "a", "amount": 1})
            for event in (counted, recounted, counted)
        ]

    def test_those_that_wait_share_a_transaction(self, hearing: HearingService, clock: FixedClock) -> None:
        assert delivered_together(hearing.on_either, *self.of_both(clock)) == [Outcome.DONE] * 3
        assert [sorted(given) for given in hearing.given] == [sorted([counted.type, counted.type, recounted.type])]

    def test_each_kind_is_asked_about_once_and_what_is_not_wanted_is_not_written_down(
        self, hearing: HearingService, database: Any, clock: FixedClock
    ) -> None:
        hearing.wants = {counted.type}
        events = self.of_both(clock)
        assert delivered_together(hearing.on_either, *events) == [Outcome.DONE] * 3
        assert sorted(hearing.asked) == sorted({counted.type, recounted.type})
        assert hearing.given == [[counted.type, counted.type]]
        with database.reading() as open_:
            written = {row["event_id"] for row in open_.all(select(inbox.c.event_id))}
        assert written == {events[0].id, events[2].id}

    def test_one_of_another_source_under_the_same_name_is_none_of_them(
        self, hearing: HearingService, clock: FixedClock
    ) -> None:
        stranger = replace(self.of_both(clock)[0], source="somebody")
        assert deliver(hearing.on_either, stranger) is Outcome.PARKED
        assert hearing.given == []


def test_several_events_have_one_queue() -> None:
    found = bindings_of([HearingService])
    assert events_by_queue(found) == {
        "evt-several-events--hearing.on_either.v2": [("counting", "counted"), ("counting", "recounted")]
    }
