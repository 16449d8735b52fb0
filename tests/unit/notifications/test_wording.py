"""The words: kept as golden files, safe whatever the facts, and short enough for one text."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from markupsafe import escape

from chassis.schemas import CENTS_MAX
from services.notifications.providers.wording import LANGUAGE, TEMPLATES, Brand, TextTooLong, Wording
from services.notifications.rules.alerts import OCCASIONS

GOLDEN = Path(__file__).parent / "golden"
BRAND = Brand(name="Kia Finance America", phone="1-855-885-7600", portal_url="https://portal.example")
TEXTED = (
    "payment_received", "payment_declined", "payment_returned", "security_code", "autopay_enrolled",
    "autopay_draft_upcoming", "autopay_paused", "test_message", "texts_stopped", "texts_started", "texts_help",
)  # fmt: skip
ONLY_TEXTED = {"security_code", "texts_stopped", "texts_started", "texts_help"}
WRITTEN = {path.name.split(".")[0] for path in (TEMPLATES / LANGUAGE).iterdir()}
MAILED = sorted((WRITTEN & set(OCCASIONS)) - ONLY_TEXTED)
# What says nothing but itself.
FACTLESS = {"test_message"}

FACTS: dict[str, Any] = {
    "greeting_name": "Ada",
    "amount_cents": 41_237,
    "effective_on": "2026-11-03",
    "method_type": "bank_account",
    "account_last4": "4821",
    "decline_reason": "The card has not enough money on it.",
    "consent_text": "I authorize my lender to draw each instalment. I chose: what is due, on the due date.",
    "drafts": [
        {"draft_on": "2026-12-04", "due_on": "2026-12-05", "amount_cents": 41_237},
        {"draft_on": "2027-01-05", "due_on": "2027-01-05", "amount_cents": 41_237},
    ],
    "draft_on": "2026-12-04",
    "due_on": "2026-12-05",
    "stop_through_on": "2026-12-01",
    "pause_reason": "The last draft was declined and nothing was taken.",
    "about": "ada.lovelace",
    "code": "204816",
    "method_last4": "6789",
    "return_reason": "the account is closed",
    "next_step": "Please add another bank account or card, and pay with that.",
    "will_be_presented_again": False,
    "link": "https://portal.example/verify?token=t0ken&again=1",
    "kind": "monthly",
    "statement_on": "2026-11-23",
    "amount_due_cents": 41_237,
}


@pytest.fixture
def wording() -> Wording:
    return Wording(brand=BRAND)


def golden(name: str) -> str:
    return (GOLDEN / name).read_text().removesuffix("\n")


@pytest.mark.parametrize("template", MAILED)
def test_a_mail_reads_as_agreed(wording: Wording, template: str) -> None:
    mail = wording.mail(template, language=LANGUAGE, facts=FACTS)

    assert mail.subject == golden(f"{template}.subject.txt")
    assert mail.text == golden(f"{template}.txt")
    assert mail.html == golden(f"{template}.html")


@pytest.mark.parametrize("template", TEXTED)
def test_a_text_reads_as_agreed(wording: Wording, template: str) -> None:
    assert wording.text(template, language=LANGUAGE, facts=FACTS) == golden(f"{template}.sms.txt")


def test_the_inbox_has_its_own_words_or_those_of_the_mail(wording: Wording) -> None:
    own = wording.inbox("test_message", language=LANGUAGE, facts=FACTS)
    assert own.title == golden("test_message.subject.txt")
    assert own.text == golden("test_message.inbox.txt")
    assert wording.inbox("verify_email", language=LANGUAGE, facts=FACTS).text == golden("verify_email.txt")


def test_every_template_has_its_golden_file_and_no_golden_file_is_left_over() -> None:
    templates = {path.name for path in (TEMPLATES / LANGUAGE).iterdir() if not path.name.startswith("_")}
    assert templates == {path.name for path in GOLDEN.iterdir()}


def test_only_money_from_a_bank_may_still_be_returned(wording: Wording) -> None:
    by_card = wording.mail("payment_received", language=LANGUAGE, facts={**FACTS, "method_type": "card"})
    assert "return the payment" not in by_card.text + by_card.html


def test_who_has_no_plain_name_is_greeted_without_one(wording: Wording) -> None:
    mail = wording.mail("verify_email", language=LANGUAGE, facts={**FACTS, "greeting_name": None})
    assert mail.text.startswith("Hello,\n")
    assert "<p>Hello,</p>" in mail.html


@pytest.mark.parametrize("template", MAILED)
def test_markup_in_a_fact_stays_text(wording: Wording, template: str) -> None:
    hostile = '"><script>alert(1)</script>'
    facts = {
        **FACTS,
        "greeting_name": hostile,
        "account_last4": hostile,
        "decline_reason": hostile,
        "about": hostile,
        "link": hostile,
    }

    html = wording.mail(template, language=LANGUAGE, facts=facts).html

    assert "<script" not in html
    assert str(escape(hostile)) in html


def test_a_subject_is_one_line_whatever_is_in_it() -> None:
    hostile = Wording(brand=replace(BRAND, name="Kia\r\nBcc: everybody@example.com"))

    subject = hostile.mail("already_registered", language=LANGUAGE, facts=FACTS).subject

    assert subject == "You already have online access at Kia Bcc: everybody@example.com"


@pytest.mark.parametrize("template", sorted(set(MAILED) - FACTLESS))
def test_a_missing_fact_is_an_error_and_not_a_gap(wording: Wording, template: str) -> None:
    with pytest.raises(UndefinedError):
        wording.mail(template, language=LANGUAGE, facts={"greeting_name": "Ada"})


@pytest.mark.parametrize("template", sorted(set(TEXTED) - ONLY_TEXTED))
def test_the_largest_amount_fits_one_text(wording: Wording, template: str) -> None:
    facts = {**FACTS, "amount_cents": CENTS_MAX, "effective_on": "2026-11-30", "draft_on": "2026-11-30"}
    told = wording.text(template, language=LANGUAGE, facts=facts)
    assert ("$10,000,000,000.00" in told) == ("$" in told)


def test_a_text_that_would_be_two_is_refused() -> None:
    long = Wording(brand=replace(BRAND, name="Kia Finance America, a division of a rather long name"))
    with pytest.raises(TextTooLong, match="payment_received"):
        long.text("payment_received", language=LANGUAGE, facts=FACTS)
