"""The four doors on a real database: one effect per key, one per event, and nothing half-done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from chassis import attempts, home, inbox, outbox, tables
from chassis.bus import embedded
from chassis.bus.link import open_channel
from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.errors import (
    Forbidden,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidRequest,
    NeighbourSilent,
    OutcomeUnknown,
    RequestInProgress,
    StoreDown,
    Unauthenticated,
    VendorDown,
)
from chassis.ids import new_id
from tests.builders.wiring import a_customer, an_agent, an_event, ask_door, call, deliver, emitted, wire
from tests.chassis.counting import CountingService, CountTooHigh, counted, total


@pytest.fixture
def service(database: Any, clock: FixedClock, toy_keys: Path) -> CountingService:
    return wire(CountingService, database=database, clock=clock, keys_folder=toy_keys)


def count_of(service: CountingService, name: str) -> int:
    value: int = call(service.get_count, request={"name": name}, context=a_customer())["value"]
    return value


class TestCommands:
    def test_save_rows_and_event_together(self, service: CountingService) -> None:
        assert call(service.add, request={"name": "a", "amount": 3}, context=a_customer(), key="k1")["value"] == 3
        assert [event.data for event in emitted(service.store)] == [{"name": "a", "amount": 3}]

    def test_replay_the_same_key_without_a_second_effect(self, service: CountingService) -> None:
        first = ask_door(service.add, request={"name": "a", "amount": 3}, context=a_customer(), key="k1")
        again = ask_door(service.add, request={"amount": 3, "name": "a"}, context=a_customer(), key="k1")
        assert (first.replayed, again.replayed, again.data) == (False, True, first.data)
        assert count_of(service, "a") == 3

    def test_refuse_the_same_key_with_another_body(self, service: CountingService) -> None:
        call(service.add, request={"name": "a", "amount": 3}, context=a_customer(), key="k1")
        with pytest.raises(IdempotencyKeyReused):
            call(service.add, request={"name": "a", "amount": 4}, context=a_customer(), key="k1")

    def test_keep_the_keys_of_two_customers_apart(self, service: CountingService) -> None:
        call(service.add, request={"name": "a", "amount": 3}, context=a_customer(), key="k1")
        other = a_customer(user_id="01900000-0000-7000-8000-000000000002")
        assert call(service.add, request={"name": "a", "amount": 4}, context=other, key="k1")["value"] == 7

    def test_demand_a_key_where_declared(self, service: CountingService) -> None:
        with pytest.raises(IdempotencyKeyRequired):
            call(service.add, request={"name": "a", "amount": 3}, context=a_customer())

    def test_do_not_store_a_request_of_the_wrong_shape(self, service: CountingService) -> None:
        with pytest.raises(InvalidRequest) as refused:
            call(service.add, request={"name": "a", "amount": "3", "x": 1}, context=a_customer(), key="k1")
        assert {error.pointer for error in refused.value.errors} == {"/amount", "/x"}
        assert call(service.add, request={"name": "a", "amount": 3}, context=a_customer(), key="k1")["value"] == 3

    def test_store_a_refusal_by_a_rule_and_undo_its_rows(self, service: CountingService) -> None:
        for _ in range(2):
            with pytest.raises(CountTooHigh):
                call(service.add, request={"name": "a", "amount": 101}, context=a_customer(), key="k1")
        assert count_of(service, "a") == 0
        assert emitted(service.store) == []

    def test_refuse_a_key_for_ever_what_they_refused_it_once(self, service: CountingService) -> None:
        call(service.add, request={"name": "a", "amount": 99}, context=a_customer(), key="k1")
        with pytest.raises(CountTooHigh):
            call(service.add, request={"name": "a", "amount": 2}, context=a_customer(), key="k2")
        call(service.correct, request={"name": "a", "amount": -50}, context=an_agent())
        with pytest.raises(CountTooHigh):
            call(service.add, request={"name": "a", "amount": 2}, context=a_customer(), key="k2")
        assert count_of(service, "a") == 49

    def test_run_once_for_fifty_concurrent_requests(self, service: CountingService) -> None:
        def send(_: int) -> str:
            try:
                call(service.add, request={"name": "a", "amount": 1}, context=a_customer(), key="race")
            except RequestInProgress:
                return "in_progress"
            return "answered"

        with ThreadPoolExecutor(25) as pool:
            answers = list(pool.map(send, range(50)))
        assert count_of(service, "a") == 1
        assert "answered" in answers

    def test_refuse_a_role_that_is_not_in_the_table(self, service: CountingService) -> None:
        with pytest.raises(Forbidden):
            call(service.correct, request={"name": "a", "amount": 1}, context=a_customer())

    def test_write_down_what_staff_do(self, service: CountingService) -> None:
        call(service.correct, request={"name": "a", "amount": 1}, context=an_agent())
        call(service.get_count, request={"name": "a"}, context=an_agent())
        with service.store.engine.begin() as connection:
            methods = connection.execute(text("SELECT method FROM audit_log ORDER BY method")).scalars().all()
        assert methods == ["counting.correct", "counting.get_count"]

    @pytest.mark.parametrize("key", [None, "k"])
    def test_write_down_what_staff_tried_and_was_refused(self, service: CountingService, key: str | None) -> None:
        with pytest.raises(CountTooHigh):
            call(service.correct, request={"name": "a", "amount": 101}, context=an_agent(), key=key)
        with service.store.engine.begin() as connection:
            methods = connection.execute(text("SELECT method FROM audit_log")).scalars().all()
        assert methods == ["counting.correct"]
        assert count_of(service, "a") == 0

    @pytest.mark.parametrize("token", [None, "", "x.y.z", 7])
    def test_refuse_a_caller_without_a_signed_context(self, service: CountingService, token: Any) -> None:
        with pytest.raises(Unauthenticated):
            service.add(request={"name": "a", "amount": 1}, context=token, idempotency_key="k")


class TestQueries:
    def test_cannot_write(self, service: CountingService) -> None:
        with pytest.raises(Exception, match="read-only"), service.store.reading() as transaction:
            transaction.run(text("INSERT INTO counts VALUES ('a', 1)"))


class TestReactions:
    def test_handle_an_event_once_however_often_it_comes(self, service: CountingService, clock: FixedClock) -> None:
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        assert [deliver(service.on_counted, event) for _ in range(3)] == [
            Outcome.DONE,
            Outcome.DUPLICATE,
            Outcome.DUPLICATE,
        ]
        assert count_of(service, "seen a") == 5

    def test_handle_concurrent_deliveries_once(self, service: CountingService, clock: FixedClock) -> None:
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        with ThreadPoolExecutor(10) as pool:
            outcomes = list(pool.map(lambda _: deliver(service.on_counted, event), range(20)))
        assert outcomes.count(Outcome.DONE) == 1
        assert count_of(service, "seen a") == 5

    def test_retry_what_fails_and_park_it_after_the_last_try(self, service: CountingService, clock: FixedClock) -> None:
        event = an_event(counted, clock=clock, subject="cursed", data={"name": "cursed", "amount": 1})
        assert deliver(service.on_counted, event) is Outcome.RETRYING
        assert deliver(service.on_counted, event) is Outcome.DUPLICATE
        assert deliver(service.on_counted, event, again=True) is Outcome.RETRYING
        assert deliver(service.on_counted, event, again=True) is Outcome.PARKED
        with service.store.engine.begin() as connection:
            assert [row["event_id"] for row in inbox.parked(connection)] == [event.id]
            assert inbox.due(connection, handlers=["on_counted"]) == []

    def test_run_a_parked_event_again_when_told_to(self, service: CountingService, clock: FixedClock) -> None:
        event = an_event(counted, clock=clock, subject="cursed", data={"name": "cursed", "amount": 1})
        for again in (False, True, True):
            deliver(service.on_counted, event, again=again)
        with service.store.engine.begin() as connection:
            assert inbox.retry(connection, event_id=event.id) == 1
            (due,) = inbox.due(connection, handlers=["on_counted"])
        assert due["body"] == event.to_json()
        assert deliver(service.on_counted, event, again=True) is Outcome.RETRYING

    def test_park_at_once_what_breaks_its_contract(self, service: CountingService, clock: FixedClock) -> None:
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        broken = type(event)(**{**vars(event), "data": {"name": "a"}})
        assert deliver(service.on_counted, broken) is Outcome.PARKED
        unknown = type(event)(**{**vars(event), "type": "captive.counting.counted.v9", "id": event.root_id})
        assert deliver(service.on_counted, unknown) is Outcome.PARKED
        assert total(service.store) == 0

    def test_pass_over_fields_that_the_owner_added_later(self, service: CountingService, clock: FixedClock) -> None:
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        richer = type(event)(**{**vars(event), "data": {"name": "a", "amount": 5, "colour": "blue"}})
        assert deliver(service.on_counted, richer) is Outcome.DONE

    def test_survive_bytes_that_are_no_event(self, service: CountingService) -> None:
        settings = {"RETRY_DELAYS_SECONDS": "1"}
        for body in ("", "{", "[]", '{"id": 1}', "\x00", "[" * 100_000):
            assert service.on_counted(body=body, again=False, settings=settings) is Outcome.NO_EVENT


class Bell:
    """A vendor that is scripted: what it raises next."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.rung: list[str] = []
        self.settled: list[str] = []

    def ring(self, key: str) -> None:
        self.rung.append(key)
        if self.faults:
            raise self.faults.pop(0)

    def settle(self, key: str) -> None:
        self.settled.append(key)


class TestErrands:
    def test_call_the_vendor_once_per_event(self, service: CountingService, clock: FixedClock) -> None:
        service.vendor = Bell()
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        assert [deliver(service.on_counted_ring, event) for _ in range(2)] == [Outcome.DONE, Outcome.DUPLICATE]
        assert service.vendor.rung == [str(event.id)]

    def test_ask_instead_of_acting_again_when_the_outcome_is_unknown(
        self, service: CountingService, clock: FixedClock
    ) -> None:
        service.vendor = Bell(OutcomeUnknown("timed out"))
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        assert deliver(service.on_counted_ring, event) is Outcome.UNKNOWN
        with service.store.engine.begin() as connection:
            assert [row["state"] for row in attempts.due(connection, handlers=["on_counted_ring"])] == ["unknown"]
        assert deliver(service.on_counted_ring, event, again=True) is Outcome.DONE
        assert (len(service.vendor.rung), len(service.vendor.settled)) == (1, 1)

    def test_ask_after_a_process_died_in_the_middle(self, service: CountingService, clock: FixedClock) -> None:
        service.vendor = Bell()
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        with service.store.engine.begin() as connection:
            attempts.claim(
                connection, handler="on_counted_ring", key=str(event.id), body=event.to_json(), lease_seconds=0
            )
        assert deliver(service.on_counted_ring, event) is Outcome.DONE
        assert (service.vendor.rung, len(service.vendor.settled)) == ([], 1)

    def test_leave_an_errand_to_the_process_that_has_it(self, service: CountingService, clock: FixedClock) -> None:
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        with service.store.engine.begin() as connection:
            attempts.claim(
                connection, handler="on_counted_ring", key=str(event.id), body=event.to_json(), lease_seconds=60
            )
        assert deliver(service.on_counted_ring, event) is Outcome.DUPLICATE

    def test_hold_without_counting_while_the_vendor_is_down(self, service: CountingService, clock: FixedClock) -> None:
        service.vendor = Bell(*[VendorDown("no answer")] * 20)
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        assert {deliver(service.on_counted_ring, event) for _ in range(20)} == {Outcome.WAITING}
        assert deliver(service.on_counted_ring, event) is Outcome.DONE
        assert service.vendor.settled == []

    @pytest.mark.parametrize("fault", [StoreDown("gone"), NeighbourSilent("silent"), ValueError("a bug")])
    def test_ask_before_acting_again_when_it_may_have_acted(
        self, service: CountingService, clock: FixedClock, fault: Exception
    ) -> None:
        service.vendor = Bell(fault)
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        assert deliver(service.on_counted_ring, event) in (Outcome.HELD, Outcome.WAITING, Outcome.RETRYING)
        assert deliver(service.on_counted_ring, event) is Outcome.DONE
        assert (len(service.vendor.rung), len(service.vendor.settled)) == (1, 1)

    def test_ask_after_a_second_try_died_in_the_middle(self, service: CountingService, clock: FixedClock) -> None:
        service.vendor = Bell(VendorDown("no answer"))
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        assert deliver(service.on_counted_ring, event) is Outcome.WAITING
        with service.store.engine.begin() as connection:
            died = attempts.claim(
                connection, handler="on_counted_ring", key=str(event.id), body=event.to_json(), lease_seconds=0
            )
        assert died.found is attempts.Found.FRESH
        assert deliver(service.on_counted_ring, event) is Outcome.DONE
        assert (len(service.vendor.rung), len(service.vendor.settled)) == (1, 1)

    def test_a_person_who_runs_a_parked_one_again_has_it_asked_first(
        self, service: CountingService, clock: FixedClock
    ) -> None:
        service.vendor = Bell(*[ValueError("a bug")] * 3)
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        assert deliver(service.on_counted_ring, event, settings={"RETRY_DELAYS_SECONDS": ""}) is Outcome.PARKED
        with service.store.engine.begin() as connection:
            assert attempts.retry(connection, event_id=event.id) == 1
        assert deliver(service.on_counted_ring, event, again=True) is Outcome.DONE
        assert (len(service.vendor.rung), len(service.vendor.settled)) == (1, 1)


class TestStore:
    def test_say_that_the_database_is_down(self, clock: FixedClock) -> None:
        from chassis.store import Database

        gone = Database(url="postgresql://nobody@127.0.0.1:1/none", service="counting", clock=clock)
        with pytest.raises(StoreDown), gone.writing() as transaction:
            transaction.value(text("SELECT 1"))

    def test_sequence_the_events_of_a_subject(self, service: CountingService) -> None:
        for number in range(3):
            call(service.add, request={"name": "a", "amount": 1}, context=a_customer(), key=f"k{number}")
        call(service.add, request={"name": "b", "amount": 1}, context=a_customer(), key="k9")
        events = emitted(service.store)
        assert [(event.subject, event.sequence) for event in events] == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]


class TestInboxUpkeep:
    def test_a_late_failure_does_not_undo_what_another_delivery_has_done(
        self, service: CountingService, clock: FixedClock
    ) -> None:
        event = an_event(counted, clock=clock, subject="a", data={"name": "a", "amount": 5})
        assert deliver(service.on_counted, event) is Outcome.DONE
        with service.store.engine.begin() as connection:
            late = inbox.record_failure(
                connection, event_id=event.id, handler="on_counted", body="{}", error="X", delays=[0.0], final=False
            )
            assert late == (inbox.DONE, 0.0)
        assert deliver(service.on_counted, event, again=True) is Outcome.DUPLICATE

    def test_a_day_that_began_in_the_default_partition_stops_nothing(
        self, service: CountingService, clock: FixedClock
    ) -> None:
        later = new_id(at=clock.now() + timedelta(days=40))
        with service.store.engine.begin() as connection:
            assert inbox.take(connection, event_id=later, handler="on_counted")
            inbox.ensure_partitions(connection, today=clock.today() + timedelta(days=39))
            assert not inbox.take(connection, event_id=later, handler="on_counted")

    def test_old_days_go_and_what_is_unfinished_stays(self, service: CountingService, clock: FixedClock) -> None:
        old = clock.today() - timedelta(days=60)
        done, parked = (new_id(at=clock.now() - timedelta(days=days)) for days in (60, 59))
        with service.store.engine.begin() as connection:
            inbox.ensure_partitions(connection, today=old)
            inbox.take(connection, event_id=done, handler="on_counted")
            inbox.record_failure(
                connection, event_id=parked, handler="on_counted", body="{}", error="X", delays=[], final=True
            )
            dropped = inbox.drop_old_partitions(connection, today=clock.today())
            assert f"inbox_{old:%Y_%m_%d}" in dropped
            assert [row["event_id"] for row in inbox.parked(connection)] == [parked]
            assert inbox.take(connection, event_id=done, handler="on_counted"), "its day is forgotten"

    def test_a_finished_errand_is_not_reopened_by_a_late_failure(
        self, service: CountingService, clock: FixedClock
    ) -> None:
        place = {"handler": "on_counted_ring", "key": "k"}
        with service.store.engine.begin() as connection:
            first = attempts.claim(connection, **place, body="{}", lease_seconds=0)
            second = attempts.claim(connection, **place, body="{}", lease_seconds=0)
            assert not attempts.finish(connection, claim=first), "who lost the claim has nothing to close"
            assert attempts.finish(connection, claim=second)
            assert attempts.release(connection, claim=second) is None
            failed = attempts.record_failure(connection, claim=second, error="X", delays=[1.0], final=False)
            assert failed == (attempts.DONE, 0.0)
            assert attempts.claim(connection, **place, body="{}", lease_seconds=0).found is attempts.Found.CLOSED


class TestDrainedMark:
    """The bus inside one process forgets on exit; the mark says up to where nothing needs to be told again."""

    def publish(self, service: CountingService, key: str) -> None:
        call(service.add, request={"name": "a", "amount": 1}, context=a_customer(), key=key)
        with service.store.engine.begin() as connection:
            outbox.mark(connection, published=[row["id"] for row in outbox.claim(connection)])

    def waiting(self, service: CountingService) -> int:
        with service.store.engine.begin() as connection:
            return len(
                connection.execute(select(tables.outbox.c.id).where(tables.outbox.c.published_at.is_(None))).all()
            )

    def test_what_was_published_after_the_mark_is_published_again(self, service: CountingService) -> None:
        self.publish(service, "k1")
        embedded.forget_everything()
        assert home.note_drained(service.store)
        self.publish(service, "k2")
        with service.store.engine.begin() as connection:
            assert home.forget_undrained(connection) == 1
        assert self.waiting(service) == 1

    def test_without_a_mark_everything_is_published_again(self, service: CountingService) -> None:
        self.publish(service, "k1")
        self.publish(service, "k2")
        with service.store.engine.begin() as connection:
            assert home.forget_undrained(connection) == 2
        assert self.waiting(service) == 2

    def test_the_mark_does_not_move_while_a_message_waits(self, service: CountingService) -> None:
        embedded.forget_everything()
        with open_channel("embedded://") as channel:
            channel.queue_declare(queue="evt-x")
            channel.basic_publish(channel.prepare_message("body"), exchange="", routing_key="evt-x")
            assert not home.note_drained(service.store)
        assert not home.note_drained(service.store), "closing a channel takes nothing off a queue"
        embedded.forget_everything()
        assert home.note_drained(service.store)

    def test_what_was_taken_and_not_acknowledged_goes_back_when_the_channel_closes(
        self, service: CountingService
    ) -> None:
        embedded.forget_everything()
        with open_channel("embedded://") as channel:
            channel.queue_declare(queue="evt-x")
            channel.basic_publish(channel.prepare_message("body"), exchange="", routing_key="evt-x")
            assert channel.basic_get("evt-x") is not None
            assert not home.note_drained(service.store)
        assert not home.note_drained(service.store)
        embedded.forget_everything()
