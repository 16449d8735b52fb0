"""Health and metrics of one process, on a port of its own that only this machine reaches.

live: the event loop turns. ready: every link to the bus is up, the databases answer, the loop is not late.
"""

import faulthandler
import json
import time
from collections.abc import Callable, Iterable
from typing import Any

import eventlet
from eventlet import wsgi
from sqlalchemy import text

from chassis import logs, metrics
from chassis.home import Home

LOOP_LATE_SECONDS = 1.0
TICK_SECONDS = 0.5
LOOP_STALL_SECONDS_MAX = 300.0

log = logs.logger(__name__)
StartResponse = Callable[..., Any]


class LoopWatch:
    """Measures how late the event loop wakes: the one thing that a blocking call cannot hide."""

    def __init__(self) -> None:
        self.last_tick = time.monotonic()

    def run(self) -> None:
        while True:
            # A loop that does not turn serves nobody; from outside it looks alive. Whoever supervises starts it again.
            faulthandler.dump_traceback_later(LOOP_STALL_SECONDS_MAX, exit=True)
            eventlet.sleep(TICK_SECONDS)
            now = time.monotonic()
            metrics.LOOP_LAG.set(max(0.0, now - self.last_tick - TICK_SECONDS))
            self.last_tick = now


def problems_of(containers: Iterable[Any]) -> list[str]:
    """Why this process should get no work now; empty when it is ready."""
    found = []
    for container in containers:
        for extension in container.extensions:
            if not getattr(extension, "is_up", True):
                found.append(f"{container.service_name}: {type(extension).__name__} is not connected")
            if isinstance(extension, Home):
                found.extend(_home_problems(container.service_name, extension))
    return found


def serve(*, port: int, containers: list[Any]) -> Any:
    """Start answering on 127.0.0.1; gives the green thread."""
    watch = LoopWatch()
    eventlet.spawn(watch.run)

    def answer(environment: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        path = environment["PATH_INFO"]
        if path == "/metrics":
            start_response("200 OK", [("Content-Type", "text/plain; version=0.0.4")])
            return [metrics.render()]
        if path == "/health/live":
            return _health(start_response, [])
        if path == "/health/ready":
            return _health(start_response, problems_of(containers))
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"not found\n"]

    listening = eventlet.listen(("127.0.0.1", port))
    return eventlet.spawn(wsgi.server, listening, answer, log_output=False, socket_timeout=5)


def _health(start_response: StartResponse, problems: list[str]) -> list[bytes]:
    status = "503 Service Unavailable" if problems else "200 OK"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps({"status": "not_ready" if problems else "ok", "problems": problems}).encode()]


def _home_problems(service: str, home: Home) -> list[str]:
    found = [] if home.relay.is_up else [f"{service}: the relay is not connected"]
    try:
        with eventlet.Timeout(1, TimeoutError()), home.database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception as error:  # noqa: BLE001 - whatever it is, the service is not ready
        log.warning("database does not answer", service_name=service, error=type(error).__name__)
        found.append(f"{service}: the database does not answer")
    return found
