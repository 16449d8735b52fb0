"""Several calls beside one another from one worker, and what came of them as it comes."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import eventlet
from eventlet.event import Event
from greenlet import GreenletExit

from chassis.doors.containing import BrokeOff

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")


def answers(
    work: Callable[[I], R], items: Sequence[I], *, gather_seconds: float
) -> Iterator[list[tuple[I, R | Exception]]]:  # fmt: skip
    """Each item with what its work gave or raised, in groups of what came within `gather_seconds` of its first.

    Who stops reading ends the work that is still under way.
    """
    came: list[tuple[I, R | Exception]] = []
    left, bell = len(items), Event()

    def run(item: I) -> None:
        try:
            met: R | Exception = work(item)
        except GreenletExit:
            raise
        except Exception as error:  # noqa: BLE001 - it is handed on
            met = error
        except BaseException as error:  # noqa: BLE001 - it must not leave the others without an end
            met = BrokeOff(type(error).__name__)
        came.append((item, met))
        if not bell.ready() and (len(came) == left or len(came) == 1):
            bell.send(None)

    threads = [eventlet.spawn(run, item) for item in items]
    try:
        while left:
            if not came:
                bell.wait()
            if len(came) < left:
                bell = Event()
                bell.wait(gather_seconds)
            group, came[:] = list(came), []
            left, bell = left - len(group), Event()
            yield group
    finally:
        for thread in threads:
            thread.kill()
