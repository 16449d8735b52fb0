"""Another e-mail address or telephone number: nothing changes before both ends have agreed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import InvalidRequest, StepUpRequired
from services.identity.contract.errors import (
    CodeNotRight,
    TooManyContactChanges,
    VerificationExpired,
    VerificationNotValid,
    VerificationUsed,
)
from services.identity.models import contact_changes, contact_proofs
from services.identity.rules.contacts import TRIES_MAX
from tests.builders.identity import Counter
from tests.builders.wiring import call

OLD, NEW = "dana@example.com", "dana.new@example.com"
OLD_NUMBER, NEW_NUMBER = "+12145550137", "+13125550142"


@pytest.fixture
def dana(counter: Counter) -> CallContext:
    counter.join()
    return counter.as_caller(counter.sign_in())


def read(counter: Counter, dana: CallContext) -> Any:
    return call(counter.identity.get_me, request={}, context=dana)


def ask(counter: Counter, dana: CallContext, **changed: Any) -> Any:
    """The change is asked for, and its ends are written to."""
    version = read(counter, dana)["version"]
    answer = call(counter.identity.update_me, request={"if_versions": [version], **changed}, context=dana)
    counter.settle_all()
    return answer


def prove(counter: Counter, dana: CallContext, code: str) -> None:
    call(counter.identity.prove_phone, request={"code": code}, context=dana)


def token_to(counter: Counter, address: str) -> str:
    mail = next(mail for mail in reversed(counter.notifications.mails) if mail["to_email"] == address)
    return str(mail["link"].partition("token=")[2])


class TestAnEmailAddress:
    def test_waits_for_both_mailboxes(self, counter: Counter, dana: CallContext) -> None:
        asked = ask(counter, dana, email="Dana.New@Example.com", first_name="Danielle")
        assert (asked["email"], asked["pending_email"], asked["first_name"]) == (OLD, NEW, "Danielle")
        counter.verify(token_to(counter, NEW))
        assert read(counter, dana)["email"] == OLD
        counter.verify(token_to(counter, OLD))
        me = read(counter, dana)
        assert (me["email"], me["pending_email"], me["email_verified"]) == (NEW, None, True)

    def test_signs_in_and_is_written_to_from_then_on(self, counter: Counter, dana: CallContext) -> None:
        ask(counter, dana, email=NEW)
        for address in (OLD, NEW):
            counter.verify(token_to(counter, address))
        counter.settle_all()
        assert counter.sign_in(user_id=NEW)["token_type"] == "Bearer"
        [contact] = counter.notifications.contacts.values()
        assert contact["email"] == NEW
        told = [mail for mail in counter.notifications.mails if mail["template"] == "contact_changed"]
        assert [(mail["to_email"], mail["about"]) for mail in told] == [(OLD, "your e-mail address")]

    def test_of_somebody_else_is_answered_alike_and_never_written_to(self, counter: Counter, dana: CallContext) -> None:
        counter.accounts.knows(
            account_number="7003120002", last_name="Okafor", ssn_last4="1180", first_name="Ike", party_id="another",
            account_id="01900000-0000-7000-8000-00000000a002",
        )  # fmt: skip
        counter.join(account_number="7003120002", last_name="Okafor", ssn_last4="1180", email="ike@example.com")
        known = len(counter.notifications.mails)
        asked = ask(counter, dana, email="ike@example.com")
        free = ask(counter, dana, email="free@example.com")
        assert asked == {**free, "pending_email": "ike@example.com", "version": asked["version"]}
        assert [mail["to_email"] for mail in counter.notifications.mails[known:]] == [OLD, "free@example.com", OLD]

    def test_is_replaced_by_a_newer_wish(self, counter: Counter, dana: CallContext) -> None:
        ask(counter, dana, email=NEW)
        older = token_to(counter, NEW)
        ask(counter, dana, email="third@example.com")
        with pytest.raises(VerificationNotValid):
            counter.verify(older)
        assert read(counter, dana)["pending_email"] == "third@example.com"

    def test_link_works_once_and_for_an_hour(self, counter: Counter, dana: CallContext) -> None:
        ask(counter, dana, email=NEW)
        counter.verify(token_to(counter, NEW))
        with pytest.raises(VerificationUsed):
            counter.verify(token_to(counter, NEW))
        counter.pass_time(minutes=60)
        with pytest.raises(VerificationExpired):
            counter.verify(token_to(counter, OLD))
        assert read(counter, dana)["email"] == OLD

    def test_is_not_in_the_database_in_clear_before_it_is_proven(self, counter: Counter, dana: CallContext) -> None:
        ask(counter, dana, email=NEW)
        with counter.identity.store.reading() as transaction:
            stored = str(transaction.all(select(contact_changes))) + str(transaction.all(select(contact_proofs)))
        assert NEW not in stored
        assert token_to(counter, NEW) not in stored

    def test_cannot_be_removed(self, counter: Counter, dana: CallContext) -> None:
        with pytest.raises(InvalidRequest) as refused:
            ask(counter, dana, email=None)
        assert refused.value.errors[0].pointer == "/email"

    def test_that_it_is_already_changes_nothing(self, counter: Counter, dana: CallContext) -> None:
        known = len(counter.notifications.mails)
        assert ask(counter, dana, email=OLD)["pending_email"] is None
        assert len(counter.notifications.mails) == known


class TestATelephoneNumber:
    def test_waits_for_the_codes_of_both_numbers(self, counter: Counter, dana: CallContext) -> None:
        asked = ask(counter, dana, phone=NEW_NUMBER)
        assert (asked["phone_masked"], asked["pending_phone_masked"]) == ("•••• 0137", "•••• 0142")
        prove(counter, dana, counter.notifications.code_to(NEW_NUMBER))
        assert read(counter, dana)["phone_masked"] == "•••• 0137"
        prove(counter, dana, counter.notifications.code_to(OLD_NUMBER))
        assert (read(counter, dana)["phone_masked"], read(counter, dana)["pending_phone_masked"]) == ("•••• 0142", None)
        counter.settle_all()
        [contact] = counter.notifications.contacts.values()
        assert contact["phone"] == NEW_NUMBER
        assert counter.templates()[-1] == "contact_changed"

    def test_where_there_was_none_is_vouched_for_by_the_mailbox(self, counter: Counter) -> None:
        counter.accounts.knows(account_number="7003124417", last_name="Whitfield", ssn_last4="7391", phone=None)
        counter.join()
        dana = counter.as_caller(counter.sign_in())
        ask(counter, dana, phone=NEW_NUMBER)
        prove(counter, dana, counter.notifications.code_to(NEW_NUMBER))
        assert read(counter, dana)["phone_masked"] is None
        counter.verify(token_to(counter, OLD))
        assert read(counter, dana)["phone_masked"] == "•••• 0142"

    def test_is_removed_with_the_code_of_the_old_one(self, counter: Counter, dana: CallContext) -> None:
        ask(counter, dana, phone=None)
        assert read(counter, dana)["phone_masked"] == "•••• 0137"
        prove(counter, dana, counter.notifications.code_to(OLD_NUMBER))
        assert read(counter, dana)["phone_masked"] is None

    def test_code_is_worth_nothing_after_five_wrong_tries(self, counter: Counter, dana: CallContext) -> None:
        ask(counter, dana, phone=NEW_NUMBER)
        right = counter.notifications.code_to(NEW_NUMBER)
        wrong = [f"{number:06d}" for number in range(TRIES_MAX + 5)]
        sent = {right, counter.notifications.code_to(OLD_NUMBER)}
        for code in [code for code in wrong if code not in sent][:TRIES_MAX]:
            with pytest.raises(CodeNotRight):
                prove(counter, dana, code)
        with pytest.raises(CodeNotRight):
            prove(counter, dana, right)

    def test_code_is_worth_nothing_after_ten_minutes(self, counter: Counter, dana: CallContext) -> None:
        ask(counter, dana, phone=NEW_NUMBER)
        counter.pass_time(minutes=10)
        with pytest.raises(CodeNotRight):
            prove(counter, dana, counter.notifications.code_to(NEW_NUMBER))

    def test_code_is_worth_nothing_to_somebody_else(self, counter: Counter, dana: CallContext) -> None:
        ask(counter, dana, phone=NEW_NUMBER)
        counter.accounts.knows(
            account_number="7003120002", last_name="Okafor", ssn_last4="1180", first_name="Ike", party_id="another",
            account_id="01900000-0000-7000-8000-00000000a002",
        )  # fmt: skip
        counter.join(account_number="7003120002", last_name="Okafor", ssn_last4="1180", email="ike@example.com")
        ike = counter.as_caller(counter.sign_in(user_id="ike@example.com"))
        with pytest.raises(CodeNotRight):
            prove(counter, ike, counter.notifications.code_to(NEW_NUMBER))

    @pytest.mark.parametrize("number", ["555-0142", "+0125550142", "+1 312 555 0142", "+13125550142\n"])
    def test_must_be_one(self, counter: Counter, dana: CallContext, number: str) -> None:
        with pytest.raises(InvalidRequest) as refused:
            ask(counter, dana, phone=number)
        assert refused.value.errors[0].pointer == "/phone"


def test_an_old_proof_of_who_asks_is_not_enough(counter: Counter, dana: CallContext) -> None:
    counter.pass_time(minutes=10, seconds=1)
    for changed in ({"email": NEW}, {"phone": NEW_NUMBER}, {"phone": None}):
        with pytest.raises(StepUpRequired):
            ask(counter, dana, **changed)
    assert ask(counter, dana, first_name="Danielle")["first_name"] == "Danielle"


def test_nobody_is_flooded_with_our_mails(counter: Counter, dana: CallContext) -> None:
    for number in range(5):
        ask(counter, dana, email=f"new{number}@example.com")
    with pytest.raises(TooManyContactChanges):
        ask(counter, dana, email="new6@example.com")
    counter.clock.move_to(counter.clock.now() + timedelta(hours=24, seconds=1))
    dana = counter.as_caller(counter.sign_in())
    assert ask(counter, dana, email=NEW)["pending_email"] == NEW
