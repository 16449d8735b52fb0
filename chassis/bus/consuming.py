"""The consumer of a container: every queue of a service on one link, each on its own lane with its own limit."""

from collections.abc import Callable
from typing import Any

from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import SharedExtension

from chassis import logs
from chassis.bus.link import Lane, Link

# Far above all that we send. Longer ones are not even read: the whole process would wait meanwhile.
BODY_BYTES_MAX = 1_000_000

log = logs.logger(__name__)


class Consumer(SharedExtension):
    """Shared by the entrypoints of one service: they add their queues in `setup`, reading begins with `start`."""

    link: Link
    started = False
    stopped = False

    def setup(self) -> None:
        self._ensure_link()

    def add(self, *, queue: str, limit: int, on_message: Callable[[Lane, Any], None]) -> Lane:
        """Consume a queue that the deployment has declared: at most `limit` messages unacknowledged at a time."""

        def open_with(channel: Any) -> None:
            channel.basic_qos(0, limit, False)

        lane = self._ensure_link().lane(queue, open_with=open_with)
        lane.consume(queue, on_message=lambda channel, raw: _deliver(lane, channel, raw, on_message))
        return lane

    def start(self) -> None:
        if not self.started:
            self.started = True
            self._ensure_link().start()

    @property
    def is_up(self) -> bool:
        return not self.started or self.link.is_up

    def stop(self) -> None:
        if not self.stopped:
            self.stopped = True
            self.link.stop()

    def kill(self) -> None:
        self.stop()

    def _ensure_link(self) -> Link:
        if not hasattr(self, "link"):
            self.link = Link(url=self.container.config["settings"]["BUS_URL"], name=self.container.service_name)
        return self.link


def _deliver(lane: Lane, channel: Any, raw: Any, on_message: Callable[[Lane, Any], None]) -> None:
    if lane.is_closing:
        return
    try:
        message = _opened(channel, raw)
    except Exception:
        log.exception("message cannot be opened, dead-lettered", lane=lane.name)
        channel.basic_reject(raw.delivery_tag, requeue=False)
        return
    take_in(lane, message, on_message)


def take_in(lane: Lane, message: Any, on_message: Callable[[Lane, Any], None]) -> None:
    """Nothing a message does may stop the reading of the others."""
    try:
        on_message(lane, message)
    except ContainerBeingKilled:
        # The message stays unacknowledged: another instance, or the next start, gets it.
        return
    except Exception:
        log.exception("message could not be taken in, dead-lettered", lane=lane.name)
        lane.discard(message)


def _opened(channel: Any, raw: Any) -> Any:
    """The message as it came: the library would unpack whatever its sender declares to be compressed."""
    headers = None if hasattr(channel, "has_route") else raw.properties.get("application_headers")
    if headers:
        headers.pop("compression", None)
    return channel.message_to_python(raw)
