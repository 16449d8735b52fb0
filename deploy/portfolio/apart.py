"""Reading apart: a process of its own parses and checks a large file, while this one and the database take it over."""

import pickle
import signal
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypedDict, Unpack

from deploy.collecting import without_collector
from deploy.portfolio.errors import MalformedPortfolio, OnRefusal, stop_at
from deploy.portfolio.reading import read_placed
from deploy.portfolio.records import Placed
from deploy.portfolio.shift import Moved, OnMove, unheard

# A smaller one is read before another process has started.
WORTH_BYTES = 4 * 1024 * 1024
_BATCH = 250

Told = Placed | MalformedPortfolio | Moved


class Manner(TypedDict, total=False):
    """How a file is read, as `read_placed` explains it."""

    business_on: date | None
    demo_customers: bool
    pool: str | None


class ReadingEnded(Exception):
    """The process that read the file is gone, and did not say why."""


def read_apart(
    path: Path, *, refused: OnRefusal = stop_at, moved: OnMove = unheard, **manner: Unpack[Manner]
) -> Iterator[Placed]:
    """The same as `read_placed`, for large files by another process, which is never more than a few batches ahead.

    Raises ReadingEnded too: somebody has killed it.
    """
    if path.stat().st_size < WORTH_BYTES:
        yield from read_placed(path, refused=refused, moved=moved, **manner)
        return
    with closing(_told_by_another(path, manner)) as told:
        for each in told:
            if isinstance(each, Placed):
                yield each
            elif isinstance(each, Moved):
                moved(each)
            else:
                refused(each)


def _told_by_another(path: Path, manner: Manner) -> Generator[Told, None, None]:
    context = get_context("spawn")
    incoming, outgoing = context.Pipe(duplex=False)
    reader = context.Process(target=_tell, args=(outgoing, path, manner), name="portfolio-reader", daemon=True)
    reader.start()
    # Ours would keep the pipe open when the reader has gone.
    outgoing.close()
    try:
        while batch := _received(incoming):
            yield from batch
    finally:
        reader.terminate()
        incoming.close()
        reader.join()
        reader.close()


def _received(incoming: Connection) -> list[Told]:
    """The next batch, empty at the end. Raises what ended the reading early."""
    try:
        told = pickle.loads(incoming.recv_bytes())  # noqa: S301 - what our own process wrote where nobody else can
    except EOFError:
        raise ReadingEnded("The process that read the file was ended. Import the file again.") from None
    if isinstance(told, BaseException):
        raise told
    batch: list[Told] = told
    return batch


class _Teller:
    """Sends what is read in batches."""

    def __init__(self, outgoing: Connection) -> None:
        self._outgoing = outgoing
        self._batch: list[Told] = []

    def add(self, told: Told) -> None:
        self._batch.append(told)
        if len(self._batch) == _BATCH:
            self._send(self._batch)
            self._batch = []

    def end(self, failure: Exception | None = None) -> None:
        """Send what is left, and then the empty batch that says that it is all, or what ended it early."""
        if self._batch:
            self._send(self._batch)
        self._send(failure or [])

    def _send(self, told: list[Told] | Exception) -> None:
        self._outgoing.send_bytes(pickle.dumps(told, protocol=pickle.HIGHEST_PROTOCOL))


def _tell(outgoing: Connection, path: Path, manner: Manner) -> None:
    """What the other process does."""
    # Whoever interrupts the import means the one that started us, and that one ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    teller = _Teller(outgoing)
    with without_collector(), suppress(BrokenPipeError):
        try:
            for placed in read_placed(path, refused=teller.add, moved=teller.add, **manner):
                teller.add(placed)
        except BrokenPipeError:
            raise
        except (MalformedPortfolio, OSError) as failure:
            teller.end(failure)
        else:
            teller.end()
