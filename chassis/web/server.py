"""The HTTP server under the gateway: on the event loop, watching over slow clients, and ending when work has ended."""

import errno
import resource
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

import eventlet
from eventlet.green import socket as sockets
from nameko.extensions import DependencyProvider

from chassis import logs
from chassis.settings import Setting
from chassis.web.connection import Application, Connection, Phase, refused_barely
from chassis.web.reading import Unserved

# Beside connections: databases, the bus, files.
OTHER_FILES = 200
# Where clients wait before we know of them. Short: beyond it the system lets them try again.
BACKLOG = 128
WATCH_SECONDS = 0.5
DRAIN_SECONDS = 5
PAUSE_SECONDS = 0.1
OUT_OF_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

log = logs.logger(__name__)


class WebServer(DependencyProvider):
    """Serves a WSGI application that is built from the other dependencies of its service, by their names.

    An application that has a method `refused` is asked there for the answer to what never reaches it.
    """

    needs = (
        Setting("HTTP_HOST", "text", "Address the gateway listens on", "127.0.0.1"),
        Setting("HTTP_PORT", "number", "Port the gateway listens on", 8000),
        Setting("CONNECTIONS_MAX", "number", "Connections of clients that one gateway holds", 2000),
    )

    def __init__(self, build: Callable[[Mapping[str, Any], Mapping[str, Any]], Application]) -> None:
        self._build = build
        self._server: HttpServer | None = None

    def start(self) -> None:
        config = self.container.config
        others = {
            dependency.attr_name: dependency.get_dependency(None)
            for dependency in self.container.dependencies
            if dependency is not self
        }
        settings = config["settings"]
        self._server = HttpServer(
            self._build(config, others), address=settings["HTTP_HOST"], port=settings["HTTP_PORT"],
            room=room_for_connections(settings["CONNECTIONS_MAX"]),
        )  # fmt: skip
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()

    def get_dependency(self, worker_ctx: Any) -> None:
        """Nothing: the server is not for workers."""


class HttpServer:
    """Takes connections and keeps watch over them."""

    def __init__(self, application: Application, *, address: str, port: int, room: int) -> None:
        self.application = application
        self.refused = getattr(application, "refused", refused_barely)
        self.is_stopping = False
        self.variables: dict[str, Any] = {
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.multithread": True, "wsgi.multiprocess": False,
            "wsgi.run_once": False, "SCRIPT_NAME": "", "SERVER_NAME": address, "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": "HTTP/1.1",
        }  # fmt: skip
        self._family = sockets.AF_INET6 if ":" in address else sockets.AF_INET
        self._place = (address, port)
        self._open: set[Connection] = set()
        self._room = room
        self._threads: list[Any] = []
        self._listening: Any = None

    def start(self) -> None:
        self._listening = eventlet.listen(self._place, family=self._family, backlog=BACKLOG)
        self._threads = [eventlet.spawn(self._accept_for_ever), eventlet.spawn(self._watch_for_ever)]

    def stop(self) -> None:
        """Take no more, and wait a little for what is under way."""
        self.is_stopping = True
        if self._threads:
            self._threads[0].kill()
            self._listening.close()
        for connection in [known for known in self._open if known.phase is Phase.IDLE]:
            connection.end()
        ends_at = monotonic() + DRAIN_SECONDS
        while self._open and monotonic() < ends_at:
            eventlet.sleep(0.01)
        if self._open:
            log.info("open streams ended", open=len(self._open))

    def _accept_for_ever(self) -> None:
        while True:
            try:
                socket, peer = self._listening.accept()
                self._take(socket, peer)
            except OSError as error:
                # A client that is gone already is no reason to stop; without room, waiting makes some.
                log.debug("no connection taken", error=type(error).__name__)
                if error.errno in OUT_OF_ROOM:
                    self._make_room()
                    eventlet.sleep(PAUSE_SECONDS)

    def _take(self, socket: Any, peer: Any) -> None:
        with suppress(OSError):
            socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
        connection = Connection(self, socket, peer)
        is_crowded = len(self._open) >= self._room and not self._make_room()
        self._open.add(connection)
        eventlet.spawn_n(self._serve, connection, is_crowded)

    def _serve(self, connection: Connection, is_crowded: bool) -> None:
        try:
            if is_crowded:
                connection.refuse_all(Unserved(503, "Too many connections are open. Try again in a moment."))
            else:
                connection.serve()
        finally:
            self._open.discard(connection)

    def _make_room(self) -> bool:
        """End the connection that has waited longest for its client; False where every one is at work."""
        idle = [known for known in self._open if known.phase is Phase.IDLE and not known.is_late]
        asking = [known for known in self._open if known.phase is Phase.HEAD and not known.is_late]
        for waiting in (idle, asking):
            if waiting:
                min(waiting, key=lambda known: known.late_at).end()
                return True
        return False

    def _watch_for_ever(self) -> None:
        while True:
            eventlet.sleep(WATCH_SECONDS)
            now = monotonic()
            for connection in [known for known in self._open if known.late_at < now]:
                connection.end()


def room_for_connections(wished: int) -> int:
    """How many connections the process may hold, once it has asked the system for as many files as it can use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = wished + OTHER_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    return wished if soft == resource.RLIM_INFINITY else min(wished, max(1, soft - OTHER_FILES))
