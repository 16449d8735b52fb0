"""An operator makes a member of staff, who signs in like everybody and is an agent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pyotp
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import ConstraintViolated, Forbidden, InvalidRequest, NotFound
from chassis.schemas import load
from chassis.tables import audit_log
from deploy.catalogue import SERVICES
from deploy.cli.user import command
from deploy.stack import variable_of
from services.identity.contract.errors import (
    ChallengeNotValid,
    EmailTaken,
    InvalidCredentials,
    RefreshTokenNotValid,
    UserNameTaken,
)
from services.identity.contract.schemas import CreateAgent
from services.identity.models import users
from services.identity.operations import staff
from tests.builders.identity import HOME, PASSWORD, Counter, somebody_at
from tests.builders.wiring import call

OPERATOR = CallContext(subject="operator:robin", role="operator")


def an_agent(**changed: Any) -> dict[str, Any]:
    return {
        "email": "Sam@Captive.example", "first_name": "Sam", "last_name": "Hill", "password": PASSWORD, **changed,
    }  # fmt: skip


def create(counter: Counter, **changed: Any) -> UUID:
    """As the command does it."""
    request, identity = load(CreateAgent, an_agent(**changed)), counter.identity
    prepared = staff.prepare_agent(passwords=identity.passwords, request=request)
    with identity.store.writing() as transaction:
        return staff.create_agent(
            transaction, now=counter.clock.now(), prepared=prepared, request=request, created_by=OPERATOR
        )


def test_an_agent_signs_in_at_once_and_the_token_says_so(counter: Counter) -> None:
    user_id = create(counter)
    claims = counter.read(counter.sign_in(user_id="sam@captive.example")["access_token"]).claims
    assert (claims["sub"], claims["roles"], claims["accounts"]) == (str(user_id), ["agent"], [])


def find(counter: Counter, agent_id: str, *, asked_by: CallContext) -> dict[str, Any]:
    found: dict[str, Any] = call(counter.identity.find_agent, request={"agent_id": agent_id}, context=asked_by)
    return found


def test_an_agent_is_found_by_staff_and_nobody_else_is(counter: Counter) -> None:
    agent_id = str(create(counter))
    agent = counter.as_caller(counter.sign_in(user_id="sam@captive.example"))
    assert find(counter, agent_id, asked_by=agent) == {"agent_id": agent_id}
    counter.join()
    customer = counter.as_caller(counter.sign_in())
    for nobody in (customer.subject, "01900000-0000-7000-8000-00000000dead"):
        with pytest.raises(NotFound) as refused:
            find(counter, nobody, asked_by=agent)
        assert [error.pointer for error in refused.value.errors] == ["/agent_id"]
    with pytest.raises(Forbidden):
        find(counter, agent_id, asked_by=customer)


def test_an_agent_sees_themselves_and_has_no_account(counter: Counter) -> None:
    create(counter, user_id="Sam.Hill")
    agent = counter.as_caller(counter.sign_in(user_id="sam.hill"))
    me = call(counter.identity.get_me, request={}, context=agent)
    assert (me["user_id"], me["email_verified"], me["accounts"]) == ("sam.hill", True, [])


def test_who_made_whom_stays_on_record_without_an_address(counter: Counter) -> None:
    user_id = create(counter)
    with counter.identity.store.reading() as transaction:
        (row,) = transaction.all(select(audit_log))
    assert (row["actor"], row["method"]) == ("operator:robin", "identity.create_agent")
    assert row["request"] == {"user_id": str(user_id), "role": "agent"}


def test_nothing_is_told_about_staff_on_the_bus(counter: Counter) -> None:
    create(counter)
    assert counter.events() == []


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"password": "short"}, "/password", "password_too_short"),
        ({"password": "sam@captive.example 1"}, "/password", "password_too_personal"),
        ({"user_id": "sam@elsewhere.example"}, "/user_id", "user_id_not_usable"),
        ({"email": "nobody"}, "/email", "invalid"),
    ],
)
def test_the_rules_are_those_of_every_user(counter: Counter, changed: Any, pointer: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        create(counter, **changed)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


def test_an_address_or_a_name_that_somebody_has_is_refused_and_nothing_changes(counter: Counter) -> None:
    counter.join()
    with pytest.raises(EmailTaken):
        create(counter, email="dana@example.com", password="another ferry at dusk")
    create(counter, user_id="sam.hill")
    with pytest.raises(UserNameTaken):
        create(counter, email="sam2@captive.example", user_id="sam.hill")
    with pytest.raises(InvalidCredentials):
        counter.sign_in(password="another ferry at dusk")
    assert counter.sign_in()["token_type"] == "Bearer"


def test_a_customer_cannot_be_without_accepted_terms(counter: Counter) -> None:
    user_id = create(counter)
    with pytest.raises(ConstraintViolated, match="ck_users_customer_terms"), counter.identity.store.writing() as open_:
        open_.run(users.update().where(users.c.id == user_id).values(role="customer", party_id="party"))


def with_app(counter: Counter, caller: CallContext) -> None:
    """They add an app for codes."""
    added = call(counter.identity.add_factor, request={"kind": "totp"}, context=caller)
    request = {"factor_id": added["id"], "code": pyotp.TOTP(added["secret"]).at(counter.clock.now())}
    call(counter.identity.confirm_factor, request=request, context=caller)


class TestALostSecondFactor:
    """An operator takes it away: nobody on the staff does that to another one."""

    REASON = "came to the office with a badge"

    @pytest.fixture(autouse=True)
    def environment(
        self, counter: Counter, migrated: Callable[[str], str], keys_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for service in SERVICES:
            monkeypatch.setenv(variable_of(service), migrated("identity"))
        monkeypatch.setenv("KEYS_DIR", str(keys_folder))
        monkeypatch.setenv("PUBLIC_URL", "https://captive.example")

    @pytest.fixture
    def sam(self, counter: Counter) -> dict[str, Any]:
        """Signed in, with an app for codes since."""
        create(counter)
        session: dict[str, Any] = counter.sign_in(user_id="sam@captive.example")
        with_app(counter, counter.as_caller(session))
        return session

    def run(self, tmp_path: Path, *, email: str = "Sam@Captive.example", reason: str = REASON) -> Result:
        arguments = ["reset-factor", "--email", email, "--reason", reason, "--data", str(tmp_path)]
        return CliRunner().invoke(command, arguments)

    def test_is_taken_away_and_the_password_is_enough_again(
        self, counter: Counter, sam: dict[str, Any], tmp_path: Path
    ) -> None:
        assert counter.sign_in(user_id="sam@captive.example")["mfa_required"] is True
        done = self.run(tmp_path)
        told = "reset Sam@Captive.example: factors removed 1, passkeys removed 0, sessions ended 1\n"
        assert (done.exit_code, done.output) == (0, told)
        with pytest.raises(RefreshTokenNotValid):
            counter.refresh(sam["refresh_token"])
        assert counter.sign_in(user_id="sam@captive.example")["token_type"] == "Bearer"

    def test_is_told_to_them_by_mail(self, counter: Counter, sam: dict[str, Any], tmp_path: Path) -> None:
        counter.settle_all()
        self.run(tmp_path)
        counter.settle_all()
        mail = counter.notifications.mails[-1]
        assert (mail["to_email"], mail["template"]) == ("sam@captive.example", "second_factor_changed")
        assert mail["about"].startswith("an operator removed your second factor")
        assert mail["link"].startswith("https://captive.example/")

    def test_stays_on_record_with_who_and_why(self, counter: Counter, sam: dict[str, Any], tmp_path: Path) -> None:
        self.run(tmp_path)
        with counter.identity.store.reading() as transaction:
            row = transaction.all(select(audit_log).order_by(audit_log.c.id))[-1]
        assert row["actor"].startswith("operator:")
        assert row["method"] == "identity.reset_agents_second_factor"
        assert (row["request"]["reason"], row["request"]["factors_removed"]) == (self.REASON, 1)
        assert "captive.example" not in str(row["request"])

    def test_ends_a_sign_in_that_has_begun(self, counter: Counter, sam: dict[str, Any], tmp_path: Path) -> None:
        begun = counter.sign_in(user_id="sam@captive.example")
        self.run(tmp_path)
        request = {"challenge_id": begun["challenge_id"], "code": "204816"}
        with pytest.raises(ChallengeNotValid):
            call(counter.identity.pass_challenge, request=request, context=somebody_at(HOME))

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"email": "nobody@captive.example"}, "No member of staff signs in with this address."),
            ({"email": "dana@example.com"}, "A customer's factor is taken away by staff."),
            ({"reason": "asked"}, "reason:"),
        ],
    )
    def test_is_refused_in_a_sentence(
        self, counter: Counter, sam: dict[str, Any], tmp_path: Path, asked: dict[str, str], sentence: str
    ) -> None:
        counter.join()
        with_app(counter, counter.as_caller(counter.sign_in()))
        refused = str(self.run(tmp_path, **asked).exception)
        assert refused.startswith("Nothing was reset.")
        assert sentence in refused
        assert counter.sign_in(user_id="sam@captive.example")["mfa_required"] is True
        assert counter.sign_in()["mfa_required"] is True

    def test_that_is_not_there_cannot_be_taken_away(self, counter: Counter, tmp_path: Path) -> None:
        create(counter)
        assert "the password is enough" in str(self.run(tmp_path).exception)
        with counter.identity.store.reading() as transaction:
            assert [row["method"] for row in transaction.all(select(audit_log))] == ["identity.create_agent"]


class TestTheCommand:
    """As an operator types it; the databases are those of the environment."""

    @pytest.fixture(autouse=True)
    def environment(self, counter: Counter, migrated: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
        for service in SERVICES:
            monkeypatch.setenv(variable_of(service), migrated("identity"))
        monkeypatch.delenv("BRAND_WORDS", raising=False)

    def run(self, tmp_path: Path, *more: str, typed: str = "") -> Result:
        person = ("--email", "sam@captive.example", "--first-name", "Sam", "--last-name", "Hill")
        arguments = ["create", "--role", "agent", *person, "--data", str(tmp_path), *more]
        return CliRunner().invoke(command, arguments, input=f"{typed}\n")

    def test_makes_an_agent_with_the_password_that_was_given(self, counter: Counter, tmp_path: Path) -> None:
        done = self.run(tmp_path, typed=PASSWORD)
        assert (done.exit_code, done.output) == (0, "made agent sam@captive.example\n")
        assert counter.sign_in(user_id="sam@captive.example")["token_type"] == "Bearer"

    def test_or_with_one_that_it_invents_and_prints_once(self, counter: Counter, tmp_path: Path) -> None:
        password = self.run(tmp_path, "--generate-password").output.splitlines()[1].removeprefix("password ")
        assert counter.sign_in(user_id="sam@captive.example", password=password)["token_type"] == "Bearer"

    def test_says_in_a_sentence_why_nobody_was_made(self, tmp_path: Path) -> None:
        told = str(self.run(tmp_path, typed="short").exception)
        assert told == "Nobody was made. password: Use at least 15 characters; a few words in a row are fine."
        self.run(tmp_path, "--generate-password")
        assert "One address is one user." in str(self.run(tmp_path, "--generate-password").exception)
