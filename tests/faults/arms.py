"""The same scenario over two arms: nameko as it is shipped, and services of ours. Each arm is real processes on a real
RabbitMQ and PostgreSQL, with a wire of its own between each process and the broker that a test can hold or cut.

A test is parametrised with the name of the arm and what is seen in it, so that it reads: this is done, nameko does
that, we do this. An arm is started when it is first asked for and mended before each test: wires flow, and what is
dead or deaf is started again.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import psycopg2
import requests
from amqp.exceptions import NotFound
from kombu import Connection

from chassis.assembly import declare, service_class
from chassis.bus import topology
from chassis.bus.rpc import CONCURRENT_CALLS
from chassis.keys import add_signing_key, has_keys
from deploy.postgres.cluster import Cluster
from tests.faults.deeds import EFFECTS_TABLE, JOURNAL, Journal
from tests.faults.proxy import Proxy
from tests.fixtures.ports import free_port
from tests.fixtures.processes import HostedProcess, eventually, is_ready

# How long ours may wait for an answer, and the silence after which a caller of either arm counts as forgotten.
TIMEOUT_SECONDS = 1.5
PATIENCE_SECONDS = 3.0
SILENCE = "silence"
START_SECONDS_MAX = 40
RETRY_DELAYS_SECONDS = "0.2,0.2"
TRIES = 3


class Arm:
    """Processes by role, the wires below them, and what can be seen from outside."""

    name: ClassVar[str]
    back: ClassVar[str]
    slots: ClassVar[int]
    teller: ClassVar[str]
    exchange: ClassVar[str]
    standing: ClassVar[tuple[str, ...]] = ("Front", "Back")

    def __init__(self, *, bus: str, databases: Mapping[str, str], folder: Path) -> None:
        self.bus = bus
        self.databases = {name: url.replace("postgresql+psycopg2", "postgresql") for name, url in databases.items()}
        self.journal = Journal(folder / f"{self.name}.journal")
        self.environment = {JOURNAL: str(folder / f"{self.name}.journal")}
        self.http_port = free_port()
        self._background = ThreadPoolExecutor(max_workers=100)
        self.wires: dict[str, Proxy] = {}
        self.processes: dict[str, HostedProcess] = {}
        for database in self.databases:
            self.query(EFFECTS_TABLE, database=database)

    @property
    def rpc_queue(self) -> str:
        return f"rpc-{self.back}"

    def event_queue(self, service: str | None = None) -> str:
        raise NotImplementedError

    def launch(self, role: str, **environment: str) -> None:
        """Start a process and return at once."""
        raise NotImplementedError

    def await_up(self, role: str) -> None:
        raise NotImplementedError

    def start(self, *roles: str, **environment: str) -> None:
        """Start processes together and wait until all are up."""
        for role in roles:
            self.launch(role, **environment)
        for role in roles:
            self.await_up(role)

    def mend(self) -> None:
        """Whatever the last test left: everything runs, answers and hears."""
        for wire in self.wires.values():
            wire.flow()
        for role in self.standing:
            if not self.is_alive(role):
                self.launch(role)
        for role in self.standing:
            self.await_up(role)
        if self._is_well():
            return
        for role in self.standing:
            self.kill(role)
        for queue in (self.rpc_queue, self.event_queue()):
            self.taken_from(queue)
        self.start(*self.standing)
        eventually(self._is_well, seconds=START_SECONDS_MAX, describe=self.output)

    def _is_well(self) -> bool:
        asked, told = self.new_name("are you there"), self.new_name("do you hear")
        if self.ask(asked) != "200" or self.tell(told) != "200":
            return False
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while self.effects(told) == 0 and time.monotonic() < ends_at:
            time.sleep(0.02)
        return self.effects(told) > 0

    def restart(self, *roles: str, **environment: str) -> None:
        """End at once and start again."""
        for role in roles:
            self.kill(role)
        self.start(*roles, **environment)

    def kill(self, role: str) -> None:
        self.processes[role].kill()

    def is_alive(self, role: str) -> bool:
        return role in self.processes and self.processes[role].process.poll() is None

    def wire(self, role: str) -> Proxy:
        if role not in self.wires:
            self.wires[role] = Proxy(self.bus)
        return self.wires[role]

    def all_wires(self, order: Callable[[Proxy], None]) -> None:
        for role in self.standing:
            order(self.wire(role))

    def ask(
        self, name: str, *, deeds: str = "work", key: str | None = None, patience_seconds: float = PATIENCE_SECONDS
    ) -> str:  # fmt: skip
        """A question over HTTP and RPC: the status of the answer, or SILENCE."""
        return self._get("ask", patience_seconds, name=name, deeds=deeds, key=key or uuid4().hex)

    def ask_meanwhile(self, name: str, **options: Any) -> "Future[str]":
        """As above, in the background."""
        return self._background.submit(self.ask, name, **options)

    def tell_meanwhile(self, name: str, **options: Any) -> "Future[str]":
        """As below, in the background."""
        return self._background.submit(self.tell, name, **options)

    def tell(
        self, name: str, *, deeds: str = "work", first: str = "work", patience_seconds: float = PATIENCE_SECONDS
    ) -> str:
        """Over HTTP: do what comes first, as `telling NAME`, and tell an event whose handler does its deeds."""
        return self._get("tell", patience_seconds, name=name, deeds=deeds, first=first, key=uuid4().hex)

    def effects(self, name: str) -> int:
        """How often the effect of this name stands in the databases."""
        statement = "SELECT COALESCE(SUM(times), 0) FROM effects WHERE name = %(name)s"
        return sum(int(self.query(statement, database=database, name=name)[0][0]) for database in self.databases)

    def query(self, statement: str, *, database: str | None = None, **values: str) -> list[Any]:
        """The rows that a statement gives in the back's database, or in another."""
        with (
            closing(psycopg2.connect(self.databases[database or self.back])) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []

    def publish(
        self, body: bytes, *, exchange: str = "", routing_key: str, content_type: str = "application/json",
        properties: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Bytes from anybody, past both wires."""
        with channel_on(self.bus) as channel:
            message = channel.prepare_message(
                body, content_type=content_type, content_encoding="utf-8", properties=dict(properties or {})
            )
            channel.basic_publish(message, exchange=exchange, routing_key=routing_key)

    def consumers(self, queue: str) -> int:
        try:
            with channel_on(self.bus) as channel:
                return int(channel.queue_declare(queue=queue, passive=True).consumer_count)
        except NotFound:
            return 0

    @contextmanager
    def overheard(self) -> Iterator[Callable[[str], bool]]:
        """Gives a question: has the broker taken the event of this name since the block began?"""
        with channel_on(self.bus) as channel:
            queue = channel.queue_declare(exclusive=True).queue
            channel.queue_bind(queue=queue, exchange=self.exchange, routing_key="told")
            heard: list[bytes] = []

            def has_come(name: str) -> bool:
                while (message := channel.basic_get(queue=queue, no_ack=True)) is not None:
                    heard.append(_bytes_of(message))
                return any(name.encode() in body for body in heard)

            yield has_come

    def taken_from(self, queue: str) -> list[bytes]:
        """Take all messages out of a queue. Counters of quorum queues lag behind, this does not."""
        bodies = []
        with channel_on(self.bus) as channel:
            while (message := channel.basic_get(queue=queue, no_ack=True)) is not None:
                bodies.append(_bytes_of(message))
        return bodies

    def output(self) -> str:
        return self.processes["Back"].output()

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
        for wire in self.wires.values():
            wire.close()
        self._background.shutdown()

    @staticmethod
    def new_name(story: str) -> str:
        return f"{story} {uuid4().hex[:8]}"

    def _get(self, path: str, patience_seconds: float, **query: str) -> str:
        try:
            answer = requests.get(
                f"http://127.0.0.1:{self.http_port}/{path}", params=query, timeout=(2, patience_seconds)
            )
        except requests.Timeout:
            return SILENCE
        except requests.ConnectionError:
            return "refused"
        return str(answer.status_code)


class StockArm(Arm):
    """nameko 2.14.1, unchanged."""

    name = "stock"
    back = "stock"
    slots = 10
    teller = "Front"
    exchange = "stock_front.events"

    def event_queue(self, service: str | None = None) -> str:
        return f"evt-stock_front-told--{service or self.back}.on_told"

    def launch(self, role: str, **environment: str) -> None:
        given = {
            "AMQP_URI": self.wire(role).url(self.bus),
            "DATABASE_URL": self.databases[self.back],
            "WORKERS": str(self.slots if role == "Back" else 100),
            "WEB_SERVER_ADDRESS": f"127.0.0.1:{self.http_port}",
        }
        arguments = ["tests.faults.stock_nameko", role]
        self.processes[role] = HostedProcess(arguments, environment={**self.environment, **given, **environment})

    def await_up(self, role: str) -> None:
        def is_up() -> bool:
            assert self.is_alive(role), self.output()[-2000:]
            if role == "Front":
                return requests.get(f"http://127.0.0.1:{self.http_port}/nowhere", timeout=2).status_code == 404
            queues = {"Back": [self.rpc_queue, self.event_queue()], "Late": [self.event_queue("stock_late")]}
            queues["Insisting"] = [self.event_queue("stock_insisting")]
            return all(self.consumers(queue) for queue in queues.get(role, []))

        eventually(is_up, seconds=START_SECONDS_MAX, describe=self.output)


class ChassisArm(Arm):
    """Services of ours, hosted as a stack hosts them."""

    name = "chassis"
    back = "ours"
    slots = CONCURRENT_CALLS
    teller = "Back"
    exchange = "ours.events"
    services: ClassVar[dict[str, str]] = {
        "Back": "tests.faults.our_toys:Back",
        "Front": "tests.faults.our_toys:Front",
        "Late": "tests.faults.our_toys:Late",
    }

    def __init__(self, *, bus: str, databases: Mapping[str, str], folder: Path, keys: Path) -> None:
        super().__init__(bus=bus, databases=databases, folder=folder)
        self.ops_ports = {role: free_port() for role in self.services}
        self.environment |= {
            "KEYS_DIR": str(keys),
            "RPC_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS),
            "RETRY_DELAYS_SECONDS": RETRY_DELAYS_SECONDS,
            "HTTP_PORT": str(self.http_port),
            **{f"{service.upper()}_DATABASE_URL": url for service, url in databases.items()},
        }
        self.declare()

    def declare(self) -> None:
        """The step of the deployment before services start."""
        declare(url=self.bus, classes=[service_class(path) for path in self.services.values()])

    def event_queue(self, service: str | None = None) -> str:
        return topology.event_queue(source="ours", event="told", service=service or self.back, method="on_told")

    def launch(self, role: str, **environment: str) -> None:
        given = {"BUS_URL": self.wire(role).url(self.bus), "OPS_PORT": str(self.ops_ports[role])}
        arguments = ["chassis.host", self.services[role]]
        self.processes[role] = HostedProcess(arguments, environment={**self.environment, **given, **environment})

    def await_up(self, role: str) -> None:
        eventually(lambda: self.is_ready(role), seconds=START_SECONDS_MAX, describe=self.output)

    def is_ready(self, role: str) -> bool:
        return is_ready(self.ops_ports[role])()

    def parked_after(self, name: str) -> int | None:
        """How many tries the handling of this event had that waits for a person now."""
        of_this_name = "state = 'parked' AND body::jsonb->'data'->>'name' = %(name)s"
        found = self.query(f"SELECT greatest(tries, ended) FROM inbox WHERE {of_this_name}", name=name)
        return int(found[0][0]) if found else None


class Arms:
    """Both arms on one virtual host; each begins when it is first asked for."""

    def __init__(self, *, make: Mapping[str, Callable[[], Arm]]) -> None:
        self._make = make
        self._made: dict[str, Arm] = {}

    def ready(self, name: str) -> Arm:
        if name not in self._made:
            self._made[name] = self._make[name]()
        self._made[name].mend()
        return self._made[name]

    def close(self) -> None:
        for arm in self._made.values():
            arm.close()


@contextmanager
def both_arms(
    *, bus: str, cluster: Cluster, migrated: Callable[[str], str], keys: Path, folder: Path
) -> Iterator[Arms]:
    def chassis() -> Arm:
        names = ("ours", "gateway", "ours_late")
        for name in names:
            if not has_keys(folder=keys, purpose=f"context-{name}"):
                add_signing_key(folder=keys, purpose=f"context-{name}")
        return ChassisArm(bus=bus, databases={name: migrated(name) for name in names}, folder=folder, keys=keys)

    def stock() -> Arm:
        return StockArm(bus=bus, databases=cluster.ensure_service_databases(["stock"]), folder=folder)

    arms = Arms(make={"stock": stock, "chassis": chassis})
    try:
        yield arms
    finally:
        arms.close()


@contextmanager
def channel_on(bus: str) -> Iterator[Any]:
    with Connection(bus, connect_timeout=3) as connection, connection.channel() as channel:
        yield channel


def _bytes_of(message: Any) -> bytes:
    return message.body if isinstance(message.body, bytes) else message.body.encode()


def stays(probe: Callable[[], Any], expected: Any, *, seconds: float) -> bool:
    """Whether what is seen now is still seen, every time, for so long."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        seen = probe()
        assert seen == expected, f"{seen!r} instead of {expected!r}"
        time.sleep(0.1)
    return True
