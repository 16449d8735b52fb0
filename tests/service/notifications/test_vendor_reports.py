"""Vendors report what became of messages: what nobody knew is settled, once, whenever and however often it is told."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from chassis.context import NOBODY, as_service
from chassis.doors import Outcome
from chassis.errors import Forbidden, OutcomeUnknown
from services.notifications.contract.errors import WebhookSignatureInvalid
from tests.builders.notifications import ADA, ADAS_EMAIL, ADAS_PHONE, a_contact
from tests.builders.wiring import an_agent, call
from tests.service.notifications.stage import Stage
from tests.service.notifications.webhooks import SendGrid, Twilio, an_event
from tests.unit.gateway.builders import Gateway

ANOTHERS_MESSAGE = "01900000-0000-7000-8000-00000000e55c"


@pytest.fixture
def post(gateway: Gateway, sendgrid: SendGrid) -> Callable[..., None]:
    """SendGrid posts events, and they are taken."""

    def post(*events: Any) -> None:
        assert sendgrid.posts(*events).sent_to(gateway).status_code == 204

    return post


@pytest.fixture
def call_back(gateway: Gateway, twilio: Twilio) -> Callable[..., None]:
    """Twilio calls back, and it is taken."""

    def call_back(message_id: str, **differences: str) -> None:
        assert twilio.calls_back(message_id, **differences).sent_to(gateway).status_code == 204

    return call_back


Post = Callable[..., None]


class TestUnknown:
    """Nobody knew what the vendor had done, until it said so."""

    def test_a_mail_that_arrived_after_all_is_delivered_and_was_sent_once(self, stage: Stage, post: Post) -> None:
        message_id = stage.an_unknown_mail()

        post(an_event(message_id, event="processed"))
        assert stage.mail_state(message_id) == ("sent", "accepted")
        post(an_event(message_id))

        assert stage.mail_state(message_id) == ("delivered", "delivered")
        assert set(stage.send_all()) <= {Outcome.DONE, Outcome.DUPLICATE}
        assert len(stage.sandbox.listed("mails")) == 1
        assert [len(stage.told(f"notification_{what}")) for what in ("sent", "delivered", "failed")] == [1, 1, 0]

    @pytest.mark.parametrize(
        ("event", "reason"),
        [
            ({"event": "bounce", "type": "bounce"}, "sendgrid_bounce"),
            ({"event": "bounce", "type": "blocked"}, "sendgrid_blocked"),
            ({"event": "dropped", "reason": f"Bounced Address {ADAS_EMAIL}"}, "sendgrid_dropped"),
        ],
    )
    def test_a_mail_that_never_arrived_has_failed_with_a_reason_that_names_nobody(
        self, stage: Stage, post: Post, event: dict[str, str], reason: str
    ) -> None:
        message_id = stage.an_unknown_mail()

        post(an_event(message_id, **event))

        assert stage.mail_state(message_id) == ("failed", reason)
        (told,) = stage.told("notification_failed")
        assert told.data == {
            "message_id": message_id, "channel": "email", "template": "verify_email", "user_id": None, "reason": reason,
        }  # fmt: skip

    @pytest.mark.parametrize("event", ["deferred", "open", "click", "spamreport", "unsubscribe", "brand_new", None, 7])
    def test_what_says_nothing_of_the_outcome_leaves_it_unknown(self, stage: Stage, post: Post, event: Any) -> None:
        message_id = stage.an_unknown_mail()
        post(an_event(message_id, event=event))
        assert stage.mail_state(message_id) == ("unknown", "no_answer")

    @pytest.mark.parametrize(
        ("status", "code", "becomes"),
        [
            ("queued", "", ("sent", "accepted")),
            ("sent", "", ("sent", "accepted")),
            ("delivered", "", ("delivered", "delivered")),
            ("undelivered", "30003", ("failed", "twilio_30003")),
            ("failed", "30008", ("failed", "twilio_30008")),
            ("failed", "", ("failed", "twilio_failed")),
            ("failed", f"30003 {ADAS_PHONE}", ("failed", "twilio_failed")),
            ("brand_new", "", ("unknown", "no_answer")),
            ("", "", ("unknown", "no_answer")),
        ],
    )
    def test_a_text_becomes_what_twilio_says_of_it(
        self, stage: Stage, call_back: Post, status: str, code: str, becomes: tuple[str, str]
    ) -> None:
        message_id = stage.an_unknown_text()
        call_back(message_id, MessageStatus=status, ErrorCode=code)
        assert stage.mail_state(message_id) == becomes
        assert len(stage.sandbox.listed("texts")) == 1

    def test_without_a_word_it_stays_unknown_is_counted_and_is_never_sent_again(self, stage: Stage) -> None:
        message_id = stage.an_unknown_mail()
        stage.service.every_minute_count_unsettled()
        assert unsettled() == {"email": 0, "sms": 0}

        stage.clock.move_to(stage.clock.now() + timedelta(days=40))
        stage.service.every_minute_count_unsettled()
        stage.service.every_minute_release_waiting()

        assert stage.send_all() == [Outcome.DONE]
        assert unsettled() == {"email": 1, "sms": 0}
        assert stage.mail_state(message_id) == ("unknown", "no_answer")
        assert len(stage.sandbox.listed("mails")) == 1

    def test_what_is_settled_is_counted_no_more(self, stage: Stage, post: Post) -> None:
        message_id = stage.an_unknown_mail()
        stage.clock.move_to(stage.clock.now() + timedelta(days=1))
        post(an_event(message_id))
        stage.service.every_minute_count_unsettled()
        assert unsettled() == {"email": 0, "sms": 0}


class TestCrash:
    """The process died between the call and the record, and nobody has looked since."""

    @pytest.mark.parametrize("event", ["processed", "delivered", "bounce"])
    def test_the_vendors_word_settles_what_was_under_way(self, stage: Stage, post: Post, event: str) -> None:
        message_id = stage.send_secure_mail()
        stage.dies_while(stage.send_all, at="vendor.after_call")
        assert stage.mail_state(message_id)[0] == "sending"

        post(an_event(message_id, event=event))

        assert stage.rows("SELECT variables_sealed FROM messages") == [(None,)]
        settled = stage.mail_state(message_id)
        assert settled[0] in ("sent", "delivered", "failed")
        assert stage.send_all() == [Outcome.DONE]
        assert stage.mail_state(message_id) == settled
        assert len(stage.sandbox.listed("mails")) == 1

    def test_a_mail_reported_while_its_vendor_claimed_to_be_down_is_not_sent_again(
        self, stage: Stage, post: Post
    ) -> None:
        message_id = stage.send_secure_mail()

        post(an_event(message_id, event="processed"))

        assert stage.send_all() == [Outcome.DONE]
        assert stage.mail_state(message_id) == ("sent", "accepted")
        assert stage.sandbox.listed("mails") == []


class TestQuickerThanTheAnswer:
    """The webhook comes while the call is still under way."""

    @pytest.mark.parametrize(("event", "state"), [("processed", "sent"), ("delivered", "delivered")])
    def test_an_acceptance_that_is_known_already_is_told_once(
        self, stage: Stage, post: Post, event: str, state: str
    ) -> None:
        message_id = stage.send_secure_mail()
        stage.service.mail = _Reported(lambda: post(an_event(message_id, event=event)), answer="vendor-1")

        assert stage.send_all() == [Outcome.DONE]

        assert stage.mail_state(message_id)[0] == state
        assert stage.rows("SELECT vendor_id FROM messages") == [("vendor-1",)]
        assert len(stage.told("notification_sent")) + len(stage.told("notification_delivered")) == 1

    def test_silence_does_not_outweigh_the_vendors_word(self, stage: Stage, post: Post) -> None:
        message_id = stage.send_secure_mail()
        stage.service.mail = _Reported(lambda: post(an_event(message_id)), answer=OutcomeUnknown("sendgrid"))

        assert stage.send_all() == [Outcome.UNKNOWN]
        assert stage.mail_state(message_id) == ("delivered", "delivered")
        assert stage.send_all() == [Outcome.DONE]
        assert stage.mail_state(message_id) == ("delivered", "delivered")


class _Reported:
    """A vendor that reports before it answers."""

    def __init__(self, report: Callable[[], None], *, answer: str | Exception) -> None:
        self._report, self._answer = report, answer

    def send(self, **_: Any) -> str:
        self._report()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class TestOrder:
    """Late, twice, in any order: only what leads further counts."""

    def test_every_order_ends_alike(self, stage: Stage, post: Post) -> None:
        words = ("processed", "delivered", "processed", "bounce", "delivered")
        message_id = stage.an_unknown_mail()
        for order in sorted(set(itertools.permutations(words))):
            stage.change("UPDATE messages SET state = 'unknown', sent_at = NULL, delivered_at = NULL")
            for word in order:
                post(an_event(message_id, event=word))
            assert stage.mail_state(message_id) == ("failed", "sendgrid_bounce"), order

    def test_delivered_never_goes_back_to_sent(self, stage: Stage, post: Post) -> None:
        message_id = stage.an_unknown_mail()
        post(an_event(message_id, event="delivered"))
        post(an_event(message_id, event="processed"))
        assert stage.mail_state(message_id) == ("delivered", "delivered")
        assert stage.told("notification_sent") == []

    def test_a_mail_that_bounced_after_it_was_taken_has_failed(self, stage: Stage, post: Post) -> None:
        message_id = stage.send_secure_mail()
        stage.send_all()
        for event in ("processed", "delivered", "bounce", "delivered"):
            post(an_event(message_id, event=event))
        assert stage.mail_state(message_id) == ("failed", "sendgrid_bounce")
        assert [len(stage.told(f"notification_{what}")) for what in ("sent", "delivered", "failed")] == [1, 1, 1]

    def test_what_comes_at_once_counts_at_once(self, stage: Stage, post: Post) -> None:
        message_id = stage.an_unknown_mail()
        post(*(an_event(message_id, event=word) for word in ("delivered", "processed", "delivered", "deferred")))
        assert stage.mail_state(message_id) == ("delivered", "delivered")
        assert [len(stage.told(f"notification_{what}")) for what in ("sent", "delivered")] == [0, 1]

    def test_a_busy_hour_is_taken_in_one(self, stage: Stage, post: Post) -> None:
        ids = [stage.send_secure_mail(key=f"registration-{number}") for number in range(60)]
        stage.send_all()
        strangers = [an_event(ANOTHERS_MESSAGE, sg_event_id=str(number)) for number in range(1_500)]
        ours = [an_event(message_id, event=word) for word in ("processed", "delivered") for message_id in ids]
        post(*ours, *strangers)
        assert stage.rows("SELECT state, count(*) FROM messages GROUP BY 1") == [("delivered", 60)]


class TestForeign:
    """A vendor's account may serve others too: what is not ours changes nothing and is no error."""

    @pytest.mark.parametrize(
        "event",
        [
            an_event(ANOTHERS_MESSAGE), an_event("n-17"), an_event(""), an_event("{}"), {"event": "bounce"}, {},
            {**an_event(ANOTHERS_MESSAGE), "message_id": 17}, {**an_event(ANOTHERS_MESSAGE), "message_id": None},
            {**an_event(ANOTHERS_MESSAGE), "message_id": ["x"]}, "bounce", None, 7, [], [[]],
        ],
        ids=str,
    )  # fmt: skip
    def test_an_event_of_another_mail_changes_none_of_ours(self, stage: Stage, post: Post, event: Any) -> None:
        message_id = stage.an_unknown_mail()
        post(event)
        assert stage.mail_state(message_id) == ("unknown", "no_answer")
        post(event, an_event(message_id), event)
        assert stage.mail_state(message_id) == ("delivered", "delivered")

    def test_an_address_finds_nothing(self, stage: Stage, post: Post) -> None:
        stage.put(a_contact(phone=None))
        stage.tell(stage.posted())
        post({**an_event(ANOTHERS_MESSAGE), "event": "bounce", "email": ADAS_EMAIL})
        assert stage.kept() == {"email": ("sent", "accepted"), "sms": ("suppressed", "no_address")}

    def test_the_vendor_of_mails_knows_nothing_of_texts_nor_the_other_way_round(
        self, stage: Stage, post: Post, call_back: Post
    ) -> None:
        mail, text = stage.an_unknown_mail(), stage.an_unknown_text()
        post(an_event(text))
        call_back(mail)
        assert {stage.mail_state(mail)[0], stage.mail_state(text)[0]} == {"unknown"}

    def test_a_callback_about_nobodys_text_is_taken(self, stage: Stage, call_back: Post) -> None:
        call_back(ANOTHERS_MESSAGE)
        assert stage.rows("SELECT count(*) FROM messages") == [(0,)]


class TestStop:
    """Twilio finds out about STOP only while the text is on its way."""

    def test_the_text_is_suppressed_and_the_next_one_not_even_tried(self, stage: Stage, call_back: Post) -> None:
        message_id = stage.an_unknown_text()

        call_back(message_id, MessageStatus="failed", ErrorCode="21610", To=ADAS_PHONE)

        assert stage.mail_state(message_id) == ("suppressed", "twilio_21610")
        stage.tell(stage.posted())
        assert stage.kept()["sms"] == ("suppressed", "opted_out")

    def test_a_number_that_was_given_meanwhile_may_be_written_to(self, stage: Stage, call_back: Post) -> None:
        message_id = stage.an_unknown_text()
        stage.put(a_contact(phone="+12145550177"))

        call_back(message_id, MessageStatus="failed", ErrorCode="21610", To=ADAS_PHONE)

        stage.tell(stage.posted())
        assert stage.kept()["sms"] == ("sent", "accepted")


def test_nothing_personal_of_a_report_is_kept_or_told(stage: Stage, post: Post, call_back: Post) -> None:
    mail, text = stage.an_unknown_mail(), stage.an_unknown_text()
    post(an_event(mail, event="bounce", reason=f"550 no mailbox of {ADAS_EMAIL}", email=ADAS_EMAIL))
    call_back(text, MessageStatus="failed", ErrorCode="30003", To=ADAS_PHONE)
    stored = stage.everything_stored()
    assert "sendgrid_bounce" in stored
    assert [hidden for hidden in (ADAS_EMAIL, ADAS_PHONE, "no mailbox") if hidden in stored] == []


def test_staff_see_when_it_was_sent_and_when_it_arrived(stage: Stage, call_back: Post) -> None:
    message_id = stage.an_unknown_text()
    call_back(message_id)
    page = call(stage.service.list_messages, request={"user_id": ADA}, context=an_agent())
    (text,) = [row for row in page["data"] if row["id"] == message_id]
    assert (text["state"], text["sent_at"], text["delivered_at"]) == (
        "delivered", "2026-11-23T15:30:01.000Z", "2026-11-23T15:30:01.000Z",
    )  # fmt: skip


def test_only_what_comes_through_the_gateway_is_listened_to(stage: Stage, sendgrid: SendGrid) -> None:
    request = {"body": "[]", "signature": "AAAA", "timestamp": "1795446602"}
    for context in (as_service("payments"), an_agent()):
        with pytest.raises(Forbidden):
            call(stage.service.record_mail_events, request=request, context=context)
    with pytest.raises(WebhookSignatureInvalid):
        call(stage.service.record_mail_events, request=request, context=NOBODY)


def unsettled() -> dict[str, float | None]:
    name = "captive_messages_unsettled"
    return {channel: REGISTRY.get_sample_value(name, {"channel": channel}) for channel in ("email", "sms")}
