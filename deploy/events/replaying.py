"""Telling past events again: batch by batch, each confirmed, then the place written down from which to go on."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.events.choice import Choice
from deploy.events.target import Target
from deploy.events.told import Batch
from deploy.stack import StackProblem, write_private

# Of an interrupted batch: it may have been confirmed without its place being written down.
REPEATED_MAX = 200
Reading = Callable[..., Iterator[Batch]]


@dataclass(frozen=True)
class Request:
    """What is told again, from where and into which queue."""

    choice: Choice
    queue: str
    origin: str

    def described(self) -> dict[str, Any]:
        return {**self.choice.described(), "queue": self.queue, "origin": self.origin}


class Bookmark:
    """A file that says how far a replay has come, so that it can go on after whatever ended it."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._found = self._read()

    @property
    def origin(self) -> str | None:
        """From where it was read before, which is where it must go on."""
        found: str | None = self._found.get("request", {}).get("origin")
        return found

    def place(self, request: Request) -> Mapping[str, Any] | None:
        """Where to go on; None at the beginning. Raises StackProblem where the file is another replay's."""
        if not self._found:
            return None
        if self._found["request"] != request.described():
            raise StackProblem(f"{self._file} belongs to another replay: {json.dumps(self._found['request'])}.")
        place: Mapping[str, Any] = self._found["place"]
        return place

    def keep(self, request: Request, place: Mapping[str, Any]) -> None:
        if self._file is None:
            return
        try:
            write_private(self._file, json.dumps({"request": request.described(), "place": place}) + "\n")
        except OSError as error:
            raise StackProblem(f"{self._file} cannot be written: {error.strerror}.") from error

    def _read(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        try:
            found: dict[str, Any] = json.loads(self._file.read_text())
            return {"request": dict(found["request"]), "place": dict(found["place"])}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StackProblem(f"{self._file} says nothing of a replay; name a file of its own.") from error


def replay(request: Request, *, past: Reading, target: Target, bookmark: Bookmark) -> int:
    """Tell them again; gives how many. Ended in the middle, the next goes on: at most one batch comes twice."""
    count = 0
    for batch in past(request.choice, after=bookmark.place(request)):
        target.tell(batch.events)
        bookmark.keep(request, batch.place)
        count += len(batch.events)
    return count
