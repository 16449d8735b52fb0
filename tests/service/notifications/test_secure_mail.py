"""A mail with a secret link: it goes out once, and the link is nowhere to be found before or after."""

from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from chassis.errors import Forbidden, IdempotencyKeyRequired, IdempotencyKeyReused, InvalidRequest
from tests.builders.notifications import ADA, ADAS_EMAIL, ADAS_PHONE, SECRET_LINK, a_contact, a_secure_mail
from tests.builders.wiring import a_customer, ask_door, call
from tests.service.notifications.stage import IDENTITY, Stage

TOKEN = "s3cr3t-t0ken"


def test_the_link_arrives_as_it_was_given(stage: Stage) -> None:
    message_id = stage.send_secure_mail()

    stage.send_all()

    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["subject"] == "Confirm your e-mail address"
    assert mail["links"] == [SECRET_LINK]
    assert SECRET_LINK in mail["text"]
    assert mail["custom_args"] == {"message_id": message_id}
    assert stage.mail_state(message_id) == ("sent", "accepted")
    (told,) = stage.sent()
    assert (told.data["user_id"], told.data["template"]) == (None, "verify_email")


def test_who_is_registered_already_is_told_so(stage: Stage) -> None:
    stage.send_secure_mail(template="already_registered")

    stage.send_all()

    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["subject"] == "You already have online access at Kia Finance America"


def test_nothing_secret_or_personal_can_be_read_in_the_database_and_the_words_are_wiped(stage: Stage) -> None:
    stage.put(a_contact(first_name="Wilhelmina"))
    stage.send_secure_mail(first_name="Wilhelmina")
    hidden = (TOKEN, ADAS_EMAIL, ADAS_PHONE, "Wilhelmina")
    before = stage.everything_stored()
    assert "verify_email" in before
    assert [secret for secret in hidden if secret in before] == []
    assert stage.rows("SELECT variables_sealed IS NULL FROM messages") == [(False,)]

    stage.send_all()

    after = stage.everything_stored()
    assert [secret for secret in hidden if secret in after] == []
    assert stage.rows("SELECT variables_sealed IS NULL FROM messages") == [(True,)]


@pytest.mark.parametrize(
    ("kind", "table", "column"),
    [("row", "messages", "variables_sealed"), ("person", "contacts", "email_sealed")],
)
def test_what_is_sealed_for_one_owner_cannot_be_read_as_anothers(
    stage: Stage, kind: str, table: str, column: str
) -> None:
    stage.put(a_contact())
    stage.send_secure_mail()
    (sealed,) = stage.rows(f"SELECT {column} FROM {table}")[0]

    with pytest.raises(InvalidTag):
        stage.service.cipher.decrypt(sealed, bound_to=f"another {kind}")


def test_the_same_key_is_the_same_mail(stage: Stage) -> None:
    message_id = stage.send_secure_mail(key="registration-7")
    again = ask_door(
        stage.service.send_secure_mail, request=a_secure_mail(), context=IDENTITY, key="registration-7"
    )  # fmt: skip

    assert (again.data["message_id"], again.replayed) == (message_id, True)
    stage.send_all()
    assert len(stage.sandbox.listed("mails")) == 1


def test_the_same_key_is_the_same_mail_even_when_the_stored_answer_is_gone(stage: Stage) -> None:
    message_id = stage.send_secure_mail(key="registration-7")
    stage.send_all()
    with stage.database.engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE command_replies")

    assert stage.send_secure_mail(key="registration-7") == message_id

    stage.send_all()
    assert len(stage.sandbox.listed("mails")) == 1


def test_another_key_is_another_mail(stage: Stage) -> None:
    assert stage.send_secure_mail(key="registration-7") != stage.send_secure_mail(key="registration-8")

    stage.send_all()
    assert len(stage.sandbox.listed("mails")) == 2


def test_another_mail_under_the_same_key_is_refused(stage: Stage) -> None:
    stage.send_secure_mail(key="registration-7")

    with pytest.raises(IdempotencyKeyReused):
        stage.send_secure_mail(key="registration-7", link="https://portal.example/verify?token=other")


def test_a_mail_without_a_key_is_refused(stage: Stage) -> None:
    with pytest.raises(IdempotencyKeyRequired):
        call(stage.service.send_secure_mail, request=a_secure_mail(), context=IDENTITY)


def test_a_customer_may_send_nothing(stage: Stage) -> None:
    with pytest.raises(Forbidden):
        call(stage.service.send_secure_mail, request=a_secure_mail(), context=a_customer(), key="mine")
    with pytest.raises(Forbidden):
        call(stage.service.put_contact, request=a_contact(), context=a_customer())
    assert stage.queued() == []


@pytest.mark.parametrize(
    "differences",
    [
        {"to_email": "ada@example.com\r\nBcc: everybody@example.com"},
        {"to_email": "ada@example.com, eve@example.com"},
        {"first_name": "Ada\r\nBcc: everybody@example.com"},
        {"link": "javascript:alert(1)"},
        {"link": "https://portal.example/\r\nX-Header: 1"},
        {"template": "payment_received"},
        {"template": "../../../etc/passwd"},
        {"subject": "Win a car"},
    ],
)
def test_what_could_change_a_mail_is_refused_at_the_door(stage: Stage, differences: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        stage.send_secure_mail(**differences)


@pytest.mark.parametrize(
    "differences",
    [
        {"email": "ada@example.com\nBcc: eve@example.com"},
        {"phone": "214-555-0142"},
        {"phone": "+12145550142\n"},
        {"time_zone": "Texas"},
        {"time_zone": "../../etc/passwd"},
        {"sms_consent": "yes"},
        {"first_name": "Ada\r\n"},
        {"accounts": [{"id": "not an id", "last4": "4821"}]},
        {"accounts": [{"id": "01900000-0000-7000-8000-00000000acc1", "last4": "44821"}]},
    ],
)
def test_a_contact_that_could_not_be_told_safely_is_refused(stage: Stage, differences: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        stage.put(a_contact(**differences))


@pytest.mark.parametrize("first_name", ["<script>alert(1)</script>", "Visit www.evil.example", "Pay {{ 7 * 7 }}"])
def test_words_smuggled_in_as_a_name_do_not_reach_the_mail(stage: Stage, first_name: str) -> None:
    stage.send_secure_mail(first_name=first_name)

    stage.send_all()

    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["text"].startswith("Hello,\n")
    assert "<p>Hello,</p>" in mail["html"]
    assert first_name not in mail["html"] + mail["text"]
    assert mail["to"] == [{"email": ADAS_EMAIL}]


def test_an_older_word_about_a_contact_changes_nothing(stage: Stage) -> None:
    stage.put(a_contact(version=5, email="new@example.com"))
    stage.put(a_contact(version=4, email="old@example.com", accounts=[]))
    stage.tell(stage.posted())
    assert [mail["to"][0]["email"] for mail in stage.sandbox.listed("mails")] == ["new@example.com"]


class TestTheInbox:
    """What concerns a person's access lies in their inbox too, as long as nobody can act with it."""

    def inbox(self, stage: Stage) -> list[Any]:
        found = call(stage.service.list_inbox, request={}, context=a_customer(user_id=ADA))
        return list(found["data"])

    @pytest.mark.parametrize(
        ("template", "title"),
        [
            ("new_sign_in", "Un inicio de sesión desde un lugar nuevo"),
            ("contact_changed", "Sus datos de contacto cambiaron"),
            ("already_registered", "Usted ya tiene acceso en línea a Kia Finance America"),
        ],
    )
    def test_has_what_went_to_the_mailbox_in_the_persons_language(
        self, stage: Stage, template: str, title: str
    ) -> None:
        stage.put(a_contact(language="es"))
        for _ in range(2):
            stage.send_secure_mail(template=template, user_id=ADA, language="es", about="su teléfono")
        stage.send_all()
        [item] = self.inbox(stage)
        assert (item["title"], item["alert"]) == (title, "security")
        assert len(stage.sandbox.listed("mails", to=ADAS_EMAIL)) == 1
        [told] = stage.told("inbox_message_added")
        assert told.data["user_id"] == ADA

    @pytest.mark.parametrize(
        "template", ["verify_email", "reset_password", "confirm_new_email", "approve_contact_change"]
    )
    def test_never_has_a_link_that_is_a_secret(self, stage: Stage, template: str) -> None:
        stage.put(a_contact())
        stage.send_secure_mail(template=template, user_id=ADA, about="your telephone number")
        stage.send_all()
        assert self.inbox(stage) == []
        assert len(stage.sandbox.listed("mails", to=ADAS_EMAIL)) == 1

    def test_has_it_whatever_they_chose(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.wants_everything()
        stage.change("UPDATE choices SET matrix = '{\"security\": []}'")
        stage.send_secure_mail(template="password_changed", user_id=ADA)
        assert len(self.inbox(stage)) == 1

    def test_is_that_of_nobody_whom_we_do_not_know(self, stage: Stage) -> None:
        stage.send_secure_mail(template="password_changed", user_id=ADA)
        assert self.inbox(stage) == []
        stage.send_all()
        assert len(stage.sandbox.listed("mails", to=ADAS_EMAIL)) == 1
