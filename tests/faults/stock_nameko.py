"""Services on nameko as it is shipped, run by nameko's own runner: `python -m tests.faults.stock_nameko Back …`.

They do what the toys of ours do (`our_toys.py`), written as nameko's documentation shows it. What a test may shorten
comes from the environment: the number of workers and the life of a reply queue. Nothing of nameko is changed but that.
"""

import eventlet

eventlet.monkey_patch()

import logging  # noqa: E402 - everything after the patch sees green sockets
import os  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

import nameko.rpc  # noqa: E402
import psycopg2  # noqa: E402
from nameko.cli.run import run  # noqa: E402
from nameko.events import EventDispatcher, event_handler  # noqa: E402
from nameko.extensions import DependencyProvider  # noqa: E402
from nameko.rpc import RpcProxy, rpc  # noqa: E402
from nameko.web.handlers import http  # noqa: E402

from tests.faults.deeds import RAISE_EFFECT, carry_out  # noqa: E402


def raise_effect(name: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute(RAISE_EFFECT, {"name": name})
    connection.close()


class CommitAfterwards(DependencyProvider):
    """A transaction for each worker, committed when the worker has its result: the way of the SQLAlchemy extensions."""

    def __init__(self) -> None:
        self._opened: dict[Any, Any] = {}

    def get_dependency(self, worker_ctx: Any) -> Any:
        def raise_effect_later(name: str) -> None:
            self._opened[worker_ctx] = connection = psycopg2.connect(os.environ["DATABASE_URL"])
            connection.cursor().execute(RAISE_EFFECT, {"name": name})

        return raise_effect_later

    def worker_result(self, worker_ctx: Any, result: Any = None, exc_info: Any = None) -> None:
        connection = self._opened.pop(worker_ctx, None)
        if connection is not None:
            connection.commit()


class Back:
    """The service that is asked, and that hears what the front tells."""

    name = "stock"
    myself = RpcProxy("stock")
    raise_effect_later = CommitAfterwards()

    @rpc
    def work(self, name: str, deeds: str) -> dict[str, str]:
        if deeds.startswith("ask_myself,"):
            self.myself.work(name=name, deeds=deeds.partition(",")[2])
        else:
            self._carry_out({"name": name, "deeds": deeds})
        return {"name": name}

    @event_handler("stock_front", "told")
    def on_told(self, task: dict[str, str]) -> None:
        self._carry_out(task)

    def _carry_out(self, task: dict[str, str]) -> None:
        works = {
            "work": lambda: raise_effect(task["name"]),
            "later_work": lambda: self.raise_effect_later(task["name"]),
        }
        carry_out(task, works=works)


class Insisting:
    """A listener with the one remedy that nameko offers for a handler that fails."""

    name = "stock_insisting"

    @event_handler("stock_front", "told", requeue_on_error=True)
    def on_told(self, task: dict[str, str]) -> None:
        carry_out(task, works={"work": lambda: raise_effect(task["name"])})


class Late:
    """A listener that is started after the first event was told."""

    name = "stock_late"

    @event_handler("stock_front", "told")
    def on_told(self, task: dict[str, str]) -> None:
        raise_effect(f"late {task['name']}")


class Front:
    """HTTP: `/ask` is an RPC to the back, `/tell` commits a row and then dispatches an event."""

    name = "stock_front"
    back = RpcProxy("stock")
    dispatch = EventDispatcher()

    @http("GET", "/ask")
    def ask(self, request: Any) -> str:
        return str(self.back.work(name=request.args["name"], deeds=request.args["deeds"]))

    @http("GET", "/tell")
    def tell(self, request: Any) -> str:
        name, first, deeds = (request.args[field] for field in ("name", "first", "deeds"))
        carry_out({"name": f"telling {name}", "deeds": first}, works={"work": lambda: raise_effect(f"telling {name}")})
        self.dispatch("told", {"name": name, "deeds": deeds})
        return "told"


class Page:
    """HTTP alone, without a broker."""

    name = "stock_page"

    @http("GET", "/defect")
    def defect(self, request: Any) -> str:
        carry_out({"name": "a defect", "deeds": "fail"}, works={})
        return ""

    @http("POST", "/bodies")
    def bodies(self, request: Any) -> str:
        return str(len(request.get_data()))


def main(names: list[str]) -> None:
    logging.basicConfig(level=logging.INFO)
    nameko.rpc.RPC_REPLY_QUEUE_TTL = int(os.environ.get("REPLY_QUEUE_MILLISECONDS", nameko.rpc.RPC_REPLY_QUEUE_TTL))
    config = {"AMQP_URI": os.environ["AMQP_URI"], "max_workers": int(os.environ["WORKERS"])}
    if "WEB_SERVER_ADDRESS" in os.environ:
        config["WEB_SERVER_ADDRESS"] = os.environ["WEB_SERVER_ADDRESS"]
    run([globals()[name] for name in names], config)


if __name__ == "__main__":
    main(sys.argv[1:])
