"""Autopay by mail: the copy of the consent, the notice before each draft, and why nothing is drawn."""

from datetime import date
from typing import Any

import pytest

from chassis.doors import Outcome
from chassis.events import Event
from services.payments.contract.events import autopay_draft_upcoming, autopay_enrolled, autopay_paused
from tests.builders.notifications import ACCOUNT, ADAS_EMAIL, a_contact
from tests.builders.wiring import an_event, deliver
from tests.service.notifications.stage import Stage

A_DRAFT = {
    "instalment_number": 12, "due_on": date(2026, 12, 5), "draft_on": date(2026, 12, 4), "amount_cents": 41_237,
}  # fmt: skip
METHOD = {"method_type": "bank_account", "method_last4": "6789"}
ENROLLED = {
    "account_id": ACCOUNT, "consent_id": "01900000-0000-7000-8000-00000000c0c0", "consent_version": "autopay-2026-11",
    "consent_text": "I authorize my lender. I chose: what is due, on the due date.", **METHOD, "drafts": [A_DRAFT],
}  # fmt: skip
UPCOMING = {"account_id": ACCOUNT, **A_DRAFT, **METHOD, "stop_through_on": date(2026, 12, 1)}
PAUSED = {
    "account_id": ACCOUNT, "reason_code": "draft_declined", "reason": "The last draft was declined.",
    "resumes_on": None,
}  # fmt: skip


def hear(stage: Stage, event: Event, data: dict[str, Any]) -> list[Outcome]:
    envelope = an_event(event, clock=stage.clock, subject=ACCOUNT, data=data)
    handler = getattr(stage.service, f"on_{event.name}")
    outcomes = [deliver(handler, envelope), deliver(handler, envelope)]
    stage.send_all()
    return outcomes


@pytest.mark.parametrize(
    ("event", "data", "subject", "words"),
    [
        (autopay_enrolled, ENROLLED, "Autopay is on for your account ending in 4821", ENROLLED["consent_text"]),
        (autopay_draft_upcoming, UPCOMING, "$412.37 will be drawn on December 4, 2026", "through December 1, 2026"),
        (autopay_paused, PAUSED, "Autopay is paused for your account ending in 4821", "The last draft was declined."),
    ],
)
def test_the_holder_is_told_once_in_plain_words(
    stage: Stage, event: Event, data: dict[str, Any], subject: str, words: str
) -> None:
    stage.put(a_contact())
    assert hear(stage, event, data) == [Outcome.DONE, Outcome.DUPLICATE]
    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["subject"] == subject
    assert words in mail["text"]
    (sms,) = stage.sandbox.listed("texts")
    assert "4821" in sms["body"]


def test_a_notice_waits_for_the_morning_only_as_a_text(stage: Stage) -> None:
    stage.put(a_contact())
    stage.clock.move_to(stage.clock.now().replace(hour=5))
    hear(stage, autopay_draft_upcoming, UPCOMING)
    assert stage.kept()["email"][0] == "sent"
    assert stage.kept()["sms"] == ("queued", "quiet_hours")


def test_on_a_flagged_account_only_the_notice_that_the_law_wants_goes(stage: Stage) -> None:
    stage.put(a_contact())
    stage.flag("bankruptcy")
    hear(stage, autopay_paused, PAUSED)
    assert stage.kept()["email"] == ("suppressed", "account_flagged")
    hear(stage, autopay_draft_upcoming, UPCOMING)
    assert [mail["subject"] for mail in stage.sandbox.listed("mails")] == ["$412.37 will be drawn on December 4, 2026"]
