"""Samples as processes, each with a queue of its own on a live stack, and customers who pay."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from chassis.bus.link import open_channel
from chassis.bus.topology import dead_letters, subscriber_queue
from chassis.events import CONTENT_TYPE
from deploy.demo.client import Client, a_key
from deploy.demo.story import BANK_ACCOUNT
from deploy.rabbitmq.subscribers import Subscriber
from tests.fixtures.node import find_node, installed
from tests.fixtures.processes import ROOT, eventually
from tests.fixtures.stacks import RunningStack

EXAMPLES = ROOT / "gateway" / "examples" / "subscribers"
SAMPLES = ("kombu", "nameko", "amqplib")
STOP_SECONDS_MAX = 20


def sample_commands(folder: Path) -> dict[str, list[str]]:
    """How each sample is run; Node's packages are installed in the folder."""
    node = find_node()
    assert node is not None, "install Debian's nodejs and npm: only root can do it here"
    installed(EXAMPLES, into=folder)
    return {
        "kombu": [sys.executable, str(EXAMPLES / "with_kombu.py")],
        "nameko": [sys.executable, "-W", "ignore", str(EXAMPLES / "with_nameko.py")],
        "amqplib": [node, str(folder / "with_amqplib.mjs")],
    }


class Sample:
    """One sample, started and ended as its operator would."""

    def __init__(self, name: str, *, command: list[str], bus: str, folder: Path) -> None:
        self.name, self.queue, self.bus = name, subscriber_queue(name), bus
        self.book = folder / f"book-of-{name}"
        self._command = command
        self._log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.book.parent,
                env={**os.environ, "BUS_URL": self.bus, "QUEUE": self.queue, "BOOK": str(self.book)},
            )  # fmt: skip

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(STOP_SECONDS_MAX)

    def stop(self) -> int:
        self.send(signal.SIGTERM)
        return self.wait()

    def output(self) -> str:
        code = self.process.poll() if self.process else None
        return f"{self.name}, exit code {code}: {self._log.read_text() if self._log.exists() else ''}"

    def forget(self) -> None:
        """A fresh start: nothing booked, nothing waiting."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        for file in self.book.parent.glob(f"{self.book.name}*"):
            file.unlink()
        with open_channel(self.bus) as channel:
            channel.queue_purge(queue=self.queue)
            channel.queue_purge(queue=dead_letters(self.queue))

    def booked(self) -> list[tuple[str, int]]:
        """Every payment in its books with its cents; a payment booked twice stands there twice."""
        if not self.book.exists():
            return []
        if self._command[0] == sys.executable:
            return self._booked_in_sqlite()
        whole = self.book.read_text().rpartition("\n")[0].splitlines()
        return sorted((line["payment_id"], line["amount_cents"]) for line in map(json.loads, whole))

    def _booked_in_sqlite(self) -> list[tuple[str, int]]:
        book = sqlite3.connect(self.book)
        try:
            return sorted(book.execute("SELECT payment_id, amount_cents FROM income").fetchall())
        except sqlite3.OperationalError:
            # It is about to make its tables.
            return []
        finally:
            book.close()

    def wait_until_booked(self, expected: Mapping[str, int]) -> None:
        """Exactly these, each once."""
        wanted = sorted(expected.items())
        eventually(lambda: len(self.booked()) >= len(wanted), seconds=30, describe=self.output)
        assert self.booked() == wanted


class Desk:
    """Publishes into one sample's queue, and looks what is left of it."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample

    def put(self, *bodies: str, content_type: str = CONTENT_TYPE) -> None:
        put_into(self._sample.queue, *bodies, bus=self._sample.bus, content_type=content_type)

    def take_all(self, queue: str) -> list[str]:
        found = []
        with open_channel(self._sample.bus) as channel:
            while (message := channel.basic_get(queue)) is not None:
                found.append(as_text(message.body))
                channel.basic_ack(message.delivery_tag)
        return found

    def wait_for_dead_letters(self, count: int) -> list[str]:
        found: list[str] = []

        def are_there() -> bool:
            found.extend(self.take_all(dead_letters(self._sample.queue)))
            return len(found) >= count

        eventually(are_there, describe=self._sample.output)
        return found

    def left(self) -> list[str]:
        """What waits in the queue, its dead letters included."""
        return [*self.take_all(self._sample.queue), *self.take_all(dead_letters(self._sample.queue))]


def put_into(place: str, *bodies: str, bus: str, exchange: str = "", content_type: str = CONTENT_TYPE) -> None:
    """Publish all, and wait until the broker has them."""
    with open_channel(bus) as channel:
        confirmed: list[int] = []
        channel.confirm_select()
        channel.events["basic_ack"].add(lambda tag, _: confirmed.append(tag))
        for body in bodies:
            message = channel.prepare_message(
                body, content_type=content_type, content_encoding="utf-8", properties={"delivery_mode": 2}
            )
            channel.basic_publish(message, exchange=exchange, routing_key=place)
        while max(confirmed, default=0) < len(bodies):
            channel.connection.drain_events(timeout=30)


def as_text(body: Any) -> str:
    return body if isinstance(body, str) else bytes(body).decode()


def a_posted_payment(real: Mapping[str, Any], *, payment_id: str = "", **differences: Any) -> dict[str, Any]:
    """An event like a real one, about another payment."""
    data = {**real["data"], "payment_id": payment_id or str(uuid4())}
    return {**real, "id": str(uuid4()), "data": data, **differences}


def posted_payments(real: Mapping[str, Any], count: int) -> tuple[list[str], dict[str, int]]:
    """So many events as they travel, and the cents of each payment."""
    events = [a_posted_payment(real) for _ in range(count)]
    return [json.dumps(event) for event in events], {
        event["data"]["payment_id"]: event["data"]["amount_cents"] for event in events
    }


def pay(stack: RunningStack, amounts_cents: list[int]) -> dict[str, int]:
    """Pay these over HTTP as a customer of the demo; gives the cents of each payment."""
    client = Client(url=stack.url)
    login = json.loads((stack.data / "logins.json").read_text())[0]
    assert client.sign_in(user_id=login["user_id"], password=login["password"])
    account = client.get("/v1/accounts")["data"][0]["id"]
    key = {"Idempotency-Key": a_key()}
    method = client.post("/v1/payment-methods", BANK_ACCOUNT, expect=201, headers=key)["id"]
    paid = {}
    for amount in amounts_cents:
        body = {"amount_cents": amount, "payment_method_id": method, "pay_anyway": True}
        headers = {"Idempotency-Key": a_key(), "Prefer": "wait=5"}
        payment = client.post(f"/v1/accounts/{account}/payments", body, expect=201, headers=headers)
        assert payment["status"] == "posted", payment
        paid[payment["id"]] = amount
    return paid


def declared_subscribers(*names: str) -> list[Subscriber]:
    """Each with a queue of its own that gets what becomes of payments."""
    return [Subscriber(name, ("payments.payment_declined", "payments.payment_posted")) for name in names]
