"""What is not signed by the vendor, exactly so and just now, is refused and changes nothing; what is, is believed."""

import itertools
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.clock import FixedClock
from services.notifications.providers.sendgrid_reports import SendGridReports
from tests.service.notifications.stage import Stage
from tests.service.notifications.webhooks import (
    FORM,
    SIGNATURE,
    TEXT_PATH,
    TEXT_SIGNATURE,
    TIMESTAMP,
    Request,
    SendGrid,
    Twilio,
    a_status,
    an_event,
)
from tests.unit.gateway.builders import ISSUER, Gateway, HttpAnswer

ANOTHER_MESSAGE = "01900000-0000-7000-8000-00000000e55b"
Spoil = Callable[[Request], Request]


def signed(signature: str) -> Spoil:
    return lambda request: request.having(headers={SIGNATURE: signature})


def stamped(timestamp: str) -> Spoil:
    return lambda request: request.having(headers={TIMESTAMP: timestamp})


def with_last_byte_changed(signature: str) -> str:
    raw = bytearray(b64decode(signature))
    raw[-1] ^= 1
    return b64encode(raw).decode()


def bounced_instead(request: Request) -> Request:
    return request.having(body=request.body.replace(b"delivered", b"bounce", 1))


# How a genuine request is spoilt on its way, and how it is answered.
SPOILT_EVENTS: dict[str, tuple[Spoil, int]] = {
    "no signature": (lambda request: request.having(without=SIGNATURE), 403),
    "no timestamp": (lambda request: request.having(without=TIMESTAMP), 403),
    "an empty signature": (signed(""), 403),
    "a signature of other characters": (signed("%%%%"), 403),
    "a signature with its padding broken": (lambda it: signed(it.headers[SIGNATURE].rstrip("=") + "=====A")(it), 403),
    "a signature with a stranger among its characters": (
        lambda it: signed(f"{it.headers[SIGNATURE][:10]}!{it.headers[SIGNATURE][10:]}")(it), 403,
    ),
    "a signature with more after its end": (lambda it: signed(f"{it.headers[SIGNATURE]}=")(it), 403),
    "a signature that is no such thing": (signed(b64encode(b"0" * 70).decode()), 403),
    "a signature in another alphabet": (signed("ÄÖÜ="), 403),
    "a signature of thirty thousand characters": (signed("A" * 30_000), 403),
    "a signature cut short": (lambda it: signed(b64encode(b64decode(it.headers[SIGNATURE])[:-1]).decode())(it), 403),
    "a signature with one bit turned": (lambda it: signed(with_last_byte_changed(it.headers[SIGNATURE]))(it), 403),
    "another event": (bounced_instead, 403),
    "one blank more": (lambda request: request.having(body=request.body + b" "), 403),
    "the same JSON written otherwise": (lambda it: it.having(body=it.body.replace(b", ", b",")), 403),
    "one second later": (lambda it: stamped(str(int(it.headers[TIMESTAMP]) + 1))(it), 403),
    "a time in words": (stamped("now"), 403),
    "a time before time": (stamped("-1"), 403),
    "a time in other digits": (stamped("１７９５４４６６０２"), 403),
    "a time without end": (stamped("9" * 5_000), 403),
    "an empty body": (lambda request: request.having(body=b""), 403),
    "bytes that are no text": (lambda request: request.having(body=b"\xff\xfe" + request.body), 400),
    "a null character": (lambda request: request.having(body=request.body + b"\x00"), 422),
    "another type": (lambda request: request.having(headers={"Content-Type": "text/plain"}), 415),
    "compressed": (lambda request: request.having(headers={"Content-Encoding": "gzip"}), 415),
    "more than a mebibyte": (lambda request: request.having(body=b" " * (1024 * 1024 + 1)), 413),
    "asked for instead of told": (lambda request: request.having(method="GET"), 405),
    "a parameter": (lambda request: request.having(query="debug=1"), 422),
}  # fmt: skip


SIGNED_BUT_WRONG = [b"", b"delivered", b"[", b"{}", b'"delivered"', b"null", b"[" * 100_000]


class TestSendGrid:
    @pytest.fixture
    def message_id(self, stage: Stage) -> str:
        return stage.an_unknown_mail()

    @pytest.mark.parametrize("spoilt", SPOILT_EVENTS)
    def test_what_was_spoilt_on_the_way_is_refused(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid, message_id: str, spoilt: str
    ) -> None:
        spoil, status = SPOILT_EVENTS[spoilt]
        genuine = sendgrid.posts(an_event(message_id))

        answer = spoil(genuine).sent_to(gateway)

        assert_refused(answer, status)
        assert stage.mail_state(message_id) == ("unknown", "no_answer")
        assert genuine.sent_to(gateway).status_code == 204
        assert stage.mail_state(message_id) == ("delivered", "delivered")

    @pytest.mark.parametrize("seconds_ago", [301, 86_400, -301])
    def test_what_was_signed_at_another_time_is_refused(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid, message_id: str, seconds_ago: float
    ) -> None:
        assert_refused(sendgrid.posts(an_event(message_id), signed_seconds_ago=seconds_ago).sent_to(gateway), 403)
        assert stage.mail_state(message_id) == ("unknown", "no_answer")

    def test_what_was_overheard_is_old_news_at_once_and_refused_after_five_minutes(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid, message_id: str, clock: FixedClock
    ) -> None:
        overheard = sendgrid.posts(an_event(message_id))
        assert [overheard.sent_to(gateway).status_code for _ in range(3)] == [204, 204, 204]
        clock.move_to(clock.now() + timedelta(seconds=301))

        assert_refused(overheard.sent_to(gateway), 403)
        assert len(stage.told("notification_delivered")) == 1

    def test_another_key_signs_nothing(
        self, stage: Stage, gateway: Gateway, message_id: str, tmp_path: Path, clock: FixedClock
    ) -> None:
        forger = SendGrid(folder=tmp_path / "forger", clock=clock)

        assert_refused(forger.posts(an_event(message_id)).sent_to(gateway), 403)
        assert stage.mail_state(message_id) == ("unknown", "no_answer")

    def test_while_keys_are_exchanged_both_are_believed(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid, message_id: str, tmp_path: Path, clock: FixedClock
    ) -> None:
        following = SendGrid(folder=tmp_path / "following", clock=clock)
        stage.service.mail_reports = SendGridReports(public_keys=[sendgrid.key.public, following.key.public])

        for signer, event in ((sendgrid, "processed"), (following, "delivered")):
            assert signer.posts(an_event(message_id, event=event)).sent_to(gateway).status_code == 204
        assert stage.mail_state(message_id) == ("delivered", "delivered")

    @pytest.mark.parametrize("body", SIGNED_BUT_WRONG, ids=lambda body: str(body[:9]))
    def test_what_sendgrid_signed_but_cannot_be_its_webhook_is_refused(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid, message_id: str, body: bytes
    ) -> None:
        assert_refused(sendgrid.posts_bytes(body).sent_to(gateway), 422)
        assert stage.mail_state(message_id) == ("unknown", "no_answer")

    @pytest.mark.parametrize("seconds_ago", [0, 299, -299])
    @pytest.mark.parametrize("media", ["application/json", "application/json;charset=utf-8", "Application/JSON"])
    def test_everything_genuine_is_taken(
        self, stage: Stage, gateway: Gateway, sendgrid: SendGrid, message_id: str, seconds_ago: float, media: str
    ) -> None:
        body = json.dumps([an_event(message_id, category="Zahlung ✓", ip="::1")], ensure_ascii=False).encode()
        request = sendgrid.posts_bytes(body, signed_seconds_ago=seconds_ago).having(headers={"Content-Type": media})

        answer = request.sent_to(gateway)

        assert (answer.status_code, answer.data) == (204, b"")
        assert stage.mail_state(message_id) == ("delivered", "delivered")


SPOILT_STATUS: dict[str, tuple[Spoil, int]] = {
    "no signature": (lambda request: request.having(without=TEXT_SIGNATURE), 403),
    "an empty signature": (lambda request: request.having(headers={TEXT_SIGNATURE: ""}), 403),
    "a signature of other characters": (lambda request: request.having(headers={TEXT_SIGNATURE: "%%%%"}), 403),
    "a signature in another alphabet": (lambda request: request.having(headers={TEXT_SIGNATURE: "ÄÖÜ="}), 403),
    "a signature of the right length": (lambda request: request.having(headers={TEXT_SIGNATURE: "A" * 27 + "="}), 403),
    "a signature of thirty thousand characters": (
        lambda request: request.having(headers={TEXT_SIGNATURE: "A" * 30_000}), 403,
    ),
    "a signature cut short": (
        lambda request: request.having(headers={TEXT_SIGNATURE: request.headers[TEXT_SIGNATURE][:-1]}), 403,
    ),
    "a signature with one bit turned": (
        lambda it: it.having(headers={TEXT_SIGNATURE: with_last_byte_changed(it.headers[TEXT_SIGNATURE])}), 403,
    ),
    "another status": (lambda it: it.having(body=it.body.replace(b"Status=delivered", b"Status=failed")), 403),
    "a field more": (lambda request: request.having(body=request.body + b"&ErrorCode=21610"), 403),
    "a field less": (lambda it: it.having(body=it.body.replace(b"SmsStatus=delivered&", b"")), 403),
    "a field twice": (lambda it: it.having(body=b"MessageStatus=failed&" + it.body), 403),
    "more fields than anybody sends": (lambda it: it.having(body=it.body + b"&a=1" * 200), 403),
    "an empty body": (lambda request: request.having(body=b""), 403),
    "JSON": (lambda it: it.having(body=json.dumps(a_status()).encode()), 403),
    "another text's address": (lambda it: it.having(query=f"message_id={ANOTHER_MESSAGE}"), 403),
    "no id in the address": (lambda request: request.having(query=""), 422),
    "an id that is none": (lambda request: request.having(query="message_id=1"), 422),
    "two ids in the address": (lambda it: it.having(query=f"{it.query}&message_id={ANOTHER_MESSAGE}"), 422),
    "another parameter": (lambda request: request.having(query=f"{request.query}&debug=1"), 422),
    "bytes that are no text": (lambda request: request.having(body=b"\xff\xfe" + request.body), 400),
    "another type": (lambda request: request.having(headers={"Content-Type": "application/json"}), 415),
    "compressed": (lambda request: request.having(headers={"Content-Encoding": "gzip"}), 415),
    "more than sixteen kibibytes": (lambda request: request.having(body=b"a=" + b"x" * 16_400), 413),
    "asked for instead of told": (lambda request: request.having(method="GET"), 405),
}  # fmt: skip


class TestTwilio:
    @pytest.fixture
    def message_id(self, stage: Stage) -> str:
        return stage.an_unknown_text()

    @pytest.mark.parametrize("spoilt", SPOILT_STATUS)
    def test_what_was_spoilt_on_the_way_is_refused(
        self, stage: Stage, gateway: Gateway, twilio: Twilio, message_id: str, spoilt: str
    ) -> None:
        spoil, status = SPOILT_STATUS[spoilt]
        genuine = twilio.calls_back(message_id)

        answer = spoil(genuine).sent_to(gateway)

        assert_refused(answer, status)
        assert stage.mail_state(message_id) == ("unknown", "no_answer")
        assert genuine.sent_to(gateway).status_code == 204
        assert stage.mail_state(message_id) == ("delivered", "delivered")

    @pytest.mark.parametrize(
        "url",
        [
            f"{ISSUER}{TEXT_PATH}",
            f"{ISSUER}{TEXT_PATH}?message_id={ANOTHER_MESSAGE}",
            f"https://portal.example{TEXT_PATH}?message_id={{message_id}}",
            f"https://127.0.0.1:8000{TEXT_PATH}?message_id={{message_id}}",
            f"{ISSUER}/v1/webhooks/twilio/inbound?message_id={{message_id}}",
            f"{ISSUER}{TEXT_PATH}?message_id={{message_id}}#rc=5&rp=all",
        ],
    )
    def test_what_was_signed_for_another_address_is_refused(
        self, stage: Stage, gateway: Gateway, twilio: Twilio, message_id: str, url: str
    ) -> None:
        request = twilio.calls_back(message_id, url=url.replace("{message_id}", message_id))

        assert_refused(request.sent_to(gateway), 403)
        assert stage.mail_state(message_id) == ("unknown", "no_answer")

    def test_another_token_signs_nothing(
        self, stage: Stage, gateway: Gateway, message_id: str, tmp_path: Path
    ) -> None:  # fmt: skip
        forger = Twilio(folder=tmp_path / "forger", token="f" * 32)

        assert_refused(forger.calls_back(message_id).sent_to(gateway), 403)
        assert stage.mail_state(message_id) == ("unknown", "no_answer")

    def test_what_is_told_again_is_old_news(
        self, stage: Stage, gateway: Gateway, twilio: Twilio, message_id: str
    ) -> None:
        overheard = twilio.calls_back(message_id)

        assert [overheard.sent_to(gateway).status_code for _ in range(3)] == [204, 204, 204]
        assert len(stage.told("notification_delivered")) == 1

    @pytest.mark.parametrize("media", [FORM, f"{FORM}; charset=UTF-8", FORM.title()])
    @pytest.mark.parametrize("differences", [{}, {"From": "", "Body": "✓ & = %"}, {"MessagingServiceSid": "MG1"}])
    def test_everything_genuine_is_taken(
        self, stage: Stage, gateway: Gateway, twilio: Twilio, message_id: str, media: str, differences: dict[str, str]
    ) -> None:
        request = twilio.calls_back(message_id, **differences).having(headers={"Content-Type": media})

        answer = request.sent_to(gateway)

        assert (answer.status_code, answer.data) == (204, b"")
        assert stage.mail_state(message_id) == ("delivered", "delivered")


def test_enough_ways_to_spoil_a_webhook_are_tried() -> None:
    assert min(len(SPOILT_EVENTS), len(SPOILT_STATUS)) >= 20
    statuses = [status for _, status in itertools.chain(SPOILT_EVENTS.values(), SPOILT_STATUS.values())]
    assert all(400 <= status < 500 for status in statuses)


def assert_refused(answer: HttpAnswer, status: int) -> None:
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"]
    if status == 403:
        assert answer.json["code"] in ("webhook_signature_missing", "webhook_signature_invalid")
