"""A customer asks the desk something and is answered: both see it live, with files, read marks and a hand-over."""

import json
import threading
import time
import uuid
from base64 import b64decode, urlsafe_b64decode
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fixtures.figures import Report
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

CUSTOMERS, DESK = "/v1/support/conversations", "/v1/staff/conversations"
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
ANSWERS = 40
TIMEOUT_SECONDS = 15


@pytest.fixture(params=["embedded", "rabbitmq"])
def bus(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "embedded" else request.getfixturevalue("broker_url")


class Person:
    """Somebody with a token and an open page: `heard` is what the page was told, and when."""

    def __init__(self, stack: RunningStack, *, user_id: str, password: str, home: str) -> None:
        self.url, self.home = stack.url, home
        signed_in = requests.post(
            f"{self.url}/v1/sessions", json={"user_id": user_id, "password": password}, timeout=TIMEOUT_SECONDS
        )
        assert signed_in.status_code == 201, signed_in.text
        token = signed_in.json()["access_token"]
        body = token.split(".")[1]
        self.id = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))["sub"]
        self.headers = {"Authorization": f"Bearer {token}"}
        self.heard: list[tuple[float, str, dict[str, Any]]] = []
        threading.Thread(target=self._listen, daemon=True).start()
        eventually(lambda: any(name == "ready" for _, name, _ in self.heard))

    def asks(self, method: str, path: str = "", *, status: int = 200, **sent: Any) -> requests.Response:
        headers = {**self.headers, **sent.pop("headers", {})}
        answer = requests.request(
            method, f"{self.url}{self.home}{path}", headers=headers, timeout=TIMEOUT_SECONDS, **sent
        )  # fmt: skip
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def writes(self, one: str, body: str, *, files: tuple[str, ...] = ()) -> str:
        key = {"Idempotency-Key": str(uuid.uuid4())}
        sent = {"body": body, "attachment_ids": list(files)}
        return str(self.asks("POST", f"/{one}/messages", status=201, json=sent, headers=key).json()["id"])

    def hears(self, name: str, **wanted: Any) -> float:
        """When the page was told so."""

        def found() -> float | None:
            for at, told, data in list(self.heard):
                if told == name and wanted.items() <= data.items():
                    return at
            return None

        at: float = eventually(found, seconds=20, describe=lambda: f"{name} {wanted} not among {self.heard[-5:]}")
        return at

    def _listen(self) -> None:
        with (
            suppress(requests.RequestException),
            requests.get(f"{self.url}/v1/stream", headers=self.headers, stream=True, timeout=(5, 60)) as answer,
        ):
            frame: dict[str, str] = {}
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                name, _, value = line.partition(": ")
                if line:
                    frame[name] = value
                elif "event" in frame:
                    self.heard.append((time.monotonic(), frame["event"], json.loads(frame["data"])))
                    frame = {}


def a_customer(stack: RunningStack, *, number: int = 0) -> Person:
    login = json.loads((stack.data / "logins.json").read_text())[number]
    return Person(stack, user_id=login["user_id"], password=login["password"], home=CUSTOMERS)


def an_agent(stack: RunningStack, *, email: str) -> Person:
    person = ("--email", email, "--first-name", "Robin", "--last-name", "Hale")
    printed = stack.captive("user", "create", "--role", "agent", *person, "--generate-password").stdout
    password = printed.rpartition("password ")[2].strip()
    return Person(stack, user_id=email, password=password, home=DESK)


@pytest.mark.bus
@pytest.mark.slow
def test_a_customer_asks_and_the_desk_answers_while_both_look_on(
    bus: str | None, tmp_path: Path, report: Report
) -> None:
    with a_running_stack(data=tmp_path / "data", bus=bus) as stack:
        customer, robin = a_customer(stack), an_agent(stack, email="robin@staff.example")
        kim = an_agent(stack, email="kim@staff.example")
        account = requests.get(f"{stack.url}/v1/accounts", headers=customer.headers, timeout=TIMEOUT_SECONDS).json()
        opening = {
            "topic": "documents", "subject": "My odometer", "body": "Is this picture of my odometer enough?",
            "account_id": account["data"][0]["id"],
        }  # fmt: skip
        one = customer.asks("POST", status=201, json=opening).json()["id"]
        robin.hears("conversation_moved", conversation_id=one, what="opened", author="customer")
        found = robin.asks("GET", params={"state": "open", "assigned": "nobody", "words": "pictures"}).json()
        assert [row["id"] for row in found["data"]] == [one]
        customer.asks("GET", params={"words": "odometer"}, status=422)
        _they_write(customer, robin, one)
        _a_file_goes_up_and_down(customer, robin, one)
        _it_is_handed_over(customer, robin, kim, one)
        _it_ends(customer, kim, one)
        _the_desk_writes_first(customer, robin, account["data"][0]["id"])
        another = a_customer(stack, number=1)
        for path in ("", "/messages", "/export"):
            another.asks("GET", f"/{one}{path}", status=404)
        second = customer.asks("POST", status=201, json={**opening, "subject": "How quick"}).json()["id"]
        report(f"{'rabbitmq' if bus else 'embedded'}: {_delays(customer, robin, second)}")


def _the_desk_writes_first(customer: Person, robin: Person, account_id: str) -> None:
    opening = {
        "user_id": customer.id, "account_id": account_id, "topic": "documents", "subject": "Your insurance",
        "body": "Please send us the new policy.",
    }  # fmt: skip
    begun = robin.asks("POST", status=201, json=opening)
    one = begun.json()["id"]
    assert begun.headers["Location"].endswith(one)
    customer.hears("conversation_replied", conversation_id=one, message_id=begun.json()["last_message_id"])
    assert customer.asks("GET", f"/{one}").json()["subject"] == "Your insurance"


def _they_write(customer: Person, robin: Person, one: str) -> None:
    robin.asks("POST", f"/{one}/typing", status=204)
    customer.hears("conversation_typing", conversation_id=one, author="staff")
    answer = robin.writes(one, "It is. Please send it here.")
    customer.hears("conversation_replied", conversation_id=one, message_id=answer)
    newest = customer.asks("GET", f"/{one}/messages", params={"limit": 1}).json()["data"][0]
    assert (newest["body"], newest["author"], "agent_id" in newest) == ("It is. Please send it here.", "staff", False)
    customer.asks("POST", f"/{one}/read", json={"message_id": answer})
    robin.hears("conversation_moved", conversation_id=one, what="read", message_id=answer)
    customer.asks("POST", f"/{one}/typing", status=204)
    robin.hears("conversation_typing", conversation_id=one, author="customer")
    for _ in range(2):
        key = {"Idempotency-Key": f"same-{one}"}
        customer.asks("POST", f"/{one}/messages", status=201, json={"body": "Sent twice"}, headers=key)
    bodies = [message["body"] for message in customer.asks("GET", f"/{one}/messages").json()["data"]]
    assert bodies.count("Sent twice") == 1


def _a_file_goes_up_and_down(customer: Person, robin: Person, one: str) -> None:
    named = {"params": {"name": "odometer.png"}, "headers": {"Content-Type": "image/png"}}
    customer.asks("POST", f"/{one}/attachments", status=422, data=b"<svg onload='alert(1)'/>", **named)
    file = customer.asks("POST", f"/{one}/attachments", status=201, data=PNG, **named).json()["id"]
    written = customer.writes(one, "Here it is", files=(file,))
    robin.hears("conversation_moved", conversation_id=one, what="message", message_id=written)
    taken = robin.asks("GET", f"/{one}/attachments/{file}")
    assert (taken.content, taken.headers["Content-Type"]) == (PNG, "image/png")
    assert taken.headers["Content-Disposition"].startswith('attachment; filename="odometer.png"')
    largest = b"%PDF-1.7\n" + b"x" * (5 * 1024 * 1024 - 15) + b"%%EOF\n"
    assert len(largest) == 5 * 1024 * 1024
    pdf = {"params": {"name": "large.pdf"}, "headers": {"Content-Type": "application/pdf"}}
    large = customer.asks("POST", f"/{one}/attachments", status=201, data=largest, **pdf).json()["id"]
    assert customer.asks("GET", f"/{one}/attachments/{large}").content == largest
    customer.asks("POST", f"/{one}/attachments", status=413, data=largest + b"\n", **pdf)


def _it_is_handed_over(customer: Person, robin: Person, kim: Person, one: str) -> None:
    robin.asks("POST", f"/{one}/hand-over", json={"agent_id": kim.id})
    kim.hears("conversation_moved", conversation_id=one, what="handed_over", agent_id=kim.id)
    customer.hears("conversation_changed", conversation_id=one, what="handed_over")
    assert [row["id"] for row in kim.asks("GET", params={"assigned": "me"}).json()["data"]] == [one]
    kim.writes(one, "I go on from here.")
    kim.asks("POST", f"/{one}/hand-over", json={"queue": "titles"})
    assert kim.asks("GET", f"/{one}").json()["agent_id"] is None


def _it_ends(customer: Person, kim: Person, one: str) -> None:
    kim.asks("POST", f"/{one}/close")
    customer.hears("conversation_changed", conversation_id=one, what="closed")
    customer.asks("POST", f"/{one}/messages", status=409, json={"body": "One more thing"})
    text = customer.asks("GET", f"/{one}/export", headers={"Accept": "text/plain"}).text
    for line in (
        "    Is this picture of my odometer enough?",
        "    I go on from here.",
        f"odometer.png, image/png, {len(PNG)} bytes",
    ):
        assert line in text
    assert len(customer.asks("GET", f"/{one}/export").json()["messages"]) == 5
    customer.asks("POST", f"/{one}/reopen")
    customer.writes(one, "One more thing")
    customer.asks("POST", f"/{one}/close")


def _delays(customer: Person, robin: Person, one: str) -> str:
    """From the moment an answer is sent until the customer's page has heard of it."""
    sent_at = {}
    for number in range(ANSWERS):
        before = time.monotonic()
        sent_at[robin.writes(one, f"Answer {number}")] = before
    delays = sorted(
        customer.hears("conversation_replied", message_id=message_id) - before for message_id, before in sent_at.items()
    )
    p50, p99 = delays[len(delays) // 2], delays[min(len(delays) - 1, round(len(delays) * 0.99))]
    return f"an answer is heard of after {p50 * 1000:.0f} ms (p50), {p99 * 1000:.0f} ms (p99) of {ANSWERS}"
