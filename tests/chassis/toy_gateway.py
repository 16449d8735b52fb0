"""A toy front door: HTTP to RPC to answer, on whichever bus the process is given."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from chassis.bus.rpc import Neighbour
from chassis.context import CallContext
from chassis.doors import Service
from chassis.errors import DependencyDown, Refusal
from chassis.web import WebServer

CUSTOMER = CallContext(subject="01900000-0000-7000-8000-000000000001", role="customer")


def build(_: Mapping[str, Any], others: Mapping[str, Any]) -> Any:
    def answer(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = {name: values[0] for name, values in parse_qs(environment["QUERY_STRING"]).items()}
        method = environment["PATH_INFO"].strip("/")
        key = query.pop("key", None)
        service = others[query.pop("service", "counting")]
        if "amount" in query:
            query["amount"] = int(query["amount"])
        try:
            reply = service.ask(method, request=query, context=CUSTOMER, key=key, timeout_seconds=2.0)
            status, body = "200 OK", {"data": reply.data, "replayed": reply.replayed}
        except Refusal as refusal:
            status, body = "422 Unprocessable", refusal.as_data()
        except (DependencyDown, RuntimeError) as error:
            status, body = "503 Unavailable", {"error": type(error).__name__}
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    return answer


class ToyGateway(Service):
    name = "gateway"
    counting = Neighbour("counting")
    nowhere = Neighbour("nowhere")
    web = WebServer(build)
