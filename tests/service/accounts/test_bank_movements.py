"""Payments tells what banks moved: cash is booked once, in whatever order it is told, and closes what it paid off."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from chassis.doors import Outcome
from chassis.errors import ConstraintViolated
from chassis.events import Envelope, Event
from deploy.ledger_check import check
from services.accounts.models import accounts, bank_movements, work_items
from services.accounts.service import AccountsService
from services.payments.contract import events as payments_events
from tests.builders.accounts import a_loan, an_account, ledger_of, payment_posted, rows_of
from tests.builders.wiring import an_event, deliver, emitted

INSTALMENT_CENTS = 41_237
PAYOFF_CENTS = 1_825_000 + 5_841
A_REFUND = "01900000-0000-7000-8000-00000000f001"


def told(service: AccountsService, name: str) -> list[dict[str, Any]]:
    return [dict(envelope.data) for envelope in emitted(service.store, name=name)]


def pay(service: AccountsService, account_id: str, **changed: Any) -> Envelope:
    envelope = payment_posted(service, account_id=account_id, **changed)
    assert deliver(service.on_payment_posted, envelope) is Outcome.DONE
    return envelope


def hear(service: AccountsService, event: Event, paid: Envelope, **more: Any) -> Outcome:
    """An event of payments about the same presentment."""
    names = ("payment_id", "account_id", "presentment_number", "amount_cents")
    data = {name: paid.data[name] for name in names} | more
    known = set(event.schema().fields)
    shown = {name: value for name, value in data.items() if name in known}
    envelope = an_event(event, clock=service.clock, subject=paid.data["account_id"], data=shown)
    return deliver(getattr(service, f"on_{event.name}"), envelope)


def settles(service: AccountsService, paid: Envelope) -> None:
    settled_on = service.clock.today()
    assert hear(service, payments_events.payment_settled, paid, settled_on=settled_on) is Outcome.DONE


def returns(service: AccountsService, paid: Envelope, *, settled_on: date | None = None, code: str = "R01") -> None:
    why = {
        "effective_on": date(2026, 11, 23), "settled_on": settled_on, "returned_on": service.clock.today(),
        "return_code": code, "reason": "there was not enough money in the account", "next_step": "Pay again.",
        "will_be_presented_again": False, "present_again_on": None, "method_type": "bank_account",
        "method_last4": "6789",
    }  # fmt: skip
    assert hear(service, payments_events.payment_returned, paid, **why) is Outcome.DONE


class TestMoneyThatComesIn:
    def test_moves_clearing_to_cash_once(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        paid = pay(service, account_id)
        settles(service, paid)
        settles(service, paid)
        ledger = ledger_of(service.store, account_id=account_id)
        assert (ledger["cash"], ledger.get("clearing", 0)) == (INSTALMENT_CENTS, 0)
        assert check(service.store) == []

    def test_may_be_told_before_it_was_posted(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        paid = payment_posted(service, account_id=account_id)
        settles(service, paid)
        assert check(service.store) == []
        deliver(service.on_payment_posted, paid)
        ledger = ledger_of(service.store, account_id=account_id)
        assert (ledger["cash"], ledger.get("clearing", 0)) == (INSTALMENT_CENTS, 0)
        assert check(service.store) == []

    @pytest.mark.parametrize("settled_first", [True, False])
    def test_closes_the_account_that_it_paid_off(self, service: AccountsService, settled_first: bool) -> None:
        account_id = an_account(service, a_loan())
        paid = payment_posted(service, account_id=account_id, amount_cents=PAYOFF_CENTS)
        first, second = (settles, pay_this) if settled_first else (pay_this, settles)
        first(service, paid)
        assert told(service, "account_closed") == []
        second(service, paid)
        (closed,) = told(service, "account_closed")
        assert (closed["payment_id"], closed["standing"]["status"]) == (paid.data["payment_id"], "closed")
        (account,) = rows_of(service.store, accounts)
        assert (account["status"], account["closed_on"]) == ("closed", service.clock.today())
        assert check(service.store) == []

    def test_goes_out_again_when_it_is_returned_afterwards(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        before = ledger_of(service.store, account_id=account_id)
        paid = pay(service, account_id)
        settles(service, paid)
        returns(service, paid, settled_on=service.clock.today())
        assert ledger_of(service.store, account_id=account_id) == before
        assert check(service.store) == []

    @pytest.mark.parametrize("order", list(permutations(("posted", "settled", "returned"))), ids="-".join)
    def test_nets_to_nothing_in_whatever_order_its_way_there_and_back_is_told(
        self, service: AccountsService, order: tuple[str, ...]
    ) -> None:
        account_id = an_account(service, a_loan())
        before = ledger_of(service.store, account_id=account_id)
        paid = payment_posted(service, account_id=account_id)
        tell = {
            "posted": lambda: pay_this(service, paid), "settled": lambda: settles(service, paid),
            "returned": lambda: returns(service, paid, settled_on=service.clock.today()),
        }  # fmt: skip
        for what in order:
            tell[what]()
            assert check(service.store) == [], f"after {what}"
        assert ledger_of(service.store, account_id=account_id) == before

    def test_that_never_came_in_moves_no_cash_when_it_is_returned(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        paid = pay(service, account_id)
        returns(service, paid)
        assert rows_of(service.store, bank_movements) == []
        assert "cash" not in ledger_of(service.store, account_id=account_id)

    def test_reopens_the_closed_account_when_it_is_returned(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        paid = pay(service, account_id, amount_cents=PAYOFF_CENTS)
        settles(service, paid)
        returns(service, paid, settled_on=service.clock.today(), code="R10")
        assert [event["standing"]["status"] for event in told(service, "account_reopened")] == ["open"]
        assert check(service.store) == []


class TestMoneyThatGoesBack:
    def owes_back(self, service: AccountsService) -> tuple[str, Envelope, dict[str, Any]]:
        account_id = an_account(service, a_loan())
        paid = pay(service, account_id, amount_cents=PAYOFF_CENTS + 5_000)
        settles(service, paid)
        (refund,) = told(service, "refund_due")
        return account_id, paid, refund

    def pays_out(self, service: AccountsService, paid: Envelope, refund: dict[str, Any]) -> None:
        facts = {name: refund[name] for name in ("refund_id", "amount_cents")} | {"paid_on": service.clock.today()}
        assert hear(service, payments_events.refund_paid, paid, **facts) is Outcome.DONE

    def fails(self, service: AccountsService, paid: Envelope, refund: dict[str, Any], *, was_paid: bool) -> None:
        facts = {name: refund[name] for name in ("refund_id", "amount_cents")}
        more = {
            "kind": "surplus", "failed_on": service.clock.today(), "was_paid": was_paid,
            "reason_code": "account_closed",
        }  # fmt: skip
        assert hear(service, payments_events.refund_failed, paid, **facts, **more) is Outcome.DONE

    def test_empties_what_was_set_aside_and_closes_the_work_item(self, service: AccountsService) -> None:
        account_id, paid, refund = self.owes_back(service)
        for _ in range(2):
            self.pays_out(service, paid, refund)
        ledger = ledger_of(service.store, account_id=account_id)
        assert ("refund_payable" in ledger, ledger["cash"]) == (False, PAYOFF_CENTS)
        (item,) = rows_of(service.store, work_items)
        assert item["closed_at"] == service.clock.now()
        assert check(service.store) == []

    def test_that_could_not_be_paid_stays_owed_and_for_a_person(self, service: AccountsService) -> None:
        account_id, paid, refund = self.owes_back(service)
        self.fails(service, paid, refund, was_paid=False)
        assert ledger_of(service.store, account_id=account_id)["refund_payable"] == -5_000
        assert rows_of(service.store, work_items)[0]["closed_at"] is None
        assert check(service.store) == []

    @pytest.mark.parametrize("in_order", [True, False])
    def test_that_the_bank_sends_back_is_owed_again(self, service: AccountsService, in_order: bool) -> None:
        account_id, paid, refund = self.owes_back(service)
        if in_order:
            self.pays_out(service, paid, refund)
        self.fails(service, paid, refund, was_paid=True)
        if not in_order:
            self.pays_out(service, paid, refund)
        assert ledger_of(service.store, account_id=account_id)["refund_payable"] == -5_000
        assert check(service.store) == []

    def test_as_a_whole_payment_leaves_the_account_as_had_it_never_been(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        before = ledger_of(service.store, account_id=account_id)
        paid = pay(service, account_id)
        settles(service, paid)
        for _ in range(2):
            why = {"refund_id": A_REFUND, "refunded_on": service.clock.today(), "reason": "Paid twice by mistake"}
            assert hear(service, payments_events.payment_refunded, paid, **why) is Outcome.DONE
        assert ledger_of(service.store, account_id=account_id) == before
        (undone,) = told(service, "payment_reversed")
        assert (undone["reason"], undone["return_code"]) == ("refunded: Paid twice by mistake", None)
        assert check(service.store) == []


def pay_this(service: AccountsService, paid: Envelope) -> None:
    assert deliver(service.on_payment_posted, paid) is Outcome.DONE


def test_what_banks_moved_stays_whoever_tries_to_change_it(service: AccountsService) -> None:
    settles(service, pay(service, an_account(service, a_loan())))
    for change in ("UPDATE bank_movements SET amount_cents = 1", "DELETE FROM bank_movements"):
        with pytest.raises(ConstraintViolated), service.store.writing() as transaction:
            transaction.run(text(change))


def test_the_check_sees_a_movement_that_is_in_no_book(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    planted = text(
        f"INSERT INTO bank_movements VALUES ('settled:x:1', '{account_id}', 'settled', 100, '2026-11-23', now())"
    )
    with service.store.writing() as transaction:
        transaction.run(planted)
    assert any("sub-ledger" in str(difference) for difference in check(service.store))
