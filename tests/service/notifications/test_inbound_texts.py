"""People text us: STOP, HELP and START are heeded at once, once, and answered once; the rest waits for a person."""

from datetime import timedelta
from typing import Any

import pytest

from services.notifications.contract.errors import WebhookSignatureInvalid
from tests.builders.notifications import ADA, ADAS_PHONE, GRACE, a_contact, a_second_holder
from tests.builders.wiring import a_customer, call
from tests.service.notifications.stage import Stage
from tests.service.notifications.webhooks import INBOUND_PATH, Twilio, an_inbound
from tests.unit.gateway.builders import Gateway

STRANGER = "+12125550199"


@pytest.fixture
def texts(gateway: Gateway, twilio: Twilio) -> "Texts":
    return Texts(gateway, twilio)


class Texts:
    """Texts to our number, as Twilio tells them."""

    def __init__(self, gateway: Gateway, twilio: Twilio) -> None:
        self._gateway, self._twilio, self._told = gateway, twilio, 0

    def say(self, body: str, *, number: str = ADAS_PHONE, **differences: str) -> dict[str, str]:
        self._told += 1
        form = an_inbound(From=number, Body=body, MessageSid=f"SM{self._told:032x}", **differences)
        self.tell(form)
        return form

    def tell(self, form: dict[str, str]) -> None:
        answer = self._twilio.tells(form).sent_to(self._gateway)
        assert (answer.status_code, answer.get_data()) == (204, b"")


def standing(stage: Stage, *, of: str = ADA) -> str:
    found = call(stage.service.get_alerts, request={}, context=a_customer(user_id=of))
    return str(found["texts"]["state"])


def answers(stage: Stage, *, number: str = ADAS_PHONE) -> list[str]:
    stage.send_all()
    return [text["body"] for text in reversed(stage.sandbox.listed("texts", to=number))]


@pytest.mark.parametrize(
    "body", ["STOP", "stop please", "ALTO", "Parar", "Opt-Out", "Please stop texting me", "no más"]
)
def test_stop_ends_texts_at_once_is_kept_and_is_confirmed_once(stage: Stage, texts: Texts, body: str) -> None:
    stage.put(a_contact())
    stage.clock.move_to(stage.clock.now() + timedelta(seconds=1))
    said = texts.say(body)
    assert standing(stage) == "stopped"
    (confirmed,) = answers(stage)
    assert "no more texts" in confirmed

    texts.say("STOP")
    assert len(answers(stage)) == 1
    stage.tell(stage.posted())
    assert stage.kept() == {"email": ("sent", "accepted"), "sms": ("suppressed", "opted_out")}
    page = call(stage.service.list_consents, request={}, context=a_customer(user_id=ADA))
    newest = page["data"][0]
    assert (newest["is_given"], newest["source"], newest["wording"]) == (False, "text", body)
    assert newest["proof"]["text_id"] == said["MessageSid"]
    (told,) = stage.told("channel_opted_out")
    assert told.data == {"user_id": ADA, "channel": "sms", "source": "text"}


def test_what_twilio_tells_again_changes_nothing(stage: Stage, texts: Texts) -> None:
    stage.put(a_contact())
    stopped = texts.say("STOP")
    texts.say("START")
    for _ in range(2):
        texts.tell(stopped)
    assert standing(stage) == "agreed"
    assert len(answers(stage)) == 2


def test_what_waited_when_stop_came_is_not_sent(stage: Stage, texts: Texts) -> None:
    stage.put(a_contact())
    stage.hear(stage.posted())
    texts.say("STOP")
    (confirmed,) = answers(stage)
    assert "no more texts" in confirmed


def test_start_is_consent_anew_and_texts_go_again(stage: Stage, texts: Texts) -> None:
    stage.put(a_contact(sms_consent=False))
    texts.say("START")
    texts.say("start")
    assert standing(stage) == "agreed"
    assert len(answers(stage)) == 1
    stage.tell(stage.posted())
    assert len(answers(stage)) == 2


def test_help_is_answered_with_who_we_are_but_not_to_a_machine(stage: Stage, texts: Texts) -> None:
    stage.put(a_contact(sms_consent=False))
    for _ in range(3):
        texts.say("AYUDA")
    (helped,) = answers(stage)
    assert "Kia Finance America" in helped
    assert "1-855-885-7600" in helped
    stage.clock.move_to(stage.clock.now() + timedelta(hours=1, seconds=1))
    texts.say("help")
    assert len(answers(stage)) == 2
    assert standing(stage) == "not_agreed"


@pytest.mark.parametrize("word", ["STOP", "HELP", "START"])
def test_what_twilio_has_answered_itself_is_heeded_and_not_answered_again(
    stage: Stage, texts: Texts, word: str
) -> None:
    stage.put(a_contact())
    texts.say("basta ya", OptOutType=word)
    assert standing(stage) == ("stopped" if word == "STOP" else "agreed")
    assert answers(stage) == []


def test_a_confirmation_that_could_not_go_within_five_minutes_does_not_go(stage: Stage, texts: Texts) -> None:
    stage.put(a_contact())
    texts.say("STOP")
    stage.clock.move_to(stage.clock.now() + timedelta(minutes=5, seconds=1))
    assert answers(stage) == []
    assert stage.kept()["sms"] == ("suppressed", "too_late")


class TestSharedNumbers:
    def test_stop_is_for_everybody_whose_number_it_is_and_confirmed_once(self, stage: Stage, texts: Texts) -> None:
        stage.put(a_contact())
        stage.put({**a_second_holder(), "phone": ADAS_PHONE})
        texts.say("STOP")
        assert [standing(stage, of=one) for one in (ADA, GRACE)] == ["stopped", "stopped"]
        assert len(answers(stage)) == 1

    def test_start_of_one_agrees_to_nothing_for_the_other(self, stage: Stage, texts: Texts) -> None:
        stage.put(a_contact(sms_consent=False))
        stage.put({**a_second_holder(), "phone": ADAS_PHONE})
        texts.say("STOP")
        texts.say("START")
        assert [standing(stage, of=one) for one in (ADA, GRACE)] == ["not_agreed", "agreed"]


def test_a_number_that_changed_is_not_found_by_the_old_one(stage: Stage, texts: Texts) -> None:
    stage.put(a_contact())
    stage.put(a_contact(version=2, phone="+12145550177"))
    texts.say("STOP")
    assert standing(stage) == "agreed"
    assert stage.told("channel_opted_out") == []


def test_who_is_not_known_is_confirmed_once_too(stage: Stage, texts: Texts) -> None:
    texts.say("STOP", number=STRANGER)
    texts.say("STOP", number=STRANGER)
    texts.say("START", number=STRANGER)
    assert len(answers(stage, number=STRANGER)) == 1


def test_numbers_that_were_known_before_are_found(stage: Stage, texts: Texts) -> None:
    stage.put(a_contact())
    stage.change("UPDATE contacts SET phone_print = NULL")
    stage.service.every_minute_print_numbers()
    texts.say("STOP")
    assert standing(stage) == "stopped"


@pytest.mark.parametrize("body", ["When is my payment due?", "", "Cancel my payment", "👍"])
def test_what_is_no_word_becomes_a_message_for_people_once_and_changes_nothing(
    stage: Stage, texts: Texts, body: str
) -> None:
    stage.put(a_contact())
    form = texts.say(body)
    texts.tell(form)
    assert stage.rows("SELECT state, word FROM inbound_texts") == [("handed_over", None)]
    (written,) = stage.rows("SELECT id::text, author, body_sealed FROM conversation_messages")
    assert written[1] == "customer"
    assert stage.service.cipher.decrypt(written[2], bound_to=written[0]) == (body or "[no words]")
    assert standing(stage) == "agreed"
    assert answers(stage) == []


class TestSignature:
    @pytest.mark.parametrize(
        "spoilt", [{"Body": "START"}, {"From": STRANGER}, {"MessageSid": "SM" + "f" * 32}, {"OptOutType": "START"}]
    )
    def test_a_word_that_was_changed_on_the_way_is_refused(
        self, stage: Stage, gateway: Gateway, twilio: Twilio, spoilt: dict[str, str]
    ) -> None:
        stage.put(a_contact())
        form = an_inbound()
        signed = twilio.tells(form)
        changed = twilio.tells({**form, **spoilt}).having(headers=dict(signed.headers))
        answer = changed.sent_to(gateway)
        assert (answer.status_code, answer.json["code"]) == (403, WebhookSignatureInvalid.code)
        assert standing(stage) == "agreed"

    def test_the_signature_of_another_address_is_refused(self, stage: Stage, gateway: Gateway, twilio: Twilio) -> None:
        stage.put(a_contact())
        answer: Any = twilio.tells(an_inbound(), url=f"https://elsewhere.example{INBOUND_PATH}").sent_to(gateway)
        assert answer.status_code == 403
        assert standing(stage) == "agreed"
