"""Who signed together changes together: due dates move when every party has agreed, in time, to what all were shown."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.context import CallContext
from chassis.errors import Forbidden, NotFound
from deploy.ledger_check import check
from services.accounts.contract.errors import AccountPastDue, ApprovalClosed, ApprovalOutdated
from services.accounts.models import account_events, awaited_changes
from services.accounts.operations import lapse_changes
from services.accounts.rules.approvals import DAYS_TO_AGREE
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    A_BORROWER,
    A_CO_BORROWER,
    LOAN_TERMS,
    a_loan,
    an_account,
    an_opening,
    payment_posted,
    rows_of,
)
from tests.builders.days import run_through
from tests.builders.wiring import a_customer, an_agent, call, deliver, emitted

# $15,400.00 at 7.20 %: $3.0378 a day.
TERMS = replace(LOAN_TERMS, annual_rate_percent=Decimal("7.20"))
SUMMARY = (
    "From instalment 12 on, due dates move: December 20, 2026 in place of December 5, 2026, which adds $45.57 of "
    "interest (15 days); the last is December 20, 2030."
)
ALEX = replace(A_CO_BORROWER, first_name="Alex", ssn_last4="7720")
OTHERS_SUBJECT = "01900000-0000-7000-8000-0000000000c0"


@pytest.fixture
def account_id(service: AccountsService) -> str:
    """Dana and Sam owe it together. Next due on 5 December 2026; today is 23 November."""
    opening = an_opening(principal_cents=1_540_000)
    return an_account(service, a_loan(terms=TERMS, opening=opening, parties=(A_BORROWER, A_CO_BORROWER)))


def dana(account_id: str) -> CallContext:
    return a_customer(accounts=(account_id,))


def sam(account_id: str) -> CallContext:
    context = a_customer(accounts=(account_id,))
    return replace(context, subject=OTHERS_SUBJECT, accounts=(replace(context.accounts[0], role="co_borrower"),))


def alex(account_id: str) -> CallContext:
    return replace(sam(account_id), subject="01900000-0000-7000-8000-0000000000c1")


def ask(service: AccountsService, account_id: str, *, caller: CallContext | None = None, **asked: Any) -> Any:
    request = {"account_id": account_id, "due_day": 20, **asked}
    context = caller or dana(account_id)
    return call(service.change_due_date, request=request, context=context, key=f"ask {asked} {context.subject}")


def decide(service: AccountsService, caller: CallContext, *, accept: bool = True, **which: Any) -> str:
    account_id = caller.accounts[0].id
    [row] = [row for row in rows_of(service.store, awaited_changes) if row["status"] == "offered"] or [{}]
    request = {
        "account_id": account_id, "approval_id": str(row.get("id", OTHERS_SUBJECT)),
        "kind": row.get("kind", "deferment"), **which,
    }  # fmt: skip
    door = service.accept_change if accept else service.decline_change
    return str(call(door, request=request, context=caller, key=f"{accept} {caller.subject} {which}")["status"])


def listed(service: AccountsService, caller: CallContext) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(service.list_approvals, request={}, context=caller)["data"]
    return found


def next_due(service: AccountsService, account_id: str) -> str:
    view = call(service.get_account, request={"account_id": account_id}, context=dana(account_id))
    return str(view["next_due_on"])


def told(service: AccountsService) -> list[str]:
    return [envelope.name for envelope in emitted(service.store)]


class TestSeveralWithOneRole:
    def test_each_of_three_is_waited_for(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(terms=TERMS, parties=(A_BORROWER, A_CO_BORROWER, ALEX)))
        approval = ask(service, account_id)["approval"]
        assert approval["parties"] == ["borrower", "co_borrower", "co_borrower_2"]
        for _ in range(2):
            assert decide(service, sam(account_id)) == "offered"
        (seen,) = listed(service, alex(account_id))
        assert (seen["awaits_you"], seen["agreed"]) == (True, ["borrower", "co_borrower"])
        assert listed(service, sam(account_id))[0]["awaits_you"] is False
        assert decide(service, alex(account_id)) == "accepted"
        assert next_due(service, account_id) == "2026-12-20"

    def test_two_borrowers_do_not_decide_alone(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(terms=TERMS, parties=(A_BORROWER, replace(A_BORROWER, last_name="Oh"))))
        approval = ask(service, account_id)["approval"]
        assert (approval["parties"], approval["agreed"]) == (["borrower", "borrower_2"], ["borrower"])
        assert next_due(service, account_id) == "2026-12-05"

    def test_the_event_says_which_of_them_have_spoken(self, service: AccountsService, account_id: str) -> None:
        ask(service, account_id, caller=sam(account_id))
        (awaited,) = emitted(service.store)
        assert (awaited.data["agreed"], awaited.data["agreed_by"]) == (["co_borrower"], [OTHERS_SUBJECT])


class TestAChangeThatOneOfTwoAsksFor:
    def test_moves_nothing_and_says_whom_it_waits_for(self, service: AccountsService, account_id: str) -> None:
        before = rows_of(service.store, account_events)
        answer = ask(service, account_id)
        assert (answer["is_preview"], answer["added_interest_cents"]) == (True, 4_557)
        approval = answer["approval"]
        assert (approval["parties"], approval["agreed"]) == (["borrower", "co_borrower"], ["borrower"])
        assert (approval["awaits_you"], approval["decide_by_on"]) == (False, "2026-12-03")
        assert rows_of(service.store, account_events) == before
        assert next_due(service, account_id) == "2026-12-05"
        (awaited,) = emitted(service.store)
        assert (awaited.name, awaited.data["summary"], awaited.data["agreed"]) == (
            "change_awaited", SUMMARY, ["borrower"],
        )  # fmt: skip

    def test_is_seen_by_the_other_one(self, service: AccountsService, account_id: str) -> None:
        ask(service, account_id)
        (seen,) = listed(service, sam(account_id))
        assert (seen["kind"], seen["summary"], seen["awaits_you"]) == ("due_date_change", SUMMARY, True)
        (own,) = listed(service, dana(account_id))
        assert own["awaits_you"] is False
        assert listed(service, a_customer()) == []

    def test_is_made_as_it_was_shown_once_the_other_one_agrees(self, service: AccountsService, account_id: str) -> None:
        shown = ask(service, account_id)
        assert decide(service, sam(account_id)) == "accepted"
        schedule = call(service.get_schedule, request={"account_id": account_id}, context=dana(account_id))
        assert schedule["data"] == shown["schedule"]
        assert next_due(service, account_id) == "2026-12-20"
        assert told(service)[-2:] == ["schedule_changed", "change_decided"]
        assert emitted(service.store)[-1].data["standing"]["next_due_on"] == "2026-12-20"
        (event,) = [row for row in rows_of(service.store, account_events) if row["kind"] == "due_date_changed"]
        assert event["data"]["changed_by"] == f"{dana(account_id).subject}, {OTHERS_SUBJECT}"
        assert listed(service, sam(account_id)) == []
        assert check(service.store) == []

    def test_is_not_made_by_who_asked_agreeing_twice(self, service: AccountsService, account_id: str) -> None:
        ask(service, account_id)
        assert decide(service, dana(account_id)) == "offered"
        assert next_due(service, account_id) == "2026-12-05"

    @pytest.mark.parametrize("by_who_asked", [True, False])
    def test_is_off_when_one_declines(self, service: AccountsService, account_id: str, by_who_asked: bool) -> None:
        approval_id = ask(service, account_id)["approval"]["id"]
        who = dana(account_id) if by_who_asked else sam(account_id)
        assert decide(service, who, accept=False) == "withdrawn"
        with pytest.raises(ApprovalClosed):
            decide(service, sam(account_id), approval_id=approval_id, kind="due_date_change")
        assert emitted(service.store)[-1].data["outcome"] == "withdrawn"
        assert next_due(service, account_id) == "2026-12-05"

    def test_may_be_agreed_to_on_the_last_day_and_not_after_it(
        self, service: AccountsService, account_id: str, clock: FixedClock
    ) -> None:
        approval_id = ask(service, account_id)["approval"]["id"]
        clock.move_to(clock.now() + timedelta(days=DAYS_TO_AGREE))
        assert len(listed(service, sam(account_id))) == 1
        clock.move_to(clock.now() + timedelta(days=1))
        assert listed(service, sam(account_id)) == []
        with pytest.raises(ApprovalClosed):
            decide(service, sam(account_id), approval_id=approval_id, kind="due_date_change")

    def test_lapses_once_and_says_so(self, service: AccountsService, account_id: str, clock: FixedClock) -> None:
        ask(service, account_id)
        clock.move_to(clock.now() + timedelta(days=DAYS_TO_AGREE))
        assert lapse_changes(service.store, now=clock.now(), today=clock.today()) == 0
        clock.move_to(clock.now() + timedelta(days=1))
        assert [lapse_changes(service.store, now=clock.now(), today=clock.today()) for _ in range(2)] == [1, 0]
        assert [each.data["outcome"] for each in emitted(service.store) if each.name == "change_decided"] == ["lapsed"]

    def test_is_replaced_by_what_is_asked_for_later(self, service: AccountsService, account_id: str) -> None:
        ask(service, account_id)
        ask(service, account_id, due_day=22)
        (seen,) = listed(service, sam(account_id))
        assert "December 22, 2026" in seen["summary"]
        assert told(service) == ["change_awaited", "change_decided", "change_awaited"]

    def test_with_the_same_key_is_asked_for_once(self, service: AccountsService, account_id: str) -> None:
        assert ask(service, account_id) == ask(service, account_id)
        assert len(rows_of(service.store, awaited_changes)) == 1


class TestWhatHasChangedMeanwhile:
    def test_stands_in_the_way_until_it_is_mended(
        self, service: AccountsService, account_id: str, clock: FixedClock
    ) -> None:
        """A bill went unpaid: the other one cannot agree before it is paid."""
        ask(service, account_id)
        run_through(service, clock, clock.today() + timedelta(days=DAYS_TO_AGREE + 5))
        with service.store.writing() as transaction:
            row = {"decide_by_on": clock.today() + timedelta(days=30)}
            transaction.run(awaited_changes.update().values(**row))
        with pytest.raises(AccountPastDue):
            decide(service, sam(account_id))
        assert rows_of(service.store, awaited_changes)[0]["agreed"] == {"borrower": dana(account_id).subject}

    def test_and_makes_it_another_change_is_not_agreed_to(self, service: AccountsService, account_id: str) -> None:
        """The next instalment is paid: what was shown would move another one now."""
        ask(service, account_id)
        deliver(service.on_payment_posted, payment_posted(service, account_id=account_id))
        with pytest.raises(ApprovalOutdated):
            decide(service, sam(account_id))
        assert told(service)[-1] == "payment_applied"
        assert decide(service, sam(account_id), accept=False) == "withdrawn"

    def test_and_makes_it_cheaper_is_no_reason_against_it(self, service: AccountsService, account_id: str) -> None:
        ask(service, account_id)
        deliver(
            service.on_payment_posted,
            payment_posted(service, account_id=account_id, amount_cents=10_000),
        )
        assert decide(service, sam(account_id)) == "accepted"


class TestWhoMayAgree:
    def test_is_nobody_who_does_not_hold_the_account(self, service: AccountsService, account_id: str) -> None:
        approval = ask(service, account_id)["approval"]
        which = {"account_id": account_id, "approval_id": approval["id"], "kind": "due_date_change"}
        for door in (service.accept_change, service.decline_change):
            with pytest.raises(NotFound):
                call(door, request=which, context=a_customer(), key=f"stranger {door}")
            with pytest.raises(Forbidden):
                call(door, request=which, context=an_agent(), key="staff")

    @pytest.mark.parametrize("approval_id", [OTHERS_SUBJECT, "no id at all"])
    def test_what_there_is_not_is_not_found(self, service: AccountsService, account_id: str, approval_id: str) -> None:
        with pytest.raises(NotFound):
            decide(service, sam(account_id), approval_id=approval_id)

    def test_a_change_of_another_account_is_not_found(self, service: AccountsService, account_id: str) -> None:
        approval_id = ask(service, account_id)["approval"]["id"]
        another = an_account(service, a_loan(source_ref="demo/loans/another"))
        with pytest.raises(NotFound):
            decide(service, dana(another), approval_id=approval_id, kind="due_date_change")


class TestStaff:
    def test_who_have_no_word_of_the_parties_wait_for_both(self, service: AccountsService, account_id: str) -> None:
        assert ask(service, account_id, caller=an_agent())["approval"]["agreed"] == []
        assert decide(service, dana(account_id)) == "offered"
        assert decide(service, sam(account_id)) == "accepted"

    def test_who_have_everybodys_word_move_it_at_once(self, service: AccountsService, account_id: str) -> None:
        answer = ask(service, account_id, caller=an_agent(), all_parties_agreed=True)
        assert (answer["is_preview"], answer["approval"]) == (False, None)
        assert next_due(service, account_id) == "2026-12-20"

    def test_alone_can_say_so(self, service: AccountsService, account_id: str) -> None:
        answer = ask(service, account_id, all_parties_agreed=True)
        assert answer["approval"]["awaits_you"] is False
        assert next_due(service, account_id) == "2026-12-05"


def test_a_deferment_waits_as_well(service: AccountsService, account_id: str) -> None:
    request = {"account_id": account_id, "months": 1}
    answer = call(service.defer_payments, request=request, context=dana(account_id), key="defer")
    assert answer["approval"]["kind"] == "deferment"
    assert decide(service, sam(account_id)) == "accepted"
    assert next_due(service, account_id) == "2027-01-05"


def test_who_owes_it_alone_waits_for_nobody(service: AccountsService) -> None:
    account_id = an_account(service, a_loan(terms=TERMS, opening=an_opening(principal_cents=1_540_000)))
    answer = ask(service, account_id)
    assert (answer["is_preview"], answer["approval"]) == (False, None)
    assert rows_of(service.store, awaited_changes) == []
