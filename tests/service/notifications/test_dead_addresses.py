"""What a vendor says is dead is written to no more, until the person has another address or number."""

from typing import Any

import pytest

from tests.builders.notifications import ADAS_EMAIL, ADAS_PHONE, a_contact
from tests.service.notifications.stage import Stage
from tests.service.notifications.webhooks import SendGrid, Twilio, an_event
from tests.unit.gateway.builders import Gateway

NO_MOBILE = "+15005550009"


def told(stage: Stage) -> dict[str, tuple[str, str]]:
    """A payment is announced by both ways."""
    stage.tell(stage.posted())
    return stage.kept()


def last_id(stage: Stage, channel: str) -> str:
    return str(stage.rows(f"SELECT id FROM messages WHERE channel = '{channel}' ORDER BY id DESC LIMIT 1")[0][0])


class TestMail:
    @pytest.fixture(autouse=True)
    def known(self, stage: Stage) -> None:
        stage.put(a_contact())
        assert told(stage)["email"] == ("sent", "accepted")

    @pytest.mark.parametrize(
        "event",
        [
            {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 no such mailbox"},
            {"event": "bounce", "type": "bounce"},
            {"event": "bounce", "type": "bounce", "status": "5.1.1", "email": "ADA@Example.com"},
            {"event": "dropped", "reason": "Bounced Address"},
            {"event": "dropped", "reason": "Spam Reporting Address"},
        ],
    )
    def test_after_a_hard_bounce_nothing_more_is_sent_and_texts_still_are(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid, event: dict[str, Any]
    ) -> None:
        sendgrid.posts(an_event(last_id(stage, "email"), **event)).sent_to(gateway)

        assert told(stage) == {"email": ("suppressed", "address_fails"), "sms": ("sent", "accepted")}
        assert len(stage.sandbox.listed("mails")) == 1

    @pytest.mark.parametrize(
        "event",
        [
            {"event": "bounce", "type": "blocked", "status": "5.7.1"},
            {"event": "bounce", "type": "bounce", "status": "4.2.2"},
            {"event": "dropped", "reason": "Recipient List over Package Quota"},
            {"event": "bounce", "type": "bounce", "status": "5.1.1", "email": "somebody@else.example"},
            {"event": "bounce", "type": "bounce", "status": 5, "email": None},
        ],
    )
    def test_what_is_not_about_the_address_for_good_stops_nothing(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid, event: dict[str, Any]
    ) -> None:
        sendgrid.posts(an_event(last_id(stage, "email"), **event)).sent_to(gateway)

        assert told(stage)["email"] == ("sent", "accepted")

    def test_another_address_is_written_to_again_and_the_same_one_is_not(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid
    ) -> None:
        bounce = an_event(last_id(stage, "email"), event="bounce", type="bounce", status="5.1.1")
        sendgrid.posts(bounce).sent_to(gateway)

        stage.put(a_contact(version=2, first_name="Augusta"))
        assert told(stage)["email"] == ("suppressed", "address_fails")
        stage.put(a_contact(version=3, email="ada@elsewhere.example"))
        assert told(stage)["email"] == ("sent", "accepted")
        # The bounce of a mail to the old address says nothing of the new one.
        sendgrid.posts(bounce).sent_to(gateway)
        assert told(stage)["email"] == ("sent", "accepted")

    def test_what_keeps_the_person_safe_is_tried_all_the_same(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid
    ) -> None:
        sendgrid.posts(an_event(last_id(stage, "email"), event="bounce", type="bounce")).sent_to(gateway)

        message_id = stage.send_secure_mail(to_email=ADAS_EMAIL)
        stage.send_all()

        assert stage.mail_state(message_id) == ("sent", "accepted")


class TestText:
    def test_a_number_that_the_vendor_refuses_for_good_is_tried_once(self, stage: Stage) -> None:
        stage.put(a_contact(phone=NO_MOBILE))

        assert told(stage)["sms"] == ("failed", "twilio_21614")
        assert told(stage)["sms"] == ("suppressed", "address_fails")
        stage.put(a_contact(version=2))
        assert told(stage)["sms"] == ("sent", "accepted")

    @pytest.mark.parametrize(
        ("code", "becomes"),
        [
            ("30003", ("sent", "accepted")),
            ("30004", ("suppressed", "address_fails")),
            ("30005", ("suppressed", "address_fails")),
            ("30006", ("suppressed", "address_fails")),
            ("30007", ("sent", "accepted")),
            ("30008", ("sent", "accepted")),
            ("x", ("sent", "accepted")),
        ],
    )
    def test_a_report_counts_by_what_its_code_means(
        self, stage: Stage, gateway: Gateway, twilio: Twilio, code: str, becomes: tuple[str, str]
    ) -> None:
        stage.put(a_contact())
        told(stage)
        undelivered = {"MessageStatus": "undelivered", "ErrorCode": code, "To": ADAS_PHONE}
        twilio.calls_back(last_id(stage, "sms"), **undelivered).sent_to(gateway)

        assert told(stage)["sms"] == becomes
