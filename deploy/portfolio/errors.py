"""The one refusal of every portfolio reader: where in the file, which field, and what is wrong with it.

A record that is wrong by itself is handed to whoever reads, who may go on to the next; a file that cannot be read to
its end is no portfolio, and its refusal is raised.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file: a line, a record or both, counted from 1, or neither for the file as a whole."""

    path: Path
    line: int | None = None
    record: int | None = None

    def __str__(self) -> str:
        line = "" if self.line is None else f", line {self.line}"
        return f"{self.path.name}{line}" if self.record is None else f"{self.path.name}{line}, record {self.record}"


class MalformedPortfolio(Exception):
    """A record, or a file, cannot be read as part of a portfolio."""

    def __init__(self, *, place: Place, sentence: str, field: str | None = None) -> None:
        self.place = place
        self.field = field
        self.sentence = sentence
        super().__init__(f"{place}{f', {field}' if field else ''}: {sentence}")

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(MalformedPortfolio, place=self.place, sentence=self.sentence, field=self.field), ()


OnRefusal = Callable[[MalformedPortfolio], None]


def stop_at(refusal: MalformedPortfolio) -> NoReturn:
    """For readers of files that have to be whole."""
    raise refusal
