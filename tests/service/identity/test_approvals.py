"""A change that every party must accept: the parties hear of it by mail."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from services.accounts.contract.events import change_awaited, change_decided
from services.identity.models import users
from services.leases.contract.events import extension_decided
from tests.builders.identity import Counter
from tests.builders.neighbours import a_person
from tests.builders.payments import a_standing
from tests.builders.wiring import an_event, deliver

ACCOUNT = a_person()["account_id"]
APPROVAL = "01900000-0000-7000-8000-0000000000e2"
SUMMARY = "From instalment 12 on, due dates move: December 20, 2026 in place of December 5, 2026."


@pytest.fixture
def couple(counter: Counter) -> Counter:
    """Dana and Ike act on one account."""
    counter.join()
    counter.accounts.knows(
        account_number="7003124417", last_name="Okafor", ssn_last4="1180", first_name="Ike", party_id="another",
        role="co_borrower",
    )  # fmt: skip
    counter.join(last_name="Okafor", ssn_last4="1180", email="ike@example.com")
    return counter


def decide(counter: Counter, decision: str) -> list[tuple[str, Any]]:
    """Leases says what was decided; gives the mails that follow."""
    data = {
        "account_id": ACCOUNT, "option_id": "01900000-0000-7000-8000-0000000000e1", "decision": decision,
        "reason": None, "ends_on": date(2027, 4, 15),
    }  # fmt: skip
    return mails_after(counter, counter.identity.on_extension_decided, extension_decided, data)


def wait(counter: Counter, *, agreed: list[str], agreed_by: list[str] | None = None) -> list[tuple[str, Any]]:
    """Accounts says that a change waits; gives the mails that follow."""
    data = {
        "account_id": ACCOUNT, "standing": a_standing(next_due_on=date(2026, 12, 5)), "approval_id": APPROVAL,
        "kind": "due_date_change", "summary": SUMMARY, "agreed": agreed, "agreed_by": agreed_by,
        "decide_by_on": date(2026, 12, 3),
    }  # fmt: skip
    return mails_after(counter, counter.identity.on_change_awaited, change_awaited, data)


def close(counter: Counter, outcome: str) -> list[tuple[str, Any]]:
    """Accounts says what has become of a change that waited; gives the mails that follow."""
    data = {
        "account_id": ACCOUNT, "standing": a_standing(next_due_on=date(2026, 12, 5)), "approval_id": APPROVAL,
        "kind": "due_date_change", "summary": SUMMARY, "outcome": outcome,
    }  # fmt: skip
    return mails_after(counter, counter.identity.on_change_decided, change_decided, data)


def mails_after(counter: Counter, door: Any, event: Any, data: dict[str, Any]) -> list[tuple[str, Any]]:
    known = len(counter.notifications.mails)
    told = an_event(event, clock=counter.clock, subject=ACCOUNT, data=data)
    for _ in range(2):
        deliver(door, told)
    counter.settle_all()
    return [(mail["to_email"], mail["about"]) for mail in counter.notifications.mails[known:]]


def test_each_of_them_is_asked_once(couple: Counter) -> None:
    about = "your lease to go on through 2027-04-15."
    assert sorted(decide(couple, "offered")) == [("dana@example.com", about), ("ike@example.com", about)]
    assert couple.notifications.mails[-1]["link"] == "https://captive.example/approvals"


@pytest.mark.parametrize("decision", ["declined", "active"])
def test_what_is_decided_asks_nobody(couple: Counter, decision: str) -> None:
    assert decide(couple, decision) == []


def test_who_decides_alone_is_not_asked(counter: Counter) -> None:
    counter.join()
    assert decide(counter, "offered") == []


class TestAChangeOfDueDates:
    def test_is_told_to_who_has_not_agreed(self, couple: Counter) -> None:
        assert wait(couple, agreed=["borrower"]) == [("ike@example.com", SUMMARY)]
        assert couple.templates()[-1] == "approval_asked"
        assert couple.notifications.mails[-1]["link"] == "https://captive.example/approvals"

    def test_is_told_to_the_other_one_of_two_with_the_same_part(self, couple: Counter) -> None:
        couple.accounts.knows(
            account_number="7003124417", last_name="Adeyemi", ssn_last4="5521", first_name="Alex", party_id="third",
            role="co_borrower",
        )  # fmt: skip
        couple.join(last_name="Adeyemi", ssn_last4="5521", email="alex@example.com")
        with couple.identity.store.reading() as transaction:
            ike = transaction.value(select(users.c.id).where(users.c.email == "ike@example.com"))
        mails = wait(couple, agreed=["co_borrower"], agreed_by=[str(ike)])
        assert sorted(to for to, _ in mails) == ["alex@example.com", "dana@example.com"]

    def test_that_staff_asked_for_is_told_to_both(self, couple: Counter) -> None:
        assert sorted(wait(couple, agreed=[])) == [("dana@example.com", SUMMARY), ("ike@example.com", SUMMARY)]

    @pytest.mark.parametrize(
        ("outcome", "said"),
        [("accepted", "it is made"), ("withdrawn", "It was declined"), ("lapsed", "Not everybody agreed in time")],
    )
    def test_that_is_decided_is_told_to_both(self, couple: Counter, outcome: str, said: str) -> None:
        mails = close(couple, outcome)
        assert sorted(to for to, _ in mails) == ["dana@example.com", "ike@example.com"]
        assert all(said in about and SUMMARY in about for _, about in mails)
        assert couple.templates()[-1] == "approval_decided"

    def test_that_was_replaced_is_told_by_what_replaces_it(self, couple: Counter) -> None:
        assert close(couple, "replaced") == []
