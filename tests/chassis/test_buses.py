"""The same calls and events over both buses, in real processes: RabbitMQ and the bus inside one process."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from nameko.standalone.rpc import ClusterRpcProxy
from sqlalchemy import select

from chassis.assembly import declare, service_class
from chassis.clock import WallClock
from chassis.context import CallContext, ContextSigner, deadline_after
from chassis.tables import outbox
from tests.chassis import counting
from tests.fixtures.ports import free_port
from tests.fixtures.processes import HostedProcess, eventually, is_ready

SERVICES = [
    "tests.chassis.counting:CountingService",
    "tests.chassis.counting:LateService",
    "tests.chassis.toy_gateway:ToyGateway",
]


class Stack:
    """The toy service behind the toy gateway."""

    def __init__(self, *, bus: str, urls: Callable[[str], str], keys: Path, split: bool) -> None:
        self.port, self.bus = free_port(), bus
        common = {"BUS_URL": bus, "KEYS_DIR": str(keys), "LOG_LEVEL": "info", "RETRY_DELAYS_SECONDS": "0.2,0.2"}
        common |= {f"{name.upper()}_DATABASE_URL": urls(name) for name in ("counting", "late", "gateway")}
        common |= {"HTTP_PORT": str(self.port)}
        self._common, self._groups = common, [[path] for path in SERVICES] if split else [SERVICES]
        self.processes: dict[str, tuple[HostedProcess, int]] = {}
        for group in self._groups:
            self.start(group)

    def start(self, group: list[str]) -> None:
        ops_port = free_port()
        process = HostedProcess(["chassis.host", *group], environment={**self._common, "OPS_PORT": str(ops_port)})
        self.processes[group[0]] = (process, ops_port)
        eventually(is_ready(ops_port), describe=process.output)

    def get(self, method: str, **query: Any) -> Any:
        return requests.get(f"http://127.0.0.1:{self.port}/{method}", params=query, timeout=10)

    def value(self, name: str) -> int:
        counted: int = self.get("get_count", name=name).json()["data"]["value"]
        return counted

    def output(self) -> str:
        return "\n".join(process.output() for process, _ in self.processes.values())

    def stop(self) -> list[int]:
        return [process.stop() for process, _ in self.processes.values()]


def declare_toys(url: str, *, embedded: bool) -> None:
    """What a deployment does before its services start; the bus inside one process does it for itself."""
    if not embedded:
        declare(url=url, classes=[service_class(path) for path in SERVICES])


@pytest.fixture(params=["embedded", "rabbitmq"])
def stack(
    request: pytest.FixtureRequest,
    database: Any,
    late_database: Any,
    migrated: Callable[[str], str],
    toy_keys: Path,
) -> Iterator[Stack]:
    embedded = request.param == "embedded"
    bus = "embedded://" if embedded else request.getfixturevalue("broker_url")
    declare_toys(bus, embedded=embedded)
    running = Stack(bus=bus, urls=migrated, keys=toy_keys, split=not embedded)
    yield running
    for process, _ in running.processes.values():
        process.kill()


@pytest.fixture
def broker_stack(
    database: Any, late_database: Any, migrated: Callable[[str], str], toy_keys: Path, broker_url: str
) -> Iterator[Stack]:
    declare_toys(broker_url, embedded=False)
    running = Stack(bus=broker_url, urls=migrated, keys=toy_keys, split=True)
    yield running
    for process, _ in running.processes.values():
        process.kill()


@pytest.mark.bus
def test_a_call_answers_and_its_event_is_handled_once(stack: Stack) -> None:
    assert stack.get("add", name="a", amount=3, key="k").json() == {
        "data": {"name": "a", "value": 3}, "replayed": False,
    }  # fmt: skip
    assert stack.get("add", name="a", amount=3, key="k").json()["replayed"] is True
    eventually(lambda: stack.value("seen a") == 3, describe=stack.output)


@pytest.mark.bus
def test_of_many_calls_at_once_each_gets_its_own_answer(stack: Stack) -> None:
    names = [f"name {number}" for number in range(600)]
    with ThreadPoolExecutor(32) as callers:
        answers = list(callers.map(lambda name: stack.get("get_count", name=name), names))
    assert [answer.status_code for answer in answers] == [200] * len(names)
    assert [answer.json()["data"]["name"] for answer in answers] == names


@pytest.mark.bus
def test_refusals_keep_their_code_over_the_wire(stack: Stack) -> None:
    answer = stack.get("add", name="a", amount=200, key="k")
    assert (answer.status_code, answer.json()["code"]) == (422, "count_too_high")
    assert [error["pointer"] for error in stack.get("add", name="a", key="k2").json()["errors"]] == ["/amount"]


@pytest.mark.bus
def test_an_absent_neighbour_is_said_at_once(stack: Stack) -> None:
    started = time.monotonic()
    answer = stack.get("get_count", name="a", service="nowhere")
    assert (answer.status_code, answer.json()) == (503, {"error": "NeighbourAbsent"})
    assert time.monotonic() - started < 1.5


@pytest.mark.bus
def test_a_failing_handler_is_tried_again_and_then_parked(stack: Stack, database: Any) -> None:
    from chassis import inbox

    stack.get("add", name="cursed", amount=1, key="k")
    stack.get("add", name="healthy", amount=1, key="k2")
    eventually(lambda: stack.value("seen healthy") == 1, describe=stack.output)

    def parked() -> Any:
        with database.engine.begin() as connection:
            return [(row["handler"], row["tries"], row["error"]) for row in inbox.parked(connection)]

    assert eventually(parked, describe=stack.output) == [("on_counted", 3, "RuntimeError")]


@pytest.mark.bus
def test_stopping_leaves_with_zero_and_loses_nothing(stack: Stack) -> None:
    for number in range(20):
        stack.get("add", name="a", amount=1, key=f"k{number}")
    started = time.monotonic()
    assert set(stack.stop()) == {0}, stack.output()[-6000:]
    assert time.monotonic() - started < 10
    for group in stack._groups:
        stack.start(group)
    eventually(lambda: stack.value("seen a") == 20, describe=stack.output)


@pytest.mark.bus
def test_killing_loses_nothing_and_doubles_nothing(stack: Stack, late_database: Any) -> None:
    for number in range(20):
        stack.get("add", name="a", amount=1, key=f"k{number}")
    for process, _ in stack.processes.values():
        process.kill()
    for group in stack._groups:
        stack.start(group)
    for number in range(20):
        stack.get("add", name="a", amount=1, key=f"k{number}")
    assert stack.value("a") == 20
    # What the killed relay had claimed waits until its claim expires.
    eventually(lambda: stack.value("seen a") == 20, seconds=30, describe=stack.output)
    eventually(lambda: counting.total(late_database) == 20, seconds=30, describe=stack.output)


@pytest.mark.bus
def test_namekos_own_client_reaches_us(broker_stack: Stack, toy_keys: Path) -> None:
    clock = WallClock(zone_name="America/Chicago")
    signer = ContextSigner(folder=toy_keys, issuer="gateway")
    context = CallContext(subject="01900000-0000-7000-8000-000000000001", role="customer")
    token = signer.sign(context, method="counting.get_count", expires_at=deadline_after(clock.now(), timeout_seconds=5))
    with ClusterRpcProxy({"AMQP_URI": broker_stack.bus}, timeout=5) as services:
        answer = services.counting.get_count(request={"name": "a"}, context=token)
    assert answer == {"reply": {"name": "a", "value": 0}, "replayed": False}


@pytest.mark.bus
def test_an_event_without_a_queue_does_not_hold_up_the_others(stack: Stack, database: Any) -> None:
    with database.engine.begin() as connection:
        for number in range(60):
            connection.execute(
                outbox.insert().values(
                    id=uuid4(), exchange="counting.events", routing_key="nobody_listens", subject="x", mandatory=True,
                    sequence=number, body="{}",
                )
            )  # fmt: skip
    stack.get("add", name="a", amount=1, key="k1")
    eventually(lambda: stack.value("seen a") == 1, describe=stack.output)

    def waiting() -> int:
        with database.engine.begin() as connection:
            return len(connection.execute(select(outbox.c.id).where(outbox.c.published_at.is_(None))).all())

    # It is handled a moment before the relay has noted that it left; the others wait for the deployment step.
    eventually(lambda: waiting() == 60, describe=stack.output)


@pytest.mark.bus
def test_one_trace_runs_through_call_and_event(stack: Stack) -> None:
    stack.get("add", name="a", amount=1, key="k1")
    eventually(lambda: stack.value("seen a") == 1, describe=stack.output)
    lines = [json.loads(line) for line in stack.output().splitlines() if line.startswith("{")]
    called = {line["trace_id"] for line in lines if line.get("event") == "call" and line.get("method") == "add"}
    handled = {line["trace_id"] for line in lines if line.get("handler") in ("on_counted", "on_counted_late")}
    assert len(called) == 1
    assert handled == called


@pytest.mark.bus
def test_events_wait_while_the_service_is_away(broker_stack: Stack, broker_url: str) -> None:
    group = [SERVICES[0]]
    broker_stack.get("add", name="a", amount=1, key="k1")
    eventually(lambda: broker_stack.value("seen a") == 1, describe=broker_stack.output)
    broker_stack.processes[group[0]][0].kill()
    answer = broker_stack.get("add", name="a", amount=1, key="k2")
    assert (answer.status_code, answer.json()) == (503, {"error": "NeighbourSilent"})
    broker_stack.start(group)
    broker_stack.get("add", name="a", amount=1, key="k2")
    eventually(lambda: broker_stack.value("seen a") == 2, describe=broker_stack.output)
    assert broker_stack.value("a") == 2, "the abandoned call and its repetition are one"
    assert counting.counted.handled
