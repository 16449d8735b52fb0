"""Registering: who matches gets a mail, who does not gets the same answer, and nobody learns more."""

from typing import Any

import pytest
from sqlalchemy import func, select

from chassis.context import NOBODY
from chassis.doors import Outcome
from chassis.errors import Forbidden, InvalidRequest, NeighbourSilent, RequestInProgress
from services.identity.contract.errors import InvalidCredentials, KeyNotTaken
from services.identity.models import registrations, user_accounts, users
from tests.builders.identity import Counter, a_claim
from tests.builders.neighbours import a_person
from tests.builders.wiring import a_customer, call, emitted

THE_ANSWER = {"status": "check_your_mail"}


def rows(counter: Counter, table: Any) -> list[Any]:
    with counter.identity.store.reading() as transaction:
        return transaction.all(select(table))


def count(counter: Counter, table: Any) -> int:
    with counter.identity.store.reading() as transaction:
        return int(transaction.value(select(func.count()).select_from(table)))


class TestAPersonWhoMatches:
    def test_gets_a_link_at_our_own_address(self, counter: Counter) -> None:
        assert counter.register() == THE_ANSWER
        assert counter.settle() == [Outcome.DONE]
        [mail] = counter.notifications.mails
        assert (mail["template"], mail["to_email"], mail["first_name"]) == ("verify_email", "dana@example.com", "Dana")
        assert mail["link"].startswith("https://captive.example/verify-email?token=")
        assert len(counter.notifications.last_token) >= 43

    @pytest.mark.parametrize(("chosen", "language"), [("es", "es"), (None, "en")])
    def test_is_written_to_in_the_language_they_came_with(
        self, counter: Counter, chosen: str | None, language: str
    ) -> None:
        counter.join(language=chosen)
        [mail] = counter.notifications.mails
        [contact] = counter.notifications.contacts.values()
        assert (mail["language"], contact["language"]) == (language, language)

    def test_who_is_known_is_written_to_in_their_own_language_about_their_own_access(self, counter: Counter) -> None:
        counter.join(language="es")
        counter.register(language="en")
        counter.settle()
        [user] = rows(counter, users)
        told = counter.notifications.mails[-1]
        assert (told["template"], told["language"], told["user_id"]) == ("already_registered", "es", str(user["id"]))

    def test_becomes_a_user_linked_to_the_account_and_others_are_told(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        [user] = rows(counter, users)
        assert (user["status"], user["email"], user["last_name"]) == ("unverified", "dana@example.com", "Whitfield")
        assert counter.events() == ["registration_received", "user_registered", "account_linked"]
        linked = emitted(counter.identity.store, name="account_linked")[0]
        assert linked.subject == str(user["id"])
        assert linked.data["account_id"] == a_person()["account_id"]
        assert linked.causation_id == emitted(counter.identity.store, name="registration_received")[0].id

    def test_cannot_sign_in_before_the_link_is_opened(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        with pytest.raises(InvalidCredentials):
            counter.sign_in()

    def test_leaves_no_claim_behind(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        [row] = rows(counter, registrations)
        assert row["state"] == "done"
        assert {row[name] for name in ("claim_sealed", "password_hash", "email", "mail_to", "mail_first_name")} == {
            None
        }

    def test_may_choose_a_user_id(self, counter: Counter) -> None:
        counter.join(user_id="Dana.W")
        assert counter.sign_in(user_id="dana.w")["token_type"] == "Bearer"
        assert counter.sign_in(user_id="DANA@example.com")["token_type"] == "Bearer"

    def test_whose_user_id_is_taken_signs_in_with_the_address_and_nobody_is_told(self, counter: Counter) -> None:
        counter.accounts.knows(
            account_number="7003120002", last_name="Okafor", ssn_last4="1180", party_id="another",
            account_id="01900000-0000-7000-8000-00000000a002",
        )  # fmt: skip
        counter.join(user_id="wheels")
        other = {"account_number": "7003120002", "last_name": "okafor", "ssn_last4": "1180"}
        assert counter.register(**other, email="ike@example.com", user_id="wheels") == THE_ANSWER
        counter.settle()
        counter.verify()
        assert counter.sign_in(user_id="ike@example.com")["token_type"] == "Bearer"
        assert counter.read(counter.sign_in(user_id="wheels")["access_token"]).claims["sub"] == str(
            next(user["id"] for user in rows(counter, users) if user["user_name"] == "wheels")
        )
        assert [user["user_name"] for user in rows(counter, users) if user["email"] == "ike@example.com"] == [None]


class TestAPersonWhoDoesNotMatch:
    @pytest.mark.parametrize(
        "changed", [{"ssn_last4": "7392"}, {"last_name": "Whitfeld"}, {"account_number": "7003124418"}]
    )
    def test_gets_the_same_answer_and_no_mail(self, counter: Counter, changed: dict[str, str]) -> None:
        assert counter.register(**changed) == THE_ANSWER
        assert counter.settle() == [Outcome.DONE]
        assert counter.notifications.mails == []
        assert count(counter, users) == 0

    def test_leaves_neither_claim_nor_address_behind(self, counter: Counter) -> None:
        counter.register(ssn_last4="0000")
        counter.settle()
        [row] = rows(counter, registrations)
        assert row["state"] == "no_match"
        assert {row[name] for name in ("claim_sealed", "password_hash", "email", "user_name")} == {None}

    def test_cannot_try_an_account_for_ever(self, counter: Counter) -> None:
        for digits in range(5):
            counter.register(ssn_last4=f"000{digits}")
        counter.settle()
        assert counter.accounts.asked == 5
        assert counter.register() == THE_ANSWER
        counter.settle()
        assert (counter.accounts.asked, counter.notifications.mails) == (5, [])

    def test_is_not_kept_out_longer_than_a_day(self, counter: Counter) -> None:
        for digits in range(5):
            counter.register(ssn_last4=f"000{digits}")
        counter.settle()
        counter.pass_time(hours=25)
        counter.register()
        counter.settle()
        assert len(counter.notifications.mails) == 1


class TestSomebodyWhoIsRegisteredAlready:
    def test_gets_the_same_answer_and_is_told_by_mail(self, counter: Counter) -> None:
        counter.join()
        assert counter.register() == THE_ANSWER
        counter.settle()
        mail = counter.notifications.mails[-1]
        assert (mail["template"], mail["to_email"]) == ("already_registered", "dana@example.com")
        assert mail["link"] == "https://captive.example/sign-in"
        assert count(counter, users) == 1

    def test_is_told_three_times_an_hour_and_no_more(self, counter: Counter) -> None:
        """Whoever knows the account could fill the mailbox; and what a mail costs us can be felt from outside."""
        counter.join()
        for _ in range(5):
            assert counter.register() == THE_ANSWER
            counter.settle()
        assert counter.templates().count("already_registered") == 2, "the first of the three mails was the link"
        counter.pass_time(minutes=61)
        counter.register()
        counter.settle()
        assert counter.templates().count("already_registered") == 3

    def test_keeps_the_password(self, counter: Counter) -> None:
        counter.join()
        counter.register(password="somebody else's long words")
        counter.settle()
        assert counter.sign_in()["token_type"] == "Bearer"
        with pytest.raises(InvalidCredentials):
            counter.sign_in(password="somebody else's long words")

    def test_is_told_at_the_address_on_file_when_another_one_is_given(self, counter: Counter) -> None:
        counter.join()
        counter.register(email="thief@example.net")
        counter.settle()
        assert [mail["to_email"] for mail in counter.notifications.mails] == ["dana@example.com", "dana@example.com"]
        assert count(counter, users) == 1

    def test_but_never_opened_the_link_may_start_again(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        first = counter.notifications.last_token
        counter.register(password="another quiet ferry at dusk")
        counter.settle()
        assert count(counter, users) == 1
        assert counter.notifications.last_token != first
        counter.verify()
        assert counter.sign_in(password="another quiet ferry at dusk")["token_type"] == "Bearer"
        with pytest.raises(InvalidCredentials):
            counter.sign_in()

    def test_with_another_account_acts_only_on_the_one_claimed_last(self, counter: Counter) -> None:
        counter.accounts.knows(
            account_number="7003120002", last_name="Whitfield", ssn_last4="7391",
            account_id="01900000-0000-7000-8000-00000000a002", account_last4="0002",
        )  # fmt: skip
        counter.register()
        counter.settle()
        counter.register(account_number="7003120002")
        counter.settle()
        assert [row["account_last4"] for row in rows(counter, user_accounts)] == ["0002"]
        assert counter.events().count("account_linked") == 2
        assert counter.events().count("account_unlinked") == 1


class TestAnErrandThatRunsAgain:
    def test_after_a_lost_reply_sends_the_same_mail_with_the_same_key(self, counter: Counter) -> None:
        counter.register()
        counter.notifications.failing = NeighbourSilent("the reply was lost")
        assert counter.settle() == [Outcome.WAITING]
        counter.notifications.failing = None
        assert counter.settle() == [Outcome.DONE]
        assert len(counter.notifications.mails) == 1
        assert list(counter.notifications.keys) == [str(emitted(counter.identity.store)[0].id)]
        assert count(counter, users) == 1
        assert counter.events().count("user_registered") == 1

    def test_after_a_crash_finishes_what_was_begun(self, counter: Counter) -> None:
        counter.register()
        counter.notifications.failing = RuntimeError("the process dies here")
        assert counter.settle() == [Outcome.RETRYING]
        counter.notifications.failing = None
        assert counter.settle() == [Outcome.DONE]
        assert count(counter, users) == 1
        assert [mail["template"] for mail in counter.notifications.mails] == ["verify_email"]
        counter.verify()

    def test_waits_while_accounts_is_down(self, counter: Counter) -> None:
        counter.register()
        counter.accounts.failing = NeighbourSilent("accounts is down")
        assert counter.settle() == [Outcome.WAITING]
        counter.accounts.failing = None
        assert counter.settle() == [Outcome.DONE]
        assert len(counter.notifications.mails) == 1

    def test_waits_while_notifications_still_works_on_the_first_try(self, counter: Counter) -> None:
        counter.register()
        counter.notifications.refusing = RequestInProgress()
        assert counter.settle() == [Outcome.WAITING]
        counter.notifications.refusing = None
        assert counter.settle() == [Outcome.DONE]

    def test_gives_the_link_its_hour_from_when_it_was_sent(self, counter: Counter) -> None:
        counter.register()
        counter.notifications.refusing = NeighbourSilent("notifications is down")
        counter.settle()
        counter.pass_time(hours=3)
        counter.notifications.refusing = None
        counter.settle()
        counter.pass_time(minutes=59)
        counter.verify()

    def test_after_it_was_done_changes_nothing(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        counter.delivered.clear()
        assert counter.settle() == [Outcome.DUPLICATE]
        assert len(counter.notifications.mails) == 1


class TestARequestThatCannotStand:
    @pytest.mark.parametrize(
        ("changed", "pointer", "code"),
        [
            ({"password": "fourteen chars"}, "/password", "password_too_short"),
            ({"password": "dana" + "x1y2z3a4b5c6"}, "/password", "password_too_personal"),
            ({"password": "passwordpassword"}, "/password", "password_too_common"),
            ({"accepted_terms": "2025-01"}, "/accepted_terms", "terms_not_current"),
            ({"user_id": "someone@example.com"}, "/user_id", "user_id_not_usable"),
            ({"email": "dana@example"}, "/email", "invalid"),
            ({"ssn_last4": "739"}, "/ssn_last4", "invalid"),
            ({"ssn_last4": "٧٣٩١"}, "/ssn_last4", "invalid"),
            ({"account_number": "7003124417\n"}, "/account_number", "invalid"),
            ({"account_number": "70 03"}, "/account_number", "invalid"),
            ({"is_admin": True}, "/is_admin", "unknown_field"),
        ],
    )
    def test_names_the_field(self, counter: Counter, changed: dict[str, Any], pointer: str, code: str) -> None:
        with pytest.raises(InvalidRequest) as refused:
            counter.register(**changed)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]
        assert count(counter, registrations) == 0

    def test_hears_every_problem_at_once(self, counter: Counter) -> None:
        with pytest.raises(InvalidRequest) as refused:
            counter.register(password="short", accepted_terms="old", user_id="x")
        assert {error.pointer for error in refused.value.errors} == {"/password", "/accepted_terms", "/user_id"}

    def test_is_refused_from_a_customer_who_is_signed_in(self, counter: Counter) -> None:
        with pytest.raises(Forbidden):
            call(counter.identity.register, request=a_claim(), context=a_customer())

    def test_takes_no_key_under_which_it_would_be_stored(self, counter: Counter) -> None:
        with pytest.raises(KeyNotTaken):
            call(counter.identity.register, request=a_claim(), context=NOBODY, key="k1")


class TestForgetting:
    def test_erases_a_claim_that_nobody_settled(self, counter: Counter) -> None:
        counter.register()
        counter.pass_time(days=8)
        counter.identity.every_hour_forget()
        [row] = rows(counter, registrations)
        assert (row["state"], row["claim_sealed"], row["password_hash"]) == ("abandoned", None, None)
        assert counter.settle() == [Outcome.DONE]
        assert count(counter, users) == 0

    def test_deletes_what_was_closed_a_month_ago_and_keeps_the_user(self, counter: Counter) -> None:
        counter.join()
        counter.sign_in()
        counter.pass_time(days=61)
        counter.identity.every_hour_forget()
        assert (count(counter, registrations), count(counter, users)) == (0, 1)
        assert counter.sign_in()["token_type"] == "Bearer"

    def test_leaves_what_is_young_alone(self, counter: Counter) -> None:
        counter.register()
        counter.pass_time(days=6)
        counter.identity.every_hour_forget()
        counter.settle()
        counter.verify()
