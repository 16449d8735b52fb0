"""What `bench notify` stands on: people who hold accounts, one notifications process, and the sandbox as both vendors.

Everything is as in a stack with a broker; nobody but notifications runs, and what it tells waits in a follower's queue.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.assembly import declare
from chassis.bus import topology
from chassis.clock import company_clock
from chassis.doors import EventCall, Service, reaction
from chassis.events import CONTENT_TYPE, Envelope
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.migrating import upgrade
from chassis.store import Database
from deploy.bench.arms import running, temporary_cluster
from deploy.bench.bystanders import Bystanders, process_of_broker, process_of_databases
from deploy.bench.floor import connected
from deploy.bench.sampling import VARIABLE, Sampled
from deploy.broker import Broker
from deploy.catalogue import migrations_of
from deploy.keys import ensure_keys, mail_webhook_key
from deploy.ports import free_ports
from deploy.postgres.cluster import Cluster
from deploy.stack import COMPANY_TIME_ZONE, StackProblem
from services.notifications.contract import events as told
from services.notifications.operations import put_contact
from services.notifications.service import NotificationsService as Notifications
from services.payments.contract.events import payment_posted

SERVICE, HANDLER = "notifications", "on_payment_posted"
QUEUE = topology.event_queue(source="payments", event="payment_posted", service=SERVICE, method=HANDLER)
HOST = [sys.executable, "-m", "chassis.host", "deploy.bench.notify_ground:NotificationsService"]
START_SECONDS_MAX, DRAIN_SECONDS_MAX, LOOK_SECONDS = 60.0, 900.0, 0.2
MESSAGES_PER_PAYMENT = 2
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

_SENT = "SELECT count(*) FROM messages WHERE state = 'sent'"


class NotificationsService(Notifications):
    """The service itself, which may be sampled."""

    sampled = Sampled()


class FollowerService(Service):
    """Never runs: its queues are there, so that what is told of a message has somewhere to go, as in a stack."""

    name = "follower"

    @reaction(told.notification_sent)
    def on_notification_sent(self, call: EventCall) -> None:
        """Kept by the broker."""

    @reaction(told.notification_failed)
    def on_notification_failed(self, call: EventCall) -> None:
        """Kept by the broker."""


@dataclass
class Ground:
    """Broker, databases, keys, the sandbox, and the accounts that people hold."""

    bus: str
    folder: Path
    cluster: Cluster
    bystanders: Bystanders
    sandbox_url: str = ""
    sandbox: int = 0
    notifications: int = 0
    accounts: list[UUID] = field(default_factory=list)

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def profile(self) -> Path:
        return self.folder / "profile.json"

    def ask(self, statement: str) -> Any:
        """The first column of the first row, as the superuser."""
        import psycopg2

        url = self.cluster.admin_url(SERVICE).replace("postgresql+psycopg2://", "postgresql://")
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return None if row is None else row[0]


@contextmanager
def open_ground(*, broker: Broker, people: int, sampled: bool = False) -> Iterator[Ground]:
    """One notifications process, ready, with so many people to tell. Raises StackProblem."""
    with ExitStack() as stack:
        bus = stack.enter_context(broker.vhost())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="captive-bench-")))
        # PostgreSQL of a root run is another user and has to pass through.
        folder.chmod(0o711)
        cluster = stack.enter_context(temporary_cluster(folder))
        bystanders = Bystanders(broker=process_of_broker(broker), databases=process_of_databases(cluster))
        ground = Ground(bus=bus, folder=folder, cluster=cluster, bystanders=bystanders)
        ensure_keys(folder=ground.keys)
        declare(url=bus, classes=[Notifications, FollowerService])
        url = cluster.ensure_service_databases([SERVICE])[SERVICE]
        upgrade(url=url, trees={SERVICE: migrations_of(SERVICE)})
        _introduce(ground, url=url, people=people)
        _start_sandbox(ground, stack)
        _start_notifications(ground, stack, url=url, sampled=sampled)
        yield ground


def drain(ground: Ground, *, messages: int) -> tuple[float, int]:
    """Publish what is worth so many messages while the process stands still, let it go, and wait until all are sent.

    Gives the seconds, and the most memory in bytes that the process was seen to use meanwhile.
    """
    before = ground.ask(_SENT)
    os.kill(ground.notifications, signal.SIGSTOP)
    _publish(ground, payments=messages // MESSAGES_PER_PAYMENT)
    began, memory_bytes = time.perf_counter(), memory_of(ground.notifications)
    os.kill(ground.notifications, signal.SIGCONT)
    while (sent := ground.ask(_SENT) - before) < messages:
        if time.perf_counter() - began > DRAIN_SECONDS_MAX:
            raise StackProblem(f"{messages - sent} of {messages} messages were not sent.")
        memory_bytes = max(memory_bytes, memory_of(ground.notifications))
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - began, max(memory_bytes, memory_of(ground.notifications))


def memory_of(process: int) -> int:
    """Resident bytes. Raises StackProblem where the process is gone."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError as error:
        raise StackProblem("The process that was to be measured has ended.") from error


def arrived(ground: Ground) -> dict[str, int]:
    """How often each message of ours arrived at its vendor, by our id."""
    import json
    from collections import Counter
    from urllib.parse import parse_qs, urlsplit

    found: Counter[str] = Counter()
    for line in (ground.folder / "sandbox.jsonl").read_text().splitlines():
        kept = json.loads(line)
        if kept["kind"] == "mails":
            found[kept["document"]["custom_args"]["message_id"]] += 1
        elif kept["kind"] == "texts":
            found[parse_qs(urlsplit(kept["document"]["status_callback"]).query)["message_id"][0]] += 1
    return found


def _publish(ground: Ground, *, payments: int) -> None:
    """Into the handler's queue, until the broker has confirmed every one."""
    import amqp

    waiting = set(range(1, payments + 1))

    def on_confirm(tag: int, multiple: bool) -> None:
        waiting.difference_update([known for known in waiting if known <= tag] if multiple else [tag])

    with closing(connected(ground.bus)) as connection:
        channel = connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(on_confirm)
        for number in range(payments):
            body = _a_payment(ground.accounts[number % len(ground.accounts)])
            message = amqp.Message(body, content_type=CONTENT_TYPE, delivery_mode=2)
            channel.basic_publish(message, exchange="", routing_key=QUEUE)
        while waiting:
            connection.drain_events(timeout=START_SECONDS_MAX)


def _a_payment(account: UUID) -> str:
    """`payment_posted` as payments would tell it."""
    now = datetime.now(UTC)
    identifier = new_id(at=now)
    data = payment_posted.dump(
        {
            "payment_id": str(new_id(at=now)), "account_id": str(account), "presentment_number": 1,
            "amount_cents": 41_237, "effective_on": now.date(), "extra": None, "method_type": "bank_account",
            "method_last4": "6789",
        }
    )  # fmt: skip
    return Envelope(
        id=identifier, source="payments", type=payment_posted.type, subject=str(account), time=now, sequence=1,
        data=data, dataschema=payment_posted.dataschema, traceparent=f"00-{identifier.hex}-{identifier.hex[16:]}-01",
        causation_id=None, root_id=identifier,
    ).to_json()  # fmt: skip


def _introduce(ground: Ground, *, url: str, people: int) -> None:
    """As identity would push them: each with a mail address, a number, consent, and an account."""
    clock = company_clock(zone_name=COMPANY_TIME_ZONE, clock_file="")
    database = Database(url=url, service=SERVICE, clock=clock)
    cipher = FieldCipher(folder=ground.keys, purpose="fields-notifications")
    try:
        with database.writing() as transaction:
            for number in range(people):
                account = new_id(at=clock.now())
                put_contact(
                    transaction, now=clock.now(), cipher=cipher, version=1, user_id=new_id(at=clock.now()),
                    email=f"person{number}@example.com", phone=f"+1214555{number % 10_000:04}", first_name="Maria",
                    sms_consent=True, time_zone="America/Chicago", mailing_place=None, language="en",
                    accounts=[{"id": account, "last4": f"{number % 10_000:04}"}],
                )  # fmt: skip
                ground.accounts.append(account)
    finally:
        database.close()


def _start_sandbox(ground: Ground, stack: ExitStack) -> None:
    port = free_ports(1)[0]
    command = [sys.executable, "-m", "deploy.sandbox", "--port", str(port)]
    log = ground.folder / "sandbox.log"
    process = stack.enter_context(
        running(
            [*command, "--state", str(ground.folder / "sandbox.jsonl")],
            environment={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, log=log,
        )
    )  # fmt: skip
    ground.sandbox, ground.sandbox_url = process.pid, f"http://127.0.0.1:{port}"
    _wait_until_answering(f"{ground.sandbox_url}/health/live", process=process, log=log)


def _start_notifications(ground: Ground, stack: ExitStack, *, url: str, sampled: bool) -> None:
    port = free_ports(1)[0]
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "BUS_URL": ground.bus,
        "KEYS_DIR": str(ground.keys),
        "OPS_PORT": str(port),
        "COMPANY_TIME_ZONE": COMPANY_TIME_ZONE,
        "CLOCK_FILE": "",
        "NOTIFICATIONS_DATABASE_URL": url,
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SENDGRID_API_KEY": "SG.bench",
        "SENDGRID_BASE_URL": ground.sandbox_url,
        "SENDGRID_WEBHOOK_PUBLIC_KEY": mail_webhook_key(folder=ground.keys).public,
        "MAIL_FROM": "service@captive.example",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "bench",
        "TWILIO_BASE_URL": ground.sandbox_url,
        "TWILIO_FROM": "+15005550006",
    }
    if sampled:
        environment[VARIABLE] = str(ground.profile)
    log = ground.folder / "notifications.log"
    process = stack.enter_context(running(HOST, environment=environment, log=log))
    ground.notifications = process.pid
    _wait_until_answering(f"http://127.0.0.1:{port}/health/ready", process=process, log=log)


def _wait_until_answering(url: str, *, process: "subprocess.Popen[bytes]", log: Path) -> None:
    import requests

    ends_at = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < ends_at and process.poll() is None:
        try:
            if requests.get(url, timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.1)
            continue
        time.sleep(0.1)
    raise StackProblem(f"{url} does not answer: {log.read_text(errors='replace').strip()[-500:]}")
