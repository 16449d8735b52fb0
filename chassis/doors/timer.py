"""A plain timer: one tick per instance; the work behind it claims its rows, so that many instances do it once."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import eventlet
from eventlet.event import Event
from nameko.extensions import Entrypoint

from chassis import logs

log = logs.logger(__name__)


class Tick(Entrypoint):
    """Runs a method every so many seconds, with jitter, one run at a time."""

    def __init__(self, every_seconds: float) -> None:
        super().__init__()
        self.every_seconds = every_seconds
        self._stopping = False
        self._thread: Any = None

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run)

    def stop(self) -> None:
        self._stopping = True
        if self._thread is not None:
            self._thread.kill()

    def _run(self) -> None:
        while not self._stopping:
            eventlet.sleep(self.every_seconds * random.uniform(0.9, 1.1))  # noqa: S311 - jitter
            finished = Event()
            self.container.spawn_worker(self, (), {}, handle_result=partial(self._close_run, finished))
            finished.wait()

    def _close_run(self, finished: Event, _: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        finished.send(True)
        if exc_info is not None:
            log.error("timer failed, it runs again", timer=self.method_name, exc_info=exc_info)
        return result, None


def timer(*, every_seconds: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Call the method every so many seconds."""
    decorated: Callable[[Callable[..., Any]], Callable[..., Any]] = Tick.decorator(every_seconds)
    return decorated
