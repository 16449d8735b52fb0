"""A person changes their name or address; of two who change the same state one wins, and the other is told."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from chassis.context import NOBODY, CallContext
from chassis.doors import Outcome
from chassis.errors import Forbidden, InvalidRequest, PreconditionFailed
from services.identity.contract.errors import AccountNotMatched, NothingToChange
from services.identity.models import users
from tests.builders.identity import Counter
from tests.builders.wiring import call, deliver, emitted

ADDRESS = {"line_1": "12 Pier Rd.", "line_2": None, "city": "Galveston", "state": "TX", "postal_code": "77550"}
LEASE = {"account_number": "8005550001", "ssn_last4": "7391"}


@pytest.fixture
def dana(counter: Counter) -> CallContext:
    counter.join()
    return counter.as_caller(counter.sign_in())


def read(counter: Counter, dana: CallContext) -> Any:
    return call(counter.identity.get_me, request={}, context=dana)


def change(counter: Counter, dana: CallContext, *, of: Sequence[int] = (1,), **changed: Any) -> Any:
    return call(counter.identity.update_me, request={"if_versions": list(of), **changed}, context=dana)


def test_what_is_sent_changes_and_the_rest_stays(counter: Counter, dana: CallContext) -> None:
    before = read(counter, dana)
    changed = change(counter, dana, first_name="Danielle", mailing_address=ADDRESS)
    assert changed == read(counter, dana)
    assert changed == {**before, "first_name": "Danielle", "mailing_address": ADDRESS, "version": 2}


def test_an_address_is_removed_by_null_and_only_then(counter: Counter, dana: CallContext) -> None:
    change(counter, dana, mailing_address=ADDRESS)
    assert change(counter, dana, of=[2], last_name="Whitfield-Moss")["mailing_address"] == ADDRESS
    assert change(counter, dana, of=[3], mailing_address=None)["mailing_address"] is None


def test_the_address_is_not_in_the_database_in_clear(counter: Counter, dana: CallContext) -> None:
    change(counter, dana, mailing_address=ADDRESS)
    with counter.identity.store.reading() as transaction:
        [stored] = transaction.all(select(users))
    assert "Pier" not in str(stored)


def test_a_state_that_has_passed_is_not_changed(counter: Counter, dana: CallContext) -> None:
    change(counter, dana, first_name="Danielle")
    told = counter.events()
    with pytest.raises(PreconditionFailed):
        change(counter, dana, first_name="Daniela")
    assert read(counter, dana)["first_name"] == "Danielle"
    assert counter.events() == told
    assert change(counter, dana, of=[1, 2], first_name="Daniela")["version"] == 3


def test_of_ten_who_change_the_same_state_at_once_one_wins(counter: Counter, dana: CallContext) -> None:
    def try_to(number: int) -> str | None:
        try:
            name: str = change(counter, dana, first_name=f"Dana {number}")["first_name"]
        except PreconditionFailed:
            return None
        return name

    with ThreadPoolExecutor(10) as writers:
        winners = [name for name in writers.map(try_to, range(10)) if name]
    assert len(winners) == 1
    assert (read(counter, dana)["first_name"], read(counter, dana)["version"]) == (winners[0], 2)
    assert counter.events().count("contact_changed") == 1


def test_nothing_is_no_change(counter: Counter, dana: CallContext) -> None:
    with pytest.raises(NothingToChange):
        change(counter, dana)


def test_a_change_must_say_what_it_changes(counter: Counter, dana: CallContext) -> None:
    with pytest.raises(InvalidRequest):
        call(counter.identity.update_me, request={"first_name": "Danielle"}, context=dana)
    with pytest.raises(PreconditionFailed):
        change(counter, dana, of=[], first_name="Danielle")


def test_nobody_changes_anything_without_signing_in(counter: Counter, dana: CallContext) -> None:
    with pytest.raises(Forbidden):
        change(counter, NOBODY, first_name="Danielle")


def test_notifications_learns_the_new_name(counter: Counter, dana: CallContext) -> None:
    change(counter, dana, first_name="Danielle")
    told = emitted(counter.identity.store, name="contact_changed")[-1]
    assert deliver(counter.identity.on_contact_changed, told) is Outcome.DONE
    [contact] = counter.notifications.contacts.values()
    assert contact["first_name"] == "Danielle"


def test_another_name_does_not_open_another_persons_account(counter: Counter, dana: CallContext) -> None:
    counter.accounts.knows(**LEASE, last_name="Stranger", account_id="01900000-0000-7000-8000-00000000a009")
    change(counter, dana, last_name="Stranger")
    with pytest.raises(AccountNotMatched):
        call(counter.identity.link_account, request=LEASE, context=dana)


def test_a_new_name_does_not_close_ones_own_account(counter: Counter, dana: CallContext) -> None:
    own = "01900000-0000-7000-8000-00000000a002"
    counter.accounts.knows(**LEASE, last_name="Whitfield", account_id=own)
    change(counter, dana, last_name="Moss")
    change(counter, dana, of=[2], last_name="Moss-Whitfield")
    assert call(counter.identity.link_account, request=LEASE, context=dana)["id"] == own


class TestLanguage:
    """In which a person is written to: English until they say another."""

    def test_is_english_until_another_is_chosen(self, counter: Counter, dana: CallContext) -> None:
        assert read(counter, dana)["language"] == "en"
        assert change(counter, dana, language="es")["language"] == "es"

    def test_is_passed_on_to_who_writes(self, counter: Counter, dana: CallContext) -> None:
        change(counter, dana, language="es")
        counter.settle_all()
        assert counter.notifications.contacts[dana.subject]["language"] == "es"

    def test_is_that_of_mails_and_texts_about_safety_too(self, counter: Counter, dana: CallContext) -> None:
        change(counter, dana, language="es")
        change(counter, dana, of=[2], email="dana.new@example.com", phone="+13125550142")
        counter.settle_all()
        written = [*counter.notifications.mails, *counter.notifications.texts]
        of_the_change = [message for message in written if message["template"] not in ("verify_email", "new_sign_in")]
        assert len(of_the_change) >= 4
        assert {message["language"] for message in of_the_change} == {"es"}

    def test_that_we_do_not_write_is_refused(self, counter: Counter, dana: CallContext) -> None:
        with pytest.raises(InvalidRequest):
            change(counter, dana, language="fr")
