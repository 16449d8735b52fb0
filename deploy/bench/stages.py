"""Which stage of a request a sampled stack belongs to: the innermost function of it that says what is being done.

Functions are named by the end of their file's path and the beginning of their qualified name. What no rule knows is
kept under the name of its package, so that nothing is lost when code moves.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Place = tuple[str, str]

RULES: tuple[tuple[str, str, str], ...] = (
    # The order counts within one file: the first prefix that fits wins.
    ("signed context", "chassis/context.py", ""),
    ("trace id", "chassis/tracing.py", ""),
    ("JSON out", "chassis/bus/rpc.py", "encode"),
    ("JSON in", "chassis/bus/rpc.py", "_arguments"),
    ("take in a call", "chassis/bus/rpc.py", "RpcServer.on_message"),
    ("reply", "chassis/bus/rpc.py", "RpcServer.reply"),
    ("worker ends", "chassis/bus/rpc.py", "RpcServer.handle_result"),
    ("take in an answer", "chassis/bus/rpc.py", "RpcClient._on_answer"),
    ("ask", "chassis/bus/rpc.py", ""),
    ("take in a message", "chassis/bus/consuming.py", ""),
    ("AMQP in", "chassis/bus/wire.py", "PlainTransport"),
    ("AMQP to the socket", "chassis/bus/wire.py", ""),
    ("acknowledge", "chassis/bus/link.py", "Lane.acknowledge"),
    ("publish", "chassis/bus/link.py", "Lane.publish"),
    ("schemas", "chassis/schemas.py", ""),
    ("transaction", "chassis/store.py", ""),
    ("transaction", "chassis/driver.py", ""),
    ("token", "gateway/auth.py", ""),
    ("gateway: body and query", "gateway/bodies.py", ""),
    ("gateway: shape", "gateway/shaping.py", ""),
    ("rules", "services/accounts/rules/", ""),
    ("stored values", "services/accounts/models/", ""),
    ("stored answers", "chassis/idempotency.py", ""),
    ("outbox", "chassis/outbox.py", ""),
    ("SQL", "/sqlalchemy/", ""),
    ("SQL", "/psycopg2/", ""),
    ("schemas", "/marshmallow/", ""),
    ("log line", "chassis/logs.py", ""),
    ("log line", "/structlog/", ""),
    ("log line", "/logging/__init__.py", ""),
    ("metrics", "/prometheus_client/", ""),
    ("door", "chassis/doors/", ""),
    ("clock", "chassis/clock.py", ""),
    ("relay and sweeps", "chassis/home.py", ""),
    ("relay and sweeps", "chassis/bus/relay.py", ""),
    ("verb", "services/", ""),
    ("gateway: handler", "gateway/api/", ""),
    ("gateway: frame", "gateway/", ""),
    ("application", "deploy/bench/", ""),
    ("application", "/werkzeug/", ""),
    ("HTTP request in", "chassis/web/reading.py", ""),
    ("HTTP request in", "chassis/web/body.py", ""),
    ("HTTP request in", "chassis/web/connection.py", "Connection._next_head"),
    ("HTTP request in", "chassis/web/connection.py", "Connection.receive_more"),
    ("HTTP answer out", "chassis/web/connection.py", "Connection._send"),
    ("HTTP answer out", "chassis/web/connection.py", "_Answer"),
    ("HTTP answer out", "chassis/web/connection.py", "_head"),
    ("HTTP connection", "chassis/web/", ""),
    ("HTTP request in", "eventlet/wsgi.py", "HttpProtocol.handle_one_request"),
    ("HTTP request in", "eventlet/wsgi.py", "HttpProtocol.get_environ"),
    ("HTTP request in", "http/server.py", ""),
    ("HTTP request in", "http/client.py", ""),
    ("HTTP answer out", "eventlet/wsgi.py", "HttpProtocol.handle_one_response"),
    ("HTTP connection", "eventlet/wsgi.py", ""),
    ("worker begins and ends", "nameko/containers.py", ""),
    ("nameko RPC", "nameko/", ""),
    ("wait and wake", "eventlet/event.py", ""),
    ("AMQP in", "amqp/connection.py", "Connection.drain_events"),
    ("AMQP in", "amqp/connection.py", "Connection.blocking_read"),
    ("AMQP in", "amqp/connection.py", "Connection.on_inbound"),
    ("AMQP out", "amqp/channel.py", "Channel._basic_publish"),
    ("AMQP out", "amqp/channel.py", "Channel.basic_ack"),
    ("green threads", "eventlet/greenthread.py", ""),
    ("AMQP in", "kombu/connection.py", "Connection.drain_events"),
    ("event loop", "eventlet/hubs/", ""),
)
SMALL_SHARE = 0.01
WHERE_MAX = 2


@dataclass(frozen=True)
class Stage:
    """What one stage costs per answer, and the functions in which it is spent."""

    name: str
    microseconds: float
    share: float
    where: tuple[str, ...]


def stages_of(samples: Iterable[tuple[int, Sequence[Place]]], *, microseconds: float) -> list[Stage]:
    """Spread a process's processor time per answer over its stages, the most expensive first."""
    counts: Counter[str] = Counter()
    where: dict[str, Counter[str]] = defaultdict(Counter)
    for count, stack in samples:
        name = stage_of(stack)
        counts[name] += count
        where[name][_shown(stack[0])] += count
    total = counts.total() or 1
    return [_stage(name, count, where[name], total, microseconds) for name, count in _gathered(counts, total, where)]


def stage_of(stack: Sequence[Place]) -> str:
    """The stage of one stack, innermost function first."""
    for file, function in stack:
        for name, ending, beginning in RULES:
            if ending in file and function.startswith(beginning):
                return name
    return f"other: {_package(stack[0][0])}"


def _gathered(counts: Counter[str], total: int, where: Mapping[str, Counter[str]]) -> list[tuple[str, int]]:
    """The stages worth a line; the small ones together in the last."""
    shown = [(name, count) for name, count in counts.most_common() if count >= total * SMALL_SHARE]
    rest = total - sum(count for _, count in shown)
    for name in counts.keys() - {name for name, _ in shown}:
        where["the rest"].update({name: counts[name]})
    return [*shown, ("the rest", rest)] if rest else shown


def _stage(name: str, count: int, where: Counter[str], total: int, microseconds: float) -> Stage:
    share = count / total
    most = tuple(f"{place} {number / total * microseconds:.0f}" for place, number in where.most_common(WHERE_MAX))
    return Stage(name=name, microseconds=share * microseconds, share=share, where=most)


def _shown(place: Place) -> str:
    file, function = place
    return f"{_package(file)}:{function.rpartition('.<locals>.')[2]}"


def _package(file: str) -> str:
    tail = file.rpartition("site-packages/")[2]
    parts = tail.removesuffix(".py").split("/")
    return "/".join(parts[-2:])
