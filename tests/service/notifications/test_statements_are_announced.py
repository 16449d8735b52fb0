"""A statement that can be read is announced by mail to everybody who holds the account; one on paper is not."""

from datetime import date
from typing import Any

import pytest

from chassis.events import Envelope
from services.accounts.contract.events import statement_issued
from tests.builders.notifications import ACCOUNT, ADAS_EMAIL, a_contact, a_second_holder
from tests.builders.wiring import an_event, deliver
from tests.service.notifications.stage import Stage

STANDING = {
    "status": "open", "amount_due_cents": 41_237, "past_due_cents": 0, "next_due_on": date(2026, 12, 5),
    "next_instalment_number": 12, "days_past_due": 0, "payoff_ceiling_cents": 1_830_841, "payments_made": 11,
}  # fmt: skip


def issued(stage: Stage, **differences: Any) -> Envelope:
    data = {
        "account_id": ACCOUNT, "standing": STANDING, "statement_id": ACCOUNT, "kind": "monthly",
        "statement_on": date(2026, 11, 23), "period_from_on": date(2026, 10, 23), "period_to_on": date(2026, 11, 23),
        "delivery": "electronic", "amount_due_cents": 41_237, "due_on": date(2026, 12, 5), **differences,
    }  # fmt: skip
    return an_event(statement_issued, clock=stage.clock, subject=ACCOUNT, data=data)


def hear(stage: Stage, envelope: Envelope) -> None:
    deliver(stage.service.on_statement_issued, envelope)
    stage.send_all()


def test_by_one_mail_with_a_link_and_no_text(stage: Stage) -> None:
    stage.put(a_contact())
    hear(stage, issued(stage))
    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["subject"] == "Your statement is ready"
    assert "Due: $412.37 by December 5, 2026" in mail["text"]
    assert "Account ending: 4821" in mail["text"]
    assert not mail.get("attachments")
    assert stage.sandbox.listed("texts") == []


def test_to_every_holder_once(stage: Stage) -> None:
    stage.put(a_contact())
    stage.put(a_second_holder())
    told = issued(stage)
    for _ in range(2):
        hear(stage, told)
    assert len(stage.sandbox.listed("mails")) == 2


def test_a_summary_of_interest_asks_for_nothing(stage: Stage) -> None:
    stage.put(a_contact())
    hear(stage, issued(stage, kind="year_end_interest", amount_due_cents=None, due_on=None))
    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["subject"] == "Your yearly summary of interest is ready"
    assert "Due:" not in mail["text"]


@pytest.mark.parametrize("kind", ["monthly", "year_end_interest"])
def test_not_where_it_goes_out_on_paper(stage: Stage, kind: str) -> None:
    stage.put(a_contact())
    hear(stage, issued(stage, kind=kind, delivery="paper"))
    assert stage.sandbox.listed("mails") == []
