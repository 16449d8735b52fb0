"""A customer who has signed in links another account by its number and four digits; guessing is limited."""

from typing import Any

import pytest

from chassis.context import NOBODY
from chassis.doors import Outcome
from chassis.errors import Forbidden, NeighbourSilent
from services.identity.contract.errors import AccountNotMatched
from tests.builders.identity import Counter, a_claim
from tests.builders.wiring import call, deliver, emitted

LEASE = {"account_number": "8005550001", "ssn_last4": "7391"}
LEASE_ID = "01900000-0000-7000-8000-00000000a002"


@pytest.fixture
def dana(counter: Counter) -> Counter:
    """Dana has joined with her loan; accounts knows her lease too."""
    counter.accounts.knows(**LEASE, last_name="Whitfield", account_id=LEASE_ID, account_last4="0001")
    counter.join()
    return counter


def link(counter: Counter, **changed: Any) -> Any:
    caller = counter.as_caller(counter.sign_in())
    return call(counter.identity.link_account, request=LEASE | changed, context=caller)


def test_the_next_token_carries_the_linked_account(dana: Counter) -> None:
    assert link(dana) == {"id": LEASE_ID, "role": "borrower", "account_last4": "0001"}
    accounts = {grant["id"] for grant in dana.read(dana.sign_in()["access_token"]).claims["accounts"]}
    assert accounts == {LEASE_ID, "01900000-0000-7000-8000-00000000a001"}


def test_notifications_learns_of_it(dana: Counter) -> None:
    link(dana)
    told = emitted(dana.identity.store, name="account_linked")[-1]
    assert deliver(dana.identity.on_account_linked, told) is Outcome.DONE
    [contact] = dana.notifications.contacts.values()
    assert {account["id"] for account in contact["accounts"]} >= {LEASE_ID}


def test_a_second_time_changes_and_tells_nothing(dana: Counter) -> None:
    link(dana)
    told = dana.events().count("account_linked")
    assert link(dana)["id"] == LEASE_ID
    assert dana.events().count("account_linked") == told


@pytest.mark.parametrize("changed", [{"ssn_last4": "0000"}, {"account_number": "9999999999"}])
def test_wrong_facts_get_one_answer(dana: Counter, changed: dict[str, str]) -> None:
    with pytest.raises(AccountNotMatched):
        link(dana, **changed)


def test_somebody_elses_account_does_not_match_the_users_name(dana: Counter) -> None:
    dana.accounts.knows(account_number="8005550009", last_name="Stranger", ssn_last4="1111", account_id=LEASE_ID)
    with pytest.raises(AccountNotMatched):
        link(dana, account_number="8005550009", ssn_last4="1111")


def test_five_wrong_tries_close_the_account_for_a_day_even_to_the_right_digits(dana: Counter) -> None:
    for _ in range(5):
        with pytest.raises(AccountNotMatched):
            link(dana, ssn_last4="0000")
    asked = dana.accounts.asked
    with pytest.raises(AccountNotMatched):
        link(dana)
    assert dana.accounts.asked == asked, "a closed account is not even asked about"
    dana.pass_time(hours=25)
    assert link(dana)["id"] == LEASE_ID


def test_tries_of_users_and_of_strangers_count_together(dana: Counter) -> None:
    for _ in range(4):
        with pytest.raises(AccountNotMatched):
            link(dana, ssn_last4="0000")
    dana.register(**a_claim(account_number=LEASE["account_number"], ssn_last4="0001", email="other@example.com"))
    dana.settle()
    with pytest.raises(AccountNotMatched):
        link(dana)


def test_accounts_being_down_is_not_counted_as_a_try(dana: Counter) -> None:
    dana.accounts.failing = NeighbourSilent("accounts did not answer")
    for _ in range(6):
        with pytest.raises(NeighbourSilent):
            link(dana)
    dana.accounts.failing = None
    assert link(dana)["id"] == LEASE_ID


def test_nobody_links_without_signing_in(dana: Counter) -> None:
    with pytest.raises(Forbidden):
        call(dana.identity.link_account, request=LEASE, context=NOBODY)


def test_an_unverified_address_stays_in_identity(counter: Counter) -> None:
    counter.register()
    counter.settle()
    [told] = emitted(counter.identity.store, name="account_linked")
    assert deliver(counter.identity.on_account_linked, told) is Outcome.DONE
    assert counter.notifications.contacts == {}
