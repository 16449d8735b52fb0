"""Calls of partners in a process like the gateway's; prints what came of them, and how often others had their turn.

Arguments: the authority's certificate, then the certificate and the key of `localhost`.
"""

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402 - everything after the patch sees green sockets
import socket  # noqa: E402
import ssl  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

from eventlet.support import greendns  # noqa: E402

from gateway.webhooks.addresses import Policy  # noqa: E402
from gateway.webhooks.calling import PartnerCalls  # noqa: E402

AUTHORITY, CERTIFICATE, KEY = sys.argv[1:]
TICK_SECONDS = 0.01


def main() -> None:
    turns: list[int] = []
    told: dict[str, Any] = {"turns of others": turns}
    told["drip"] = _with_turns(turns, lambda: _post(_serve(_drip)))
    told["drip over tls"] = _with_turns(turns, lambda: _post(_serve(_drip, is_secure=True), is_secure=True))
    told["over tls"] = _post(_serve(_answer, is_secure=True), is_secure=True)
    _silence_the_name_service()
    told["silent name service"] = _with_turns(turns, lambda: _post(443, host="partner.test", is_secure=True))
    sys.stdout.write(json.dumps(told))


def _post(port: int, *, host: str = "localhost", is_secure: bool = False) -> str | None:
    policy = Policy(ports=frozenset({443}), allows_loopback=True)
    calls = PartnerCalls(policy=policy, certificates=AUTHORITY, look_up_seconds=0.7, total_seconds=1.0)
    url = f"{'https' if is_secure else 'http'}://{host}:{port}/"
    return calls.post(url=url, body=b"{}", headers={}).error


def _with_turns(turns: list[int], work: Callable[[], Any]) -> Any:
    count = 0

    def tick() -> None:
        nonlocal count
        while True:
            eventlet.sleep(TICK_SECONDS)
            count += 1

    ticking = eventlet.spawn(tick)
    found = work()
    ticking.kill()
    turns.append(count)
    return found


def _serve(talk: Callable[[Any], None], *, is_secure: bool = False) -> int:
    listening = eventlet.listen(("127.0.0.1", 0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)

    def serve() -> None:
        connection, _ = listening.accept()
        held = context.wrap_socket(connection, server_side=True) if is_secure else connection
        held.recv(65536)
        try:
            talk(held)
        except OSError as error:
            sys.stderr.write(f"hung up: {type(error).__name__}\n")

    eventlet.spawn(serve)
    port: int = listening.getsockname()[1]
    return port


def _drip(connection: Any) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        eventlet.sleep(0.05)
        connection.sendall(b"x")


def _answer(connection: Any) -> None:
    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    # The caller hangs up first.
    connection.recv(65536)


def _silence_the_name_service() -> None:
    """Questions go to a port of ours that never answers."""
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    resolver = greendns.dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], silent.getsockname()[1]
    greendns.resolver._resolver = resolver


if __name__ == "__main__":
    main()
