"""The one refusal of every portfolio reader: where in the file, which field, and what is wrong with it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file: a line or a record, counted from 1, or neither for the file as a whole."""

    path: Path
    line: int | None = None
    record: int | None = None

    def __str__(self) -> str:
        if self.record is not None:
            return f"{self.path.name}, record {self.record}"
        return self.path.name if self.line is None else f"{self.path.name}, line {self.line}"


class MalformedPortfolio(Exception):
    """A file cannot be read as a portfolio; nothing after the place was read."""

    def __init__(self, *, place: Place, sentence: str, field: str | None = None) -> None:
        self.place = place
        self.field = field
        self.sentence = sentence
        super().__init__(f"{place}{f', {field}' if field else ''}: {sentence}")
