"""The house's own path on its own host: WebServer, Neighbour.ask, the bus, and behind it a door or nothing but RPC.

`BareService` answers on the same entrypoint as a door but has none: what a call costs before anybody is asked who he
is. `AskedService` is a whole @query: verified context, schemas, a read-only transaction; its method needs no rows.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from marshmallow import fields

from chassis.bus.rpc import Answer, Neighbour
from chassis.context import CUSTOMER, CallContext, Grant
from chassis.doors import Call, Service, query
from chassis.schemas import Strict
from chassis.web import WebServer
from deploy.bench.question import answered, asked, rendered
from deploy.bench.sampling import Sampled

# As a real caller's: a user, a session, two accounts.
CUSTOMERS_CONTEXT = CallContext(
    subject="01900000-0000-7000-8000-000000000001",
    role=CUSTOMER,
    accounts=(
        Grant(id="01900000-0000-7000-8000-000000000002", role="borrower"),
        Grant(id="01900000-0000-7000-8000-000000000003", role="co_borrower"),
    ),
    session_id="01900000-0000-7000-8000-000000000004",
    auth_time=1_790_000_000,
    request_id="01900000-0000-7000-8000-000000000005",
)


class Question(Strict):
    number = fields.Integer(required=True, strict=True)
    name = fields.String(required=True)


class Answered(Strict):
    number = fields.Integer(required=True)
    name = fields.String(required=True)
    remainder = fields.Integer(required=True)


def build(_: Mapping[str, Any], others: Mapping[str, Any]) -> Any:
    """The gateway's application: ask, and say what was answered."""
    neighbour = others["neighbour"]

    def application(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        reply = neighbour.ask("answer", request=asked(environment["PATH_INFO"]), context=CUSTOMERS_CONTEXT)
        body = rendered(reply.data)
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return application


def _answer(_: Any, request: Any, **__: Any) -> dict[str, Any]:
    return {"reply": answered(**request), "replayed": False}


class BareService:
    """Answers without a door."""

    name = "bare"
    sampled = Sampled()

    answer = Answer.decorator(_answer)


class BareGatewayService:
    """Asks the service without a door."""

    name = "gateway"
    sampled = Sampled()
    neighbour = Neighbour("bare")
    web = WebServer(build)


class AskedService(Service):
    """Answers through a door."""

    name = "asked"
    sampled = Sampled()

    @query(takes=Question, gives=Answered, may=(CUSTOMER,))
    def answer(self, call: Call) -> Any:
        return answered(**call.request)


class GatewayService(Service):
    """Asks the service behind the door."""

    name = "gateway"
    sampled = Sampled()
    neighbour = Neighbour("asked")
    web = WebServer(build)
