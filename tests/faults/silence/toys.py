"""The toys that silence is tried on: a front that asks, a target that is asked and tells, a hearer that hears it.

Whatever begins to work is counted in a transaction of its own, so that the database tells what was run and when; what a
command does for its caller is counted in the command's transaction.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import requests
from marshmallow import fields
from sqlalchemy import text

from chassis.bus.rpc import Neighbour
from chassis.context import ANONYMOUS, CUSTOMER, SERVICE, CallContext
from chassis.doors import Call, ErrandCall, EventCall, Service, command, errand, query, reaction
from chassis.errors import DependencyDown, OutcomeUnknown, Refusal, VendorDown
from chassis.events import Event
from chassis.schemas import Strict
from chassis.web import WebServer

VENDOR_URL = "SILENCE_VENDOR_URL"
VENDOR_SECONDS_MAX = 2.0
EFFECTS_TABLE = (
    "CREATE TABLE IF NOT EXISTS effects (name text PRIMARY KEY, times integer NOT NULL, last_at timestamptz NOT NULL)"
)
RAISE_EFFECT = text(
    "INSERT INTO effects VALUES (:name, 1, clock_timestamp()) "
    "ON CONFLICT (name) DO UPDATE SET times = effects.times + 1, last_at = clock_timestamp()"
)
EVERYBODY = (ANONYMOUS, CUSTOMER, SERVICE)
A_CUSTOMER = CallContext(subject="01900000-0000-7000-8000-000000000001", role="customer")


class Work(Strict):
    name = fields.String(required=True)
    linger_seconds = fields.Float(load_default=0.0)
    ballast = fields.String(load_default="")


class Telling(Strict):
    name = fields.String(required=True)
    events = fields.Integer(load_default=1)


class Done(Strict):
    name = fields.String(required=True)


class Told(Strict):
    name = fields.String(required=True)


told = Event("target", "told", 1, Told, handled=True)


class Target(Service):
    """Is asked for what takes long, and tells."""

    name = "target"

    @query(takes=Work, gives=Done, may=EVERYBODY)
    def look(self, call: Call) -> Any:
        with self.store.housekeeping() as connection:
            connection.execute(RAISE_EFFECT.bindparams(name=f"begun {call.request['name']}"))
        time.sleep(call.request["linger_seconds"])
        return {"name": call.request["name"]}

    @command(takes=Work, gives=Done, may=EVERYBODY, idempotent=True)
    def act(self, call: Call) -> Any:
        call.transaction.run(RAISE_EFFECT.bindparams(name=f"done {call.request['name']}"))
        time.sleep(call.request["linger_seconds"])
        return {"name": call.request["name"]}

    @command(takes=Telling, gives=Done, may=EVERYBODY, idempotent=True)
    def tell(self, call: Call) -> Any:
        for number in range(call.request["events"]):
            name = f"{call.request['name']} {number}"
            call.transaction.emit(told, subject=name, data={"name": name})
        return {"name": call.request["name"]}


class Hearer(Service):
    """Hears what is told: once in its database, and once at a vendor."""

    name = "hearer"

    @reaction(told)
    def on_told(self, call: EventCall) -> None:
        call.transaction.run(RAISE_EFFECT.bindparams(name=f"heard {call.data['name']}"))

    @errand(told, settles="settle_ring")
    def on_told_ring(self, call: ErrandCall) -> None:
        self._ring(call)

    def settle_ring(self, call: ErrandCall) -> None:
        self._ring(call)

    def _ring(self, call: ErrandCall) -> None:
        """Asking whether it has rung and ringing are one here: the vendor tells how often it was asked to."""
        try:
            answer = requests.post(os.environ[VENDOR_URL], data=call.data["name"], timeout=VENDOR_SECONDS_MAX)
        except requests.ConnectionError as error:
            raise VendorDown("nobody takes the connection") from error
        except requests.Timeout as error:
            raise OutcomeUnknown("no answer") from error
        if answer.status_code == 503:
            raise VendorDown("the vendor says so")
        answer.raise_for_status()


def build(_: Mapping[str, Any], others: Mapping[str, Any]) -> Any:
    def answer(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = dict(parse_qsl(environment["QUERY_STRING"]))
        service, timeout = others[asked.pop("service", "target")], float(asked.pop("timeout_seconds"))
        key, ballast_bytes = asked.pop("key", None), int(asked.pop("ballast_bytes", 0))
        if ballast_bytes:
            asked["ballast"] = "x" * ballast_bytes
        started = time.monotonic()
        try:
            reply = service.ask(
                environment["PATH_INFO"].strip("/"), request=asked, context=A_CUSTOMER, key=key, timeout_seconds=timeout
            )
            status, body = "200 OK", {**reply.data, "replayed": reply.replayed}
        except (Refusal, DependencyDown) as error:
            status, body = "503 Unavailable", {"error": type(error).__name__}
        body["seconds"] = time.monotonic() - started
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    return answer


class Front(Service):
    """HTTP: each request is a question to a neighbour."""

    # Only the gateway may ask on behalf of persons.
    name = "gateway"
    target: Any = Neighbour("target")
    nowhere: Any = Neighbour("nowhere")
    web = WebServer(build)
