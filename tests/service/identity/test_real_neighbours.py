"""Identity with the real accounts and notifications behind the same contracts that its other stories rely on."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from chassis.bus.rpc import Reply
from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.errors import NeighbourSilent
from chassis.keys import FieldCipher
from services.notifications.models import contact_accounts, contacts, messages
from services.notifications.providers.wording import Wording
from services.notifications.service import NotificationsService
from tests.builders.accounts import A_BORROWER, a_loan, accounts_service, take_over
from tests.builders.identity import Counter
from tests.builders.wiring import call, direct, wire
from tests.fixtures.postgres import OpenDatabase
from tests.unit.notifications.facts import BRAND

CLAIM = {"account_number": "KFA-1000001", "last_name": "WHITFIELD", "ssn_last4": "7391"}


@pytest.fixture
def town(counter: Counter, databases: OpenDatabase, clock: FixedClock, keys_folder: Path) -> Counter:
    """Accounts has taken over Dana's loan; mails wait in notifications' queue."""
    accounts = accounts_service(database=databases("accounts"), clock=clock, keys_folder=keys_folder)
    dana = replace(A_BORROWER, first_name="Dana", last_name="Whitfield", ssn_last4="7391")
    take_over(accounts, a_loan(account_number="KFA-1000001", parties=(dana,)))
    cipher = FieldCipher(folder=keys_folder, purpose="fields-notifications")
    notifications = wire(
        NotificationsService, database=databases("notifications"), clock=clock, keys_folder=keys_folder, cipher=cipher,
        wording=Wording(brand=BRAND),
    )  # fmt: skip
    counter.identity.accounts = direct(accounts)
    counter.identity.notifications = direct(notifications)
    return counter


def templates(databases: OpenDatabase, *, channel: str = "email") -> list[str]:
    by_channel = select(messages.c.template).where(messages.c.channel == channel).order_by(messages.c.id)
    with databases("notifications").reading() as transaction:
        return [row["template"] for row in transaction.all(by_channel)]


def the_token(counter: Counter) -> str:
    from services.identity.models import registrations

    with counter.identity.store.reading() as transaction:
        newest = transaction.value(select(registrations.c.id).order_by(registrations.c.received_at.desc()))
    return counter.identity.keyring.verification_token(newest)


def test_a_borrower_registers_verifies_and_sees_the_account(town: Counter, databases: OpenDatabase) -> None:
    town.register(**CLAIM)
    assert town.settle() == [Outcome.DONE]
    assert templates(databases) == ["verify_email"]
    town.verify(the_token(town))
    assert town.settle() == [Outcome.DONE]
    caller = town.as_caller(town.sign_in())
    me = call(town.identity.get_me, request={}, context=caller)
    assert (me["first_name"], me["phone_masked"], me["accounts"][0]["role"]) == ("Dana", "•••• 0137", "borrower")
    assert caller.may_see(me["accounts"][0]["id"])
    with databases("notifications").reading() as transaction:
        assert transaction.value(select(func.count()).select_from(contacts)) == 1
        assert transaction.value(select(contact_accounts.c.last4)) == me["accounts"][0]["account_last4"] == "0001"


def test_a_stranger_gets_no_mail(town: Counter, databases: OpenDatabase) -> None:
    assert town.register(**CLAIM | {"ssn_last4": "7390"}) == {"status": "check_your_mail"}
    assert town.settle() == [Outcome.DONE]
    assert templates(databases) == []


def test_a_second_registration_is_told_to_the_first(town: Counter, databases: OpenDatabase) -> None:
    town.register(**CLAIM)
    town.settle()
    town.verify(the_token(town))
    town.settle()
    town.pass_time(minutes=1)
    town.register(**CLAIM, email="somebody.else@example.com")
    assert town.settle() == [Outcome.DONE]
    assert templates(databases) == ["verify_email", "already_registered"]
    assert templates(databases, channel="inbox") == ["already_registered"]


def test_a_lost_reply_makes_no_second_mail(town: Counter, databases: OpenDatabase) -> None:
    notifications = town.identity.notifications

    class LosesReplies:
        def ask(self, method: str, **named: Any) -> Reply:
            notifications.ask(method, **named)
            raise NeighbourSilent("the reply was lost")

    town.register(**CLAIM)
    town.identity.notifications = LosesReplies()
    assert town.settle() == [Outcome.WAITING]
    town.identity.notifications = notifications
    assert town.settle() == [Outcome.DONE]
    assert templates(databases) == ["verify_email"]
