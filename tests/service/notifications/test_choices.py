"""People choose what they are told and how, agree to texts and take it back; what was decided can be read."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from chassis.errors import InvalidRequest, NotFound, PreconditionFailed
from services.accounts.contract.events import payment_due_soon
from services.notifications.contract.errors import (
    AlertLocked,
    SmsConsentNotCurrent,
    TelephoneNumberMissing,
    TextsStoppedByText,
)
from services.payments.contract.events import autopay_paused
from tests.builders.notifications import ACCOUNT, ADA, ADAS_PHONE, GRACE, a_contact, a_second_holder
from tests.builders.wiring import a_customer, an_agent, call
from tests.service.notifications.stage import Stage

NO_TEXTS = {"payment_confirmation": {"email": True, "sms": False, "inbox": True}}
SMS_VERSION = "sms-2026-11"


def ask(stage: Stage, method: str, *, of: str = ADA, **request: Any) -> Any:
    return call(getattr(stage.service, method), request=request, context=a_customer(user_id=of))


def choose(stage: Stage, *, matrix: Any, version: int = 0, **more: Any) -> Any:
    return ask(stage, "put_alerts", if_versions=[version], matrix=matrix, **more)


def instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pause_autopay(stage: Stage) -> None:
    """Something that nobody asked for a moment ago is told to everybody who holds the account, and sent."""
    stage.heard(autopay_paused)


def test_who_chose_nothing_has_the_defaults(stage: Stage) -> None:
    found = ask(stage, "get_alerts")
    assert (found["version"], found["due_soon_days"]) == (0, [7, 1])
    assert found["matrix"]["payment_confirmation"] == {"email": True, "sms": True, "inbox": True}
    assert found["texts"]["state"] == "no_number"
    assert found["mails"]["state"] == "no_address"


def test_what_was_turned_off_is_not_sent_and_the_rest_is(stage: Stage) -> None:
    stage.put(a_contact())
    choose(stage, matrix=NO_TEXTS)
    stage.tell(stage.posted())
    assert stage.kept_everywhere() == {
        "email": ("sent", "accepted"), "sms": ("suppressed", "not_wanted"), "inbox": ("delivered", "delivered"),
    }  # fmt: skip


def test_what_is_turned_off_while_a_message_waits_is_heeded(stage: Stage) -> None:
    stage.put(a_contact())
    stage.hear(stage.posted())
    choose(stage, matrix={"payment_confirmation": {"email": False, "sms": False, "inbox": False}})
    stage.send_all()
    assert set(stage.kept().values()) == {("suppressed", "not_wanted")}
    # What goes into the inbox waits for nobody.
    assert stage.kept_everywhere()["inbox"] == ("delivered", "delivered")
    stage.tell(stage.posted())
    assert set(stage.kept_everywhere().values()) == {("suppressed", "not_wanted")}


def test_one_persons_choice_is_not_anothers(stage: Stage) -> None:
    stage.put(a_contact())
    stage.put(a_second_holder())
    choose(stage, matrix=NO_TEXTS)
    stage.tell(stage.posted())
    assert stage.kept(user_id=GRACE)["sms"] == ("sent", "accepted")
    assert ask(stage, "get_alerts", of=GRACE)["version"] == 0


def test_what_is_left_out_goes_back_to_its_default(stage: Stage) -> None:
    choose(stage, matrix=NO_TEXTS, due_soon_days=[3, 10])
    assert ask(stage, "get_alerts")["due_soon_days"] == [10, 3]
    found = choose(stage, matrix={}, version=1)
    assert (found["version"], found["due_soon_days"]) == (2, [7, 1])
    assert found["matrix"]["payment_confirmation"]["sms"] is True


def test_a_choice_made_from_an_older_one_is_refused(stage: Stage) -> None:
    choose(stage, matrix=NO_TEXTS)
    for version in (0, 2):
        with pytest.raises(PreconditionFailed):
            choose(stage, matrix={}, version=version)
    assert ask(stage, "get_alerts")["matrix"]["payment_confirmation"]["sms"] is False


@pytest.mark.parametrize(
    ("alert", "cells", "pointers"),
    [
        ("autopay_draft", {"email": False, "sms": False, "inbox": False}, {"/matrix/autopay_draft/email"}),
        ("security", {"email": True, "sms": True, "inbox": False}, {"/matrix/security/sms", "/matrix/security/inbox"}),
    ],
)
def test_a_locked_cell_cannot_be_changed(stage: Stage, alert: str, cells: dict[str, bool], pointers: set[str]) -> None:
    with pytest.raises(AlertLocked) as refused:
        choose(stage, matrix={alert: cells})
    assert {error.pointer for error in refused.value.errors} == pointers
    assert ask(stage, "get_alerts")["version"] == 0


@pytest.mark.parametrize("days", [[2], [7, 7], ["7"], [True], "7"])
def test_only_days_that_are_told_can_be_chosen(stage: Stage, days: Any) -> None:
    with pytest.raises(InvalidRequest):
        choose(stage, matrix={}, due_soon_days=days)


class TestConsent:
    def test_what_came_with_the_account_is_kept_as_such(self, stage: Stage) -> None:
        stage.put(a_contact())
        (said,) = ask(stage, "list_consents")["data"]
        assert (said["source"], said["is_given"], said["address_last4"]) == ("servicing", True, "0142")

    def test_who_takes_it_back_gets_no_text_whatever_identity_knows(self, stage: Stage) -> None:
        stage.put(a_contact())
        ask(stage, "give_consent", channel="sms", is_given=False)
        stage.put(a_contact(version=2))
        stage.tell(stage.posted())
        assert stage.kept()["sms"] == ("suppressed", "no_consent")
        assert ask(stage, "get_alerts")["texts"]["state"] == "not_agreed"
        (told,) = stage.told("channel_opted_out")
        assert told.data == {"user_id": ADA, "channel": "sms", "source": "portal"}

    def test_who_agrees_is_texted_and_it_can_be_shown_to_what(self, stage: Stage) -> None:
        stage.put(a_contact(sms_consent=False))
        said = ask(stage, "give_consent", channel="sms", is_given=True, version=SMS_VERSION)
        assert said["wording"] == ask(stage, "get_alerts")["texts"]["consent_offer"]["text"]
        assert said["proof"]["request_id"]
        stage.tell(stage.posted())
        assert stage.kept()["sms"] == ("sent", "accepted")

    def test_every_word_is_kept_newest_first_page_by_page_and_only_ones_own(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.put(a_second_holder())
        for is_given in (False, True, False):
            stage.clock.move_to(stage.clock.now() + timedelta(seconds=1))
            ask(stage, "give_consent", channel="sms", is_given=is_given, version=SMS_VERSION if is_given else None)
        first = ask(stage, "list_consents", limit=3)
        rest = ask(stage, "list_consents", limit=3, cursor=first["next_cursor"])
        words = [said["is_given"] for said in [*first["data"], *rest["data"]]]
        assert words == [False, True, False, True]
        assert rest["next_cursor"] is None
        assert len(ask(stage, "list_consents", of=GRACE)["data"]) == 1

    def test_another_wording_than_the_one_in_force_is_none(self, stage: Stage) -> None:
        stage.put(a_contact(sms_consent=False))
        for version in (None, "sms-2025-01"):
            with pytest.raises(SmsConsentNotCurrent):
                ask(stage, "give_consent", channel="sms", is_given=True, version=version)
        assert ask(stage, "list_consents")["data"] == []

    def test_without_a_number_there_is_nothing_to_agree_to(self, stage: Stage) -> None:
        stage.put(a_contact(phone=None, sms_consent=False))
        with pytest.raises(TelephoneNumberMissing):
            ask(stage, "give_consent", channel="sms", is_given=True, version=SMS_VERSION)

    def test_who_stopped_by_text_starts_by_text(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.sandbox.post("/_sandbox/numbers/stop", {"number": ADAS_PHONE})
        stage.tell(stage.posted())
        assert ask(stage, "get_alerts")["texts"]["state"] == "stopped"
        with pytest.raises(TextsStoppedByText):
            ask(stage, "give_consent", channel="sms", is_given=True, version=SMS_VERSION)
        assert ask(stage, "list_consents")["data"][0]["source"] == "carrier"

    @pytest.mark.parametrize("statement", ["UPDATE consents SET is_given = true", "DELETE FROM consents"])
    def test_what_was_said_cannot_be_changed(self, stage: Stage, statement: str) -> None:
        stage.put(a_contact())
        with pytest.raises(IntegrityError, match="consents are only added"):
            stage.change(statement)


class TestTrying:
    @pytest.mark.parametrize("channel", ["email", "sms", "inbox"])
    def test_a_message_to_try_arrives(self, stage: Stage, channel: str) -> None:
        stage.put(a_contact())
        tried = ask(stage, "test_alerts", channel=channel)
        stage.send_all()
        assert (tried["is_sent"], tried["reason"]) == (True, "allowed")
        assert stage.kept_everywhere()[channel][0] in ("sent", "delivered")

    @pytest.mark.parametrize(
        ("differences", "channel", "reason"),
        [
            ({"sms_consent": False}, "sms", "no_consent"),
            ({"phone": None}, "sms", "no_address"),
        ],
    )
    def test_what_stands_in_the_way_is_said(
        self, stage: Stage, differences: dict[str, Any], channel: str, reason: str
    ) -> None:
        stage.put(a_contact(**differences))
        tried = ask(stage, "test_alerts", channel=channel)
        assert (tried["is_sent"], tried["reason"]) == (False, reason)
        assert "/v1/me" in tried["explanation"]


class TestDecisions:
    def test_staff_read_the_rule_and_what_it_rested_on(self, stage: Stage) -> None:
        stage.put(a_contact(sms_consent=False))
        stage.tell(stage.posted())
        page = call(stage.service.list_messages, request={"user_id": ADA}, context=an_agent())
        by_channel = {row["channel"]: row["decisions"] for row in page["data"]}
        assert [made["rule"] for made in by_channel["email"]] == ["allowed", "allowed"]
        (refused,) = by_channel["sms"]
        assert (refused["rule"], refused["goes"]) == ("no_consent", False)
        assert refused["facts"] == {
            "kind": "answer", "channel": "sms", "has_address": True, "is_wanted": True, "zones": ["America/Chicago"],
        }  # fmt: skip
        assert ADAS_PHONE not in str(by_channel)

    def test_each_time_is_read_though_what_was_the_same_is_kept_once(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.hear(stage.posted())
        written_at = stage.clock.now()
        stage.clock.move_to(written_at + timedelta(seconds=30))
        stage.change("UPDATE contacts SET sms_opted_out_at = now()")
        stage.send_all()
        page = call(stage.service.list_messages, request={"user_id": ADA}, context=an_agent())
        made = {
            row["channel"]: [(one["decided_at"], one["rule"]) for one in row["decisions"]] for row in page["data"]
        }  # fmt: skip
        sent_at = stage.clock.now()
        assert made == {
            "email": [(instant(written_at), "allowed"), (instant(sent_at), "allowed")],
            "sms": [(instant(written_at), "allowed"), (instant(sent_at), "opted_out")],
            "inbox": [(instant(written_at), "allowed")],
        }  # fmt: skip
        kept = stage.rows("SELECT channel, jsonb_array_length(decisions) FROM messages ORDER BY 1")
        assert [tuple(row) for row in kept] == [("email", 1), ("inbox", 1), ("sms", 2)]

    def test_the_budget_of_a_day_is_kept_and_a_day_later_there_is_another(self, stage: Stage) -> None:
        stage.put(a_contact())
        for _ in range(8):
            pause_autopay(stage)
        counted = stage.rows("SELECT channel, reason, count(*) FROM messages GROUP BY 1, 2 ORDER BY 1, 2")
        assert [tuple(row) for row in counted] == [
            ("email", "accepted", 6), ("email", "over_budget", 2), ("inbox", "delivered", 8), ("sms", "accepted", 3),
            ("sms", "over_budget", 5),
        ]  # fmt: skip
        stage.tell(stage.posted())
        assert stage.kept() == {"email": ("sent", "accepted"), "sms": ("sent", "accepted")}
        stage.clock.move_to(stage.clock.now() + timedelta(hours=25))
        pause_autopay(stage)
        assert stage.kept() == {"email": ("sent", "accepted"), "sms": ("sent", "accepted")}

    def test_quiet_hours_are_those_of_where_letters_go(self, stage: Stage) -> None:
        # Noon in Chicago is seven in the morning where Adak's clocks may count.
        place = {"state": "AK", "postal_code": "99501"}
        stage.put(a_contact(time_zone=None, mailing_place=place))
        stage.clock.move_to(stage.clock.now().replace(hour=17, minute=30) + timedelta(days=1))
        pause_autopay(stage)
        assert stage.kept()["sms"] == ("queued", "quiet_hours")
        (row,) = stage.rows("SELECT not_before FROM messages WHERE channel = 'sms'")
        assert (row[0].hour, row[0].minute) == (18, 0)
        stage.put(a_contact(version=2, time_zone=None, mailing_place={"state": "NY", "postal_code": "10001"}))
        stage.clock.move_to(stage.clock.now() + timedelta(seconds=1))
        pause_autopay(stage)
        assert stage.kept()["sms"] == ("sent", "accepted")

    def test_what_must_go_is_sent_to_an_address_that_failed(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.change("UPDATE contacts SET email_dead_at = now()")
        stage.tell(stage.posted())
        assert stage.kept()["email"] == ("suppressed", "address_fails")
        assert ask(stage, "get_alerts")["mails"]["state"] == "fails"
        stage.put(a_contact(version=2, email="ada@elsewhere.example"))
        stage.tell(stage.posted())
        assert stage.kept()["email"] == ("sent", "accepted")


class TestInbox:
    def test_it_has_the_words_until_they_are_read_and_after(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.tell(stage.posted())
        found = ask(stage, "list_inbox")
        (item,) = found["data"]
        assert (found["unread"], item["alert"], item["account_id"]) == (1, "payment_confirmation", ACCOUNT)
        assert "$412.37" in item["title"]
        assert "$412.37" in item["text"]
        read = ask(stage, "read_inbox_item", message_id=item["id"])
        stage.clock.move_to(stage.clock.now() + timedelta(hours=1))
        assert ask(stage, "read_inbox_item", message_id=item["id"])["read_at"] == read["read_at"] is not None
        assert ask(stage, "list_inbox")["unread"] == 0
        (told,) = stage.told("inbox_message_added")
        assert told.data == {
            "message_id": item["id"], "user_id": ADA, "account_id": ACCOUNT, "template": "payment_received",
        }  # fmt: skip

    def test_anothers_message_is_not_there(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.tell(stage.posted())
        (item,) = ask(stage, "list_inbox")["data"]
        assert ask(stage, "list_inbox", of=GRACE)["data"] == []
        with pytest.raises(NotFound):
            ask(stage, "read_inbox_item", of=GRACE, message_id=item["id"])
        assert ask(stage, "list_inbox")["unread"] == 1

    def test_page_by_page_newest_first(self, stage: Stage) -> None:
        stage.put(a_contact())
        for _ in range(3):
            stage.tell(stage.posted())
        first = ask(stage, "list_inbox", limit=2)
        rest = ask(stage, "list_inbox", limit=2, cursor=first["next_cursor"])
        ids = [item["id"] for item in [*first["data"], *rest["data"]]]
        assert ids == sorted(ids, reverse=True)
        assert (len(ids), rest["next_cursor"], first["unread"]) == (3, None, 3)

    def test_told_twice_it_lies_there_once_and_its_words_are_sealed(self, stage: Stage) -> None:
        stage.put(a_contact())
        posted = stage.posted()
        for _ in range(2):
            stage.hear(posted)
            stage.send_all()
        assert len(ask(stage, "list_inbox")["data"]) == 1
        assert "$412.37" not in stage.everything_stored()


def test_a_reminder_comes_on_the_days_that_were_chosen(stage: Stage) -> None:
    stage.put(a_contact())
    choose(stage, matrix={}, due_soon_days=[5])
    for days in (5, 3):
        stage.heard(payment_due_soon, days_before=days)
    counted = stage.rows("SELECT channel, reason FROM messages ORDER BY channel, created_at")
    assert [tuple(row) for row in counted] == [
        ("email", "accepted"), ("email", "day_not_wanted"), ("inbox", "delivered"), ("inbox", "day_not_wanted"),
        ("sms", "accepted"), ("sms", "day_not_wanted"),
    ]  # fmt: skip


@pytest.mark.parametrize(("wanted", "texts"), [(7, 1), (10, 1), (3, 0)])
def test_a_reminder_that_comes_late_is_for_those_too_who_chose_one_that_was_missed(
    stage: Stage, wanted: int, texts: int
) -> None:
    stage.put(a_contact())
    choose(stage, matrix={}, due_soon_days=[wanted])
    stage.heard(payment_due_soon, days_before=7, days_left=6, stands_for=[10])
    found = [row["text"] for row in ask(stage, "list_inbox")["data"]]
    assert len(found) == texts
    assert all("in 6 days" in text for text in found)
