"""The live stream on RabbitMQ: two gateways on one database, each killed in its turn, and every event told once."""

import json
import os
import signal
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.bench.gateways import second_gateway
from deploy.stack import DataFolder
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

NAMES = ("payment_posted", "payment_applied")


class Customer:
    """Somebody of the demo with a card, who pays wherever a gateway answers."""

    def __init__(self, stack: RunningStack) -> None:
        login = json.loads((stack.data / "logins.json").read_text())[0]
        opened = requests.post(
            f"{stack.url}/v1/sessions", json={name: login[name] for name in ("user_id", "password")}, timeout=10
        )
        self.headers = {"Authorization": f"Bearer {opened.json()['access_token']}"}
        self.account = requests.get(f"{stack.url}/v1/accounts", headers=self.headers, timeout=10).json()["data"][0][
            "id"
        ]
        card = {"type": "card", "processor_token": "tok_approved"}
        added = requests.post(f"{stack.url}/v1/payment-methods", json=card, headers=self.headers, timeout=10)
        self.method = added.json()["id"]
        self.paid: list[str] = []

    def pays(self, url: str) -> None:
        """The same key until it is taken: a gateway that dies meanwhile may have passed it on."""
        body = {"amount_cents": 2500, "payment_method_id": self.method, "pay_anyway": True}
        headers = {**self.headers, "Idempotency-Key": str(uuid.uuid4())}

        def taken() -> Any:
            answer = requests.post(f"{url}/v1/accounts/{self.account}/payments", json=body, headers=headers, timeout=10)
            return answer.json() if answer.status_code == 201 else None

        self.paid.append(eventually(taken, seconds=30)["id"])


class Listener:
    """A client as browsers are: when its stream ends it comes back with the last id it was given, here or there."""

    def __init__(self, customer: Customer, *urls: str) -> None:
        self.customer, self.urls, self.told, self.frames = customer, urls, list[tuple[str, str]](), list[str]()
        self.last_id, self.is_done, self.refused = "", False, list[int]()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        eventually(lambda: "ready" in self.frames)

    def _listen(self) -> None:
        turn = 0
        while not self.is_done:
            headers = {**self.customer.headers, **({"Last-Event-ID": self.last_id} if self.last_id else {})}
            with suppress(requests.RequestException):
                url = f"{self.urls[turn % len(self.urls)]}/v1/stream"
                with requests.get(url, headers=headers, stream=True, timeout=(2, 20)) as answer:
                    if answer.ok:
                        self._read(answer)
                    else:
                        self.refused.append(answer.status_code)
            time.sleep(0.2)
            turn += 1

    def _read(self, answer: requests.Response) -> None:
        frame: dict[str, str] = {}
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            name, _, value = line.partition(": ")
            if line:
                frame[name] = value
                continue
            self.last_id = frame.get("id", self.last_id)
            if "event" in frame:
                self.frames.append(frame["event"])
            if frame.get("event") in NAMES:
                self.told.append((frame["event"], json.loads(frame["data"])["payment_id"]))
            frame = {}

    def story(self) -> str:
        return f"refused {self.refused}, {len(self.told)} told, {len(self.customer.paid)} paid, now at {self.last_id}"

    def has_heard_all(self) -> bool:
        return set(self.told) >= {(name, payment) for name in NAMES for payment in self.customer.paid}


@pytest.mark.bus
@pytest.mark.slow
def test_streams_outlive_their_gateways_and_every_event_is_told_once(broker_url: str, tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data", bus=broker_url) as stack:
        record = DataFolder(stack.data).running_stack()
        customer = Customer(stack)
        with second_gateway(record) as second:
            first_only, second_only = Listener(customer, stack.url), Listener(customer, second.url)
            both = Listener(customer, stack.url, second.url)
            for url in (stack.url, second.url) * 3:
                customer.pays(url)
            hear_all(first_only, second_only, both)
            os.kill(record.children["gateway"], signal.SIGKILL)
            for _ in range(4):
                customer.pays(second.url)
            hear_all(first_only, second_only, both)
            second.process.send_signal(signal.SIGTERM)
            for _ in range(4):
                customer.pays(stack.url)
            hear_all(first_only, both)
        for listener in (first_only, both):
            assert len(listener.told) == len(set(listener.told)) == len(NAMES) * len(customer.paid)
            assert "reset" not in listener.frames
        # Payments that are made at once are charged in any order; whoever listens hears the same one.
        assert first_only.told == both.told
        for listener in (first_only, second_only, both):
            listener.is_done = True


def hear_all(*listeners: Listener) -> None:
    for listener in listeners:
        eventually(listener.has_heard_all, seconds=40, describe=listener.story)
