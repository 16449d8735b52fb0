"""Reading ahead: while the database works on what was read, the next records are parsed."""

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")

_BATCH = 250
_BATCHES_MAX = 8


def read_ahead(records: Iterable[T]) -> Iterator[T]:
    """The records, read by a thread of their own that is never more than a few thousand ahead.

    What reading raises is raised here, at its place; whoever stops taking, stops the reading.
    """
    reading = _Reading(records)
    reading.start()
    try:
        while (batch := reading.waiting.get()) is not None:
            yield from batch
        if reading.failure is not None:
            raise reading.failure
    finally:
        reading.is_stopped = True
        reading.join()


class _Reading(threading.Thread, Generic[T]):
    """Puts batches into `waiting`, then None; `failure` is what ended it early."""

    def __init__(self, records: Iterable[T]) -> None:
        super().__init__(name="read-ahead", daemon=True)
        self.waiting: queue.Queue[list[T] | None] = queue.Queue(_BATCHES_MAX)
        self.failure: BaseException | None = None
        self.is_stopped = False
        self._records = records

    def run(self) -> None:
        batch: list[T] = []
        try:
            for record in self._records:
                batch.append(record)
                if len(batch) == _BATCH:
                    self._hand_over(batch)
                    batch = []
                if self.is_stopped:
                    break
        except BaseException as error:  # noqa: BLE001 - raised again by the taker
            self.failure = error
        self._hand_over(batch)
        self._hand_over(None)

    def _hand_over(self, batch: list[T] | None) -> None:
        is_waiting = True
        while is_waiting and not self.is_stopped:
            with suppress(queue.Full):
                self.waiting.put(batch, timeout=0.2)
                is_waiting = False
