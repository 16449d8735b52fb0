"""Whatever is sent to a service, it goes on: what is poison is refused, dropped or put aside, and the rest is handled.

All poison is sent once, in `aftermath`, to toy services in real processes under the real supervisor; each test then
looks at one promise. A real stack's share is in `test_poison_stack.py`.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chassis.clock import WallClock
from chassis.context import CallContext, ContextSigner, deadline_after
from chassis.inbox import ENDED_MAX, PROCESS_ENDED
from chassis.store import Database
from chassis.tables import outbox
from tests.faults.poison import toy
from tests.faults.poison.messages import DEAD, DONE, HUGE, PARKED, REFUSED, UNWANTED, Calls, Letters, Poison
from tests.faults.poison.sending import REPLY_TO, Parcel, Sender
from tests.faults.poison.stage import (
    BESIDE,
    ERRAND,
    HANDLERS,
    KILLED,
    REACTION,
    Actor,
    Stage,
    dead_in,
    noted_in,
    parked_in,
    queue_of,
    said_of,
)  # fmt: skip
from tests.faults.poison.toy import CANARY
from tests.fixtures.figures import Report
from tests.fixtures.postgres import empty
from tests.fixtures.processes import eventually

pytestmark = [pytest.mark.bus, pytest.mark.slow]

TOY = "tests.faults.poison.toy"
ACTORS = (
    Actor(f"{TOY}:PoisonedService"),
    Actor(f"{TOY}:MortalService", {"RETRY_DELAYS_SECONDS": "0.3,8"}),
    Actor(f"{TOY}:DoomedService", {"ERRAND_LEASE_SECONDS": "8"}),
    Actor(f"{TOY}:CalledService"),
    Actor(f"{TOY}:AloneService", {"BUS_URL": "embedded://"}),
    Actor("tests.faults.poison.impatient:ImpatientService"),
)
CUSTOMER = CallContext(subject="01900000-0000-7000-8000-000000000001", role="customer")
WAIT_SECONDS_MAX = 5.0
# A process starts again within this; where the machine is too busy for that, all may take longer in proportion.
START_SECONDS = 2.5
EVERY_SECONDS = 0.25

Sent = dict[tuple[str, str], float]


@dataclass
class Healthy:
    """What was sent to one service beside its poison, and when; calls under the handler `count`."""

    sent: Sent = field(default_factory=dict)

    def waits(self, came: Mapping[tuple[str, str], float], *handlers: str) -> dict[str, float]:
        """The longest wait of each handler; without end for what never came."""
        return {
            handler: max(came.get(key, float("inf")) - at for key, at in self.sent.items() if key[1] == handler)
            for handler in handlers
        }


@dataclass
class Aftermath:
    """Everything that was sent, and what can be seen of it."""

    stage: Stage
    sender: Sender
    databases: dict[str, Database]
    signer: ContextSigner
    letters: Letters
    calls: list[Poison] = field(default_factory=list)
    events: list[Poison] = field(default_factory=list)
    healthy: dict[str, Healthy] = field(default_factory=dict)

    def came(self, service: str) -> dict[tuple[str, str], float]:
        answered = {(mark, "count"): answer.came_at for mark, answer in self.sender.answers.items()}
        return noted_in(self.databases[service]) | answered

    def token(self, method: str, *, seconds: float = 300) -> str:
        expires_at = deadline_after(datetime.now(UTC), timeout_seconds=seconds)
        return self.signer.sign(CUSTOMER, method=method, expires_at=expires_at)

    def send_healthy(self, service: str) -> None:
        """One event to each handler, and one call."""
        sent = self.healthy.setdefault(service, Healthy()).sent
        name = f"{service} {len(sent)}"
        for handler in HANDLERS:
            sent[name, handler] = time.time()
            self.sender.post(self.letters.healthy(name), queue=queue_of(service, handler))
        kwargs = {"request": {"name": name}, "context": self.token(f"{service}.count")}
        headers = {"x-deadline": time.time() + 30}
        properties = {"reply_to": REPLY_TO, "correlation_id": name, "headers": headers}
        sent[name, "count"] = time.time()
        self.sender.call(Parcel(json.dumps({"kwargs": kwargs}).encode(), properties), method=f"{service}.count")

    def assert_short_waits(self, service: str, *handlers: str, report: Report) -> None:
        waits = self.healthy[service].waits(self.came(service), *handlers)
        starts = [seconds for other in self.healthy for seconds in self.stage.restarts_seconds(other)]
        longest = max(starts, default=START_SECONDS)
        shown = ", ".join(f"{handler} {seconds:.2f} s" for handler, seconds in waits.items())
        report(f"{service}: healthy ones waited at most {shown}; the slowest start took {longest:.1f} s")
        assert max(waits.values()) <= WAIT_SECONDS_MAX * max(1.0, longest / START_SECONDS)

    def is_handled(self, service: str) -> bool:
        self.sender.listen(seconds=0.01)
        return self.healthy[service].sent.keys() <= self.came(service).keys()

    def parked(self, service: str) -> dict[tuple[Any, str], str]:
        return parked_in(self.databases[service])


def is_sent(poison: Poison, handler: str) -> bool:
    """One huge event is enough: reading them is the same for all."""
    return poison.name != HUGE or handler == REACTION


def spread_data(aftermath: Aftermath) -> None:
    """Every poisoned call and event at once, then healthy ones behind them."""
    token = aftermath.token("poisoned.note")
    aftermath.calls = Calls(token=token, expired=aftermath.token("poisoned.note", seconds=-300)).all()
    aftermath.events = aftermath.letters.all()
    for poison in aftermath.calls:
        aftermath.sender.call(poison.parcel, method=f"poisoned.{poison.method}")
    for handler in HANDLERS:
        for poison in aftermath.events:
            if is_sent(poison, handler):
                aftermath.sender.post(poison.parcel, queue=queue_of("poisoned", handler))
    aftermath.send_healthy("poisoned")
    ids = [aftermath.letters.ids[poison.name] for poison in aftermath.events if poison.ends == PARKED]
    expected = {(event_id, handler) for event_id in ids for handler in HANDLERS}
    patiently(lambda: aftermath.is_handled("poisoned") and expected <= aftermath.parked("poisoned").keys(), seconds=30)


def spread_death(aftermath: Aftermath) -> None:
    """What ends processes, with healthy ones before, between and behind until all of it is put aside."""
    sender, letters = aftermath.sender, aftermath.letters
    sender.post(letters.deed("stall"), queue=queue_of("impatient", REACTION))
    sender.post(letters.deed("die reaction"), queue=queue_of("mortal", REACTION))
    sender.post(letters.deed("die errand"), queue=queue_of("doomed", ERRAND))
    body = Calls(token=aftermath.token("called.note"), expired="").body(f"die {CANARY}")
    sender.call(Parcel(body, {"reply_to": REPLY_TO, "correlation_id": "die call"}), method="called.note")
    emit_alone(aftermath, "die alone")
    emit_alone(aftermath, "healthy alone")

    def is_over() -> bool:
        for service in ("mortal", "doomed", "called"):
            aftermath.send_healthy(service)
        sender.listen(seconds=EVERY_SECONDS)
        killed = ("mortal", "doomed", "alone", "impatient")
        return all(
            len(aftermath.stage.deaths(service)) == ENDED_MAX and aftermath.parked(service) for service in killed
        )

    patiently(is_over, seconds=100)
    patiently(lambda: all(map(aftermath.is_handled, ("mortal", "doomed", "called"))), seconds=15)


def patiently(what: Callable[[], bool], *, seconds: float) -> None:
    """Wait until it holds, or for so long: what is missing then is each test's to say."""
    with suppress(AssertionError):
        eventually(what, seconds=seconds)


def emit_alone(aftermath: Aftermath, name: str) -> None:
    """The bus inside a process takes in only what its own service has in its outbox."""
    body = aftermath.letters.healthy(name).body.decode()
    with aftermath.databases["alone"].engine.begin() as connection:
        connection.execute(
            outbox.insert().values(
                id=aftermath.letters.ids[name], exchange="poisoned.events", routing_key="noted", subject=name,
                sequence=1, body=body, mandatory=True,
            )
        )  # fmt: skip


@contextmanager
def refusing_unwanted(database: Database) -> Iterator[None]:
    """Within, no row can be kept of one event: its door fails, not only the verb behind it."""

    def alter(*changes: str) -> None:
        with database.engine.begin() as connection:
            for change in changes:
                connection.execute(text(f"ALTER TABLE {change}"))

    wanted = "ADD CONSTRAINT wanted CHECK"
    alter(f"inbox {wanted} (event_id <> '{UNWANTED}')", f"attempts {wanted} (key <> '{UNWANTED}')")
    try:
        yield
    finally:
        alter("inbox DROP CONSTRAINT wanted", "attempts DROP CONSTRAINT wanted")


@pytest.fixture(scope="module")
def aftermath(migrated: Callable[[str], str], keys_folder: Path, broker_url: str) -> Iterator[Aftermath]:
    clock = WallClock(zone_name="America/Chicago")
    databases = {
        actor.name: Database(url=migrated(actor.name), service=actor.name, clock=clock, pool_size=2)
        for actor in ACTORS
    }  # fmt: skip
    for database in databases.values():
        toy.metadata.create_all(database.engine)
        empty(database)
    signer = ContextSigner(folder=keys_folder, issuer="gateway")
    with ExitStack() as stack:
        for database in databases.values():
            stack.callback(database.close)
        stack.enter_context(refusing_unwanted(databases["poisoned"]))
        stage = Stage(bus=broker_url, urls=migrated, keys=keys_folder, actors=ACTORS)
        stack.callback(stage.stop)
        sender = stack.enter_context(closing(Sender(broker_url)))
        made = Aftermath(stage, sender, databases, signer, Letters())
        sender.post(made.letters.deed("block"), queue=queue_of("impatient", REACTION))
        spread_data(made)
        spread_death(made)
        yield made


def test_a_poisoned_call_is_refused_or_dropped(aftermath: Aftermath) -> None:
    answers = aftermath.sender.answers
    expected = {poison.name for poison in aftermath.calls if poison.ends == REFUSED}
    assert len(aftermath.calls) >= 20
    assert {name for name in expected if name not in answers or not answers[name].is_refusal} == set()
    healthy = {name for service in aftermath.healthy.values() for name, _ in service.sent}
    assert answers.keys() - expected - healthy == {"die call"}, "nobody else was answered"


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_poisoned_event_is_put_aside_once(aftermath: Aftermath, handler: str) -> None:
    parked, done = aftermath.parked("poisoned"), noted_in(aftermath.databases["poisoned"])
    dead = dead_in(aftermath.stage.bus, queue_of("poisoned", handler))

    def places(poison: Poison) -> list[str]:
        is_in = {
            PARKED: (aftermath.letters.ids.get(poison.name), handler) in parked,
            DEAD: poison.parcel.body in dead,
            DONE: (poison.name, handler) in done,
        }
        return [place for place, holds in is_in.items() if holds]

    assert len(aftermath.events) >= 20
    sent = [poison for poison in aftermath.events if is_sent(poison, handler)]
    assert {poison.name: places(poison) for poison in sent if places(poison) != [poison.ends]} == {}
    assert len(dead) == sum(poison.ends == DEAD for poison in sent)


def test_healthy_messages_behind_poison_do_not_wait(aftermath: Aftermath, report: Report) -> None:
    report(
        f"{len(aftermath.calls)} poisoned calls and {len(aftermath.events)} events to each of {len(HANDLERS)} handlers"
    )
    aftermath.assert_short_waits("poisoned", *HANDLERS, "count", report=report)


def test_no_poisoned_data_end_a_process_nor_does_a_timer_that_fails(aftermath: Aftermath) -> None:
    assert aftermath.stage.deaths("poisoned") == []
    assert len(said_of(aftermath.stage.output(), "timer failed")) > 5


@pytest.mark.parametrize(
    ("service", "name", "handler"),
    [("mortal", "die reaction", REACTION), ("doomed", "die errand", ERRAND), ("alone", "die alone", REACTION)],
)
def test_what_ends_its_process_is_parked_after_a_few_times(
    aftermath: Aftermath, service: str, name: str, handler: str
) -> None:
    parked = aftermath.parked(service)
    assert parked.pop((aftermath.letters.ids[name], handler)) == PROCESS_ENDED
    assert parked == {}, "nothing that was beside it is taken for the cause"
    assert aftermath.stage.deaths(service) == [KILLED] * ENDED_MAX


def test_a_call_that_ends_its_process_and_has_no_deadline_is_not_run_again(aftermath: Aftermath) -> None:
    assert aftermath.stage.deaths("called") == [KILLED]
    assert aftermath.sender.answers["die call"].content["error"]["exc_type"] == "NeighbourSilent"


@pytest.mark.parametrize("service", ["mortal", "doomed", "called"])
def test_beside_what_ends_a_process_healthy_ones_wait_for_one_start(
    service: str, aftermath: Aftermath, report: Report
) -> None:
    """Errands in the hands of a process that ended wait for their lease, as after every crash."""
    aftermath.assert_short_waits(service, REACTION, BESIDE, "count", report=report)


def test_on_the_bus_inside_one_process_the_others_are_handled_too(aftermath: Aftermath) -> None:
    assert set(noted_in(aftermath.databases["alone"])) == {("healthy alone", REACTION)}


def test_what_holds_up_the_loop_for_good_is_parked(aftermath: Aftermath) -> None:
    assert aftermath.parked("impatient") == {(aftermath.letters.ids["stall"], REACTION): PROCESS_ENDED}
    assert aftermath.stage.deaths("impatient") == ["exit 1"] * ENDED_MAX


def test_what_holds_up_the_loop_beyond_a_heartbeat_is_done_once(aftermath: Aftermath) -> None:
    assert [line for line in said_of(aftermath.stage.output(), "bus connection lost") if " impatient " in line]
    assert (f"block {CANARY}", REACTION) in noted_in(aftermath.databases["impatient"])
    assert (aftermath.letters.ids["block"], REACTION) not in aftermath.parked("impatient"), "not tried a second time"


def test_nothing_of_what_was_sent_is_said_by_anybody(aftermath: Aftermath) -> None:
    output = aftermath.stage.output()
    assert said_of(output, "handler failed"), "the services do tell what they do"
    assert said_of(output, CANARY) == []
