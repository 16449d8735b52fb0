"""Services of ours that do what the stock ones do (`stock_nameko.py`), behind the chassis' doors."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import fields
from sqlalchemy import text

from chassis.bus.rpc import Neighbour
from chassis.context import ANONYMOUS, CUSTOMER, SERVICE, CallContext
from chassis.doors import Call, EventCall, Service, command, reaction
from chassis.doors.call import Question
from chassis.errors import DependencyDown, Refusal
from chassis.events import Event
from chassis.schemas import Strict
from chassis.web import WebServer
from tests.faults.deeds import carry_out

EVERYBODY = (ANONYMOUS, CUSTOMER, SERVICE)
A_CUSTOMER = CallContext(subject="01900000-0000-7000-8000-000000000001", role="customer")
RAISE_EFFECT = text("INSERT INTO effects VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET times = effects.times + 1")


class Task(Strict):
    name = fields.String(required=True)
    deeds = fields.String(required=True)


class Telling(Task):
    first = fields.String(required=True)


class Done(Strict):
    name = fields.String(required=True)


told = Event("ours", "told", 1, Task, handled=True)


def do(transaction: Any, task: Mapping[str, str], *, effect: str | None = None) -> None:
    def work() -> None:
        transaction.run(RAISE_EFFECT.bindparams(name=effect or task["name"]))

    carry_out(task, works={"work": work, "later_work": work})


def ask_myself(service: "Back", question: Question) -> dict[str, Any]:
    asked = question.request
    if not asked["deeds"].startswith("ask_myself,"):
        return {}
    inner = {"name": asked["name"], "deeds": asked["deeds"].partition(",")[2]}
    return {"inner": service.myself.ask("work", request=inner, context=question.context, key=f"{question.key}-inner")}


class Back(Service):
    """The service that is asked, that tells, and that hears what was told."""

    name = "ours"
    myself: Any = Neighbour("ours")

    @command(takes=Task, gives=Done, may=EVERYBODY, asks=ask_myself, idempotent=True)
    def work(self, call: Call) -> Any:
        if not call.answers:
            do(call.transaction, call.request)
        return {"name": call.request["name"]}

    @command(takes=Telling, gives=Done, may=EVERYBODY, idempotent=True)
    def tell(self, call: Call) -> Any:
        name, first = call.request["name"], call.request["first"]
        do(call.transaction, {"name": f"telling {name}", "deeds": first})
        call.transaction.emit(told, subject=name, data={"name": name, "deeds": call.request["deeds"]})
        return {"name": name}

    @reaction(told)
    def on_told(self, call: EventCall) -> None:
        do(call.transaction, call.data)


class Late(Service):
    """A listener that is deployed with the others and started after the first event was told."""

    name = "ours_late"

    @reaction(told)
    def on_told(self, call: EventCall) -> None:
        call.transaction.run(RAISE_EFFECT.bindparams(name=f"late {call.data['name']}"))


def build(_: Mapping[str, Any], others: Mapping[str, Any]) -> Any:
    def answer(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = dict(parse_qsl(environment["QUERY_STRING"]))
        key = request.pop("key")
        method = {"/ask": "work", "/tell": "tell"}[environment["PATH_INFO"]]
        try:
            reply = others["back"].ask(method, request=request, context=A_CUSTOMER, key=key)
            status, body = "200 OK", reply.data
        except (Refusal, DependencyDown) as error:
            status, body = "503 Unavailable", {"error": type(error).__name__}
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    return answer


class Front(Service):
    """HTTP: each request is a question to the back."""

    name = "gateway"
    back: Any = Neighbour("ours")
    web = WebServer(build)


def build_defect(_: Mapping[str, Any], __: Mapping[str, Any]) -> Any:
    def answer(_: dict[str, Any], __: Callable[..., Any]) -> Iterable[bytes]:
        carry_out({"name": "a defect", "deeds": "fail"}, works={})
        return []

    return answer


class Page(Service):
    """HTTP whose every answer is a defect that nobody caught."""

    name = "gateway"
    web = WebServer(build_defect)
