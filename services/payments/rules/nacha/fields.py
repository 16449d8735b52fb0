"""Fixed-width fields: how a value stands in a line of a Nacha file, and how a line is read back, place by place."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol

RECORD_WIDTH = 94

_PRINTABLE = re.compile(r"[ -~]*", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)


class MalformedFile(ValueError):
    """A file that breaks the format. `line` and `position` count from 1; no position where the whole line is meant."""

    def __init__(self, *, line: int, reason: str, position: int | None = None) -> None:
        self.line, self.position, self.reason = line, position, reason
        place = f"line {line}" if position is None else f"line {line}, position {position}"
        super().__init__(f"{place}: {reason}")


class Unwritable(ValueError):
    """A value that its field cannot hold; the message names the field and says why."""


class Kind(Protocol):
    """The values of one sort of field. Both ways raise ValueError with the reason as a sentence."""

    def written(self, value: Any, *, width: int) -> str:
        """The characters, as many as the field has."""

    def read(self, text: str) -> Any:
        """The value that the characters say."""


class Text:
    """Printable ASCII, at the left of its field."""

    def written(self, value: str, *, width: int) -> str:
        return _fitting(value, width=width).ljust(width)

    def read(self, text: str) -> str:
        return text.rstrip(" ")


class TextAtRight:
    """Printable ASCII, at the right of its field."""

    def written(self, value: str, *, width: int) -> str:
        return _fitting(value, width=width).rjust(width)

    def read(self, text: str) -> str:
        return text.lstrip(" ")


class Number:
    """A whole number of cents, entries or lines, with zeros before it."""

    def written(self, value: int, *, width: int) -> str:
        if not 0 <= value < 10**width:
            raise ValueError(f"{value} does not fit {width} digits.")
        return f"{value:0{width}d}"

    def read(self, text: str) -> int:
        return int(_digits(text))


class Digits:
    """A numeral whose every digit counts, such as a routing number; `may_be_blank` reads blanks as no digits."""

    def __init__(self, *, may_be_blank: bool = False) -> None:
        self._may_be_blank = may_be_blank

    def written(self, value: str, *, width: int) -> str:
        if value == "" and self._may_be_blank:
            return " " * width
        if len(value) != width or not _DIGITS.fullmatch(value):
            raise ValueError(f"{value!r} is not {width} digits.")
        return value

    def read(self, text: str) -> str:
        if self._may_be_blank and not text.strip(" "):
            return ""
        return _digits(text)


class Day:
    """YYMMDD of this century; `may_be_blank` reads blanks and zeros as no day."""

    def __init__(self, *, may_be_blank: bool = False) -> None:
        self._may_be_blank = may_be_blank

    def written(self, value: date | None, *, width: int) -> str:
        if value is None and self._may_be_blank:
            return " " * width
        if value is None or value.year // 100 != 20:
            raise ValueError(f"{value} is not a day of this century.")
        return f"{value:%y%m%d}"

    def read(self, text: str) -> date | None:
        if self._may_be_blank and not text.strip(" 0"):
            return None
        return _instant(f"20{_digits(text)}", form="%Y%m%d", what="a day as YYMMDD").date()


class ClockTime:
    """HHMM, or blanks where no time is told."""

    def written(self, value: time | None, *, width: int) -> str:
        return " " * width if value is None else f"{value:%H%M}"

    def read(self, text: str) -> time | None:
        if not text.strip(" "):
            return None
        return _instant(_digits(text), form="%H%M", what="a time as HHMM").time()


class Fixed:
    """Characters that are always the same."""

    def __init__(self, value: str) -> None:
        self.value = value

    def written(self, value: None, *, width: int) -> str:  # noqa: ARG002 - the form of every kind
        return self.value.ljust(width)

    def read(self, text: str) -> None:
        if text != self.value.ljust(len(text)):
            stands = f"{self.value!r} must stand here" if self.value else "this place is kept blank"
            raise ValueError(f"{stands}, not {text!r}.")


@dataclass(frozen=True)
class Field:
    """One place of a record; a `Fixed` one needs no name."""

    name: str
    width: int
    kind: Kind


class Layout:
    """The fields of one record, 94 characters in all."""

    def __init__(self, record: str, *fields: Field) -> None:
        self.record, self._fields = record, fields
        self._starts: dict[str, int] = {}
        width = 0
        for field in fields:
            self._starts[field.name] = width
            width += field.width
        assert width == RECORD_WIDTH, f"{record} has {width} characters"

    def position_of(self, name: str) -> int:
        """Where a field begins, counted from 1."""
        return self._starts[name] + 1

    def write(self, values: Mapping[str, Any]) -> str:
        """The line that says these values. Raises Unwritable."""
        return "".join(self._written(field, values) for field in self._fields)

    def read(self, line: str, *, number: int) -> dict[str, Any]:
        """What line `number` of a file says. Raises MalformedFile."""
        found: dict[str, Any] = {}
        start = 0
        for field in self._fields:
            try:
                value = field.kind.read(line[start : start + field.width])
            except ValueError as error:
                reason = f"{self.record}, {field.name}: {error}" if field.name else f"{self.record}: {error}"
                raise MalformedFile(line=number, position=start + 1, reason=reason) from None
            if not isinstance(field.kind, Fixed):
                found[field.name] = value
            start += field.width
        return found

    def _written(self, field: Field, values: Mapping[str, Any]) -> str:
        try:
            return field.kind.written(values.get(field.name), width=field.width)
        except ValueError as error:
            raise Unwritable(f"{self.record}, {field.name}: {error}") from None


def unprintable_position(line: str) -> int | None:
    """The place of the first character that is not printable ASCII, counted from 1."""
    match = _PRINTABLE.match(line)
    end = match.end() if match else 0
    return None if end == len(line) else end + 1


def printable(text: str, *, width: int) -> str:
    """A name as the format can hold it: accents dropped, what has no ASCII left out, cut to the field."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(character for character in plain if character.isprintable())[:width].strip()


def _fitting(value: str, *, width: int) -> str:
    if len(value) > width:
        raise ValueError(f"{len(value)} characters do not fit {width}.")
    if not _PRINTABLE.fullmatch(value):
        raise ValueError("only printable ASCII may stand in the file.")
    return value


def _digits(text: str) -> str:
    if not _DIGITS.fullmatch(text):
        raise ValueError(f"{len(text)} digits must stand here, not {text!r}.")
    return text


def _instant(text: str, *, form: str, what: str) -> datetime:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a day or a time of day, never an instant
    except ValueError:
        raise ValueError(f"{what} must stand here, not {text!r}.") from None
