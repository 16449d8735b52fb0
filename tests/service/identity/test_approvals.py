"""A change that every party must accept: the parties hear of it by mail."""

from datetime import date
from typing import Any

import pytest

from services.leases.contract.events import extension_decided
from tests.builders.identity import Counter
from tests.builders.neighbours import a_person
from tests.builders.wiring import an_event, deliver

ACCOUNT = a_person()["account_id"]


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
    told = an_event(extension_decided, clock=counter.clock, subject=ACCOUNT, data=data)
    known = len(counter.notifications.mails)
    for _ in range(2):
        deliver(counter.identity.on_extension_decided, told)
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
