"""A payment is posted or declined: who is told, by which way, and that nobody is told twice."""

from datetime import UTC, datetime

import pytest

from chassis.doors import Outcome
from services.notifications import operations
from services.notifications.rules.alerts import OCCASIONS, Alert, Occasion
from services.notifications.rules.kinds import Kind
from tests.builders.notifications import ACCOUNT, ADA, ADAS_EMAIL, ADAS_PHONE, GRACE, a_contact, a_second_holder
from tests.builders.wiring import an_agent, call
from tests.service.notifications.stage import Stage

ANOTHER_ACCOUNT = "01900000-0000-7000-8000-00000000acc2"


def test_a_posted_payment_is_confirmed_by_one_mail_and_one_text(stage: Stage) -> None:
    stage.put(a_contact())

    stage.tell(stage.posted())

    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["subject"] == "We received your payment of $412.37"
    assert "Account ending: 4821" in mail["text"]
    assert "Effective date: November 23, 2026" in mail["text"]
    assert "What happens next" in mail["text"]
    assert "<strong>$412.37</strong>" in mail["html"]
    (text,) = stage.sandbox.listed("texts", to=ADAS_PHONE)
    assert text["body"] == (
        "Kia Finance America: We received your payment of $412.37, effective Nov 23, account ending 4821."
        " Help: 1-855-885-7600. Reply STOP to end."
    )
    assert text["segments"] == 1
    assert stage.kept() == {"email": ("sent", "accepted"), "sms": ("sent", "accepted")}


def test_every_sent_message_is_told_with_ids_only_and_by_the_root_of_its_cause(stage: Stage) -> None:
    stage.put(a_contact())
    posted = stage.posted()

    stage.tell(posted)

    told = stage.sent()
    assert {envelope.data["channel"] for envelope in told} == {"email", "sms"}
    for envelope in told:
        assert envelope.data.keys() == {"message_id", "channel", "template", "user_id"}
        assert (envelope.data["template"], envelope.data["user_id"]) == ("payment_received", ADA)
        assert (envelope.subject, envelope.root_id) == (ADA, posted.root_id)
    (mail,) = stage.sandbox.listed("mails")
    assert mail["custom_args"]["message_id"] in {envelope.data["message_id"] for envelope in told}


def test_a_payment_told_twice_is_confirmed_once(stage: Stage) -> None:
    stage.put(a_contact())
    posted = stage.posted()

    stage.tell(posted)

    assert stage.hear(posted) is Outcome.DUPLICATE
    assert set(stage.send_all()) == {Outcome.DUPLICATE}
    assert len(stage.sandbox.listed("mails")) == 1
    assert len(stage.sandbox.listed("texts")) == 1


def test_a_payment_told_again_after_the_inbox_has_forgotten_it_is_still_confirmed_once(stage: Stage) -> None:
    stage.put(a_contact())
    posted = stage.posted()
    stage.tell(posted)
    with stage.database.engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE inbox, attempts")

    assert stage.hear(posted) is Outcome.DONE

    assert len(stage.queued()) == 2
    assert set(stage.send_all()) == {Outcome.DONE}
    assert len(stage.sandbox.listed("mails")) == 1
    assert len(stage.sandbox.listed("texts")) == 1


@pytest.mark.parametrize(
    ("differences", "reason"),
    [
        ({"sms_consent": False}, "no_consent"),
        ({"phone": None}, "no_address"),
    ],
)
def test_who_may_not_be_texted_gets_the_mail_alone_and_the_reason_is_kept(
    stage: Stage, differences: dict[str, object], reason: str
) -> None:
    stage.put(a_contact(**differences))

    stage.tell(stage.posted())

    assert stage.sandbox.listed("texts") == []
    assert len(stage.sandbox.listed("mails")) == 1
    assert stage.kept() == {"email": ("sent", "accepted"), "sms": ("suppressed", reason)}


def test_everybody_who_holds_the_account_is_told(stage: Stage) -> None:
    stage.put(a_contact())
    stage.put(a_second_holder())

    stage.tell(stage.posted())

    assert {mail["to"][0]["email"] for mail in stage.sandbox.listed("mails")} == {ADAS_EMAIL, "grace@example.com"}
    assert len(stage.sandbox.listed("texts")) == 2
    assert stage.kept(user_id=GRACE)["email"] == ("sent", "accepted")


def test_nobody_is_told_of_an_account_that_nobody_holds(stage: Stage) -> None:
    stage.put(a_contact(accounts=[{"id": ANOTHER_ACCOUNT, "last4": "0001"}]))

    stage.tell(stage.posted())

    assert stage.queued() == []
    assert stage.kept() == {}


def test_who_gave_the_account_up_is_told_no_more(stage: Stage) -> None:
    stage.put(a_contact())
    stage.put(a_contact(accounts=[]))

    stage.tell(stage.posted())

    assert stage.queued() == []


def test_a_declined_payment_is_told_with_its_reason_and_what_to_do(stage: Stage) -> None:
    stage.put(a_contact())

    stage.tell(stage.declined())

    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["subject"] == "Your payment of $412.37 did not go through"
    assert "No money was taken" in mail["text"]
    assert "Reason: The card has not enough money on it." in mail["text"]
    assert "Pay again with another payment method: https://portal.example" in mail["text"]
    (text,) = stage.sandbox.listed("texts", to=ADAS_PHONE)
    assert "did not go through, nothing was taken" in text["body"]
    assert "not enough money" not in text["body"]


def test_consent_that_is_withdrawn_while_the_text_waits_is_heeded(stage: Stage) -> None:
    stage.put(a_contact())
    stage.hear(stage.posted())
    stage.put(a_contact(sms_consent=False))

    assert stage.send_all() == [Outcome.DONE, Outcome.DONE]

    assert stage.sandbox.listed("texts") == []
    assert stage.kept()["sms"] == ("suppressed", "no_consent")
    assert len(stage.sent()) == 1


def test_a_message_goes_to_the_address_that_is_known_when_it_goes(stage: Stage) -> None:
    stage.put(a_contact())
    stage.hear(stage.posted())
    stage.put(a_contact(email="ada.new@example.com"))

    stage.send_all()

    (mail,) = stage.sandbox.listed("mails")
    assert mail["to"] == [{"email": "ada.new@example.com"}]


class TestStop:
    """The person replied STOP; Twilio knows it before we do."""

    def test_the_text_is_suppressed_and_the_next_one_is_not_even_tried(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.sandbox.post("/_sandbox/numbers/stop", {"number": ADAS_PHONE})

        stage.tell(stage.posted())
        assert stage.kept() == {"email": ("sent", "accepted"), "sms": ("suppressed", "twilio_21610")}

        stage.put(a_contact(first_name="Ada Maria"))
        stage.tell(stage.posted())
        assert stage.kept()["sms"] == ("suppressed", "opted_out")
        assert stage.sandbox.listed("texts") == []

    def test_a_new_number_may_be_written_to(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.sandbox.post("/_sandbox/numbers/stop", {"number": ADAS_PHONE})
        stage.tell(stage.posted())

        stage.put(a_contact(phone="+12145550177"))
        stage.tell(stage.posted())

        assert stage.kept()["sms"] == ("sent", "accepted")
        assert len(stage.sandbox.listed("texts", to="+12145550177")) == 1


def test_a_number_that_cannot_be_reached_fails_and_stops_nothing_else(stage: Stage) -> None:
    stage.put(a_contact(phone="+15005550001"))

    stage.tell(stage.posted())

    assert stage.kept() == {"email": ("sent", "accepted"), "sms": ("failed", "twilio_21211")}
    assert stage.rows("SELECT sms_opted_out_at FROM contacts")[0][0] is None


class TestQuietHours:
    """As if confirmations were routine: in this slice nothing else is."""

    EVENING = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    MORNING = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def routine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        routine = Occasion(alert=Alert.PAYMENT_CONFIRMATION, kind=Kind.ROUTINE)
        monkeypatch.setitem(OCCASIONS, "payment_received", routine)

    def test_a_routine_text_of_the_evening_goes_in_the_morning_and_once(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.clock.move_to(self.EVENING)
        stage.tell(stage.posted())
        assert stage.kept() == {"email": ("sent", "accepted"), "sms": ("queued", "quiet_hours")}

        stage.service.every_minute_release_waiting()
        assert len(stage.queued()) == 1

        stage.clock.move_to(self.MORNING)
        stage.service.every_minute_release_waiting()
        stage.service.every_minute_release_waiting()
        stage.send_all()
        assert len(stage.queued()) == 2
        assert len(stage.sandbox.listed("texts")) == 1
        assert stage.kept()["sms"] == ("sent", "accepted")

    def test_a_routine_text_that_its_vendor_kept_waiting_into_the_evening_waits_on(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.hear(stage.posted())
        stage.clock.move_to(self.EVENING)

        stage.send_all()

        assert stage.sandbox.listed("texts") == []
        assert stage.kept()["sms"] == ("queued", "quiet_hours")
        assert operations.release_waiting(stage.database, now=self.MORNING) == 1


def test_messages_are_listed_newest_first_page_by_page(stage: Stage) -> None:
    stage.put(a_contact(phone=None))
    for _ in range(2):
        stage.tell(stage.posted())

    request = {"user_id": ADA, "limit": 5}
    page = call(stage.service.list_messages, request=request, context=an_agent())
    rest = call(
        stage.service.list_messages, request={**request, "cursor": page["next_cursor"]}, context=an_agent()
    )  # fmt: skip

    ids = [row["id"] for row in [*page["data"], *rest["data"]]]
    assert (len(page["data"]), len(rest["data"]), rest["next_cursor"]) == (5, 1, None)
    assert ids == sorted(ids, reverse=True)
    assert page["data"][0]["account_id"] == ACCOUNT
