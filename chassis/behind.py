"""One write at a time behind the caller's back: while the database works, the caller prepares what comes next."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class WriteBehind:
    """Runs one write in a thread of its own; nothing else may use the transaction until it has finished.

    What a write raises is raised to the caller by the next `finish`. The block does not end before the write has.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()
        else:
            self._join()

    def start(self, write: Callable[[], None]) -> None:
        """Begin a write, once the one before has finished. Raises what that one raised."""
        self.finish()
        self._thread = threading.Thread(target=self._run, args=(write,), name="write-behind")
        self._thread.start()

    def finish(self) -> None:
        """Wait for the write under way. Raises what it raised."""
        self._join()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, write: Callable[[], None]) -> None:
        try:
            write()
        except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
            self._failure = error
