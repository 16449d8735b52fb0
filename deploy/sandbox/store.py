"""Keeps documents in one append-only file, so that whatever was answered is still known after a kill -9.

Only the place of each document is held in memory; the document itself is read back from the file when asked for.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

Document = dict[str, Any]


class StateFileUnusable(Exception):
    """The state file cannot be opened, belongs to a running sandbox, or holds something else."""


@dataclass
class _Shelf:
    """Where each document of one kind lies in the file, in the order in which they first came."""

    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    found_under: dict[str, list[str]] = field(default_factory=dict)


class Store:
    """Documents by kind and id; the last one put under an id is the one that counts.

    Hold `lock` around a question and the change that depends on its answer.
    """

    def __init__(self, *, path: Path) -> None:
        """Open or create the file; refuses one that another sandbox holds (StateFileUnusable)."""
        self.lock = RLock()
        self._path = path
        self._shelves: dict[str, _Shelf] = {}
        self._end = 0
        self._file = _open_alone(path)
        self._load()

    def put(self, *, kind: str, id: str, document: Document, found_under: tuple[str, ...] = ()) -> None:
        """Keep a document; `found_under` adds words it can be found by from now on."""
        line = json.dumps({"kind": kind, "id": id, "found_under": found_under, "document": document}).encode() + b"\n"
        with self.lock:
            self._append(line)
            self._place(kind=kind, id=id, found_under=found_under, place=(self._end - len(line), len(line)))

    def get(self, *, kind: str, id: str) -> Document | None:
        """The document, or None."""
        with self.lock:
            place = self._shelf(kind).places.get(id)
            return self._read(place) if place else None

    def latest(self, *, kind: str, limit: int, found_under: str | None = None) -> list[Document]:
        """At most `limit` documents, newest first; only those kept under the word when one is given."""
        with self.lock:
            shelf = self._shelf(kind)
            ids = reversed(shelf.places) if found_under is None else reversed(shelf.found_under.get(found_under, []))
            return [self._read(shelf.places[id]) for id, _ in zip(ids, range(limit), strict=False)]

    def each(self, *, kind: str) -> Iterator[Document]:
        """Every document of this kind, one after the other, in the order in which they first came."""
        with self.lock:
            places = list(self._shelf(kind).places.values())
        for place in places:
            yield self._read(place)

    def count(self, *, kind: str) -> int:
        """How many documents of this kind are kept."""
        with self.lock:
            return len(self._shelf(kind).places)

    def change(self, *, kind: str, id: str, change: Callable[[Document], Document]) -> Document | None:
        """Put what `change` makes of the document, and return it; None when there is no such document."""
        with self.lock:
            document = self.get(kind=kind, id=id)
            if document is None:
                return None
            changed = change(document)
            self.put(kind=kind, id=id, document=changed)
            return changed

    def forget_everything(self) -> None:
        """Empty the file and the memory of it."""
        with self.lock:
            os.ftruncate(self._file, 0)
            self._end = 0
            self._shelves.clear()

    def _append(self, line: bytes) -> None:
        try:
            written = os.write(self._file, line)
            if written != len(line):
                raise OSError(
                    f"only {written} of {len(line)} bytes could be written to {self._path}; is the disk full?"
                )
        except OSError:
            # Half a line in the middle would make the file unreadable at the next start.
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(line)

    def _read(self, place: tuple[int, int]) -> Document:
        offset, length = place
        document: Document = json.loads(os.pread(self._file, length, offset))["document"]
        return document

    def _shelf(self, kind: str) -> _Shelf:
        return self._shelves.setdefault(kind, _Shelf())

    def _place(self, *, kind: str, id: str, found_under: tuple[str, ...], place: tuple[int, int]) -> None:
        shelf = self._shelf(kind)
        for word in found_under:
            shelf.found_under.setdefault(word, []).append(id)
        shelf.places[id] = place

    def _load(self) -> None:
        for number, line in enumerate(_whole_lines(self._path), start=1):
            try:
                kept = json.loads(line)
                self._place(
                    kind=kept["kind"],
                    id=kept["id"],
                    found_under=tuple(kept["found_under"]),
                    place=(self._end, len(line)),
                )
            except (ValueError, TypeError, KeyError) as error:
                raise StateFileUnusable(
                    f"Line {number} of {self._path} was not written by the sandbox. "
                    "Name another file with --state, or move this one away."
                ) from error
            self._end += len(line)
        # What follows the last line break was being written when the process was killed; nobody was told of it.
        os.ftruncate(self._file, self._end)


def _whole_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        yield from (line for line in lines if line.endswith(b"\n"))


def _open_alone(path: Path) -> int:
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateFileUnusable(
            f"The state file {path} cannot be opened: {error.strerror}. Name a file in a writable folder with --state."
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(file)
        raise StateFileUnusable(
            f"The state file {path} is in use by another sandbox. Stop that one, or name another file with --state."
        ) from error
    return file
