"""The words of messages: one template for each message, part and language, filled with facts and never with markup."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context

from chassis.money import format_dollars
from services.notifications.providers.channels import InboxContent, MailContent
from services.notifications.providers.mail_layout import TEMPLATES, MailLayouts
from services.notifications.rules import alerts, phrases, writing
from services.notifications.rules.kinds import Kind


@dataclass(frozen=True, kw_only=True)
class Brand:
    """Who speaks: the lender's name, the number that is answered, the address of the portal, and that for letters."""

    name: str
    phone: str
    portal_url: str
    address: str

    @property
    def preferences_url(self) -> str:
        """Where a person chooses what they are told, and how."""
        return f"{self.portal_url}/alerts"


class TextTooLong(Exception):
    """A text would not go out as one: its template, or the brand's name, must be shortened."""


class Wording:
    """Fills templates. A missing fact is an error, never an empty place."""

    def __init__(self, *, brand: Brand) -> None:
        self._brand = brand
        self._layouts = MailLayouts()
        self._plain = self._environment(escaped=False)
        self._markup = self._environment(escaped=True)
        # Laid out once in each process: what is left for each mail is filling in its facts.
        self._mails: dict[tuple[str, str], Template] = {}

    def mail(self, template: str, *, language: str, facts: Mapping[str, Any]) -> MailContent:
        """Subject, plain text and HTML of a mail."""
        given = self._given(template, language=language, facts=facts)
        subject = _one_line(self._plain.get_template(f"{language}/{template}.subject.txt").render(given))
        return MailContent(
            subject=subject,
            text=self._plain.get_template(f"{language}/{template}.txt").render(given),
            html=self._laid_out(template, language=language).render({**given, "title": subject}),
        )

    def text(self, template: str, *, language: str, facts: Mapping[str, Any]) -> str:
        """The body of a text, in letters that every telephone takes. Raises TextTooLong unless it goes out as one."""
        given = self._given(template, language=language, facts=facts)
        body = writing.in_gsm_letters(self._plain.get_template(f"{language}/{template}.sms.txt").render(given))
        if not writing.fits_one_text(body):
            raise TextTooLong(f"{template} ({language})")
        return body

    def inbox(self, template: str, *, language: str, facts: Mapping[str, Any]) -> InboxContent:
        """Title and text for the inbox: the mail's subject, and its plain text without greeting and foot."""
        given = self._given(template, language=language, facts=facts)
        words = self._plain.get_template(f"{language}/{template}.txt")
        return InboxContent(
            title=_one_line(self._plain.get_template(f"{language}/{template}.subject.txt").render(given)),
            text="".join(words.blocks["content"](words.new_context(given))).strip(),
        )

    def _given(self, template: str, *, language: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        # What keeps people safe cannot be turned off, so it does not point to where other things can.
        has_preferences = alerts.OCCASIONS[template].kind is not Kind.SECURITY
        return {**facts, "brand": self._brand, "language": language, "has_preferences": has_preferences}

    def _laid_out(self, template: str, *, language: str) -> Template:
        found = self._mails.get((template, language))
        if found is None:
            has_preferences = alerts.OCCASIONS[template].kind is not Kind.SECURITY
            page = self._layouts.lay_out(template, language=language, has_preferences=has_preferences)
            found = self._mails[template, language] = self._markup.from_string(page)
        return found

    def _environment(self, *, escaped: bool) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            # Escaped wherever markup is made; the other environment writes plain text only.
            autoescape=escaped,  # noqa: S701
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        environment.filters.update(
            dollars=format_dollars, long_date=_long_date, short_date=_short_date, reason=_reason, translated=_translated
        )
        return environment


def _one_line(words: str) -> str:
    return " ".join(words.split())


@pass_context
def _long_date(context: Context, written: str) -> str:
    return phrases.long_date(date.fromisoformat(written), language=context["language"])


@pass_context
def _short_date(context: Context, written: str) -> str:
    return phrases.short_date(date.fromisoformat(written), language=context["language"])


@pass_context
def _reason(context: Context, code: str, topic: str) -> str:
    return phrases.reason(code, topic=topic, language=context["language"])


@pass_context
def _translated(context: Context, sentence: str) -> str:
    return phrases.translated(sentence, language=context["language"])
