"""Values that wait on disk, in a file without a name: a file of any size is gone through twice and parsed once."""

import pickle
from collections.abc import Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

_BATCH = 500


class Spool(Generic[T]):
    """Values in the order in which they were added; gone with the block. Only the process that writes it reads it."""

    def __init__(self) -> None:
        self._file = TemporaryFile(prefix="captive-import-")  # noqa: SIM115 - closed with the block
        self._batch: list[T] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, value: T) -> None:
        """Add one at the end."""
        self._batch.append(value)
        if len(self._batch) == _BATCH:
            self._write()

    def __iter__(self) -> Iterator[T]:
        """All that was added; nothing may be added any more."""
        self._write()
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield from pickle.load(self._file)  # noqa: S301 - what this process wrote where nobody else can

    def _write(self) -> None:
        pickle.dump(self._batch, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self._batch = []
