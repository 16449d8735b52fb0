"""RPC in nameko's wire form, one implementation for both buses: a kept channel, transient messages, always a deadline.

The server answers, then acknowledges; a reply that cannot be sent is logged, never fatal. The client waits at most its
timeout; the request carries an expiration and a deadline, so an abandoned call is not run later.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Protocol
from uuid import UUID, uuid4

from eventlet.event import Event
from nameko.extensions import DependencyProvider, Entrypoint, SharedExtension

from chassis import logs, tracing
from chassis.bus import topology
from chassis.bus.consuming import Consumer
from chassis.bus.link import Lane, Link
from chassis.context import CallContext, ContextSigner, deadline_after
from chassis.errors import (
    BusDown,
    DependencyDown,
    NeighbourAbsent,
    NeighbourFailed,
    NeighbourSilent,
    Refusal,
    refusal_from_data,
)
from chassis.failpoints import failpoint

CONCURRENT_CALLS = 32
# Above what the gateway takes from outside, written as text within text.
REQUEST_BYTES_MAX = 8_000_000
# A call that comes again is run again only if it ends by itself within this time.
REPEATED_SECONDS_MAX = 60.0
DEADLINE_HEADER, TRACE_HEADER = "x-deadline", "traceparent"

log = logs.logger(__name__)


@dataclass(frozen=True)
class Reply:
    """A neighbour's answer; `replayed` says that it was stored by an earlier request with the same key."""

    data: Any
    replayed: bool = False


class Asks(Protocol):
    """What a verb may do with a neighbour."""

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:  # fmt: skip
        """The neighbour's reply. Raises its Refusal, or NeighbourSilent, NeighbourAbsent, BusDown."""


def encode(value: Any) -> str:
    """JSON of plain data; dates, instants, ids and exact decimals become text."""
    return _to_json(value)


class CallsInHand(SharedExtension):
    """How many calls a service is answering: who waits for an answer goes before what may come a little later."""

    count = 0


class RpcServer(SharedExtension):
    """Takes the calls of one service off its queue and gives each to the method it names."""

    consumer = Consumer()
    in_hand = CallsInHand()

    def __init__(self) -> None:
        self.methods: dict[str, Entrypoint] = {}

    def setup(self) -> None:
        service = self.container.service_name
        self.lane = self.consumer.add(
            queue=topology.rpc_queue(service),
            limit=CONCURRENT_CALLS,
            on_message=self.on_message,
        )
        self.replies = self.consumer.link.lane("replies", open_with=lambda _: None)

    def on_message(self, lane: Lane, message: Any) -> None:
        properties, headers = message.properties, message.headers or {}
        service, _, method = message.delivery_info["routing_key"].partition(".")
        # The key of a call is what the broker has checked. Copies and dead letters reach us under other keys.
        if service != self.container.service_name or "x-death" in headers:
            log.warning("call came round the rights of its sender, dropped", method=method)
            lane.acknowledge(message)
            return
        if not topology.is_address(properties.get("reply_to")) or _is_late(
            headers, self.container.config["clock"].now()
        ):
            log.info("call without a waiting caller dropped", method=message.delivery_info.get("routing_key"))
            lane.acknowledge(message)
            return
        if message.delivery_info.get("redelivered") and not _is_bounded(headers, self.container.config["clock"].now()):
            # Its process ended, or lost the broker. Without a deadline it could end every process that comes.
            self.reply(message, error=_error("NeighbourSilent", method))
            lane.acknowledge(message)
            return
        entrypoint, arguments = self.methods.get(method), _arguments(message.body)
        if entrypoint is None or arguments is None:
            self.reply(message, error=_error("MethodNotFound" if entrypoint is None else "IncorrectSignature", method))
            lane.acknowledge(message)
            return
        self.in_hand.count += 1
        self.container.spawn_worker(
            entrypoint, (), {**arguments, "traceparent": headers.get(TRACE_HEADER)},
            handle_result=partial(self.handle_result, lane, message),
        )  # fmt: skip

    def handle_result(self, lane: Lane, message: Any, _: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        self.in_hand.count -= 1
        failpoint("command.before_reply")
        if exc_info is None:
            self.reply(message, result=result)
        else:
            self.reply(message, error=_serialised(exc_info[1]))
        failpoint("command.after_reply")
        lane.acknowledge(message)
        failpoint("command.acknowledged")
        return result, None

    def reply(self, message: Any, *, result: Any = None, error: Mapping[str, Any] | None = None) -> None:
        try:
            self.replies.publish(
                encode({"result": result, "error": error}),
                exchange=topology.RPC_EXCHANGE,
                routing_key=message.properties["reply_to"],
                properties={"correlation_id": message.properties.get("correlation_id"), "delivery_mode": 1},
            )
        except BusDown:
            log.warning("reply lost, the caller will ask again", method=message.delivery_info.get("routing_key"))
        except Exception:
            log.exception("reply cannot be sent")


class Answer(Entrypoint):
    """The entrypoint behind @command and @query."""

    server = RpcServer()

    def setup(self) -> None:
        self.server.methods[self.method_name] = self

    def start(self) -> None:
        self.server.consumer.start()

    def stop(self) -> None:
        self.server.lane.cancel()


class RpcClient(SharedExtension):
    """All outgoing calls of one process's service: one link, one reply queue, one table of waiting callers."""

    def setup(self) -> None:
        config = self.container.config
        service = self.container.service_name
        self._clock = config["clock"]
        self._timeout_seconds: float = config["settings"]["RPC_TIMEOUT_SECONDS"]
        self._signer = ContextSigner(folder=config["settings"]["KEYS_DIR"], issuer=service)
        self._waiting: dict[str, Event] = {}
        self._link = Link(url=config["settings"]["BUS_URL"], name=f"{service}-rpc", on_loss=self._give_up_waiting)
        # Answers first: a request must not leave before its answer has a queue.
        self._address = ""
        self._link.lane("answers", open_with=self._open_answers)
        self._requests = self._link.lane("requests", open_with=self._open_requests)

    def start(self) -> None:
        self._link.start()

    def stop(self) -> None:
        self._link.stop()

    @property
    def is_up(self) -> bool:
        return self._link.is_up

    def ask(
        self, service: str, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None,
        timeout_seconds: float | None,
    ) -> Reply:  # fmt: skip
        """One call, answered or given up within the timeout."""
        seconds = timeout_seconds or self._timeout_seconds
        deadline = deadline_after(self._clock.now(), timeout_seconds=seconds)
        token = self._signer.sign(context, method=f"{service}.{method}", expires_at=deadline)
        self._refuse_absent(service, method)
        correlation, waiter = secrets.token_hex(16), Event()
        self._waiting[correlation] = waiter
        try:
            self._requests.publish(
                encode({"args": [], "kwargs": {"request": request, "context": token, "idempotency_key": key}}),
                exchange=topology.RPC_EXCHANGE,
                routing_key=f"{service}.{method}",
                headers={DEADLINE_HEADER: deadline.timestamp(), TRACE_HEADER: tracing.child(tracing.current())},
                properties={
                    "reply_to": self._address,
                    "correlation_id": correlation,
                    "expiration": str(int(seconds * 1000)),
                    "delivery_mode": 1,
                },
                mandatory=True,
            )
            answer = waiter.wait(seconds)
        finally:
            self._waiting.pop(correlation, None)
        if answer is None:
            raise NeighbourSilent(f"{service}.{method} did not answer in {seconds} s")
        return _reply_from(answer, service=service)

    def _refuse_absent(self, service: str, method: str) -> None:
        """The embedded bus returns nothing, so it is asked beforehand; a broker returns what it cannot route."""
        channel = self._requests.channel
        if hasattr(channel, "has_route") and not channel.has_route(topology.RPC_EXCHANGE, f"{service}.{method}"):
            raise NeighbourAbsent(service)

    def _open_requests(self, channel: Any) -> None:
        if not hasattr(channel, "has_route"):
            channel.events["basic_return"].add(self._on_return)

    def _open_answers(self, channel: Any) -> None:
        # A new queue per connection: after a partition the broker may still hold the old one for the old connection.
        queue = self._address = f"rpc.reply-{self.container.service_name}-{uuid4()}"
        topology.declare_reply_queue(channel, queue=queue)
        channel.basic_consume(
            queue=queue,
            no_ack=True,
            consumer_tag=queue,
            callback=lambda raw: self._on_answer(channel.message_to_python(raw)),
        )

    def _on_answer(self, message: Any) -> None:
        waiter = self._waiting.get(message.properties.get("correlation_id", ""))
        if waiter is None or waiter.ready():
            return
        try:
            waiter.send(json.loads(message.body))
        except (ValueError, TypeError, RecursionError):
            log.error("answer is not JSON, dropped")

    def _give_up_waiting(self) -> None:
        """The answers' queue went with the connection: nobody waits for what cannot come any more."""
        for waiter in self._waiting.values():
            if not waiter.ready():
                waiter.send({"result": None, "error": {"exc_type": "BusDown"}})

    def _on_return(self, _: Any, __: str, ___: str, message: Any) -> None:
        waiter = self._waiting.get(message.properties.get("correlation_id", ""))
        if waiter is not None and not waiter.ready():
            waiter.send({"result": None, "error": {"exc_type": "UnknownService"}})


class Neighbour(DependencyProvider):
    """Gives each worker a way to ask one neighbour."""

    client = RpcClient()

    def __init__(self, service: str) -> None:
        self.service = service

    def get_dependency(self, worker_ctx: Any) -> Asks:  # noqa: ARG002 - nameko's signature
        return _Asking(client=self.client, service=self.service)


@dataclass(frozen=True)
class _Asking:
    client: RpcClient
    service: str

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:  # fmt: skip
        return self.client.ask(
            self.service, method, request=request, context=context, key=key, timeout_seconds=timeout_seconds
        )


def _reply_from(answer: Mapping[str, Any], *, service: str) -> Reply:
    error = answer["error"]
    if error is None:
        result = answer["result"]
        return Reply(data=result["reply"], replayed=result["replayed"])
    if "refusal" in error:
        raise refusal_from_data(error["refusal"])
    if error["exc_type"] == "UnknownService":
        raise NeighbourAbsent(service)
    if error["exc_type"] in _DOWN:
        raise NeighbourSilent(f"{service} is waiting for something that is down ({error['exc_type']})")
    raise NeighbourFailed(f"{service} failed: {error['exc_type']}")


_DOWN = frozenset(
    {"StoreDown", "BusDown", "NeighbourSilent", "NeighbourAbsent", "VendorDown", "CallerGone", "Contended"}
)


def _serialised(error: BaseException) -> dict[str, Any]:
    if isinstance(error, Refusal):
        return {**_error(type(error).__name__, error.detail), "refusal": error.as_data()}
    if not isinstance(error, DependencyDown):
        log.error("call failed", exc_info=(type(error), error, error.__traceback__))
    return _error(type(error).__name__, "")


def _error(name: str, value: str) -> dict[str, Any]:
    return {"exc_type": name, "exc_path": f"captive.{name}", "exc_args": [value], "value": value}


def _arguments(body: Any) -> dict[str, Any] | None:
    if len(body) > REQUEST_BYTES_MAX:
        return None
    try:
        kwargs = json.loads(body)["kwargs"]
        return {name: kwargs.get(name) for name in ("request", "context", "idempotency_key")}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_late(headers: Mapping[str, Any], now: datetime) -> bool:
    deadline = headers.get(DEADLINE_HEADER)
    return isinstance(deadline, int | float) and now.timestamp() > deadline


def _is_bounded(headers: Mapping[str, Any], now: datetime) -> bool:
    deadline = headers.get(DEADLINE_HEADER)
    return isinstance(deadline, int | float) and deadline < now.timestamp() + REPEATED_SECONDS_MAX


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not travel")


_to_json = json.JSONEncoder(default=_plain, separators=(",", ":")).encode
