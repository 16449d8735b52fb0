"""Stock nameko as its documentation shows it: the http entrypoint, RpcProxy and @rpc; run by nameko's own command."""

from typing import Any

from nameko.rpc import RpcProxy, rpc
from nameko.web.handlers import http
from werkzeug.wrappers import Request, Response

from deploy.bench.question import PATH, answered, asked, rendered
from deploy.bench.sampling import Sampled


def _answer(_: Any, number: int, name: str) -> dict[str, Any]:
    return answered(number=number, name=name)


def _get(service: Any, _: Request, number: int) -> Response:
    answer = service.stock.answer(**asked(f"{PATH}{number}"))
    return Response(rendered(answer), mimetype="application/json")


class AskedService:
    """Answers."""

    name = "stock"
    sampled = Sampled()
    answer = rpc(_answer)


class GatewayService:
    """Asks."""

    name = "gateway"
    sampled = Sampled()
    stock = RpcProxy("stock")
    get = http("GET", f"{PATH}<int:number>")(_get)
