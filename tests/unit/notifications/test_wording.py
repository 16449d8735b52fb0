"""The words: kept as golden files, safe whatever the facts, and short enough for one text."""

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from markupsafe import escape

from chassis.schemas import CENTS_MAX
from services.accounts.operations.quoting import WITHDRAWN_BECAUSE
from services.identity.operations.approvals import OUTCOMES
from services.identity.rules import contacts, second_factors
from services.leases.rules.options import ENDED, STEPS
from services.notifications.contract.schemas import LANGUAGES, SECURE_TEMPLATES
from services.notifications.providers.mail_layout import TEMPLATES
from services.notifications.providers.wording import TextTooLong, Wording
from services.notifications.rules import phrases
from services.notifications.rules.alerts import OCCASIONS, SECRET_TEMPLATES
from services.notifications.rules.kinds import Kind
from services.payments.rules.autopay_wording import DRAFT_DECLINED, PAYMENT_RETURNED, REASONS
from services.payments.rules.returns import CONSEQUENCES, OTHER
from services.payments.rules.wording import CANCEL_REASONS, DECLINE_REASONS
from tests.unit.notifications.facts import BRAND, FACTS_OF, facts_of

GOLDEN = Path(__file__).parent / "golden"
# CAPTIVE_GOLDEN=write writes them anew; what has changed is then read in the difference.
WRITES = os.environ.get("CAPTIVE_GOLDEN") == "write"
ONLY_TEXTED = {"security_code", "texts_stopped", "texts_started", "texts_help"}
MAILED = sorted(set(OCCASIONS) - ONLY_TEXTED)
TEXTED = sorted(set(OCCASIONS) - set(SECURE_TEMPLATES))
IN_INBOX = sorted(set(OCCASIONS) - SECRET_TEMPLATES - ONLY_TEXTED)
EACH_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
PURCHASE = ("Your purchase of your vehicle is off", "Su compra de su vehículo queda sin efecto")
RETURN = ("Your appointment to return your vehicle is off", "Su cita para devolver su vehículo queda sin efecto")
LONGER = ("Your lease extension is off", "Su extensión de su arrendamiento queda sin efecto")
NOTICE = ("Your notice as a servicemember is off", "Su notificación como militar queda sin efecto")
TOO_LATE = (
    "the vehicle did not come back in time, and your lease goes on",
    "el vehículo no se devolvió a tiempo, y su arrendamiento sigue",
)
TAKEN_BACK = ("it was withdrawn, and your lease goes on", "fue retirada, y su arrendamiento sigue")
RAN_OUT = ("the time for it has run out", "se acabó el plazo")
CANCELLED, WITHDRAWN = ("it was cancelled", "fue cancelada"), ("it was withdrawn", "fue retirada")
UNACCENTED = str.maketrans("áéíóú", "aeiou")
# What is off, and why, in each language.
OFF = {
    ("buyout", "lapsed"): tuple(zip(PURCHASE, RAN_OUT, strict=True)),
    ("buyout", "cancelled"): tuple(zip(PURCHASE, CANCELLED, strict=True)),
    ("buyout", "undone"): tuple(zip(PURCHASE, ("its payment was undone", "su pago quedó sin efecto"), strict=True)),
    ("turn_in", "cancelled"): tuple(zip(RETURN, CANCELLED, strict=True)),
    ("early_termination", "lapsed"): tuple(zip(NOTICE, TOO_LATE, strict=True)),
    ("early_termination", "withdrawn"): tuple(zip(NOTICE, TAKEN_BACK, strict=True)),
    ("extension", "lapsed"): tuple(zip(LONGER, RAN_OUT, strict=True)),
    ("extension", "withdrawn"): tuple(zip(LONGER, WITHDRAWN, strict=True)),
}
# The latest of days is the longest to write.
SOME_DAY = "2026-12-30"


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording(brand=BRAND)


def reads(name: str, written: str) -> None:
    if WRITES:
        (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / name).write_text(written + "\n")
    assert written == (GOLDEN / name).read_text().removesuffix("\n")


@EACH_LANGUAGE
@pytest.mark.parametrize("template", MAILED)
def test_a_mail_reads_as_agreed(wording: Wording, template: str, language: str) -> None:
    mail = wording.mail(template, language=language, facts=facts_of(template))

    reads(f"{language}/{template}.subject.txt", mail.subject)
    reads(f"{language}/{template}.txt", mail.text)
    reads(f"{language}/{template}.html", mail.html)


@EACH_LANGUAGE
@pytest.mark.parametrize("template", TEXTED)
def test_a_text_reads_as_agreed(wording: Wording, template: str, language: str) -> None:
    reads(f"{language}/{template}.sms.txt", wording.text(template, language=language, facts=facts_of(template)))


@EACH_LANGUAGE
@pytest.mark.parametrize("template", IN_INBOX)
def test_the_inbox_reads_as_agreed(wording: Wording, template: str, language: str) -> None:
    told = wording.inbox(template, language=language, facts=facts_of(template))
    assert "\n" not in told.title
    assert BRAND.phone not in told.text.splitlines()[-1]
    reads(f"{language}/{template}.inbox.txt", f"{told.title}\n\n{told.text}")


def test_every_occasion_has_its_words_in_every_part_and_language_and_none_is_left_over() -> None:
    parts = [("subject.txt", MAILED), ("txt", MAILED), ("mjml", MAILED), ("sms.txt", TEXTED)]
    wanted = {f"{template}.{part}" for part, templates in parts for template in templates}
    for language in LANGUAGES:
        assert {path.name for path in (TEMPLATES / language).iterdir() if not path.name.startswith("_")} == wanted
    assert set(FACTS_OF) == set(OCCASIONS)


def test_no_golden_file_is_left_over() -> None:
    parts = [(part, MAILED) for part in ("subject.txt", "txt", "html")] + [("sms.txt", TEXTED), ("inbox.txt", IN_INBOX)]
    wanted = {f"{template}.{part}" for part, templates in parts for template in templates}
    for language in LANGUAGES:
        assert {path.name for path in (GOLDEN / language).iterdir()} == wanted


def test_only_money_from_a_bank_may_still_be_returned(wording: Wording) -> None:
    by_card = wording.mail("payment_received", language="en", facts=facts_of("payment_received", method_type="card"))
    assert "return the payment" not in by_card.text + by_card.html


def test_what_is_presented_again_asks_for_no_other_payment(wording: Wording) -> None:
    again = facts_of(
        "payment_returned", return_code="R01", will_be_presented_again=True, present_again_on="2026-11-25"
    )  # fmt: skip
    spanish = wording.mail("payment_returned", language="es", facts=again)
    assert "otra vez el 25 de noviembre de 2026" in spanish.text
    for language, pays in (("en", "Pay now"), ("es", "Pagar ahora")):
        mail = wording.mail("payment_returned", language=language, facts=again)
        assert pays not in mail.text + mail.html


def test_who_has_no_plain_name_is_greeted_without_one(wording: Wording) -> None:
    facts = facts_of("verify_email", greeting_name=None)
    mail = wording.mail("verify_email", language="en", facts=facts)
    assert mail.text.startswith("Hello,\n")
    assert "<p>Hello,</p>" in mail.html
    assert wording.mail("verify_email", language="es", facts=facts).text.startswith("Hola:\n")


@EACH_LANGUAGE
@pytest.mark.parametrize("template", MAILED)
def test_markup_in_a_fact_stays_text(wording: Wording, template: str, language: str) -> None:
    hostile = '"><script>alert(1)</script></mj-text></mjml>{{ 1 }}'
    facts = facts_of(template, greeting_name=hostile, account_last4=hostile, link=hostile)
    facts |= {name: hostile for name in ("about", "reason", "decline_reason", "dealer_name") if facts.get(name)}

    html = wording.mail(template, language=language, facts=facts).html

    assert "<script" not in html
    assert str(escape(hostile)) in html
    assert html.endswith("</html>")


def test_a_subject_is_one_line_whatever_is_in_it() -> None:
    hostile = Wording(brand=replace(BRAND, name="Kia\r\nBcc: everybody@example.com"))

    subject = hostile.mail("already_registered", language="en", facts=facts_of("already_registered")).subject

    assert subject == "You already have online access at Kia Bcc: everybody@example.com"


@EACH_LANGUAGE
def test_disclosures_name_their_figures_and_none_where_an_earlier_release_told_of_them(
    wording: Wording, language: str
) -> None:
    none = dict.fromkeys(("months", "instalment_cents", "total_cents", "starts_on", "ends_on"))
    told = wording.mail("extension_disclosed", language=language, facts=facts_of("extension_disclosed"))
    untold = wording.mail("extension_disclosed", language=language, facts=facts_of("extension_disclosed", **none))
    single = {"months": 1, "total_cents": 48_240}
    one = wording.mail("extension_disclosed", language=language, facts=facts_of("extension_disclosed", **single))
    for words in (told.text, told.html):
        assert "$482.40" in words
        assert "$1,447.20" in words
    assert "$" not in untold.text + untold.html
    assert "None" not in untold.text + untold.html
    every_month = {"en": "of each month", "es": "de cada mes"}[language]
    assert (every_month in told.text, every_month in told.html) == (True, True)
    assert every_month not in one.text + one.html + untold.text + untold.html


@pytest.mark.parametrize(("option", "outcome"), OFF)
def test_a_way_out_that_is_off_is_called_by_its_name_and_says_why(wording: Wording, option: str, outcome: str) -> None:
    facts = facts_of("option_closed", option=option, outcome=outcome)
    for language, (name, why) in zip(("en", "es"), OFF[option, outcome], strict=True):
        mail = wording.mail("option_closed", language=language, facts=facts)
        assert mail.subject == name
        text = wording.text("option_closed", language=language, facts=facts)
        assert f": {name.translate(UNACCENTED)}, " in text
        for words in (mail.text, mail.html, wording.inbox("option_closed", language=language, facts=facts).text):
            assert f"{name}: {why}." in words


def test_every_way_out_that_comes_to_nothing_has_its_words() -> None:
    told_otherwise = {"completed", "active", "declined", "superseded"}
    off = ENDED - told_otherwise
    assert set(OFF) == {(option, status) for option, steps in STEPS.items() for status in steps if status in off}


@EACH_LANGUAGE
@pytest.mark.parametrize("template", MAILED)
def test_a_missing_fact_is_an_error_and_not_a_gap(wording: Wording, template: str, language: str) -> None:
    for name in [*FACTS_OF[template], "greeting_name"]:
        facts = facts_of(template)
        words = _every_part(wording, template, language=language, facts=facts)
        del facts[name]
        if name in _unread(template, language=language):
            assert _every_part(wording, template, language=language, facts=facts) == words
        else:
            with pytest.raises((UndefinedError, TypeError)):
                _every_part(wording, template, language=language, facts=facts)


def _every_part(wording: Wording, template: str, *, language: str, facts: dict[str, Any]) -> tuple[Any, ...]:
    mail = wording.mail(template, language=language, facts=facts)
    return (mail, wording.text(template, language=language, facts=facts)) if template in TEXTED else (mail,)


def _unread(template: str, *, language: str) -> set[str]:
    """English takes the sentence that an event brings, Spanish that of its code."""
    if language == "en":
        return {"reason_code", "return_code", "present_again_on"}
    sentences = {"decline_reason", "return_reason", "next_step", "pause_reason"}
    return sentences | ({"reason"} if "reason_code" in FACTS_OF[template] else set())


@EACH_LANGUAGE
@pytest.mark.parametrize("template", sorted(set(TEXTED) - ONLY_TEXTED))
def test_the_largest_facts_fit_one_text(wording: Wording, template: str, language: str) -> None:
    facts = facts_of(template)
    for name, value in FACTS_OF[template].items():
        if name.endswith("_cents"):
            facts[name] = CENTS_MAX
        elif name.endswith("_on") and value:
            facts[name] = SOME_DAY
    for option in ("buyout", "turn_in", "extension", "early_termination"):
        told = wording.text(template, language=language, facts={**facts, "option": option})
        assert ("$10,000,000,000.00" in told) == ("$" in told)


@EACH_LANGUAGE
@pytest.mark.parametrize("reason", ["rate_change", "due_date_change", "deferment"])
def test_each_change_of_a_schedule_fits_one_text(wording: Wording, language: str, reason: str) -> None:
    assert wording.text("schedule_changed", language=language, facts=facts_of("schedule_changed", reason=reason))


def test_a_text_that_would_be_two_is_refused() -> None:
    long = Wording(brand=replace(BRAND, name="Kia Finance America, a division of a rather long name"))
    with pytest.raises(TextTooLong, match="payment_received"):
        long.text("payment_received", language="en", facts=facts_of("payment_received"))


@EACH_LANGUAGE
@pytest.mark.parametrize("template", MAILED)
def test_what_can_be_chosen_says_where_and_what_keeps_people_safe_does_not(
    wording: Wording, template: str, language: str
) -> None:
    mail = wording.mail(template, language=language, facts=facts_of(template))
    can_be_chosen = OCCASIONS[template].kind is not Kind.SECURITY
    for part in (mail.text, mail.html):
        assert (BRAND.preferences_url in part) == can_be_chosen
        assert BRAND.address in part
        assert BRAND.phone in part


class Page(HTMLParser):
    """What a reader with a screen reader meets in a mail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.tags if found == tag]


@EACH_LANGUAGE
@pytest.mark.parametrize("template", MAILED)
def test_a_mail_can_be_read_by_everybody(wording: Wording, template: str, language: str) -> None:
    mail = wording.mail(template, language=language, facts=facts_of(template))
    page = Page(mail.html)
    assert page.of("html")[0]["lang"] == language
    assert f"<title>{escape(mail.subject)}</title>" in mail.html
    assert len(page.of("h1")) == 1
    assert all("alt" in image for image in page.of("img"))
    # A table is either for the layout, and says so, or has headings.
    headed = mail.html.count('<tr><th scope="row">') > 0
    assert sum(table.get("role") != "presentation" for table in page.of("table")) == headed
    assert not any(mark in mail.html for mark in ("{{", "{%", "[[", "[%"))


def test_colours_of_a_mail_can_be_told_apart(wording: Wording) -> None:
    """WCAG 2.2, 1.4.3: text stands out from what is behind it by 4.5 to 1."""
    html = wording.mail("payment_received", language="en", facts=facts_of("payment_received")).html
    inks = set(re.findall(r"(?<![-\w])color: ?(#[0-9a-f]{6})", html)) - {"#ffffff"}
    assert inks == {"#05141f", "#37434c"}
    assert all(_contrast(ink, "#ffffff") >= 4.5 for ink in inks)


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


SAID = {
    "payment_cancelled": CANCEL_REASONS,
    "payment_declined": {code for code in DECLINE_REASONS if code != "declined_without_reason"},
    "payment_returned": {code for code, told in CONSEQUENCES.items() if told.reason != OTHER.reason},
    "next_step": {code for code, told in CONSEQUENCES.items() if told.advice != OTHER.advice},
    "autopay": {*REASONS, DRAFT_DECLINED, PAYMENT_RETURNED},
    "quote_withdrawn": WITHDRAWN_BECAUSE,
}


@pytest.mark.parametrize("topic", SAID)
def test_every_code_that_a_service_gives_has_its_own_spanish_sentence(topic: str) -> None:
    general = phrases.reason("of_tomorrow", topic=topic, language="es")
    assert general
    for code in SAID[topic]:
        assert phrases.reason(code, topic=topic, language="es") not in ("", general)


def test_what_identity_says_in_english_is_said_in_spanish() -> None:
    changes = (second_factors.ADDED, second_factors.REMOVED)
    factors = [f"{word} {change}" for word in second_factors.WORDS.values() for change in changes]
    for sentence in [*contacts.WORDS.values(), *factors, second_factors.CODE_USED, second_factors.CODES_MADE]:
        assert phrases.translated(sentence, language="es") != sentence
    for outcome in OUTCOMES.values():
        assert phrases.translated(outcome.format(summary="It moves."), language="es").endswith(" It moves.")
        assert phrases.translated(outcome.format(summary="It moves."), language="es") != outcome.format(
            summary="It moves."
        )
    assert phrases.translated("somebody's own words", language="es") == "somebody's own words"
