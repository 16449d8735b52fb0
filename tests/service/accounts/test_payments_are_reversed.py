"""A payment that its bank returns, or that staff undo, leaves the account as had it never been, and everybody told."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.context import CallContext
from chassis.doors import Outcome
from chassis.errors import Forbidden, IdempotencyKeyRequired, Impossible, NotFound
from chassis.events import Envelope
from chassis.tables import audit_log
from deploy.ledger_check import check
from services.accounts.contract.errors import PaymentAlreadyReversed, PaymentNotApplied
from services.accounts.models import account_events, account_states, allocations, journal_entries, work_items
from services.accounts.operations import note_return
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    LOAN_TERMS,
    a_closed_loan,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    ledger_of,
    payment_posted,
    rows_of,
)
from tests.builders.wiring import a_customer, an_agent, call, deliver, emitted

INSTALMENT_CENTS = 41_237
PAYOFF_CENTS = 1_825_000 + 5_841


def pay(service: AccountsService, account_id: str, **changed: Any) -> Envelope:
    envelope = payment_posted(service, account_id=account_id, **changed)
    assert deliver(service.on_payment_posted, envelope) == Outcome.DONE
    return envelope


def reverse(
    service: AccountsService, paid: Envelope, *, key: str = "key", context: CallContext | None = None, **changed: Any
) -> Any:
    request = {
        "account_id": paid.data["account_id"], "payment_id": paid.data["payment_id"], "reason": "posted twice",
    } | changed  # fmt: skip
    return call(service.reverse_payment, request=request, context=context or an_agent(), key=key)


def bank_returns(service: AccountsService, paid: Envelope, **changed: Any) -> None:
    names = ("payment_id", "account_id", "presentment_number", "amount_cents")
    returned = {name: paid.data[name] for name in names} | {"return_code": "R01", "reason": "insufficient funds"}
    with service.store.writing() as transaction:
        note_return(transaction, returned=returned | changed, now=service.clock.now(), today=service.clock.today())


def told(service: AccountsService, name: str) -> list[dict[str, Any]]:
    return [dict(envelope.data) for envelope in emitted(service.store, name=name)]


def view_of(service: AccountsService, account_id: str) -> dict[str, Any]:
    context = a_customer(accounts=(account_id,))
    view: dict[str, Any] = call(service.get_account, request={"account_id": account_id}, context=context)
    return view


def figures(view: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if name != "as_of"}


class TestAReversalByStaff:
    def test_leaves_the_account_as_had_the_payment_never_been(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        before, ledger = view_of(service, account_id), ledger_of(service.store, account_id=account_id)
        reverse(service, pay(service, account_id))
        assert figures(view_of(service, account_id)) == figures(before)
        assert ledger_of(service.store, account_id=account_id) == ledger
        assert check(service.store) == []

    def test_answers_and_tells_the_standing_after_it(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        paid = pay(service, account_id)
        answer = reverse(service, paid)
        (told_of,) = told(service, "payment_reversed")
        assert answer == {"account_id": account_id, "standing": told_of["standing"]}
        assert (told_of["standing"]["payoff_ceiling_cents"], told_of["standing"]["payments_made"]) == (1_830_841, 11)
        assert {name: told_of[name] for name in told_of if name != "standing"} == {
            "account_id": account_id, "payment_id": paid.data["payment_id"], "presentment_number": 1,
            "amount_cents": INSTALMENT_CENTS, "effective_on": "2026-11-23", "reversed_on": "2026-11-23",
            "reason": "posted twice", "return_code": None,
        }  # fmt: skip

    def test_adds_entries_that_undo_each_one_and_changes_none(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        paid = pay(service, account_id)
        before = rows_of(service.store, journal_entries)
        reverse(service, paid)
        after = rows_of(service.store, journal_entries)
        assert [row for row in after if row in before] == before
        undone = {row["reverses_id"]: row["kind"] for row in after if row not in before}
        mine = {row["id"]: f"{row['kind']}_reversed" for row in before if row["kind"] != "account_opened"}
        assert undone == mine

    def test_shows_the_payment_as_undone_with_the_reason(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        reverse(service, pay(service, account_id))
        context = a_customer(accounts=(account_id,))
        (shown,) = call(service.list_transactions, request={"account_id": account_id}, context=context)["data"]
        assert (shown["kind"], shown["amount_cents"], shown["revision"]) == ("payment_reversed", 0, 2)
        assert shown["explanation"]["reversed_amount_cents"] == INSTALMENT_CENTS
        assert shown["explanation"]["sentence"] == (
            "The $412.37 received for November 23, 2026 was undone on November 23, 2026: posted twice."
        )

    def test_corrects_what_came_after_to_the_cent(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        first = pay(service, account_id, effective_on=date(2026, 11, 10))
        later = pay(service, account_id, effective_on=date(2026, 11, 20))
        reverse(service, first)
        rows = {row["source_key"].split(":")[1]: row for row in rows_of(service.store, allocations)}
        assert rows[later.data["payment_id"]]["interest_cents"] == 4_868
        assert check(service.store) == []

    def test_is_done_once_and_a_second_one_refused(self, service: AccountsService) -> None:
        paid = pay(service, an_account(service, a_loan()))
        assert reverse(service, paid) == reverse(service, paid)
        with pytest.raises(PaymentAlreadyReversed):
            reverse(service, paid, key="another")
        assert len(told(service, "payment_reversed")) == 1

    def test_of_a_payment_that_is_not_here_is_refused(self, service: AccountsService) -> None:
        paid = pay(service, an_account(service, a_loan()))
        other = an_account(service, a_lease())
        for changed in ({"account_id": other}, {"payment_id": "unknown"}, {"presentment_number": 2}):
            with pytest.raises(PaymentNotApplied):
                reverse(service, paid, key=str(changed), **changed)

    def test_is_for_staff_who_leave_a_trace_and_send_a_key(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        paid = pay(service, account_id)
        with pytest.raises(Forbidden):
            reverse(service, paid, context=a_customer(accounts=(account_id,)))
        with pytest.raises(IdempotencyKeyRequired):
            call(
                service.reverse_payment,
                request={"account_id": account_id, "payment_id": "x", "reason": "y"},
                context=an_agent(),
            )
        with pytest.raises(NotFound):
            reverse(service, paid, account_id="01900000-0000-7000-8000-000000000404", key="nobody")
        reverse(service, paid)
        traces = [row for row in rows_of(service.store, audit_log) if row["request"].get("reason") == "posted twice"]
        assert {row["method"] for row in traces} == {"accounts.reverse_payment"}

    def test_gives_a_lease_its_credit_back_in_order(self, service: AccountsService) -> None:
        account_id = an_account(service, a_lease())
        before = ledger_of(service.store, account_id=account_id)
        paid = pay(service, account_id, amount_cents=3 * 48_240)
        reverse(service, paid)
        assert ledger_of(service.store, account_id=account_id) == before
        assert check(service.store) == []

    def test_of_held_money_gives_it_back_and_closes_its_work_item(self, service: AccountsService) -> None:
        account_id = an_account(service, a_closed_loan())
        reverse(service, pay(service, account_id))
        (state,), (item,) = rows_of(service.store, account_states), rows_of(service.store, work_items)
        assert item["closed_at"] == service.clock.now()
        assert (state["held_cents"], ledger_of(service.store, account_id=account_id)) == (0, {})
        assert check(service.store) == []


class TestAPaidOffLoan:
    def test_owes_again_and_is_told_to_be_open(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        paid = pay(service, account_id, amount_cents=PAYOFF_CENTS)
        assert view_of(service, account_id)["status"] == "paid_off"
        reverse(service, paid)
        view = view_of(service, account_id)
        assert (view["status"], view["principal_balance_cents"], view["next_due_on"]) == (
            "open",
            1_825_000,
            "2026-12-05",
        )
        (reopened,) = told(service, "account_reopened")
        assert (reopened["payment_id"], reopened["standing"]["status"]) == (paid.data["payment_id"], "open")
        assert check(service.store) == []

    def test_stays_paid_off_when_what_goes_was_too_much_anyway(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=PAYOFF_CENTS)
        reverse(service, pay(service, account_id, amount_cents=500))
        assert view_of(service, account_id)["status"] == "paid_off"
        assert told(service, "account_reopened") == []
        assert check(service.store) == []


class TestAReturn:
    def test_undoes_the_payment_with_the_banks_code(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        before = ledger_of(service.store, account_id=account_id)
        bank_returns(service, pay(service, account_id))
        (told_of,) = told(service, "payment_reversed")
        assert (told_of["return_code"], told_of["reason"]) == ("R01", "insufficient funds")
        assert ledger_of(service.store, account_id=account_id) == before
        assert check(service.store) == []

    def test_told_twice_is_one(self, service: AccountsService) -> None:
        paid = pay(service, an_account(service, a_loan()))
        bank_returns(service, paid)
        bank_returns(service, paid)
        assert len(told(service, "payment_reversed")) == 1

    def test_before_its_payment_waits_and_then_the_payment_counts_for_nothing(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        before = ledger_of(service.store, account_id=account_id)
        paid = payment_posted(service, account_id=account_id)
        bank_returns(service, paid)
        assert told(service, "payment_reversed") == []
        assert check(service.store) == []
        assert deliver(service.on_payment_posted, paid) == Outcome.DONE
        assert [envelope.name for envelope in emitted(service.store)] == ["payment_reversed"]
        assert ledger_of(service.store, account_id=account_id) == before
        assert [row["kind"] for row in rows_of(service.store, allocations)] == ["payment_reversed"]
        assert [row["kind"] for row in rows_of(service.store, account_events)].count("payment_posted") == 1
        assert check(service.store) == []

    def test_before_money_that_is_held_leaves_nothing_held(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        paid = payment_posted(service, account_id=account_id, effective_on=date(2026, 11, 1))
        bank_returns(service, paid)
        deliver(service.on_payment_posted, paid)
        (state,) = rows_of(service.store, account_states)
        assert (state["held_cents"], rows_of(service.store, work_items)) == (0, [])
        assert check(service.store) == []

    def test_after_which_the_money_is_presented_again_leaves_the_second_presentment(
        self, service: AccountsService
    ) -> None:
        account_id = an_account(service, a_loan())
        paid = pay(service, account_id)
        bank_returns(service, paid)
        pay(service, account_id, payment_id=paid.data["payment_id"], presentment_number=2)
        assert view_of(service, account_id)["principal_balance_cents"] == 1_789_604
        assert check(service.store) == []

    def test_costs_what_the_contract_says_when_funds_were_missing(self, service: AccountsService) -> None:
        terms = replace(LOAN_TERMS, returned_payment_fee_cents=2_000)
        account_id = an_account(service, a_loan(terms=terms))
        bank_returns(service, pay(service, account_id))
        assert view_of(service, account_id)["fees_due_cents"] == 2_000
        bank_returns(service, pay(service, account_id), return_code="R02")
        assert view_of(service, account_id)["fees_due_cents"] == 2_000
        ledger = ledger_of(service.store, account_id=account_id)
        assert (ledger["fee_receivable"], ledger["fee_income"]) == (2_000, -2_000)
        early = payment_posted(service, account_id=account_id)
        bank_returns(service, early, return_code="R09")
        deliver(service.on_payment_posted, early)
        assert view_of(service, account_id)["fees_due_cents"] == 4_000
        assert check(service.store) == []

    @pytest.mark.parametrize(("state", "cents"), [("NJ", 2_000), ("TX", 3_500)])
    def test_costs_no_more_than_the_law_of_the_state_allows(
        self, service: AccountsService, state: str, cents: int
    ) -> None:
        terms = replace(LOAN_TERMS, returned_payment_fee_cents=3_500)
        account_id = an_account(service, a_loan(state=state, terms=terms))
        bank_returns(service, pay(service, account_id))
        assert view_of(service, account_id)["fees_due_cents"] == cents
        assert check(service.store) == []

    def test_of_other_money_than_was_applied_is_left_to_a_person(self, service: AccountsService) -> None:
        paid = pay(service, an_account(service, a_loan()))
        with pytest.raises(Impossible, match="another amount"):
            bank_returns(service, paid, amount_cents=1)

    def test_makes_an_account_late_from_the_old_due_date(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(opening=an_opening(next_instalment_number=11, payments_made=10)))
        paid = pay(service, account_id, effective_on=date(2026, 11, 5))
        assert view_of(service, account_id)["days_past_due"] == 0
        bank_returns(service, paid)
        assert view_of(service, account_id)["days_past_due"] == 18
