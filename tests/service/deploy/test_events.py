"""Events seen and told again: from the stream, from the outboxes, only those asked for, over any interruption."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from chassis import outbox
from chassis.bus.link import open_channel
from chassis.bus.topology import EVENTS_STREAM
from chassis.clock import FixedClock
from chassis.events import CONTENT_TYPE, Envelope, Event
from chassis.ids import new_id
from chassis.store import Database
from deploy.catalogue import SERVICES
from deploy.cli.events import command as events_command
from deploy.events import outboxes, replaying
from deploy.events.choice import Choice, chosen
from deploy.stack import DataFolder, StackProblem, StackRecord, variable_of
from deploy.topology import declare_events_stream
from services.accounts.contract.events import business_day_closed
from services.payments.contract.events import payment_declined, payment_posted, payment_submitted
from tests.fixtures.postgres import OpenDatabase
from tests.fixtures.processes import ROOT, eventually
from tests.fixtures.time import NOW

BEGAN_AT = datetime(2026, 11, 1, tzinfo=UTC)
ALWAYS = BEGAN_AT.isoformat()
POSTED = {
    "account_id": "a", "presentment_number": 1, "amount_cents": 100, "effective_on": "2026-11-01", "extra": None,
    "method_type": "bank_account", "method_last4": "6789",
}  # fmt: skip
MANY = 1200


def an_event(event: Event = payment_posted, *, number: int = 1, subject: str = "a") -> Envelope:
    """One that happened so many seconds after the beginning of November."""
    happened_at = BEGAN_AT + timedelta(seconds=number)
    return Envelope(
        id=(identifier := new_id(at=happened_at)), source=event.source, type=event.type, subject=subject,
        time=happened_at, sequence=number, data={**POSTED, "payment_id": str(number)}, dataschema=event.dataschema,
        traceparent="", causation_id=None, root_id=identifier,
    )  # fmt: skip


class Broker:
    """An empty stream, and a queue of a subscriber that gets nothing by itself."""

    def __init__(self, url: str, queue: str) -> None:
        self.url, self.queue = url, queue

    def tell(self, *events: Envelope) -> None:
        with open_channel(self.url) as channel:
            confirmed: list[int] = []
            channel.confirm_select()
            channel.events["basic_ack"].add(lambda tag, _: confirmed.append(tag))
            for event in events:
                message = channel.prepare_message(
                    event.to_json(), content_type=CONTENT_TYPE, content_encoding="utf-8",
                    properties={"message_id": str(event.id), "delivery_mode": 2},
                )  # fmt: skip
                channel.basic_publish(message, exchange=f"{event.source}.events", routing_key=event.name)
            while max(confirmed, default=0) < len(events):
                channel.connection.drain_events(timeout=30)

    def received(self) -> list[str]:
        """The ids of all that is in the queue, taken out of it."""
        found = []
        with open_channel(self.url) as channel:
            while (message := channel.basic_get(self.queue, no_ack=True)) is not None:
                assert message.properties["content_type"] == CONTENT_TYPE
                found.append(json.loads(message.body)["id"])
        return found


@pytest.fixture
def broker(broker_url: str) -> Iterator[Broker]:
    queue = f"sub.{uuid4().hex}.v1"
    with open_channel(broker_url) as channel:
        channel.queue_delete(queue=EVENTS_STREAM)
        declare_events_stream(channel)
        channel.queue_declare(queue=queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    yield Broker(broker_url, queue)
    with open_channel(broker_url) as channel:
        channel.queue_delete(queue=queue)


@pytest.fixture
def captive(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`captive events …` beside that broker."""
    monkeypatch.setenv("BUS_URL", broker.url)

    def run(*words: str) -> Result:
        return CliRunner().invoke(events_command, [*words, "--data", str(tmp_path / "data")], catch_exceptions=False)

    return run


def ids(events: list[Envelope]) -> list[str]:
    return [str(event.id) for event in events]


@pytest.mark.bus
def test_a_replay_puts_what_was_asked_for_into_that_queue_in_order(broker: Broker, captive: Any) -> None:
    told = [an_event(number=number, subject="ab"[number % 2]) for number in range(1, 11)]
    others = [an_event(payment_declined, number=20), an_event(number=21, subject="c")]
    broker.tell(*told[:5], *others)
    with open_channel(broker.url) as channel:
        channel.basic_publish_confirm(
            channel.prepare_message("no event", content_encoding="utf-8"), exchange="", routing_key=EVENTS_STREAM
        )
    broker.tell(*told[5:])
    words = ("replay", "--from", ALWAYS, "--to", broker.queue, "--out-of", "stream")
    done = captive(*words, "--type", "payment_posted", "--to-instant", "2026-11-01T00:00:10Z")
    assert done.stdout == f"9 events told again to {broker.queue}, out of the stream\n"
    assert broker.received() == ids(told[:9])
    assert (
        "kept for 30 days"
        in captive(*words, "--type", "payment_declined", "--subject", "c", "--from", "2020-01-01T00:00:00Z").stderr
    )
    captive(*words, "--source", "payments", "--subject", "c")
    assert broker.received() == ids(others[1:])
    captive(*words, "--type", "captive.payments.payment_declined.v1", "--from", "2026-11-01T00:00:20Z")
    assert broker.received() == ids(others[:1])


@pytest.mark.bus
def test_a_replay_ends_with_what_was_told_before_it_began_and_goes_on_there(
    broker: Broker, captive: Any, tmp_path: Path
) -> None:
    words = ("replay", "--type", "payment_posted", "--from", ALWAYS, "--to", broker.queue, "--out-of", "stream")
    resume = ("--resume", str(tmp_path / "bookmark"))
    first, second = [an_event(number=1), an_event(number=2)], [an_event(number=3)]
    assert captive(*words, *resume).stdout.startswith("0 events")
    broker.tell(*first)
    assert captive(*words, *resume).stdout.startswith("2 events")
    broker.tell(*second)
    assert captive(*words, *resume).stdout.startswith("1 events")
    assert captive(*words, *resume).stdout.startswith("0 events")
    assert broker.received() == ids([*first, *second])
    with pytest.raises(StackProblem, match="belongs to another replay"):
        captive(*words, *resume, "--subject", "another")


@pytest.mark.bus
def test_a_replay_that_is_killed_goes_on_without_a_gap(broker: Broker, tmp_path: Path) -> None:
    told = [an_event(number=number) for number in range(1, MANY + 1)]
    broker.tell(*told)
    bookmark = tmp_path / "bookmark"
    words = ["--type", "payment_posted", "--from", ALWAYS, "--to", broker.queue, "--out-of", "stream"]
    command = [
        sys.executable, "-m", "deploy.cli", "events", "replay", *words, "--resume", str(bookmark),
        "--data", str(tmp_path / "data"),
    ]  # fmt: skip
    environment = {**os.environ, "BUS_URL": broker.url}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    while not bookmark.exists():
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=60, capture_output=True)
    received = broker.received()
    assert set(received) == set(ids(told))
    assert len(told) <= len(received) <= len(told) + replaying.REPEATED_MAX


@pytest.mark.bus
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--type", "payment_posted", "--to", "nowhere"], "There is no queue nowhere"),
        (["--to", "QUEUE"], "Name the events with --type"),
        (["--type", "payment_posted", "--to", "QUEUE", "--from", "2026-11-01"], "give date, time and zone"),
        (["--type", "payment_submitted", "--to", "QUEUE"], "promised to nobody; give --all"),
        (["--type", "payment_made", "--to", "QUEUE"], "No service tells payment_made; there are account_closed"),
        (["--type", "payment_posted", "--to", "QUEUE", "--from", "2999-01-01T00:00:00Z"], "is still to come"),
        (["--type", "payment_posted", "--to", "QUEUE", "--to-instant", "2020-01-01T00:00:00Z"], "must come after"),
        (["--source", "billing", "--to", "QUEUE"], "No service billing tells anything"),
        (["--type", "payment_submitted", "--all", "--out-of", "stream", "--to", "QUEUE"], "promised events alone"),
    ],
)
def test_what_cannot_be_told_again_is_refused(broker: Broker, captive: Any, words: list[str], sentence: str) -> None:
    given = [broker.queue if word == "QUEUE" else word for word in words]
    with pytest.raises(StackProblem, match=sentence):
        captive("replay", "--from", ALWAYS, *given)


@pytest.mark.bus
def test_a_queue_that_goes_in_the_middle_is_noticed(broker: Broker) -> None:
    from deploy.events import target
    from deploy.events.told import Told

    with target.opened(broker.url, queue=broker.queue) as into:
        into.tell([Told(event, event.to_json()) for event in [an_event()]])
        with open_channel(broker.url) as channel:
            channel.queue_delete(queue=broker.queue)
        with pytest.raises(StackProblem, match="is gone, or refuses"):
            into.tell([Told(event, event.to_json()) for event in [an_event()]])


@contextmanager
def heeding_interrupts() -> Iterator[None]:
    """A program begun here can be interrupted, though tests that run in the background may pass interrupts over."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("words", [["tail", "--count", "1"], ["replay", "--source", "payments", "--to", "nowhere"]])
def test_what_is_still_to_come_is_not_waited_for(tmp_path: Path, words: list[str]) -> None:
    given = [*words, "--from", "2999-01-01T00:00:00Z", "--data", str(tmp_path)]
    with pytest.raises(StackProblem, match=r"2999-01-01T00:00:00.* is still to come; only what has happened"):
        CliRunner().invoke(events_command, given, catch_exceptions=False)


@pytest.mark.bus
def test_a_tail_shows_what_comes_and_can_begin_earlier(broker: Broker, tmp_path: Path, captive: Any) -> None:
    told = [an_event(number=1), an_event(number=2), an_event(payment_declined, number=3), an_event(number=4)]
    broker.tell(told[0])
    output = tmp_path / "output"
    words = ["events", "tail", "--json", "--type", "payment_posted", "--data", str(tmp_path / "data")]
    with output.open("w") as file, heeding_interrupts():
        live = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", *words], cwd=ROOT, env={**os.environ, "BUS_URL": broker.url},
            stdout=file,
        )  # fmt: skip

    def seen() -> list[str]:
        return [json.loads(line)["id"] for line in output.read_text().splitlines()]

    def has_begun() -> bool:
        broker.tell(an_event(number=100))
        return bool(seen())

    try:
        eventually(has_begun, seconds=30)
        broker.tell(*told[1:])
        eventually(lambda: seen()[-2:] == ids([told[1], told[3]]))
        assert str(told[0].id) not in seen()
        live.send_signal(signal.SIGINT)
        assert live.wait(10) == 0
    finally:
        live.kill()
        live.wait(10)
    shown = captive("tail", "--from", ALWAYS, "--count", "2", "--out-of", "stream").output.splitlines()
    assert len(shown) == 2
    assert shown[0].startswith('2026-11-01T00:00:01.000000Z  payments.payment_posted  a  #1  {"account_id": "a"')


def killed_stack(*, bus: str) -> StackRecord:
    return StackRecord(
        process=0, url="", port=0, sandbox_url="", bus=bus, keys="", database_urls={}, ops_ports={}, children={},
        is_serving=True,
    )  # fmt: skip


class TestATailBesideAStoppedStack:
    """Nothing can come, and whoever waits is told so at once."""

    @pytest.fixture(autouse=True)
    def nothing_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("BUS_URL", *map(variable_of, SERVICES)):
            monkeypatch.delenv(name, raising=False)

    def test_says_that_nothing_runs_and_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(StackProblem) as told:
            CliRunner().invoke(events_command, ["tail", "--data", str(tmp_path)], catch_exceptions=False)
        words = ("No stack is running", str(tmp_path), "deploy/up", "--data", "BUS_URL", "--from")
        assert [word for word in words if word not in str(told.value)] == []

    @pytest.mark.bus
    def test_that_ran_on_a_broker_says_so_too_and_shows_what_was_told(self, broker: Broker, tmp_path: Path) -> None:
        broker.tell(an_event(number=1), an_event(number=2))
        folder = DataFolder(tmp_path)
        folder.prepare()
        folder.write_record(killed_stack(bus=broker.url))
        words = ["tail", "--json", "--out-of", "stream", "--data", str(tmp_path)]
        with pytest.raises(StackProblem, match="No stack is running"):
            CliRunner().invoke(events_command, words, catch_exceptions=False)
        shown = CliRunner().invoke(events_command, [*words, "--from", ALWAYS], catch_exceptions=False)
        assert [json.loads(line)["sequence"] for line in shown.stdout.splitlines()] == [1, 2]
        assert "nothing is told any more" in shown.stderr


def test_the_embedded_bus_has_no_stream_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUS_URL", raising=False)
    for service in SERVICES:
        monkeypatch.setenv(variable_of(service), "postgresql://nowhere/none")
    words = ["tail", "--out-of", "stream", "--from", ALWAYS, "--data", str(tmp_path)]
    with pytest.raises(StackProblem, match=r"embedded bus.*--out-of outbox"):
        CliRunner().invoke(events_command, words, catch_exceptions=False)


@pytest.fixture
def payments(databases: OpenDatabase) -> Database:
    return databases("payments")


def told_by_payments(payments: Database, event: Event = payment_posted, *, subject: str = "a") -> str:
    with payments.writing() as transaction:
        transaction.emit(event, subject=subject, data=data_of(event))
        return str(transaction.told[-1].envelope.id)


def told_by_accounts(accounts: Database) -> str:
    data = {"business_on": BEGAN_AT.date(), "payments_confirmed": True}
    with accounts.writing() as transaction:
        transaction.emit(business_day_closed, subject="2026-11-01", data=data)
        return str(transaction.told[-1].envelope.id)


def data_of(event: Event) -> dict[str, Any]:
    if event is payment_posted:
        return {**POSTED, "payment_id": "p", "effective_on": BEGAN_AT.date()}
    return {"payment_id": "p", "account_id": "a", "amount_cents": 100, "method_type": "bank_account"}


def a_choice(*types: str, with_unpromised: bool = False) -> Choice:
    return chosen(
        types=types, sources=(), subject=None, since=ALWAYS, until=None, with_unpromised=with_unpromised
    )  # fmt: skip


def past_ids(url: str, choice: Choice, *, after: Any = None) -> tuple[list[str], Any]:
    with outboxes.opened({"payments": url}) as opened:
        batches = list(opened.past(choice, after=after))
    return [str(told.event.id) for batch in batches for told in batch.events], batches[-1].place


def test_the_outbox_gives_what_was_chosen_and_goes_on_after_its_place(
    payments: Database, migrated: Callable[[str], str]
) -> None:
    url = migrated("payments")
    first = [told_by_payments(payments) for _ in range(outboxes.PAGE + 1)]
    hidden = told_by_payments(payments, payment_submitted)
    found, place = past_ids(url, a_choice())
    assert found == first
    assert past_ids(url, a_choice(with_unpromised=True))[0] == [*first, hidden]
    last = told_by_payments(payments)
    # Through a file and back.
    assert past_ids(url, a_choice(), after=json.loads(json.dumps(place)))[0] == [last]
    assert past_ids(url, chosen(
        types=(), sources=(), subject=None, since=ALWAYS, until=NOW.isoformat(), with_unpromised=False
    ))[0] == []  # fmt: skip


@pytest.mark.parametrize(
    ("user", "sender"), [("deployer", "payments"), ("payments", "payments"), ("accounts", None), ("guest", None)]
)
def test_an_event_out_of_the_outbox_names_its_source_where_the_broker_lets_us(
    payments: Database, migrated: Callable[[str], str], user: str, sender: str | None
) -> None:
    told_by_payments(payments)
    with outboxes.opened({"payments": migrated("payments")}, bus=f"amqp://{user}:x@broker/captive") as opened:
        (told,) = [told for batch in opened.past(a_choice(), after=None) for told in batch.events]
    assert told.user == sender


def test_an_event_that_commits_late_is_neither_passed_nor_overtaken(
    payments: Database, migrated: Callable[[str], str]
) -> None:
    found: list[str] = []
    with ExitStack() as late:
        transaction = late.enter_context(payments.writing())
        transaction.emit(payment_posted, subject="a", data=data_of(payment_posted))
        first = str(transaction.told[-1].envelope.id)
        # Saved, and not committed before what comes next.
        outbox.save(transaction.connection, told=transaction.told)
        transaction.told.clear()
        second = told_by_payments(payments, subject="b")
        reading = threading.Thread(target=lambda: found.extend(past_ids(migrated("payments"), a_choice())[0]))
        reading.start()
        reading.join(1.0)
        assert reading.is_alive()
        assert found == []
    reading.join(15)
    assert found == [first, second]


class TestSeveralOutboxes:
    """What two services have told in turn, put together by the time at which it happened."""

    @pytest.fixture
    def told(self, databases: OpenDatabase, clock: FixedClock) -> list[str]:
        """More than a page of each, a second apart."""
        accounts, payments = databases("accounts"), databases("payments")
        found = []
        for number in range(2 * outboxes.PAGE + 10):
            clock.move_to(clock.now() + timedelta(seconds=1))
            found.append(told_by_accounts(accounts) if number % 2 else told_by_payments(payments))
        return found

    @pytest.fixture
    def both(self, told: list[str], migrated: Callable[[str], str]) -> Iterator[outboxes.Outboxes]:
        assert told
        with outboxes.opened({name: migrated(name) for name in ("accounts", "payments")}) as opened:
            yield opened

    def test_come_by_time(self, told: list[str], both: outboxes.Outboxes) -> None:
        found = [str(one.event.id) for batch in both.past(a_choice(), after=None) for one in batch.events]
        assert found == told

    def test_come_by_time_before_what_is_told_next(self, told: list[str], both: outboxes.Outboxes) -> None:
        found: list[str] = []
        for batch in both.coming(a_choice()):
            found += [str(one.event.id) for one in batch.events]
            if len(found) == len(told):
                break
        assert found == told

    def test_go_on_after_any_batch_with_nothing_left_out_or_repeated(
        self, told: list[str], both: outboxes.Outboxes
    ) -> None:
        batches = list(both.past(a_choice(), after=None))
        assert max(len(batch.events) for batch in batches) <= replaying.REPEATED_MAX
        for number, batch in enumerate(batches, start=1):
            after = json.loads(json.dumps(batch.place))
            rest = [str(one.event.id) for later in both.past(a_choice(), after=after) for one in later.events]
            seen = [str(one.event.id) for earlier in batches[:number] for one in earlier.events]
            assert [*seen, *rest] == told


def test_a_tail_of_the_outboxes_shows_what_commits(payments: Database, migrated: Callable[[str], str]) -> None:
    told_by_payments(payments)
    choice = chosen(types=(), sources=(), subject=None, since=None, until=None, with_unpromised=False)
    with outboxes.opened({"payments": migrated("payments")}) as opened:
        batches = opened.coming(choice)
        assert next(batches).events == []
        wanted = told_by_payments(payments)
        found = eventually(lambda: next(batches).events)
    assert [str(told.event.id) for told in found] == [wanted]


@pytest.mark.bus
def test_without_being_asked_it_takes_the_stream_where_that_reaches_back_far_enough(
    broker: Broker, captive: Any, payments: Database, migrated: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in SERVICES:
        monkeypatch.setenv(variable_of(service), migrated("payments"))
    told_by_payments(payments)
    broker.tell(an_event(number=60))
    words = ("replay", "--type", "payment_posted", "--to", broker.queue, "--from")
    assert captive(*words, "2026-11-01T00:01:00Z").stdout.endswith("out of the stream\n")
    assert captive(*words, "2026-11-01T00:00:59Z").stdout.endswith("out of the outbox\n")
    with open_channel(broker.url) as channel:
        channel.queue_delete(queue=EVENTS_STREAM)
    assert captive(*words, "2026-11-01T00:01:00Z").stdout.endswith("out of the outbox\n")
