"""What happens on an account is told live to its holder: everything, in order, once, and to nobody else."""

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, event, text
from werkzeug.test import create_environ
from werkzeug.wsgi import ClosingIterator

from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.errors import InvalidRequest
from chassis.events import Envelope, parse
from chassis.ids import new_id
from chassis.store import Database
from deploy.postgres.cluster import Cluster
from gateway.api import examples
from gateway.contracts.declared import promised_events
from gateway.contracts.samples import HAPPENED_AT
from gateway.errors import TooManyStreams
from gateway.service import GatewayService
from gateway.stream import feed, memory, tail
from gateway.stream.feed import Feed, Subscription
from gateway.stream.frames import EventStream
from gateway.stream.memory import NIL, Position
from gateway.stream.tail import Tail
from gateway.stream.told import TOLD, Audience, Told, names
from services.accounts.contract import events as accounts_events
from services.identity.contract import events as identity_events
from services.leases.contract import events as leases_events
from services.payments.contract import events as payments_events
from tests.builders.wiring import an_event, deliver, wire
from tests.fixtures.processes import eventually
from tests.unit.gateway.builders import a_gateway

ASYNCAPI = Path(__file__).parents[3] / "gateway" / "asyncapi.json"
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
        self.service: Any = wire(GatewayService, database=database, clock=clock, keys_folder=keys_folder)
        self.tail = Tail(store=database, clock=clock, feed=self.feed, is_told=lambda: True)

    def posted(self, *, amount_cents: int, account_id: str = MINE) -> Envelope:
        data = {**POSTED, "account_id": account_id, "amount_cents": amount_cents}
        return an_event(payments_events.payment_posted, clock=self.clock, subject=account_id, data=_loaded(data))

    def happens(self, *amounts: int, account_id: str = MINE) -> None:
        for amount_cents in amounts:
            envelope = self.posted(amount_cents=amount_cents, account_id=account_id)
            assert deliver(self.service.on_promised, envelope) is Outcome.DONE

    def opens(
        self, *, resume_from: str | None = None, accounts: Iterable[str] = (MINE,), minutes: int = 5,
        person: str = examples.USER_ID, store: Database | None = None,
    ) -> "Reader":  # fmt: skip
        subscription = self.feed.open(subject=person, account_ids=accounts)
        reader = Reader(self.clock, subscription, self.tail)
        reader.stream = EventStream(
            store=store or self.database, clock=self.clock, subscription=subscription, resume_from=resume_from,
            ends_at=self.clock.now() + timedelta(minutes=minutes), wait=reader.wait,
        )  # fmt: skip
        return reader


class Reader:
    """Reads frames; where the stream would wait, the tail looks and the clock moves on. Idleness ends the reading."""

    stream: EventStream

    def __init__(self, clock: FixedClock, subscription: Subscription, tail: Tail) -> None:
        self.clock, self.subscription, self.idle, self.patience, self.frames = clock, subscription, 0, 3, list[str]()
        self.tail = tail
        self.pauses: list[float] = []
        self.on_wait: Callable[[], Any] = lambda: None
        self.on_frame: Callable[[], Any] = lambda: None

    def wait(self, seconds: float) -> bool:
        while self.tail.look() == 0:
            pass
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
                if b"event: payment_" in raw:
                    self.on_frame()
                self.idle = self.idle if raw.startswith(b":") else 0
        except StopReading:
            pass
        return self.frames

    def amounts(self) -> list[int]:
        return [json.loads(_line(frame, "data"))["amount_cents"] for frame in self.read() if "payment_" in frame]

    def last_id(self) -> str:
        return _line(self.frames[-1], "id")

    def last_id_after_reading(self) -> str:
        self.read()
        return self.last_id()


class StopReading(Exception):
    pass


def documented(told: Told) -> Envelope:
    """The event as it stands in the documents for listeners, told now."""
    messages = json.loads(ASYNCAPI.read_text())["components"]["messages"].values()
    (payload,) = [message["examples"][0]["payload"] for message in messages if message["name"] == told.event.type]
    return replace(parse(json.dumps(payload)), id=new_id(at=HAPPENED_AT))


def _line(frame: str, name: str) -> str:
    return next(line.removeprefix(f"{name}: ") for line in frame.splitlines() if line.startswith(f"{name}: "))


def _once(action: Callable[[], Any]) -> Callable[[], Any]:
    """An action that is taken the first time only."""
    left = [action]
    return lambda: left.pop()() if left else None


def _event_of(raw: bytes) -> str:
    return _line(raw.decode(), "event")


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
        memory.record(slow, events=[late], told=TOLD[0])
        stage.happens(2)
        assert reader.amounts() == []
    assert _resumed(stage, reader).amounts() == [1, 2]


def _resumed(stage: Stage, reader: Reader) -> Reader:
    return stage.opens(resume_from=reader.last_id())


def test_a_longer_story_than_one_page_is_told_whole(stage: Stage) -> None:
    reader = stage.opens()
    stage.happens(*range(1, memory.PAGE + 31))
    assert reader.amounts() == list(range(1, memory.PAGE + 31))


def test_nobody_hears_of_another_account(stage: Stage) -> None:
    reader, nobody = stage.opens(), stage.opens(accounts=())
    stage.happens(1, account_id=OTHER)
    stage.happens(2)
    assert reader.amounts() == [2]
    assert nobody.amounts() == []


def test_the_same_event_delivered_twice_is_told_once(stage: Stage) -> None:
    reader = stage.opens()
    envelope = stage.posted(amount_cents=1)
    assert deliver(stage.service.on_promised, envelope) is Outcome.DONE
    assert deliver(stage.service.on_promised, envelope) is Outcome.DUPLICATE
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
    for declared, data in (
        (payments_events.payment_declined, declined),
        (accounts_events.payment_applied, applied),
        (leases_events.lease_eligibility_changed, eligible),
    ):
        assert (
            deliver(stage.service.on_promised, an_event(declared, clock=stage.clock, subject=MINE, data=data))
            is Outcome.DONE
        )
    named = [_line(frame, "event") for frame in reader.read()[:4]]
    assert named == ["ready", "payment_declined", "payment_applied", "lease_eligibility_changed"]


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.name)
def test_an_event_that_is_listed_reaches_whom_it_concerns_and_nobody_else(stage: Stage, told: Told) -> None:
    mine, other = stage.opens(), stage.opens(accounts=(OTHER,), person=OTHER)
    assert deliver(stage.service.on_promised, documented(told)) is Outcome.DONE
    (frame,) = [frame for frame in mine.read() if f"event: {told.name}\n" in frame]
    assert set(json.loads(_line(frame, "data"))) == set(told.shown)
    assert [frame for frame in other.read() if told.name in frame] == []


def test_why_staff_undid_a_payment_is_not_told(stage: Stage) -> None:
    (told,) = [told for told in TOLD if told.event is accounts_events.payment_reversed]
    reader, envelope = stage.opens(), documented(told)
    envelope = replace(envelope, data={**envelope.data, "reason": "Took it for fraud."})
    assert deliver(stage.service.on_promised, envelope) is Outcome.DONE
    assert "payment_reversed" in "".join(reader.read())
    assert "fraud" not in "".join(reader.frames)


def test_what_is_promised_about_an_account_or_a_person_is_told_but_for_these() -> None:
    about = {event.name for event in promised_events() if {"account_id", "user_id"} & set(event.schema().fields)}
    assert about - set(names()) == {
        # Who may see an account stands in the token: a stream that is open does not change with it.
        "account_opened", "account_linked", "account_unlinked",
        # The user cannot sign in yet.
        "user_registered", "email_verified",
        # The message itself has reached the person, or has not.
        "notification_sent", "notification_delivered", "notification_failed",
        # A person of ours has to act first, and then tells the customer what became of it.
        "payment_disputed", "refund_failed",
    }  # fmt: skip


def test_fields_that_the_contract_does_not_know_are_not_told(stage: Stage) -> None:
    reader = stage.opens()
    envelope = stage.posted(amount_cents=1)
    cast(dict[str, Any], envelope.data)["processor_reference"] = "ch_secret"
    assert deliver(stage.service.on_promised, envelope) is Outcome.DONE
    assert reader.amounts() == [1]
    assert "ch_secret" not in "".join(reader.frames)


def test_a_quiet_stream_sends_a_heartbeat_every_fifteen_seconds_that_moves_the_cursor(stage: Stage) -> None:
    reader = stage.opens()
    reader.patience = 2
    beats = [frame for frame in reader.read() if frame.startswith(": still here\n")]
    assert (len(beats), reader.pauses) == (2, [15.0, 15.0, 15.0])
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
    stage.clock.move_to(stage.clock.now() + memory.KEPT + timedelta(minutes=1))
    assert _line(_resumed(stage, reader).read()[0], "event") == "reset"


def test_a_position_of_another_database_is_answered_with_a_reset(stage: Stage) -> None:
    ahead = Position(2**40, NIL, int(stage.clock.now().timestamp())).cursor()
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
            "at": stage.clock.now() - memory.KEPT - timedelta(seconds=1),
        })  # fmt: skip
    stage.service.every_hour_forget_old_events()
    with stage.database.engine.begin() as connection:
        assert connection.execute(text("SELECT data->>'amount_cents' FROM stream_events")).scalars().all() == ["2"]


def test_an_event_rings_the_streams_of_its_account_only(stage: Stage) -> None:
    mine, other = stage.opens(), stage.opens(accounts=(OTHER,), person=OTHER)
    stage.happens(1)
    stage.tail.look()
    assert (mine.subscription.wait(0), other.subscription.wait(0)) == (True, False)


def test_every_event_gives_notice_to_all_gateways_when_it_is_committed(stage: Stage) -> None:
    connection = stage.database.own_connection()
    try:
        connection.cursor().execute(f"LISTEN {memory.CHANNEL}")
        stage.happens(1)
        eventually(lambda: connection.poll() == 0 and connection.notifies)
        assert [notice.channel for notice in connection.notifies] == [memory.CHANNEL]
    finally:
        connection.close()


def test_all_streams_together_cost_one_look(stage: Stage) -> None:
    readers = [stage.opens(person=f"0193583f-0000-7000-8000-{number:012d}") for number in range(20)]
    stage.happens(1, 2)
    statements: list[str] = []

    def note(*found: Any) -> None:
        statements.append(found[2])

    event.listen(Engine, "before_cursor_execute", note)
    stage.tail.look()
    event.remove(Engine, "before_cursor_execute", note)
    for reader in readers:
        frames = [next(iter(reader.stream)).decode() for _ in range(3)]
        assert [_line(frame, "event") for frame in frames] == ["ready", "payment_posted", "payment_posted"]
    assert len(statements) == 2, "the horizon and the events"


def test_a_gateway_looks_again_soon_while_something_runs_that_may_still_commit(stage: Stage) -> None:
    stage.opens()
    assert stage.tail.look() == tail.POLL_SECONDS
    with stage.database.writing() as slow:
        memory.record(slow, events=[stage.posted(amount_cents=1)], told=TOLD[0])
        pauses = [stage.tail.look() for _ in range(8)]
    assert pauses == [0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.0, 1.0]
    assert stage.tail.look() == tail.POLL_SECONDS


def test_a_gateway_that_is_told_of_no_commit_looks_more_often_by_itself(stage: Stage) -> None:
    stage.opens()
    untold = Tail(store=stage.database, clock=stage.clock, feed=stage.feed, is_told=lambda: False)
    assert untold.look() == tail.POLL_SECONDS_UNTOLD


def test_a_long_transaction_in_another_database_of_the_server_holds_nothing_up(
    stage: Stage, databases: Callable[[str], Database]
) -> None:
    reader = stage.opens()
    with databases("accounts").writing() as elsewhere:
        elsewhere.value(text("SELECT pg_current_xact_id()::text"))
        stage.happens(1)
        assert reader.amounts() == [1]


def test_a_client_comes_back_while_an_unseen_transaction_holds_everything_up(
    stage: Stage, databases: Callable[[str], Database], cluster: Cluster
) -> None:
    reader = stage.opens()
    admin = create_engine(cluster.admin_url(str(stage.database.engine.url.database)))
    with ExitStack() as held:
        held.callback(admin.dispose)
        held.enter_context(databases("accounts").writing()).value(text("SELECT pg_current_xact_id()::text"))
        stage.happens(1)
        cursor = reader.last_id_after_reading()
        held.enter_context(admin.connect()).execute(text("SELECT 1"))
        stage.happens(2)
        again = stage.opens(resume_from=cursor)
        again.on_wait = _once(held.close)
        assert again.amounts() == [2]
    assert _line(again.frames[0], "event") == "ready"


def test_whoever_reads_slowly_is_told_everything_once_from_the_database(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "WAITING_MAX", 3)
    reader = stage.opens()
    for amount_cents in range(1, 10):
        stage.happens(amount_cents)
        stage.tail.look()
    assert reader.subscription.is_behind
    reader.on_wait = _once(lambda: stage.happens(10))
    assert reader.amounts() == list(range(1, 11))


def test_what_happens_while_a_stream_catches_up_is_told_once_and_in_order(stage: Stage) -> None:
    beginning = stage.opens().last_id_after_reading()
    stage.happens(1, 2, 3)
    reader = stage.opens(resume_from=beginning)
    reader.on_frame = _once(lambda: stage.happens(4))
    resumed = stage.opens(resume_from=beginning)
    resumed.on_frame = _once(stage.tail.look)
    assert reader.amounts() == [1, 2, 3, 4]
    assert resumed.amounts() == [1, 2, 3, 4]


def test_a_stream_outlives_its_database_and_misses_nothing(stage: Stage, databases: Callable[[str], Database]) -> None:
    gone = Database(url="postgresql://127.0.0.1:9/gone", service="gateway", clock=stage.clock)
    reader = stage.opens()
    stage.happens(1)
    reader.subscription.is_behind = True
    stage.tail._store = reader.stream._store = gone
    assert reader.amounts() == []
    assert not stage.feed.is_closing
    stage.tail._store = reader.stream._store = stage.database
    again = _resumed(stage, reader)
    assert again.amounts() == [1]


def test_an_event_of_a_person_reaches_that_person_alone(stage: Stage) -> None:
    mine, other = stage.opens(accounts=()), stage.opens(accounts=(), person=OTHER)
    told = Told(identity_events.session_opened, to=Audience.PERSON, only=("session_id",))
    data = {"user_id": UUID(examples.USER_ID), "session_id": UUID(examples.SESSION_ID)}
    envelope = an_event(identity_events.session_opened, clock=stage.clock, subject=examples.USER_ID, data=data)
    with stage.database.writing() as transaction:
        memory.record(transaction, events=[envelope], told=told)
    assert [_line(frame, "data") for frame in mine.read()[1:2]] == [f'{{"session_id":"{examples.SESSION_ID}"}}']
    assert [frame for frame in other.read() if "session_opened" in frame] == []
    again = stage.opens(accounts=(), resume_from=_line(mine.frames[0], "id"))
    assert len([frame for frame in again.read() if "session_opened" in frame]) == 1


def test_a_sixth_stream_of_one_person_ends_the_oldest(stage: Stage) -> None:
    readers = [stage.opens() for _ in range(feed.STREAMS_OF_ONE_MAX + 1)]
    assert len(stage.feed) == feed.STREAMS_OF_ONE_MAX
    assert len(readers[0].read()) == 1, "it was told that it is ready, and then that is the end"
    assert readers[0].idle == 0
    readers[0].stream.close()
    assert len(stage.feed) == feed.STREAMS_OF_ONE_MAX


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
        monkeypatch.setattr(feed, "STREAMS_MAX", 2)
        gateway = a_gateway(clock=stage.clock, store=stage.database)
        for _ in range(2):
            gateway.feed.open(subject=examples.USER_ID, account_ids=[MINE])
        answer = gateway.get("/v1/stream")
        assert (answer.status_code, answer.json["code"]) == (429, "too_many_streams")
        assert answer.headers["Retry-After"] == "30"
