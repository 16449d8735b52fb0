"""Opening the mailed link: once, in time, and only the latest."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.doors import Outcome
from chassis.errors import NeighbourSilent, Refusal
from services.identity.contract.errors import VerificationExpired, VerificationNotValid, VerificationUsed
from tests.builders.identity import Counter
from tests.builders.neighbours import a_person
from tests.builders.wiring import emitted


class TestALink:
    def test_makes_the_address_the_users_and_tells_it(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        counter.verify()
        assert counter.sign_in()["token_type"] == "Bearer"
        [event] = emitted(counter.identity.store, name="email_verified")
        assert event.data == {"user_id": event.subject}

    def test_works_once(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        counter.verify()
        with pytest.raises(VerificationUsed):
            counter.verify()
        assert counter.events().count("email_verified") == 1

    def test_works_once_even_when_opened_twice_at_the_same_time(self, counter: Counter) -> None:
        counter.register()
        counter.settle()

        def outcome(_: int) -> str:
            try:
                counter.verify()
            except Refusal as refusal:
                return refusal.code
            return "verified"

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(outcome, range(4))) == ["verification_used"] * 3 + ["verified"]
        assert counter.events().count("email_verified") == 1

    def test_works_for_an_hour(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        counter.pass_time(minutes=60)
        with pytest.raises(VerificationExpired):
            counter.verify()
        counter.pass_time(seconds=-1)
        counter.verify()

    def test_dies_when_a_newer_one_is_sent(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        first = counter.notifications.last_token
        counter.register()
        counter.settle()
        with pytest.raises(VerificationNotValid):
            counter.verify(first)
        counter.verify()

    @pytest.mark.parametrize("token", ["x", "A" * 43])
    def test_that_we_did_not_send_is_refused(self, counter: Counter, token: str) -> None:
        counter.register()
        counter.settle()
        with pytest.raises(VerificationNotValid):
            counter.verify(token)

    def test_dies_when_the_same_person_verified_another_address(self, counter: Counter) -> None:
        counter.register(email="typo@example.com")
        counter.settle()
        mistaken = counter.notifications.last_token
        counter.register()
        counter.settle()
        counter.verify()
        with pytest.raises(VerificationNotValid):
            counter.verify(mistaken)

    def test_of_one_person_wins_when_two_addresses_are_verified_at_the_same_time(self, counter: Counter) -> None:
        tokens = []
        for email in ("one@example.com", "two@example.com"):
            counter.register(email=email)
            counter.settle()
            tokens.append(counter.notifications.last_token)

        def outcome(token: str) -> str:
            try:
                counter.verify(token)
            except Refusal as refusal:
                return refusal.code
            return "verified"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(outcome, tokens)) == ["verification_not_valid", "verified"]


class TestAVerifiedPerson:
    def test_is_known_to_notifications_with_every_contact_point(self, counter: Counter) -> None:
        counter.join()
        [contact] = counter.notifications.contacts.values()
        assert contact["email"] == "dana@example.com"
        assert (contact["phone"], contact["first_name"], contact["sms_consent"]) == ("+12145550137", "Dana", True)
        assert contact["accounts"] == [{"id": a_person()["account_id"], "last4": "4417"}]
        assert contact["time_zone"] is None

    def test_without_a_phone_is_known_too(self, counter: Counter) -> None:
        counter.accounts.knows(
            account_number="7003124417", last_name="Whitfield", ssn_last4="7391", phone=None, sms_consent=False
        )
        counter.join()
        [contact] = counter.notifications.contacts.values()
        assert (contact["phone"], contact["sms_consent"]) == (None, False)

    def test_is_passed_on_by_the_same_key_when_the_reply_was_lost(self, counter: Counter) -> None:
        counter.register()
        counter.settle()
        counter.verify()
        counter.notifications.failing = NeighbourSilent("the reply was lost")
        assert counter.settle() == [Outcome.WAITING]
        counter.notifications.failing = None
        assert counter.settle() == [Outcome.DONE]
        event = emitted(counter.identity.store, name="email_verified")[0]
        assert str(event.id) in counter.notifications.keys
        assert len(counter.notifications.contacts) == 1
