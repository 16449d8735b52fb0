"""What happens on an account is told live to its holder: everything, in order, once, and to nobody else."""

import json
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text
from werkzeug.test import create_environ
from werkzeug.wsgi import ClosingIterator

from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.errors import InvalidRequest
from chassis.events import Envelope
from chassis.store import Database
from gateway import stream
from gateway.api import examples
from gateway.errors import TooManyStreams
from gateway.service import GatewayService
from gateway.stream import EventStream, Feed, Subscription
from services.accounts.contract import events as accounts_events
from services.leases.contract import events as leases_events
from services.payments.contract import events as payments_events
from tests.builders.wiring import an_event, deliver, wire
from tests.unit.gateway.builders import a_gateway

MINE = examples.ACCOUNT_ID
OTHER = "0193583f-0000-7000-8000-000000000000"
STANDING = {
    "status": "open", "amount_due_cents": 0, "past_due_cents": 0, "next_due_on": None, "next_instalment_number": None,
    "days_past_due": 0, "payoff_ceiling_cents": 1, "payments_made": 1,
}  # fmt: skip
POSTED = {
    "payment_id": examples.PAYMENT_ID, "presentment_number": 1, "amount_cents": 41235, "effective_on": "2026-11-23",
    "extra": None, "method_type": "card", "method_last4": "4242",
}  # fmt: skip


class Stage:
    """A gateway service, its database and its feed."""

    def __init__(self, database: Database, clock: FixedClock, keys_folder: Path) -> None:
        self.database, self.clock, self.feed = database, clock, Feed()
        self.service = wire(GatewayService, database=database, clock=clock, keys_folder=keys_folder, feed=self.feed)

    def posted(self, *, amount_cents: int, account_id: str = MINE) -> Envelope:
        data = {**POSTED, "account_id": account_id, "amount_cents": amount_cents}
        return an_event(payments_events.payment_posted, clock=self.clock, subject=account_id, data=_loaded(data))

    def happens(self, *amounts: int, account_id: str = MINE) -> None:
        for amount_cents in amounts:
            envelope = self.posted(amount_cents=amount_cents, account_id=account_id)
            assert deliver(self.service.on_payment_posted, envelope) is Outcome.DONE

    def opens(self, *, resume_from: str | None = None, accounts: Iterable[str] = (MINE,), minutes: int = 5) -> "Reader":
        subscription = self.feed.open(subject=examples.USER_ID, account_ids=accounts)
        reader = Reader(self.clock, subscription)
        reader.stream = EventStream(
            store=self.database, clock=self.clock, subscription=subscription, resume_from=resume_from,
            ends_at=self.clock.now() + timedelta(minutes=minutes), wait=reader.wait,
        )  # fmt: skip
        return reader


class Reader:
    """Reads frames; where the stream would wait, the clock moves on. Waiting often for nothing ends the reading."""

    stream: EventStream

    def __init__(self, clock: FixedClock, subscription: Subscription) -> None:
        self.clock, self.subscription, self.idle, self.patience, self.frames = clock, subscription, 0, 3, list[str]()
        self.pauses: list[float] = []
        self.on_wait: Callable[[], Any] = lambda: None

    def wait(self, seconds: float) -> bool:
        rung = self.subscription.wait(0)
        self.on_wait()
        self.idle += 1
        self.pauses.append(seconds)
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))
        if self.idle > self.patience:
            raise StopReading
        return rung

    def read(self) -> list[str]:
        """All frames until the stream is idle."""
        try:
            for raw in self.stream:
                self.frames.append(raw.decode())
                self.idle = self.idle if raw.startswith(b":") else 0
        except StopReading:
            pass
        return self.frames

    def amounts(self) -> list[int]:
        return [json.loads(_line(frame, "data"))["amount_cents"] for frame in self.read() if "payment_" in frame]

    def last_id(self) -> str:
        return _line(self.frames[-1], "id")


class StopReading(Exception):
    pass


def _line(frame: str, name: str) -> str:
    return next(line.removeprefix(f"{name}: ") for line in frame.splitlines() if line.startswith(f"{name}: "))


def _loaded(data: dict[str, Any]) -> dict[str, Any]:
    return payments_events.payment_posted.schema().load(data)  # type: ignore[no-any-return]


@pytest.fixture
def stage(databases: Callable[[str], Database], clock: FixedClock, keys_folder: Path) -> Stage:
    return Stage(databases("gateway"), clock, keys_folder)


def test_a_new_stream_begins_with_what_happens_from_now_on(stage: Stage) -> None:
    stage.happens(1)
    reader = stage.opens()
    stage.happens(2, 3)
    assert reader.amounts() == [2, 3]
    assert _line(reader.frames[0], "event") == "ready"


def test_a_client_goes_on_after_the_last_event_it_has(stage: Stage) -> None:
    first = stage.opens()
    stage.happens(1, 2, 3)
    assert first.amounts() == [1, 2, 3]
    second_frame = next(frame for frame in first.frames if '"amount_cents":2' in frame)
    assert stage.opens(resume_from=_line(second_frame, "id")).amounts() == [3]
    assert stage.opens(resume_from=first.last_id()).amounts() == []


def test_an_event_that_commits_late_is_not_passed_over(stage: Stage) -> None:
    reader = stage.opens()
    late = stage.posted(amount_cents=1)
    with stage.database.writing() as slow:
        stream.record(slow, feed=stage.feed, event=late, account_id=MINE, shown=late.data)
        stage.happens(2)
        assert reader.amounts() == []
    assert _resumed(stage, reader).amounts() == [1, 2]


def _resumed(stage: Stage, reader: Reader) -> Reader:
    return stage.opens(resume_from=reader.last_id())


def test_a_longer_story_than_one_page_is_told_whole(stage: Stage) -> None:
    reader = stage.opens()
    stage.happens(*range(1, stream.PAGE + 31))
    assert reader.amounts() == list(range(1, stream.PAGE + 31))


def test_nobody_hears_of_another_account(stage: Stage) -> None:
    reader, nobody = stage.opens(), stage.opens(accounts=())
    stage.happens(1, account_id=OTHER)
    stage.happens(2)
    assert reader.amounts() == [2]
    assert nobody.amounts() == []


def test_the_same_event_delivered_twice_is_told_once(stage: Stage) -> None:
    reader = stage.opens()
    envelope = stage.posted(amount_cents=1)
    assert deliver(stage.service.on_payment_posted, envelope) is Outcome.DONE
    assert deliver(stage.service.on_payment_posted, envelope) is Outcome.DUPLICATE
    assert reader.amounts() == [1]


def test_every_kind_of_event_reaches_the_stream_under_its_name(stage: Stage) -> None:
    reader = stage.opens()
    declined = {
        "payment_id": examples.PAYMENT_ID, "account_id": MINE, "amount_cents": 5, "reason_code": "insufficient_funds",
        "reason": "Your bank said there is not enough money in the account.",
    }  # fmt: skip
    applied = {
        **dict.fromkeys(("interest_cents", "tax_cents", "fees_cents", "unapplied_cents"), 0), "account_id": MINE,
        "payment_id": examples.PAYMENT_ID, "presentment_number": 1, "amount_cents": 5, "principal_cents": 5,
        "effective_on": stage.clock.today(), "standing": STANDING,
    }  # fmt: skip
    eligible = {"account_id": MINE, "extension": True, "buyout": True, "turn_in": True, "reasons": {}}
    for handler, event, data in (
        (stage.service.on_payment_declined, payments_events.payment_declined, declined),
        (stage.service.on_payment_applied, accounts_events.payment_applied, applied),
        (stage.service.on_lease_eligibility_changed, leases_events.lease_eligibility_changed, eligible),
    ):
        assert deliver(handler, an_event(event, clock=stage.clock, subject=MINE, data=data)) is Outcome.DONE
    named = [_line(frame, "event") for frame in reader.read()[:4]]
    assert named == ["ready", "payment_declined", "payment_applied", "lease_eligibility_changed"]


def test_fields_that_the_contract_does_not_know_are_not_told(stage: Stage) -> None:
    reader = stage.opens()
    envelope = stage.posted(amount_cents=1)
    cast(dict[str, Any], envelope.data)["processor_reference"] = "ch_secret"
    assert deliver(stage.service.on_payment_posted, envelope) is Outcome.DONE
    assert reader.amounts() == [1]
    assert "ch_secret" not in "".join(reader.frames)


def test_a_quiet_stream_sends_a_heartbeat_every_fifteen_seconds_that_moves_the_cursor(stage: Stage) -> None:
    reader = stage.opens()
    reader.patience = 40
    beats = [frame for frame in reader.read() if frame.startswith(": still here\n")]
    assert len(beats) == 2
    assert "data:" not in beats[0]
    stage.happens(1)
    assert stage.opens(resume_from=_line(beats[0], "id")).amounts() == [1]


def test_the_stream_ends_with_the_token(stage: Stage) -> None:
    reader = stage.opens(minutes=0)
    assert [_line(frame, "event") for frame in reader.read()] == ["ready"]
    assert reader.idle == 0


def test_the_stream_ends_when_the_process_stops(stage: Stage) -> None:
    reader = stage.opens()
    reader.on_wait = stage.feed.close_all
    assert len(reader.read()) == 1
    assert reader.idle == 1
    with pytest.raises(TooManyStreams):
        stage.feed.open(subject="somebody", account_ids=[MINE])


def test_a_client_away_for_longer_than_events_are_kept_is_told_to_read_anew(stage: Stage) -> None:
    reader = stage.opens()
    reader.read()
    stage.clock.move_to(stage.clock.now() + stream.KEPT + timedelta(minutes=1))
    assert _line(_resumed(stage, reader).read()[0], "event") == "reset"


def test_a_position_of_another_database_is_answered_with_a_reset(stage: Stage) -> None:
    ahead = stream.Position(2**40, stream.NIL, int(stage.clock.now().timestamp())).cursor()
    reader = stage.opens(resume_from=ahead)
    stage.happens(1)
    assert _line(reader.read()[0], "event") == "reset"
    assert reader.amounts() == [1]


@pytest.mark.parametrize("cursor", ["x", "!!!", "MS4y", "MS54LjE", "ü", "LTEuMDAuMQ", "a" * 5000])
def test_a_cursor_that_is_none_is_refused_by_its_header(cursor: str, stage: Stage) -> None:
    with pytest.raises(InvalidRequest) as refused:
        stage.opens(resume_from=cursor)
    assert refused.value.errors[0].pointer == "/headers/Last-Event-ID"


def test_old_events_are_forgotten_and_young_ones_kept(stage: Stage) -> None:
    stage.happens(1, 2)
    with stage.database.engine.begin() as connection:
        connection.execute(text("UPDATE stream_events SET created_at = :at WHERE data->>'amount_cents' = '1'"), {
            "at": stage.clock.now() - stream.KEPT - timedelta(seconds=1),
        })  # fmt: skip
    stage.service.every_hour_forget_old_events()
    with stage.database.engine.begin() as connection:
        assert connection.execute(text("SELECT data->>'amount_cents' FROM stream_events")).scalars().all() == ["2"]


def test_a_ring_wakes_a_waiting_stream_of_that_account_only(stage: Stage) -> None:
    mine = stage.feed.open(subject="a", account_ids=[MINE])
    other = stage.feed.open(subject="b", account_ids=[OTHER])
    ringing = threading.Timer(0.05, stage.feed.ring, [MINE])
    ringing.start()
    assert mine.wait(5) is True
    assert other.wait(0) is False
    assert mine.wait(0) is False


def test_an_event_rings_the_streams_of_its_account(stage: Stage) -> None:
    mine, other = (stage.feed.open(subject="a", account_ids=[account]) for account in (MINE, OTHER))
    stage.happens(1)
    assert (mine.wait(0), other.wait(0)) == (True, False)


def test_a_rung_stream_looks_again_at_once_and_then_ever_more_seldom(stage: Stage) -> None:
    reader = stage.opens()
    reader.patience = 9
    stage.feed.ring(MINE)
    reader.read()
    assert reader.pauses == [1.0, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.0, 1.0, 1.0]


def test_a_sixth_stream_of_one_person_ends_the_oldest(stage: Stage) -> None:
    readers = [stage.opens() for _ in range(stream.STREAMS_OF_ONE_MAX + 1)]
    assert len(stage.feed) == stream.STREAMS_OF_ONE_MAX
    assert len(readers[0].read()) == 1, "it was told that it is ready, and then that is the end"
    assert readers[0].idle == 0
    readers[0].stream.close()
    assert len(stage.feed) == stream.STREAMS_OF_ONE_MAX


class TestOverHttp:
    def test_the_answer_streams_frames_as_they_come(self, stage: Stage) -> None:
        gateway = a_gateway(clock=stage.clock, store=stage.database)
        authorization = {"Authorization": f"Bearer {gateway.token()}"}
        environment = create_environ("/v1/stream", headers=authorization)
        heads: list[Any] = []
        body = gateway.client.application(environment, cast(Any, lambda *head: heads.extend(head)))
        status, headers = heads[0], dict(heads[1])
        assert (status, headers["Content-Type"]) == ("200 OK", "text/event-stream")
        assert (headers["X-Accel-Buffering"], headers["Cache-Control"]) == ("no", "no-store")
        assert environment["eventlet.minimum_write_chunk_size"] == 0
        assert b"event: ready" in next(iter(body))
        assert len(gateway.feed) == 1
        cast(ClosingIterator, body).close()
        assert len(gateway.feed) == 0

    def test_a_wrong_cursor_is_a_422_and_holds_no_place(self, stage: Stage) -> None:
        gateway = a_gateway(clock=stage.clock, store=stage.database)
        answer = gateway.get("/v1/stream", headers={"Last-Event-ID": "x"})
        assert (answer.status_code, len(gateway.feed)) == (422, 0)

    def test_head_opens_no_stream(self, stage: Stage) -> None:
        gateway = a_gateway(clock=stage.clock, store=stage.database)
        assert gateway.send("HEAD", "/v1/stream").status_code == 200
        assert len(gateway.feed) == 0

    def test_a_stream_more_than_the_process_holds_is_a_429(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stream, "STREAMS_MAX", 2)
        gateway = a_gateway(clock=stage.clock, store=stage.database)
        for _ in range(2):
            gateway.feed.open(subject=examples.USER_ID, account_ids=[MINE])
        answer = gateway.get("/v1/stream")
        assert (answer.status_code, answer.json["code"]) == (429, "too_many_streams")
        assert answer.headers["Retry-After"] == "30"
