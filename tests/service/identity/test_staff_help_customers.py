"""Staff help who has lost a telephone: sessions end, a second factor is taken away; on record, and told by mail."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import Forbidden, InvalidRequest, NotFound, StepUpRequired
from chassis.tables import audit_log
from services.identity.contract.errors import ChallengeNotValid, RefreshTokenNotValid
from services.identity.models import users
from tests.builders.authenticators import Telephone
from tests.builders.identity import HOME, PASSWORD, Counter, somebody_at
from tests.builders.wiring import an_agent, call

REASON = "Lost the telephone; showed a driver's licence at the branch"


@pytest.fixture
def dana(counter: Counter) -> CallContext:
    counter.join()
    return counter.as_caller(counter.sign_in())


@pytest.fixture
def agent(counter: Counter) -> CallContext:
    """Has signed in just now."""
    return replace(an_agent(), auth_time=int(counter.clock.now().timestamp()), details={"client_address": "192.0.2.9"})


def end(counter: Counter, agent: CallContext, dana: CallContext, **asked: Any) -> int:
    request = {"user_id": dana.subject, "reason": REASON, **asked}
    ended: int = call(counter.identity.end_customer_sessions, request=request, context=agent)["ended"]
    return ended


def reset(counter: Counter, agent: CallContext, user_id: str) -> Any:
    request = {"user_id": user_id, "reason": REASON}
    return call(counter.identity.reset_second_factor, request=request, context=agent)


def listed(counter: Counter, agent: CallContext, dana: CallContext) -> list[Any]:
    request = {"user_id": dana.subject}
    found: list[Any] = call(counter.identity.list_customer_sessions, request=request, context=agent)["data"]
    return found


def an_app(counter: Counter, dana: CallContext) -> None:
    """Dana adds an app for codes."""
    added = call(counter.identity.add_factor, request={"kind": "totp"}, context=dana)
    request = {"factor_id": added["id"], "code": pyotp.TOTP(added["secret"]).at(counter.clock.now())}
    call(counter.identity.confirm_factor, request=request, context=dana)


def mailed(counter: Counter) -> list[str]:
    counter.settle_all()
    return [str(mail["about"]) for mail in counter.notifications.mails if mail["template"] == "second_factor_changed"]


class TestEndingSessions:
    def test_ends_all_of_them_and_says_so(self, counter: Counter, agent: CallContext, dana: CallContext) -> None:
        second = counter.sign_in(device="tablet")
        assert end(counter, agent, dana) == 2
        assert listed(counter, agent, dana) == []
        with pytest.raises(RefreshTokenNotValid):
            counter.refresh(second["refresh_token"])
        assert mailed(counter) == ["customer service signed you out everywhere."]

    def test_ends_the_one_that_is_named(self, counter: Counter, agent: CallContext, dana: CallContext) -> None:
        counter.sign_in(device="tablet")
        tablet, telephone = listed(counter, agent, dana)
        assert end(counter, agent, dana, session_id=tablet["id"]) == 1
        assert [each["id"] for each in listed(counter, agent, dana)] == [telephone["id"]]
        with pytest.raises(NotFound):
            end(counter, agent, dana, session_id=tablet["id"])
        assert mailed(counter) == ["customer service ended one of your sessions."]

    def test_tells_nobody_where_there_was_none(self, counter: Counter, agent: CallContext, dana: CallContext) -> None:
        assert [end(counter, agent, dana) for _ in range(2)] == [1, 0]
        assert len(mailed(counter)) == 1

    def test_does_not_reach_anothers_session(self, counter: Counter, agent: CallContext, dana: CallContext) -> None:
        [session] = listed(counter, agent, dana)
        counter.accounts.knows(
            account_number="7003124417", last_name="Okafor", ssn_last4="1180", first_name="Ike", party_id="another"
        )
        counter.join(last_name="Okafor", ssn_last4="1180", email="ike@example.com")
        ike = counter.as_caller(counter.sign_in(user_id="ike@example.com"))
        with pytest.raises(NotFound):
            end(counter, agent, ike, session_id=session["id"])
        assert len(listed(counter, agent, dana)) == 1


class TestResettingTheSecondFactor:
    def test_lets_in_who_knows_the_password_and_ends_what_was_open(
        self, counter: Counter, agent: CallContext, dana: CallContext
    ) -> None:
        an_app(counter, dana)
        options = call(counter.identity.begin_adding_passkey, request={}, context=dana)["options"]
        passkey = {"label": "Pixel 9", "credential": Telephone().make(options)}
        call(counter.identity.add_passkey, request=passkey, context=dana)
        assert "challenge_id" in counter.sign_in()
        assert reset(counter, agent, dana.subject) == {
            "factors_removed": 1, "passkeys_removed": 1, "sessions_ended": 1,
        }  # fmt: skip
        assert "access_token" in counter.sign_in(password=PASSWORD)
        seen = call(counter.identity.list_customer_factors, request={"user_id": dana.subject}, context=agent)
        assert (seen["mfa_enabled"], seen["recovery_codes_left"]) == (False, 0)
        assert mailed(counter)[-1].startswith("customer service removed your second factor and your passkeys")

    def test_ends_a_sign_in_that_waits_for_the_lost_one(
        self, counter: Counter, agent: CallContext, dana: CallContext
    ) -> None:
        an_app(counter, dana)
        challenge = counter.sign_in()["challenge_id"]
        reset(counter, agent, dana.subject)
        request = {"challenge_id": challenge, "code": "123456"}
        with pytest.raises(ChallengeNotValid):
            call(counter.identity.pass_challenge, request=request, context=somebody_at(HOME))

    def test_of_who_has_none_is_not_found(self, counter: Counter, agent: CallContext, dana: CallContext) -> None:
        with pytest.raises(NotFound):
            reset(counter, agent, dana.subject)
        assert len(listed(counter, agent, dana)) == 1


class TestWhoMay:
    @pytest.mark.parametrize("method", ["end_customer_sessions", "reset_second_factor"])
    def test_staff_who_have_proven_lately_who_they_are(
        self, counter: Counter, agent: CallContext, dana: CallContext, method: str
    ) -> None:
        request = {"user_id": dana.subject, "reason": REASON}
        with pytest.raises(Forbidden):
            call(getattr(counter.identity, method), request=request, context=dana)
        counter.pass_time(minutes=11)
        with pytest.raises(StepUpRequired):
            call(getattr(counter.identity, method), request=request, context=agent)

    @pytest.mark.parametrize("method", ["end_customer_sessions", "reset_second_factor"])
    def test_not_without_a_reason(self, counter: Counter, agent: CallContext, dana: CallContext, method: str) -> None:
        for reason in ({}, {"reason": ""}, {"reason": " "}):
            with pytest.raises(InvalidRequest):
                call(getattr(counter.identity, method), request={"user_id": dana.subject, **reason}, context=agent)

    def test_nobody_does_it_to_staff_or_to_who_is_not_there(
        self, counter: Counter, agent: CallContext, dana: CallContext
    ) -> None:
        with counter.identity.store.writing() as transaction:
            transaction.run(users.update().values(role="agent"))
        for user_id in (dana.subject, str(uuid4())):
            with pytest.raises(NotFound):
                reset(counter, agent, user_id)
            with pytest.raises(NotFound):
                end(counter, agent, replace(dana, subject=user_id))
            with pytest.raises(NotFound):
                listed(counter, agent, replace(dana, subject=user_id))

    def test_is_on_record_with_the_reason_where_it_was_refused_too(
        self, counter: Counter, agent: CallContext, dana: CallContext
    ) -> None:
        end(counter, agent, dana)
        with pytest.raises(NotFound):
            reset(counter, agent, dana.subject)
        with counter.identity.store.reading() as transaction:
            rows = transaction.all(select(audit_log).order_by(audit_log.c.id))
        assert {(row["actor"], row["method"], row["client_address"]) for row in rows} == {
            (agent.subject, "identity.end_customer_sessions", "192.0.2.9"),
            (agent.subject, "identity.reset_second_factor", "192.0.2.9"),
        }
        assert all(row["request"]["reason"] == REASON for row in rows)
