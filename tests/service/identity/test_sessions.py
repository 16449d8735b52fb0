"""Signing in, staying signed in, signing out."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, select, text, update

from chassis.context import NOBODY
from chassis.errors import Forbidden, InvalidRequest, NotFound, Refusal
from services.identity.contract.errors import InvalidCredentials, KeyNotTaken, RefreshTokenNotValid
from services.identity.models import sessions, users
from tests.builders.identity import PASSWORD, SIGN_IN, Counter
from tests.builders.neighbours import a_person
from tests.builders.wiring import a_customer, an_agent, call, emitted


@pytest.fixture
def member(counter: Counter) -> Counter:
    """Dana can sign in."""
    counter.join()
    return counter


def test_a_password_is_good_for_as_long_as_its_owner_keeps_it(member: Counter) -> None:
    member.pass_time(days=3_650)
    session = member.sign_in()
    assert session["token_type"] == "Bearer"
    assert set(session) == {"access_token", "token_type", "expires_in", "refresh_token"}, "nothing asks for another"


def stored_hash(counter: Counter) -> str:
    with counter.identity.store.reading() as transaction:
        return str(transaction.value(select(users.c.password_hash)))


def wait_for_blocked(connection: Connection, *, count: int) -> None:
    """Until so many others wait for a lock in this database; what they do next happens at the same time."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + 4
    while connection.execute(waiting).scalar_one() < count:
        assert time.monotonic() < deadline, "nobody waits"
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))


class TestSigningIn:
    def test_gives_an_access_token_that_the_published_keys_verify(self, member: Counter) -> None:
        session = member.sign_in()
        token = member.read(session["access_token"])
        claims, now = token.claims, int(member.clock.now().timestamp())
        assert (token.header["typ"], token.header["alg"]) == ("at+jwt", "Ed25519")
        assert (claims["iss"], claims["aud"]) == ("https://captive.example", "captive")
        assert (claims["roles"], claims["accounts"]) == (
            ["customer"], [{"id": a_person()["account_id"], "role": "borrower"}]
        )  # fmt: skip
        assert (claims["iat"], claims["auth_time"], claims["exp"]) == (now, now, now + 300)
        assert (session["token_type"], session["expires_in"]) == ("Bearer", 300)

    def test_tells_that_a_session_was_opened(self, member: Counter) -> None:
        claims = member.read(member.sign_in()["access_token"]).claims
        [event] = emitted(member.identity.store, name="session_opened")
        assert event.data == {"user_id": claims["sub"], "session_id": claims["sid"]}

    def test_publishes_no_private_part_of_a_key(self, member: Counter) -> None:
        published = call(member.identity.get_signing_keys, request={}, context=NOBODY)
        assert published["keys"]
        assert all("d" not in key for key in published["keys"])

    def test_refuses_everybody_else_in_the_same_words(self, counter: Counter) -> None:
        counter.join()
        counter.accounts.knows(account_number="7003120002", last_name="Okafor", ssn_last4="1180", party_id="another")
        counter.register(account_number="7003120002", last_name="Okafor", ssn_last4="1180", email="ike@example.com")
        counter.settle()
        refusals = []
        for user_id, password in [
            ("dana@example.com", "not her password at all"),
            ("nobody@example.com", PASSWORD),
            ("ike@example.com", PASSWORD),
            ("ñandú", PASSWORD),
            ("dana@example.com", PASSWORD.upper()),
            ("dana@example.com", PASSWORD + " "),
        ]:
            with pytest.raises(InvalidCredentials) as refused:
                counter.sign_in(user_id=user_id, password=password)
            refusals.append(refused.value.as_data())
        assert all(refusal == refusals[0] for refusal in refusals)

    def test_costs_as_much_for_nobody_as_for_somebody(self, member: Counter) -> None:
        def cost(user_id: str) -> float:
            started = time.thread_time()
            with pytest.raises(InvalidCredentials):
                member.sign_in(user_id=user_id, password="not the password at all")
            return time.thread_time() - started

        known, unknown = (min(cost(name) for _ in range(5)) for name in ("dana@example.com", "nobody@example.com"))
        assert 0.6 < unknown / known < 1.7

    def test_takes_the_whole_password_in_any_normal_form(self, counter: Counter) -> None:
        counter.join(password="caf\u00e9 on the corner " + "x" * 40 + "1")
        assert counter.sign_in(password="cafe\u0301 on the corner " + "x" * 40 + "1")["token_type"] == "Bearer"
        with pytest.raises(InvalidCredentials):
            counter.sign_in(password="caf\u00e9 on the corner " + "x" * 40 + "2")

    def test_renews_a_hash_made_with_older_parameters(self, member: Counter) -> None:
        old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        with member.identity.store.writing() as transaction:
            transaction.run(update(users).values(password_hash=old))
        member.sign_in()
        assert "m=19456,t=2,p=1" in stored_hash(member)
        member.sign_in()

    def test_takes_no_key_under_which_tokens_would_be_stored(self, member: Counter) -> None:
        with pytest.raises(KeyNotTaken):
            call(member.identity.open_session, request=SIGN_IN, context=NOBODY, key="k1")

    def test_is_not_for_whoever_is_signed_in(self, member: Counter) -> None:
        with pytest.raises(Forbidden):
            call(member.identity.open_session, request=SIGN_IN, context=a_customer())


class TestRefreshing:
    def test_rotates_the_token_and_keeps_the_session(self, member: Counter) -> None:
        first = member.sign_in()
        member.pass_time(minutes=5)
        second = member.refresh(first["refresh_token"])
        assert second["refresh_token"] != first["refresh_token"]
        before, after = (member.read(session["access_token"]).claims for session in (first, second))
        assert (after["sid"], after["auth_time"]) == (before["sid"], before["auth_time"])
        assert after["exp"] == before["exp"] + 300

    def test_within_the_grace_gives_the_same_successor(self, member: Counter) -> None:
        first = member.sign_in()["refresh_token"]
        second = member.refresh(first)["refresh_token"]
        member.pass_time(seconds=10)
        assert member.refresh(first)["refresh_token"] == second
        assert member.refresh(second)["token_type"] == "Bearer"

    def test_with_a_used_token_ends_the_session_for_everybody(self, member: Counter) -> None:
        first = member.sign_in()["refresh_token"]
        second = member.refresh(first)["refresh_token"]
        member.pass_time(seconds=11)
        for token in (first, second):
            with pytest.raises(RefreshTokenNotValid):
                member.refresh(token)

    def test_with_a_used_token_ends_the_session_at_once_when_the_successor_was_used(self, member: Counter) -> None:
        first = member.sign_in()["refresh_token"]
        second = member.refresh(first)["refresh_token"]
        third = member.refresh(second)["refresh_token"]
        for token in (first, third):
            with pytest.raises(RefreshTokenNotValid):
                member.refresh(token)

    def test_leaves_other_sessions_alone_when_one_is_replayed(self, member: Counter) -> None:
        first, other = member.sign_in()["refresh_token"], member.sign_in()["refresh_token"]
        member.refresh(first)
        member.pass_time(seconds=11)
        with pytest.raises(RefreshTokenNotValid):
            member.refresh(first)
        assert member.refresh(other)["token_type"] == "Bearer"

    def test_in_parallel_gives_all_the_same_successor(self, member: Counter) -> None:
        first = member.sign_in()["refresh_token"]
        with ThreadPoolExecutor(3) as pool:
            with member.identity.store.engine.begin() as holding:
                holding.execute(select(sessions).with_for_update())
                answers = [pool.submit(member.refresh, first) for _ in range(3)]
                wait_for_blocked(holding, count=3)
            successors = {answer.result()["refresh_token"] for answer in answers}
        assert len(successors) == 1
        assert member.refresh(successors.pop())["token_type"] == "Bearer"

    def test_ends_after_a_week_without_use(self, member: Counter) -> None:
        token = member.sign_in()["refresh_token"]
        member.pass_time(days=7, seconds=-1)
        token = member.refresh(token)["refresh_token"]
        member.pass_time(days=7)
        with pytest.raises(RefreshTokenNotValid):
            member.refresh(token)

    def test_ends_after_thirty_days_of_use(self, member: Counter) -> None:
        token = member.sign_in()["refresh_token"]
        for _ in range(5):
            member.pass_time(days=5, hours=23)
            token = member.refresh(token)["refresh_token"]
        member.pass_time(hours=4)
        token = member.refresh(token)["refresh_token"]
        member.pass_time(hours=2)
        with pytest.raises(RefreshTokenNotValid):
            member.refresh(token)

    @pytest.mark.parametrize("token", ["x", "A" * 43])
    def test_refuses_what_we_did_not_give(self, member: Counter, token: str) -> None:
        with pytest.raises(RefreshTokenNotValid):
            member.refresh(token)

    def test_shows_accounts_and_status_as_they_are_now(self, member: Counter) -> None:
        session = member.sign_in()
        with member.identity.store.writing() as transaction:
            transaction.run(update(users).values(status="closed"))
        with pytest.raises(RefreshTokenNotValid):
            member.refresh(session["refresh_token"])


class TestSigningOut:
    @pytest.mark.parametrize("by_id", [True, False])
    def test_ends_the_session(self, member: Counter, by_id: bool) -> None:
        session = member.sign_in()
        caller = member.as_caller(session)
        close = {"session_id": caller.session_id if by_id else "current"}
        assert call(member.identity.close_session, request=close, context=caller) == {}
        assert call(member.identity.close_session, request=close, context=caller) == {}
        with pytest.raises(RefreshTokenNotValid):
            member.refresh(session["refresh_token"])

    @pytest.mark.parametrize("session_id", ["01900000-0000-7000-8000-000000000009", "no-id", "current"])
    def test_answers_alike_for_what_is_absent(self, member: Counter, session_id: str) -> None:
        with pytest.raises(NotFound):
            call(member.identity.close_session, request={"session_id": session_id}, context=a_customer())

    def test_does_not_reach_somebody_elses_session(self, member: Counter) -> None:
        session = member.sign_in()
        wanted = {"session_id": member.as_caller(session).session_id}
        with pytest.raises(NotFound):
            call(member.identity.close_session, request=wanted, context=a_customer())
        assert member.refresh(session["refresh_token"])["token_type"] == "Bearer"


class TestLooking:
    def test_lists_live_sessions_newest_first_page_by_page(self, member: Counter) -> None:
        opened = []
        for device in ("old laptop", "phone", "tablet"):
            opened.append(member.sign_in(device=device))
            member.pass_time(seconds=1)
        caller = member.as_caller(opened[1])
        call(member.identity.close_session, request={"session_id": "current"}, context=member.as_caller(opened[0]))
        first = call(member.identity.list_sessions, request={"limit": 1}, context=caller)
        assert [(row["device"], row["is_current"]) for row in first["data"]] == [("tablet", False)]
        rest = call(member.identity.list_sessions, request={"cursor": first["next_cursor"]}, context=caller)
        assert [(row["device"], row["is_current"]) for row in rest["data"]] == [("phone", True)]
        assert rest["next_cursor"] is None

    def test_does_not_list_what_has_gone_idle(self, member: Counter) -> None:
        member.sign_in()
        member.pass_time(days=8)
        caller = member.as_caller(member.sign_in())
        assert len(call(member.identity.list_sessions, request={}, context=caller)["data"]) == 1

    def test_shows_me_to_myself(self, member: Counter) -> None:
        me = call(member.identity.get_me, request={}, context=member.as_caller(member.sign_in()))
        assert (me["user_id"], me["email"], me["email_verified"]) == ("dana@example.com", "dana@example.com", True)
        assert (me["first_name"], me["last_name"], me["phone_masked"]) == ("Dana", "Whitfield", "•••• 0137")
        assert me["accounts"] == [{"id": a_person()["account_id"], "role": "borrower", "account_last4": "4417"}]
        assert "password_hash" not in me

    def test_is_refused_to_strangers(self, member: Counter) -> None:
        for door in (member.identity.get_me, member.identity.list_sessions):
            with pytest.raises(Forbidden):
                call(door, request={}, context=NOBODY)

    def test_refuses_a_user_that_is_gone(self, member: Counter) -> None:
        with pytest.raises(NotFound):
            call(member.identity.get_me, request={}, context=a_customer())

    def test_of_staff_is_on_record(self, member: Counter) -> None:
        call(member.identity.list_sessions, request={}, context=an_agent())

    @pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 101}, {"cursor": "x"}, {"limit": True}])
    def test_refuses_a_page_that_makes_no_sense(self, member: Counter, wrong: dict[str, Any]) -> None:
        with pytest.raises(InvalidRequest):
            call(member.identity.list_sessions, request=wrong, context=a_customer())


class TestRefusals:
    def test_carry_a_code_a_sentence_and_the_next_step(self) -> None:
        from services.identity.contract import errors

        own = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
        for kind in own:
            if kind is not Refusal:
                assert kind.code == kind.code.lower()
                assert kind.detail.endswith(".")
                assert kind.detail != Refusal.detail
