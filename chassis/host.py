"""Run services in this process: `python -m chassis.host package.module:Class …`, one or all on the embedded bus.

SIGTERM and SIGINT stop in order: no new work, work at hand ends, links close, exit 0. A service that dies ends the
process with exit 1, and whoever supervises it starts it again.
"""

import eventlet

eventlet.monkey_patch()

import gc  # noqa: E402 - everything after the patch sees green sockets
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

from eventlet import hubs  # noqa: E402
from eventlet.event import Event  # noqa: E402
from nameko.containers import ServiceContainer  # noqa: E402

from chassis import driver, logs, ops  # noqa: E402
from chassis.assembly import configuration, declare, declared_settings, service_class  # noqa: E402
from chassis.clock import ClockRefusal, company_clock  # noqa: E402
from chassis.settings import SettingsInvalid, read  # noqa: E402

STOP_SECONDS_MAX = 8
EXIT_SETTINGS = 2

log = logs.logger(__name__)


def main(paths: list[str]) -> int:
    classes = [service_class(path) for path in paths]
    try:
        settings = read(declared_settings(classes))
        clock = company_clock(zone_name=settings["COMPANY_TIME_ZONE"], clock_file=settings["CLOCK_FILE"])
    except (SettingsInvalid, ClockRefusal) as error:
        sys.stderr.write(f"Settings are not valid:\n{error}\n")
        return EXIT_SETTINGS
    name = classes[0].name if len(classes) == 1 else "captive"
    logs.configure(service=name, level=settings["LOG_LEVEL"])
    driver.install()
    hubs.get_hub().squelch_timer_exception = _log_stray_failure
    containers = [ServiceContainer(service, configuration(settings, clock)) for service in classes]
    stopped = _stop_on_signals()
    if not settings["BUS_URL"].startswith("amqp"):
        # On a broker the deployment has declared everything; the bus in this process begins empty.
        declare(url=settings["BUS_URL"], classes=classes)
    for container in containers:
        container.start()
        eventlet.spawn(_watch, container, stopped)
    if settings["OPS_PORT"]:
        ops.serve(port=settings["OPS_PORT"], containers=containers)
    # What is there now stays: a collection need not look through it while callers wait.
    gc.collect()
    gc.freeze()
    log.info("serving", services=[service.name for service in classes], process=os.getpid())
    died: bool = stopped.wait()
    _stop(containers)
    return 1 if died else 0


def _log_stray_failure(_: Any, exc_info: Any) -> None:
    """The loop would print it as it is, with whatever its words quote."""
    log.error("green thread failed", exc_info=exc_info)


def _watch(container: ServiceContainer, stopped: Event) -> None:
    try:
        container.wait()
    except BaseException:
        log.exception("service died", service_name=container.service_name)
    if not stopped.ready():
        stopped.send(True)


def _stop(containers: list[ServiceContainer]) -> None:
    """The door to the outside first, then the services; a worker that does not end is not waited for for ever."""
    eventlet.spawn_after(STOP_SECONDS_MAX, os._exit, 1)
    for container in reversed(containers):
        container.stop()
    log.info("stopped")


def _stop_on_signals() -> Event:
    stopped = Event()

    def stop(*_: Any) -> None:
        if not stopped.ready():
            hubs.get_hub().schedule_call_global(0, lambda: stopped.ready() or stopped.send(False))

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if os.environ.get("CAPTIVE_PARENT_PIPE"):
        eventlet.spawn(_stop_with_parent, stop)
    return stopped


def _stop_with_parent(stop: Callable[..., None]) -> None:
    """The supervisor holds the other end of our standard input: its end is our end."""
    hubs.trampoline(sys.stdin.fileno(), read=True)
    stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
