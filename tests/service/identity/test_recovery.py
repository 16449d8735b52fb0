"""A forgotten password, a forgotten user ID, and a password that is changed."""

from typing import Any

import pytest
from sqlalchemy import select, update

from chassis.context import NOBODY
from chassis.doors import Outcome
from chassis.errors import IdempotencyKeyReused, InvalidRequest, NeighbourSilent
from services.identity.contract.errors import (
    CurrentPasswordWrong,
    InvalidCredentials,
    KeyNotTaken,
    RefreshTokenNotValid,
    ResetExpired,
    ResetNotValid,
    ResetUsed,
    TooManyAttempts,
)
from services.identity.models import messages, recoveries, users
from tests.builders.identity import PASSWORD, Counter
from tests.builders.wiring import call, emitted

NEW = "harbour bell thursday eleven"


@pytest.fixture
def member(counter: Counter) -> Counter:
    """Dana can sign in, as dana@example.com or as dana.w."""
    counter.join(user_id="dana.w")
    return counter


class TestAskingForALink:
    def test_is_answered_alike_whoever_has_the_address(self, member: Counter) -> None:
        answers = [member.ask_for_reset(email=email) for email in ("dana@example.com", "nobody@example.com")]
        assert answers == [{"status": "check_your_mail"}] * 2
        member.settle_all()
        assert member.templates().count("reset_password") == 1

    def test_leaves_the_same_traces_before_it_is_answered(self, member: Counter) -> None:
        traces = []
        for email in ("dana@example.com", "nobody@example.com"):
            before = set(member.event_ids())
            call(member.identity.request_password_reset, request={"email": email}, context=NOBODY)
            told = [event for event in emitted(member.identity.store) if event.id not in before]
            with member.identity.store.reading() as transaction:
                row = transaction.one(select(recoveries).order_by(recoveries.c.requested_at.desc()))
            assert row is not None
            traces.append(([event.name for event in told], {name for name, value in row.items() if value is not None}))
            member.pass_time(seconds=1)
        assert traces[0] == traces[1]

    def test_mails_the_address_on_file_with_a_link_of_ours(self, member: Counter) -> None:
        member.ask_for_reset(email="DANA@example.com")
        mail = member.notifications.mails[-1]
        assert (mail["to_email"], mail["first_name"]) == ("dana@example.com", "Dana")
        assert mail["link"].startswith("https://captive.example/reset-password?token=")

    def test_keeps_no_address_and_no_token_in_clear(self, member: Counter) -> None:
        member.ask_for_reset()
        with member.identity.store.reading() as transaction:
            stored = str(transaction.all(select(recoveries))) + str(transaction.all(select(messages)))
        assert "dana@example.com" not in stored
        assert member.notifications.last_token not in stored

    def test_more_than_three_times_in_an_hour_sends_no_more_and_leaves_the_last_link_good(
        self, member: Counter
    ) -> None:
        for _ in range(5):
            member.ask_for_reset()
        assert member.templates().count("reset_password") == 3
        member.reset(password=NEW)
        member.pass_time(hours=1, seconds=1)
        member.ask_for_reset()
        assert member.templates().count("reset_password") == 4

    def test_is_of_no_use_to_who_is_not_verified_or_closed(self, counter: Counter) -> None:
        counter.register()
        counter.settle_all()
        counter.ask_for_reset()
        counter.verify()
        with counter.identity.store.writing() as transaction:
            transaction.run(update(users).values(status="closed"))
        counter.ask_for_reset()
        assert "reset_password" not in counter.templates()

    def test_a_lost_reply_of_notifications_makes_no_second_mail(self, member: Counter) -> None:
        call(member.identity.request_password_reset, request={"email": "dana@example.com"}, context=NOBODY)
        member.settle()
        member.notifications.failing = NeighbourSilent("the reply was lost")
        assert member.settle() == [Outcome.WAITING]
        member.notifications.failing = None
        member.settle_all()
        assert member.templates().count("reset_password") == 1


class TestTheLink:
    def test_gives_a_new_password_and_ends_every_session(self, member: Counter) -> None:
        sessions = [member.sign_in(), member.sign_in(device="Pixel 9")]
        member.ask_for_reset()
        member.reset(password=NEW)
        for session in sessions:
            with pytest.raises(RefreshTokenNotValid):
                member.refresh(session["refresh_token"])
        with pytest.raises(InvalidCredentials):
            member.sign_in()
        assert member.sign_in(password=NEW)["token_type"] == "Bearer"

    def test_is_told_by_event_and_by_mail(self, member: Counter) -> None:
        member.ask_for_reset()
        member.reset(password=NEW)
        member.settle_all()
        assert member.events().count("password_changed") == 1
        assert member.templates()[-1] == "password_changed"

    def test_works_once(self, member: Counter) -> None:
        member.ask_for_reset()
        member.reset(password=NEW)
        with pytest.raises(ResetUsed):
            member.reset(password="quartz lemon window seven")
        assert member.sign_in(password=NEW)["token_type"] == "Bearer"

    def test_works_for_an_hour(self, member: Counter) -> None:
        member.ask_for_reset()
        member.pass_time(minutes=60)
        with pytest.raises(ResetExpired):
            member.reset(password=NEW)
        assert member.sign_in()["token_type"] == "Bearer"

    def test_dies_when_a_newer_one_is_mailed(self, member: Counter) -> None:
        member.ask_for_reset()
        older = member.notifications.last_token
        member.ask_for_reset()
        with pytest.raises(ResetNotValid):
            member.reset(password=NEW, token=older)
        member.reset(password=NEW)

    def test_dies_when_the_password_is_changed_otherwise(self, member: Counter) -> None:
        member.ask_for_reset()
        token = member.notifications.last_token
        member.change_password(new_password=NEW)
        with pytest.raises(ResetNotValid):
            member.reset(password="quartz lemon window seven", token=token)

    @pytest.mark.parametrize("token", ["x", "A" * 43])
    def test_must_be_one_of_ours(self, member: Counter, token: str) -> None:
        with pytest.raises(ResetNotValid):
            member.reset(password=NEW, token=token)

    @pytest.mark.parametrize(
        ("password", "code"),
        [
            ("short", "password_too_short"),
            ("passwordpassword", "password_too_common"),
            ("my dana.w password here", "password_too_personal"),
        ],
    )
    def test_takes_no_password_that_registering_would_not(self, member: Counter, password: str, code: str) -> None:
        member.ask_for_reset()
        with pytest.raises(InvalidRequest) as refused:
            member.reset(password=password)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/password", code)]
        member.reset(password=NEW)

    def test_takes_no_key(self, member: Counter) -> None:
        request = {"token": "x", "password": NEW}
        with pytest.raises(KeyNotTaken):
            call(member.identity.reset_password, request=request, context=NOBODY, key="k1")


class TestTheUserId:
    def test_is_mailed_to_the_address_on_file(self, member: Counter) -> None:
        answer = member.ask_for_user_id()
        member.settle_all()
        mail = member.notifications.mails[-1]
        assert answer == {"status": "check_your_mail"}
        assert (mail["template"], mail["to_email"], mail["about"]) == (
            "user_id_reminder", "dana@example.com", "dana.w"
        )  # fmt: skip

    def test_of_nobody_is_not(self, member: Counter) -> None:
        assert member.ask_for_user_id(email="nobody@example.com") == {"status": "check_your_mail"}
        member.settle_all()
        assert "user_id_reminder" not in member.templates()

    def test_asked_for_leaves_a_link_to_a_new_password_good(self, member: Counter) -> None:
        member.ask_for_reset()
        token = member.notifications.last_token
        member.ask_for_user_id()
        member.settle_all()
        member.reset(password=NEW, token=token)


class TestChangingAPassword:
    def test_signs_out_everywhere(self, member: Counter) -> None:
        others = [member.sign_in()["refresh_token"] for _ in range(2)]
        member.change_password(new_password=NEW)
        for token in others:
            with pytest.raises(RefreshTokenNotValid):
                member.refresh(token)
        assert member.sign_in(password=NEW)["token_type"] == "Bearer"
        member.settle_all()
        assert (member.events().count("password_changed"), member.templates()[-1]) == (1, "password_changed")

    def test_asks_for_the_one_before(self, member: Counter) -> None:
        with pytest.raises(CurrentPasswordWrong):
            member.change_password(password="not her password at all", new_password=NEW)
        assert member.sign_in()["token_type"] == "Bearer"

    def test_is_no_way_to_guess_it_with_a_stolen_token(self, member: Counter) -> None:
        thief = member.as_caller(member.sign_in())
        for _ in range(10):
            with pytest.raises(CurrentPasswordWrong):
                member.change_password(caller=thief, password="not her password at all", new_password=NEW)
        with pytest.raises(TooManyAttempts):
            member.change_password(caller=thief, new_password=NEW)

    @pytest.mark.parametrize(
        ("new", "code"), [("short", "password_too_short"), (PASSWORD, "password_unchanged")]
    )  # fmt: skip
    def test_says_what_is_wrong_with_the_new_one(self, member: Counter, new: str, code: str) -> None:
        with pytest.raises(InvalidRequest) as refused:
            member.change_password(new_password=new)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/new_password", code)]


def test_what_is_old_is_forgotten(member: Counter) -> None:
    member.ask_for_reset()
    member.pass_time(days=31)
    member.identity.every_hour_forget()
    with member.identity.store.reading() as transaction:
        left: list[Any] = [*transaction.all(select(recoveries)), *transaction.all(select(messages))]
    assert left == []


def test_a_mail_taken_with_the_key_of_another_is_never_sent_twice(member: Counter) -> None:
    """The key is the event's: another request under it is a defect of ours, and is parked rather than mailed."""
    call(member.identity.request_password_reset, request={"email": "dana@example.com"}, context=NOBODY)
    member.settle()
    member.notifications.refusing = IdempotencyKeyReused()
    assert member.settle() == [Outcome.PARKED]
    assert "reset_password" not in member.templates()


class TestThinkingOfAPassword:
    def judge(self, member: Counter, password: str, **about: str) -> Any:
        return call(member.identity.judge_password, request={"password": password, **about}, context=NOBODY)

    def test_shows_how_strong_it_is(self, member: Counter) -> None:
        judged = self.judge(member, NEW)
        assert judged == {"is_acceptable": True, "strength": "strong", "code": None, "detail": None}

    def test_says_why_it_would_not_be_taken(self, member: Counter) -> None:
        judged = self.judge(member, "ferry dana.w orchard", user_id="dana.w")
        assert (judged["is_acceptable"], judged["code"]) == (False, "password_too_personal")

    def test_leaves_no_trace(self, member: Counter) -> None:
        before = member.event_ids()
        self.judge(member, NEW)
        assert member.event_ids() == before
