"""Stripe as it documents itself, on this machine: intents with their states, idempotency keys, errors, silence, events.

The official client speaks to it. It keeps what it has done when it then does not answer, as Stripe would.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

API_KEY = "sk_test_local"

# Payment methods and what becomes of a confirmation with them, by Stripe's own names for its test cards.
CARDS: Mapping[str, str | None] = {
    "pm_card_visa": None,
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_chargeDeclinedLostCard": "lost_card",
    "pm_card_authenticationRequired": "authentication_required",
}
NO_ACCOUNT = "000111111113"

Answer = tuple[int, dict[str, Any]]


@dataclass
class StripeServer:
    """What Stripe knows. `silences` are used up: so many next answers to such a path are held back after the work."""

    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    customers_of: dict[str, str] = field(default_factory=dict)
    answered: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    heard: list[tuple[str, str, str | None]] = field(default_factory=list)
    silences: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    silent_seconds: float = 1.0
    url: str = ""
    _numbers: Any = field(default_factory=lambda: count(1))
    _lock: Any = field(default_factory=threading.RLock)

    def answer(self, method: str, path: str, form: dict[str, Any], *, key: str | None, token: str) -> Answer:
        with self._lock:
            self.heard.append((method, path, key))
            if token != API_KEY:
                return _error(401, "invalid_request_error", "api_key_invalid")
            if self.refusals:
                return _error(self.refusals.pop(0), "api_error", "refused")
            if any(path.endswith(end) for end in self.lost):
                # The request never arrived, and the client hears nothing.
                self.lost.pop(0)
                return 0, {}
            printed = json.dumps([method, path, form], sort_keys=True)
            if key is not None and key in self.answered:
                first, answer = self.answered[key]
                return answer if first == printed else _error(400, "idempotency_error", None)
            answer = self._act(method, path.strip("/").split("/"), form)
            if key is not None and answer[0] != 429:
                self.answered[key] = (printed, answer)
            return answer

    def succeeds(self, intent_id: str) -> dict[str, Any]:
        """A debit that was under way came in."""
        self.intents[intent_id]["status"] = "succeeded"
        return self.intents[intent_id]

    def fails(self, intent_id: str, *, network_code: str, code: str) -> dict[str, Any]:
        """A debit that was under way came back."""
        error = {"type": "card_error", "code": code, "network_decline_code": network_code, "message": "…"}
        self.intents[intent_id] |= {"status": "requires_payment_method", "last_payment_error": error}
        return self.intents[intent_id]

    def charged(self) -> list[dict[str, Any]]:
        """The intents by which money was taken."""
        return [intent for intent in self.intents.values() if intent["status"] in ("succeeded", "processing")]

    def _act(self, method: str, path: list[str], form: dict[str, Any]) -> Answer:
        match method, path[1:]:
            case "POST", ["payment_intents"]:
                return self._create(form)
            case "GET", ["payment_intents"]:
                return self._page(form)
            case "GET", ["payment_intents", intent_id]:
                return self._known(self.intents, intent_id)
            case "POST", ["payment_intents", intent_id, "confirm"]:
                return self._confirm(self.intents[intent_id], form)
            case "POST", ["payment_intents", intent_id, "cancel"]:
                return self._cancel(self.intents[intent_id])
            case "GET", ["payment_methods", token]:
                return self._method(token)
            case "POST", ["payment_methods", token, "attach"]:
                self.customers_of[token] = form["customer"]
                return self._method(token)
            case "POST", ["customers"]:
                return 200, {"id": f"cus_{next(self._numbers)}", "object": "customer"}
            case "POST", ["refunds"]:
                return self._refund(form)
            case "GET", ["refunds"]:
                ours = [made for made in self.refunds.values() if made["payment_intent"] == form["payment_intent"]]
                return 200, {"object": "list", "data": ours, "has_more": False, "url": "/v1/refunds"}
        return _error(404, "invalid_request_error", "resource_missing")

    def _create(self, form: dict[str, Any]) -> Answer:
        if int(form["amount"]) < 50:
            return _error(400, "invalid_request_error", "amount_too_small", param="amount")
        token = form.get("payment_method", "")
        if token and token not in CARDS:
            return _error(400, "invalid_request_error", "resource_missing", param="payment_method")
        intent = {
            "id": f"pi_{next(self._numbers)}", "object": "payment_intent", "amount": int(form["amount"]),
            "currency": form["currency"], "metadata": form.get("metadata", {}), "status": "requires_confirmation",
            "payment_method_types": list(form["payment_method_types"].values()), "last_payment_error": None,
            "description": form.get("description"), "_with": token or form["payment_method_data"],
        }  # fmt: skip
        self.intents[intent["id"]] = intent
        return 200, _shown(intent)

    def _page(self, form: dict[str, Any]) -> Answer:
        """The newest first, as Stripe lists."""
        every = list(reversed(self.intents.values()))
        if "starting_after" in form:
            every = every[1 + [intent["id"] for intent in every].index(form["starting_after"]) :]
        page = [_shown(intent) for intent in every[: int(form["limit"])]]
        more = len(every) > len(page)
        return 200, {"object": "list", "data": page, "has_more": more, "url": "/v1/payment_intents"}

    def _confirm(self, intent: dict[str, Any], form: dict[str, Any]) -> Answer:
        if intent["status"] != "requires_confirmation":
            return _error(400, "invalid_request_error", "payment_intent_unexpected_state")
        source = intent["_with"]
        if isinstance(source, str):
            assert form["off_session"] == form["error_on_requires_action"] == "true"
            decline = CARDS[source]
        else:
            assert form["mandate_data"]["customer_acceptance"]["type"] == "offline"
            decline = "no_account" if source["us_bank_account"]["account_number"] == NO_ACCOUNT else None
        if decline is None:
            intent["status"] = "succeeded" if isinstance(source, str) else "processing"
            return 200, _shown(intent)
        code = decline if decline in ("authentication_required", "no_account") else "card_declined"
        error = {"type": "card_error", "code": code, "decline_code": decline, "message": "…"}
        intent |= {"status": "requires_payment_method", "last_payment_error": error}
        return 402, {"error": {**error, "payment_intent": _shown(intent)}}

    def _cancel(self, intent: dict[str, Any]) -> Answer:
        if intent["status"] in ("succeeded", "processing", "canceled"):
            return _error(400, "invalid_request_error", "payment_intent_unexpected_state")
        intent["status"] = "canceled"
        return 200, _shown(intent)

    def _method(self, token: str) -> Answer:
        if token not in CARDS:
            return _error(404, "invalid_request_error", "resource_missing", param="payment_method")
        card = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2039}
        customer = self.customers_of.get(token)
        return 200, {"id": token, "object": "payment_method", "type": "card", "card": card, "customer": customer}

    def _refund(self, form: dict[str, Any]) -> Answer:
        intent = self.intents[form["payment_intent"]]
        back = sum(made["amount"] for made in self.refunds.values() if made["payment_intent"] == intent["id"])
        if intent["status"] != "succeeded" or back + int(form["amount"]) > intent["amount"]:
            return _error(400, "invalid_request_error", "charge_not_refundable")
        refund = {
            "id": f"re_{next(self._numbers)}", "object": "refund", "amount": int(form["amount"]),
            "payment_intent": intent["id"], "metadata": form.get("metadata", {}), "status": "pending",
            "failure_reason": None,
        }  # fmt: skip
        self.refunds[refund["id"]] = refund
        return 200, refund

    def _known(self, kind: dict[str, dict[str, Any]], identifier: str) -> Answer:
        if identifier not in kind:
            return _error(404, "invalid_request_error", "resource_missing")
        return 200, _shown(kind[identifier])


def serve(stripe: StripeServer) -> ThreadingHTTPServer:
    """A server that answers for it on a port of its own; `url` is set."""

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = _nested(sent or parts.query)
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, body = stripe.answer(
                self.command, parts.path, form, key=self.headers.get("Idempotency-Key"), token=token
            )
            silence = next((end for end in stripe.silences if parts.path.endswith(end)), None)
            if silence is not None:
                stripe.silences.remove(silence)
                time.sleep(stripe.silent_seconds)
            if status == 0 or silence is not None:
                self.connection.close()
                return
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = respond  # noqa: N815 - the names are the server's

        def finish(self) -> None:
            if not self.wfile.closed and self.connection.fileno() != -1:
                super().finish()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stripe.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


def _shown(intent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in intent.items() if not name.startswith("_")}


def _error(status: int, type_: str, code: str | None, *, param: str | None = None) -> Answer:
    return status, {"error": {"type": type_, "code": code, "param": param, "message": "…"}}


def _nested(form: str) -> dict[str, Any]:
    """`a[b][0]=c` as {"a": {"b": {"0": "c"}}}."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(form):
        first, *rest = name.replace("]", "").split("[")
        place = found
        for step, following in zip([first, *rest], [*rest, None], strict=True):
            if following is None:
                place[step] = value
            else:
                place = place.setdefault(step, {})
    return found
