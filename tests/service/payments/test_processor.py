"""The processor's answers as they can come over the wire: none of them is trusted further than it can be read."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chassis.errors import OutcomeUnknown, VendorDown
from services.payments.providers.interface import (
    BankAccountSource,
    CardSource,
    Charge,
    ChargeOutcome,
    RequestMisunderstood,
)
from services.payments.providers.sandbox_processor import SandboxProcessor

BANK_ACCOUNT = BankAccountSource(
    routing_number="110000000", account_number="000123456789", account_type="savings", holder_name="Ada Lovelace"
)
THE_CHARGE = Charge(key="k", amount_cents=500, source=BANK_ACCOUNT)
A_CHARGE = {"id": "ch_1", "key": "k", "status": "approved", "amount_cents": 500, "currency": "usd"}


@dataclass
class Script:
    """Answers every request with one status and body, and keeps what it was sent."""

    status: int = 201
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def says(self, status: int, body: Any = None, **headers: str) -> None:
        self.status, self.headers = status, headers
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            sent = json.loads(self.rfile.read(length)) if length else None
            script.heard.append({"path": self.path, "headers": dict(self.headers), "body": sent})
            if script.status == 0:
                self.connection.close()
                return
            self.send_response(script.status)
            for name, value in {"Content-Length": str(len(script.body)), **script.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(script.body)

        do_GET = do_POST = answer  # noqa: N815 - the names are the server's

        def log_message(self, *_: Any) -> None:
            pass

        def finish(self) -> None:
            if script.status != 0:
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield script
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def wire_processor(script: Script) -> SandboxProcessor:
    return SandboxProcessor(base_url=script.url + "/", api_key="secret", read_seconds=2.0)


def charge(processor: SandboxProcessor) -> ChargeOutcome:
    return processor.charge(THE_CHARGE)


def test_a_charge_carries_its_key_our_credentials_and_the_source(
    script: Script, wire_processor: SandboxProcessor
) -> None:
    script.says(201, A_CHARGE)
    assert charge(wire_processor) == ChargeOutcome(reference="ch_1", is_approved=True)
    (heard,) = script.heard
    assert heard["path"] == "/processor/charges"
    assert (heard["headers"]["Idempotency-Key"], heard["headers"]["Authorization"]) == ("k", "Bearer secret")
    source = {"routing_number": "110000000", "account_number": "000123456789", "account_type": "savings"}
    assert heard["body"] == {"amount_cents": 500, "currency": "usd", "source": source}


@pytest.mark.parametrize("status", [429, 503])
def test_a_processor_that_says_it_is_unavailable_has_not_charged(
    script: Script, wire_processor: SandboxProcessor, status: int
) -> None:
    script.says(status, {})
    with pytest.raises(VendorDown):
        charge(wire_processor)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(0, None, id="the connection is cut"),
        pytest.param(500, {}, id="it fails"),
        pytest.param(504, {}, id="its network does not answer"),
        pytest.param(302, {}, id="it points elsewhere"),
        pytest.param(200, A_CHARGE, id="another status than agreed"),
        pytest.param(201, b"<html>", id="not JSON"),
        pytest.param(201, [], id="not an object"),
        pytest.param(201, {**A_CHARGE, "status": "maybe"}, id="an unknown status"),
        pytest.param(201, {**A_CHARGE, "key": "other"}, id="another key"),
        pytest.param(201, {**A_CHARGE, "amount_cents": 501}, id="another amount"),
        pytest.param(201, {**A_CHARGE, "currency": "eur"}, id="another currency"),
        pytest.param(201, {**A_CHARGE, "id": ""}, id="no id"),
    ],
)
def test_an_answer_that_proves_nothing_leaves_the_outcome_unknown(
    script: Script, wire_processor: SandboxProcessor, status: int, body: Any
) -> None:
    script.says(status, body, Location=script.url)
    with pytest.raises(OutcomeUnknown):
        charge(wire_processor)
    assert len(script.heard) == 1


def test_a_source_that_the_processor_refuses_is_a_decline(script: Script, wire_processor: SandboxProcessor) -> None:
    script.says(400, {"error": {"code": "invalid_token", "param": "source.token"}})
    outcome = wire_processor.charge(replace(THE_CHARGE, source=CardSource(token="tok_gone")))
    assert outcome == ChargeOutcome(reference=None, is_approved=False, decline_code="method_refused")


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, {"error": {"param": "amount_cents"}}), (400, b"?"), (401, {}), (409, {}), (422, [])],
)
def test_a_request_of_ours_that_is_refused_is_a_defect(
    script: Script, wire_processor: SandboxProcessor, status: int, body: Any
) -> None:
    script.says(status, body)
    with pytest.raises(RequestMisunderstood):
        charge(wire_processor)


def test_a_charge_is_found_by_its_key_or_is_not_there(script: Script, wire_processor: SandboxProcessor) -> None:
    script.says(200, {"data": [{**A_CHARGE, "status": "declined", "decline_code": "account_closed"}]})
    found = wire_processor.find(THE_CHARGE)
    assert found == ChargeOutcome(reference="ch_1", is_approved=False, decline_code="account_closed")
    script.says(200, {"data": []})
    assert wire_processor.find(THE_CHARGE) is None
    assert [heard["path"] for heard in script.heard] == ["/processor/charges?key=k"] * 2


@pytest.mark.parametrize(("status", "body"), [(0, None), (404, {}), (500, {}), (200, b"?"), (200, {"data": None})])
def test_a_question_without_a_clear_answer_is_asked_again_later(
    script: Script, wire_processor: SandboxProcessor, status: int, body: Any
) -> None:
    script.says(status, body)
    with pytest.raises(VendorDown):
        wire_processor.find(THE_CHARGE)
    script.says(status if status != 404 else 500, body)
    with pytest.raises(VendorDown):
        wire_processor.find_card(token="tok_x")


def test_a_charge_of_another_amount_is_not_taken_for_ours(script: Script, wire_processor: SandboxProcessor) -> None:
    script.says(200, {"data": [{**A_CHARGE, "amount_cents": 1}]})
    with pytest.raises(OutcomeUnknown):
        wire_processor.find(THE_CHARGE)


def test_a_source_never_shows_its_digits() -> None:
    assert "000123456789" not in repr(BANK_ACCOUNT)
    assert "tok_secret" not in repr(CardSource(token="tok_secret"))
