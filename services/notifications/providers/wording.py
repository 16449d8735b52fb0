"""The words of messages: one template for each message, part and language, filled with facts and never with markup."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chassis.money import format_dollars
from services.notifications.providers.channels import InboxContent, MailContent
from services.notifications.rules import writing

TEMPLATES = Path(__file__).parents[1] / "templates"
LANGUAGE = "en"

_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Brand:
    """Who speaks: the lender's name, the telephone number that is answered, the address of the portal."""

    name: str
    phone: str
    portal_url: str


class TextTooLong(Exception):
    """A text would not go out as one: its template, or the brand's name, must be shortened."""


class Wording:
    """Fills templates. A missing fact is an error, never an empty place."""

    def __init__(self, *, brand: Brand) -> None:
        self._brand = brand
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(enabled_extensions=("html",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.filters.update(dollars=format_dollars, long_date=_long_date, short_date=_short_date)

    def mail(self, template: str, *, language: str, facts: Mapping[str, Any]) -> MailContent:
        """Subject, plain text and HTML of a mail."""
        subject = self._fill(f"{language}/{template}.subject.txt", language, facts)
        return MailContent(
            subject=" ".join(subject.split()),
            text=self._fill(f"{language}/{template}.txt", language, facts),
            html=self._fill(f"{language}/{template}.html", language, facts),
        )

    def text(self, template: str, *, language: str, facts: Mapping[str, Any]) -> str:
        """The body of a text. Raises TextTooLong unless it goes out as one."""
        body = self._fill(f"{language}/{template}.sms.txt", language, facts)
        if not writing.fits_one_text(body):
            raise TextTooLong(f"{template} ({language})")
        return body

    def inbox(self, template: str, *, language: str, facts: Mapping[str, Any]) -> InboxContent:
        """Title and text for the inbox; a template without a part of its own has there what its mail says."""
        subject = self._fill(f"{language}/{template}.subject.txt", language, facts)
        parts = [f"{language}/{template}.inbox.txt", f"{language}/{template}.txt"]
        name = self._environment.select_template(parts).name
        return InboxContent(title=" ".join(subject.split()), text=self._fill(str(name), language, facts))

    def _fill(self, name: str, language: str, facts: Mapping[str, Any]) -> str:
        return self._environment.get_template(name).render(**facts, brand=self._brand, language=language)


def _long_date(written: str, language: str) -> str:
    day = date.fromisoformat(written)
    return f"{_MONTHS[language][day.month - 1]} {day.day}, {day.year}"


def _short_date(written: str, language: str) -> str:
    day = date.fromisoformat(written)
    return f"{_MONTHS[language][day.month - 1][:3]} {day.day}"
