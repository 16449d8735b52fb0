"""Reading ahead: while the database works on what was read, the next records are parsed."""

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

_BATCH = 250
_BATCHES_MAX = 8


def read_ahead(records: Iterable[T]) -> Iterator[T]:
    """The records, read by a thread of their own that is never more than a few thousand ahead.

    What reading raises is raised here, at its place; whoever stops taking, stops the reading.
    """
    waiting: queue.Queue[list[T] | None] = queue.Queue(_BATCHES_MAX)
    stopped = threading.Event()
    failed: list[BaseException] = []

    def hand_over(batch: list[T] | None) -> None:
        is_waiting = True
        while is_waiting and not stopped.is_set():
            with suppress(queue.Full):
                waiting.put(batch, timeout=0.2)
                is_waiting = False

    def read() -> None:
        batch: list[T] = []
        try:
            for record in records:
                batch.append(record)
                if len(batch) == _BATCH:
                    hand_over(batch)
                    batch = []
                if stopped.is_set():
                    break
        except BaseException as error:  # noqa: BLE001 - raised again by the taker
            failed.append(error)
        hand_over(batch)
        hand_over(None)

    reader = threading.Thread(target=read, name="read-ahead", daemon=True)
    reader.start()
    try:
        while (batch := waiting.get()) is not None:
            yield from batch
        if failed:
            raise failed[0]
    finally:
        stopped.set()
        reader.join()
