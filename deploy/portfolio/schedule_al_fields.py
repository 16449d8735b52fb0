"""The values of one Schedule AL record in their lexical forms; absent is None and never 0."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NoReturn, TypeVar

from chassis.money import cents_from_dollars
from chassis.schemas import CENTS_MAX
from deploy.portfolio.errors import MalformedPortfolio, Place

T = TypeVar("T")

_DECIMAL = re.compile(r"-?(?:[0-9]{1,20}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
_DAY = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})", re.ASCII)
_MONTH = re.compile(r"([0-9]{1,2})/([0-9]{4})", re.ASCII)
_INTEGER = re.compile(r"[0-9]{1,8}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One `assets` element: each value as text, by element name, repeated ones in order."""

    place: Place
    product: Literal["loan", "lease"]
    values: Mapping[str, tuple[str, ...]]

    def codes(self, name: str) -> tuple[str, ...]:
        """All values of a repeatable element."""
        return self.values.get(name, ())

    def text(self, name: str) -> str | None:
        found = self.values.get(name, ())
        if len(found) > 1:
            self.refuse(name, "The element stands more than once in the record.")
        return found[0] if found and found[0] else None

    def cents(self, name: str) -> int | None:
        """A dollar amount, rounded half-up: the format allows eight decimals."""
        return self._parsed(name, _cents)

    def decimal(self, name: str) -> Decimal | None:
        return self._parsed(name, lambda text: Decimal(_matched(_DECIMAL, text)))

    def integer(self, name: str) -> int | None:
        return self._parsed(name, lambda text: int(_matched(_INTEGER, text)))

    def boolean(self, name: str) -> bool | None:
        return self._parsed(name, lambda text: {"true": True, "false": False}[text])

    def day(self, name: str) -> date | None:
        """MM-DD-YYYY."""
        return self._parsed(name, _day)

    def month(self, name: str) -> date | None:
        """MM/YYYY, as the first day of the month."""
        return self._parsed(name, _month)

    def required(self, name: str, value: T | None) -> T:
        """The value, or a refusal that names the element this record cannot be serviced without."""
        if value is None:
            self.refuse(name, "The value is missing, and the account cannot be serviced without it.")
        return value

    def refuse(self, name: str, sentence: str) -> NoReturn:
        raise MalformedPortfolio(place=self.place, field=name, sentence=sentence)

    def _parsed(self, name: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            return parse(text)
        except (ValueError, KeyError):
            self.refuse(name, f"{text[:40]!r} is not a value this element can have.")


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def _cents(text: str) -> int:
    cents = cents_from_dollars(_matched(_DECIMAL, text), round_sub_cents=True)
    if abs(cents) > CENTS_MAX:
        raise ValueError(text)
    return cents


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    if not found:
        raise ValueError(text)
    return date(int(found[3]), int(found[1]), int(found[2]))


def _month(text: str) -> date:
    found = _MONTH.fullmatch(text)
    if not found:
        raise ValueError(text)
    return date(int(found[2]), int(found[1]), 1)
