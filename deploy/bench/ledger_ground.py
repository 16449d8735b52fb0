"""What `bench ledger` stands on: books of loans that have paid, a backlog of payments, processes that drain it.

Every run begins from the same books: a copy of the database as it was after the loans' first payments.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.assembly import declare, service_class
from chassis.bus import topology
from chassis.clock import Clock, company_clock
from chassis.events import CONTENT_TYPE, Envelope
from chassis.ids import new_id
from chassis.migrating import upgrade
from deploy.bench.arms import running, temporary_cluster
from deploy.bench.bystanders import Bystanders, process_of_broker, process_of_databases
from deploy.bench.floor import connected
from deploy.bench.portfolio import invented_portfolio
from deploy.bench.precedence import Precedence
from deploy.broker import Broker
from deploy.catalogue import SERVICES, migrations_of
from deploy.importing import take_over
from deploy.keys import ensure_keys
from deploy.portfolio.errors import Place
from deploy.portfolio.records import Placed
from deploy.ports import free_ports
from deploy.postgres.cluster import Cluster
from deploy.stack import COMPANY_TIME_ZONE, StackProblem
from services.payments.contract.events import payment_posted

SERVICE, HANDLER = "accounts", "on_payment_posted"
QUEUE = topology.event_queue(source="payments", event="payment_posted", service=SERVICE, method=HANDLER)
HOST = [sys.executable, "-m", "chassis.host", "deploy.bench.http_house:AccountsService"]
OPENED_DAYS_AGO, BACKDATED_DAYS = 60, (2, 20)
WARM_PAYMENTS, START_SECONDS_MAX, DRAIN_SECONDS_MAX = 100, 40.0, 300.0
LOOK_SECONDS, LOOK_SECONDS_MAX = 0.02, 0.3
BOOKS = "books"

_DONE = "SELECT count(*) FROM inbox WHERE handler = %s AND state = 'done'"
# What a payment's account told of itself, and its own reaction to the bills among that.
_UNDER_WAY = """
    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL)
         + (SELECT count(*) FROM outbox WHERE routing_key = 'bill_issued')
         - (SELECT count(*) FROM inbox WHERE handler = 'on_bill_issued' AND state = 'done')
"""


@dataclass
class Ground:
    """Broker, databases, keys, and the ids of the loans; the first ones are for warming up.

    `is_undisturbed` puts what is measured ahead of all others on the machine.
    """

    bus: str
    folder: Path
    cluster: Cluster
    clock: Clock
    bystanders: Bystanders
    is_undisturbed: bool = False
    accounts: list[UUID] = field(default_factory=list)
    number: int = 0

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def precedence(self, *processes: int) -> Precedence:
        """Of broker, databases and these processes, where it is wanted."""
        return Precedence(processes=(*self.bystanders.processes, *processes), is_wanted=self.is_undisturbed)

    def ask(self, database: str, statement: str, *values: Any) -> Any:
        """The first column of the first row, as the superuser."""
        with self.asking(database) as ask:
            return ask(statement, *values)

    @contextmanager
    def asking(self, database: str) -> Iterator[Callable[..., Any]]:
        """`ask` on one connection: who looks often would otherwise be most of what the databases do."""
        import psycopg2

        url = self.cluster.admin_url(database).replace("postgresql+psycopg2://", "postgresql://")
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            connection.autocommit = True

            def ask(statement: str, *values: Any) -> Any:
                cursor.execute(statement, values)
                row = cursor.fetchone() if cursor.description else None
                return None if row is None else row[0]

            yield ask

    def url_of(self, database: str) -> str:
        """Accounts' own address of a copy of its books."""
        return self.cluster.ensure_service_databases([SERVICE])[SERVICE].rpartition("/")[0] + f"/{database}"

    @contextmanager
    def copied_books(self) -> Iterator[str]:
        """The books as every run finds them; gone with the block."""
        self.number += 1
        name = f"run_{self.number}"
        self.ask("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{BOOKS}" OWNER "{SERVICE}"')
        try:
            yield name
        finally:
            self.ask("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def open_ground(*, broker: Broker, accounts: int, is_undisturbed: bool = False) -> Iterator[Ground]:
    """Loans taken over, each with a payment of yesterday in its books. Raises StackProblem."""
    with ExitStack() as stack:
        bus = stack.enter_context(broker.vhost())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="captive-bench-")))
        # PostgreSQL of a root run is another user and has to pass through.
        folder.chmod(0o711)
        cluster = stack.enter_context(temporary_cluster(folder))
        bystanders = Bystanders(broker=process_of_broker(broker), databases=process_of_databases(cluster))
        clock = company_clock(zone_name=COMPANY_TIME_ZONE, clock_file="")
        ground = Ground(
            bus=bus, folder=folder, cluster=cluster, clock=clock, bystanders=bystanders, is_undisturbed=is_undisturbed
        )  # fmt: skip
        ensure_keys(folder=ground.keys)
        declare(url=bus, classes=[service_class(path) for path in SERVICES.values()])
        ground.accounts = _imported(ground, accounts=accounts + WARM_PAYMENTS)
        yesterday = [a_payment(ground, account, days_ago=1, cents=25_000) for account in ground.accounts]
        with processes(ground, database=SERVICE, count=1) as drainers:
            drain(ground, bodies=yesterday, drainers=drainers, database=SERVICE)
            come_to_rest(ground, database=SERVICE)
        ground.ask("postgres", f'CREATE DATABASE "{BOOKS}" TEMPLATE "{SERVICE}" OWNER "{SERVICE}"')
        yield ground


def backlog(ground: Ground, *, payments: int, backdated_share: float) -> list[str]:
    """Payments in no order of accounts or dates: of today, and that share of them dated before yesterday."""
    chance = random.Random(1)  # noqa: S311 - the same backlog each time, no secret
    owing = ground.accounts[WARM_PAYMENTS:]
    backdated = round(payments * backdated_share)
    days = [0] * (payments - backdated) + [chance.randint(*BACKDATED_DAYS) for _ in range(backdated)]
    chance.shuffle(days)
    accounts = [owing[number % len(owing)] for number in range(payments)]
    chance.shuffle(accounts)
    return [
        a_payment(ground, account, days_ago=ago, cents=chance.randrange(5_000, 60_000))
        for account, ago in zip(accounts, days, strict=True)
    ]


def warm_up(ground: Ground) -> list[str]:
    """Payments of accounts that the backlog leaves alone."""
    return [a_payment(ground, account, days_ago=0, cents=10_000) for account in ground.accounts[:WARM_PAYMENTS]]


def a_payment(ground: Ground, account: UUID, *, days_ago: int, cents: int) -> str:
    """`payment_posted` as payments would tell it."""
    now = datetime.now(UTC)
    identifier = new_id(at=now)
    data = payment_posted.dump(
        {
            "payment_id": str(new_id(at=now)), "account_id": str(account), "presentment_number": 1,
            "amount_cents": cents, "effective_on": ground.clock.today() - timedelta(days=days_ago), "extra": None,
            "method_type": "bank_account", "method_last4": "6789",
        }
    )  # fmt: skip
    return Envelope(
        id=identifier, source="payments", type=payment_posted.type, subject=str(account), time=now, sequence=1,
        data=data, dataschema=payment_posted.dataschema, traceparent=f"00-{identifier.hex}-{identifier.hex[16:]}-01",
        causation_id=None, root_id=identifier,
    ).to_json()  # fmt: skip


@contextmanager
def processes(ground: Ground, *, database: str, count: int) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Accounts processes on a copy of the books, each ready to work."""
    with ExitStack() as stack:
        started = []
        for number, port in enumerate(free_ports(count)):
            environment = {
                **os.environ,
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "BUS_URL": ground.bus,
                "KEYS_DIR": str(ground.keys),
                "OPS_PORT": str(port),
                "COMPANY_TIME_ZONE": COMPANY_TIME_ZONE,
                "CLOCK_FILE": "",
                "ACCOUNTS_DATABASE_URL": ground.url_of(database),
            }
            log = ground.folder / f"accounts.{number}.log"
            started.append(stack.enter_context(running(HOST, environment=environment, log=log)))
            _wait_until_ready(port, log=log)
        yield started


def drain(
    ground: Ground, *, bodies: Sequence[str], drainers: Sequence["subprocess.Popen[bytes]"], database: str
) -> float:
    """Publish while the processes stand still, let them go, and give the seconds until all is in the books."""
    with ground.asking(database) as ask:
        before = ask(_DONE, HANDLER)
        for process in drainers:
            process.send_signal(signal.SIGSTOP)
        publish(ground.bus, bodies)
        began = time.perf_counter()
        for process in drainers:
            process.send_signal(signal.SIGCONT)
        while (done := ask(_DONE, HANDLER) - before) < len(bodies):
            seconds = time.perf_counter() - began
            if seconds > DRAIN_SECONDS_MAX or any(process.poll() is not None for process in drainers):
                raise StackProblem(f"{len(bodies) - done} of {len(bodies)} payments did not reach the ledger.")
            # Counting costs the databases more than a payment does: seldom at first, often towards the end.
            left_seconds = seconds * (len(bodies) - done) / done if done else 0.0
            time.sleep(min(max(LOOK_SECONDS, left_seconds / 2), LOOK_SECONDS_MAX))
        return time.perf_counter() - began


def come_to_rest(ground: Ground, *, database: str) -> None:
    """Wait until nothing is left to tell or to react to: what came before is no part of what is measured next."""
    ends_at = time.monotonic() + DRAIN_SECONDS_MAX
    while left := ground.ask(database, _UNDER_WAY):
        if time.monotonic() > ends_at:
            raise StackProblem(f"Of what the payments brought about, {left} events are still under way.")
        time.sleep(LOOK_SECONDS)


def publish(bus: str, bodies: Sequence[str]) -> None:
    """Into the handler's queue, until the broker has confirmed every one."""
    import amqp

    waiting = set(range(1, len(bodies) + 1))

    def on_confirm(tag: int, multiple: bool) -> None:
        waiting.difference_update([known for known in waiting if known <= tag] if multiple else [tag])

    with closing(connected(bus)) as connection:
        channel = connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(on_confirm)
        for body in bodies:
            message = amqp.Message(body, content_type=CONTENT_TYPE, delivery_mode=2)
            channel.basic_publish(message, exchange="", routing_key=QUEUE)
        while waiting:
            connection.drain_events(timeout=START_SECONDS_MAX)


def _imported(ground: Ground, *, accounts: int) -> list[UUID]:
    url = ground.cluster.ensure_service_databases([SERVICE])[SERVICE]
    upgrade(url=url, trees={SERVICE: migrations_of(SERVICE)})
    on = ground.clock.today() - timedelta(days=OPENED_DAYS_AGO)
    records = [
        Placed(Place(Path("invented"), record=number), account)
        for number, account in enumerate(invented_portfolio(name="ledger", loans=accounts, leases=0, as_of_on=on), 1)
    ]
    urls = {SERVICE: url, "leases": url}
    take_over(records=records, urls=urls, keys=ground.keys, clock=ground.clock, announce=False)
    return [UUID(id) for id in ground.ask(SERVICE, "SELECT array_agg(id::text ORDER BY id) FROM accounts")]


def _wait_until_ready(port: int, *, log: Path) -> None:
    import requests

    ends_at = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < ends_at:
        try:
            if requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.1)
            continue
        time.sleep(0.1)
    raise StackProblem(f"Accounts did not come up: {log.read_text(errors='replace').strip()[-500:]}")
