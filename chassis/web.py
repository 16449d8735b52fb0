"""The HTTP server under the gateway: on the event loop, with limits on slow requests and a stop that lets work end."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import eventlet
from eventlet import wsgi
from nameko.extensions import DependencyProvider

from chassis import logs
from chassis.settings import Setting

IDLE_SECONDS = 30
REQUEST_SECONDS = 8
URL_LENGTH_MAX = 8192
HEADERS_LENGTH_MAX = 32768
CONNECTIONS_MAX = 1000
DRAIN_SECONDS = 5

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
log = logs.logger(__name__)


class WebServer(DependencyProvider):
    """Serves a WSGI application that is built from the other dependencies of its service, by their names."""

    needs = (
        Setting("HTTP_HOST", "text", "Address the gateway listens on", "127.0.0.1"),
        Setting("HTTP_PORT", "number", "Port the gateway listens on", 8000),
    )

    def __init__(self, build: Callable[[Mapping[str, Any], Mapping[str, Any]], Application]) -> None:
        self._build = build
        self._listening: Any = None
        self._thread: Any = None
        self._pool: Any = None

    def start(self) -> None:
        config = self.container.config
        others = {
            dependency.attr_name: dependency.get_dependency(None)
            for dependency in self.container.dependencies
            if dependency is not self
        }
        application = self._build(config, others)
        settings = config["settings"]
        self._listening = eventlet.listen((settings["HTTP_HOST"], settings["HTTP_PORT"]), backlog=512)
        self._pool = eventlet.GreenPool(CONNECTIONS_MAX)
        self._thread = eventlet.spawn(
            wsgi.server, self._listening, application, custom_pool=self._pool, log_output=False,
            socket_timeout=REQUEST_SECONDS, keepalive=IDLE_SECONDS, url_length_limit=URL_LENGTH_MAX, debug=False,
        )  # fmt: skip

    def stop(self) -> None:
        if self._thread is None:
            return
        self._thread.kill()
        self._listening.close()
        try:
            with eventlet.Timeout(DRAIN_SECONDS, TimeoutError()):
                self._pool.waitall()
        except TimeoutError:
            log.info("open streams ended", open=self._pool.running())

    def get_dependency(self, worker_ctx: Any) -> None:
        """Nothing: the server is not for workers."""
