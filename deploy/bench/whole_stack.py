"""A whole stack as an operator starts it with --bus, in a folder of its own, and a customer of it who can pay.

The databases are the stack's own, with one setting more: the server notes when each transaction was committed.
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.catalogue import ROOT
from deploy.demo import story
from deploy.demo.client import Client, Mailbox, StepFailed, a_key
from deploy.demo.people import Person
from deploy.ports import free_ports
from deploy.postgres.cluster import Cluster
from deploy.stack import DataFolder, StackProblem, StackRecord

START_SECONDS_MAX = 120.0
STOP_SECONDS_MAX = 20.0
LOG_FILE = "up.log"
ATTEMPTS = ("SESSIONS_PER_MINUTE", "REGISTRATIONS_PER_MINUTE", "REQUESTS_PER_MINUTE")


@dataclass(frozen=True)
class Payer:
    """A signed-in customer with a loan and a bank account to pay it from."""

    client: Client
    mailbox: Mailbox
    person: Person
    account_id: str
    method_id: str

    def pay(self, *, amount_cents: int) -> str:
        """Submit a payment; gives its id as soon as it is on record. Raises StackProblem."""
        try:
            payment = self.client.post(
                f"/v1/accounts/{self.account_id}/payments",
                {"amount_cents": amount_cents, "payment_method_id": self.method_id, "pay_anyway": True},
                expect=201,
                headers={"Idempotency-Key": a_key()},
            )
        except StepFailed as failure:
            raise StackProblem(f"A payment was not taken: {failure}") from failure
        return str(payment["id"])


@contextmanager
def running_stack(*, bus: str) -> Iterator[tuple[StackRecord, Cluster]]:
    """Every service its own process on that broker, until the block ends; its databases. Raises StackProblem."""
    with tempfile.TemporaryDirectory(prefix="captive-bench-") as name:
        # PostgreSQL of a root stack is another user and has to pass through.
        Path(name).chmod(0o711)
        data = Path(name) / "data"
        cluster = _noting_cluster(data)
        try:
            with _running(data, bus=bus, log=Path(name) / LOG_FILE) as record:
                yield record, cluster
        finally:
            cluster.destroy()


def enrolled(record: StackRecord) -> Payer:
    """The demo's customer, registered over HTTP as anybody would. Raises StackProblem."""
    person = Person(
        first_name="Maria", last_name="Alvarez", account_number="KFA-1000001", ssn_last4="4821",
        email="maria.alvarez@example.com", phone="+12145550142", password=secrets.token_urlsafe(18),
    )  # fmt: skip
    client, mailbox = Client(url=record.url), Mailbox(url=record.sandbox_url)
    stage = story.Stage(client=client, mailbox=mailbox, bus=record.bus, say=lambda _: None)
    try:
        story.enter(stage, person)
        loan, _ = story.see_accounts(stage)
        method = story.add_bank_account(stage)
    except StepFailed as failure:
        raise StackProblem(f"The demo's customer could not be enrolled: {failure}") from failure
    return Payer(client=client, mailbox=mailbox, person=person, account_id=loan["id"], method_id=method)


def processes_of(record: StackRecord) -> list[int]:
    """Every process of the stack but the databases'."""
    return [record.process, *record.children.values()]


def _noting_cluster(data: Path) -> Cluster:
    """Made ahead of the stack, which then finds its databases' server as it left it."""
    import psycopg2

    cluster = Cluster(data=data)
    cluster.start()
    connection = psycopg2.connect(cluster.admin_url().replace("postgresql+psycopg2://", "postgresql://"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    finally:
        connection.close()
        cluster.stop()
    return cluster


@contextmanager
def _running(data: Path, *, bus: str, log: Path) -> Iterator[StackRecord]:
    port = free_ports(1)[0]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "up", "--data", str(data), "--port", str(port), "--bus", bus],
            cwd=ROOT,
            # Few customers stand for many here, and all come from one address.
            env={**os.environ, "PYTHONPATH": str(ROOT), **dict.fromkeys(ATTEMPTS, "1000000")},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _wait_until_serving(process, data=data, log=log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_serving(process: "subprocess.Popen[bytes]", *, data: Path, log: Path) -> StackRecord:
    folder, ends_at = DataFolder(data), time.monotonic() + START_SECONDS_MAX
    while process.poll() is None and time.monotonic() < ends_at:
        record = folder.find_record()
        if record is not None and record.is_serving and record.process == process.pid:
            return record
        time.sleep(0.2)
    last = log.read_text(errors="replace").strip()[-600:]
    raise StackProblem(f"The stack that was to be measured does not serve: {last}")
