"""A balance is called due, an account is charged off, and what comes back is recovery: income, never a receivable."""

from datetime import date
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.context import CallContext
from chassis.doors import Outcome
from chassis.errors import Forbidden
from chassis.events import Envelope
from deploy.ledger_check import check
from services.accounts.contract.errors import (
    AccountNotOpen,
    BalanceNotConfirmed,
    ChangeNotPossible,
    LateFeeNotChargeable,
)
from services.accounts.models import accounts, work_items
from services.accounts.operations import note_return
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    LEASE_BALANCE_AFTER_TEN_CENTS,
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

# $18,250.00 and 18 days at $3.2450, of which the instalment due on 5 November is unpaid; today is 23 November.
LATE = an_opening(next_instalment_number=11, payments_made=10)
INTEREST_CENTS = 5_841
OWED_CENTS = 1_825_000 + INTEREST_CENTS


def late_loan(service: AccountsService, **changed: Any) -> str:
    return an_account(service, a_loan(opening=LATE, **changed))


def owed_cents(service: AccountsService, account_id: str) -> int:
    view = call(service.get_account, request={"account_id": account_id}, context=an_agent())
    return int(view["payoff_ceiling_cents"])


def charge_off(service: AccountsService, account_id: str, *, key: str = "off", by: CallContext | None = None) -> Any:
    request = {
        "account_id": account_id,
        "balance_cents": owed_cents(service, account_id),
        "reason": "120 days past due",
    }
    return call(service.charge_off, request=request, context=by or an_agent(), key=key)


def accelerate(service: AccountsService, account_id: str, *, key: str = "due") -> Any:
    cents = owed_cents(service, account_id)
    request = {"account_id": account_id, "balance_cents": cents, "reason": "default under section 9"}
    return call(service.accelerate_balance, request=request, context=an_agent(), key=key)


def pay_later(service: AccountsService, account_id: str, **changed: Any) -> Envelope:
    """The day after: money of the day itself counts before the charge-off."""
    return pay(service, account_id, effective_on=date(2026, 11, 24), **changed)


def pay(service: AccountsService, account_id: str, **changed: Any) -> Envelope:
    envelope = payment_posted(service, account_id=account_id, **changed)
    assert deliver(service.on_payment_posted, envelope) == Outcome.DONE
    return envelope


def give_back(service: AccountsService, paid: Envelope) -> None:
    returned = {**paid.data, "return_code": "R01", "reason": "insufficient funds"}
    with service.store.writing() as transaction:
        note_return(transaction, returned=returned, now=service.clock.now(), today=service.clock.today())


def told(service: AccountsService, name: str) -> list[dict[str, Any]]:
    return [dict(envelope.data) for envelope in emitted(service.store, name=name)]


def shown(service: AccountsService, account_id: str) -> list[dict[str, Any]]:
    context = a_customer(accounts=(account_id,))
    rows: list[dict[str, Any]] = call(service.list_transactions, request={"account_id": account_id}, context=context)[
        "data"
    ]
    return rows


def charged_off_cents(service: AccountsService) -> int:
    (row,) = rows_of(service.store, accounts)
    return int(row["charged_off_cents"])


class TestAChargeOff:
    def test_takes_everything_out_of_the_receivables_and_is_told(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        standing = charge_off(service, account_id)["standing"]
        assert (standing["status"], standing["amount_due_cents"], standing["days_past_due"]) == ("charged_off", 0, 0)
        ledger = ledger_of(service.store, account_id=account_id)
        assert ledger["charge_off_expense"] == OWED_CENTS
        assert {"principal_receivable", "interest_receivable", "fee_receivable"}.isdisjoint(ledger)
        (event,) = told(service, "account_charged_off")
        assert {name: event[name] for name in event if name not in ("standing", "account_id")} == {
            "charged_off_on": "2026-11-23", "amount_cents": OWED_CENTS, "interest_cents": INTEREST_CENTS,
            "principal_cents": 1_825_000, "fees_cents": 0,
        }  # fmt: skip
        assert charged_off_cents(service) == OWED_CENTS
        assert check(service.store) == []

    def test_of_a_lease_is_of_its_balance(self, service: AccountsService) -> None:
        account_id = an_account(service, a_lease())
        charge_off(service, account_id)
        assert ledger_of(service.store, account_id=account_id)["charge_off_expense"] == LEASE_BALANCE_AFTER_TEN_CENTS
        assert check(service.store) == []

    def test_that_was_paid_on_before_is_no_payoff(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        pay(service, account_id)
        assert charge_off(service, account_id)["standing"]["status"] == "charged_off"
        assert told(service, "account_paid_off") == []

    def test_is_for_staff_and_open_accounts_and_happens_once(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        with pytest.raises(Forbidden):
            charge_off(service, account_id, by=a_customer(accounts=(account_id,)))
        charge_off(service, account_id)
        with pytest.raises(AccountNotOpen):
            charge_off(service, account_id, key="again")
        with pytest.raises(AccountNotOpen):
            charge_off(service, an_account(service, a_closed_loan()), key="closed")

    def test_names_what_is_owed_today_and_nothing_else(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        for method, key in ((service.charge_off, "off"), (service.accelerate_balance, "due")):
            request = {"account_id": account_id, "balance_cents": OWED_CENTS - 1, "reason": "default"}
            with pytest.raises(BalanceNotConfirmed):
                call(method, request=request, context=an_agent(), key=key)
        assert emitted(service.store) == []

    def test_waits_for_a_payoff_that_is_promised(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = late_loan(service)
        request = {"account_id": account_id, "good_through": date(2026, 11, 30)}
        call(service.issue_payoff_quote, request=request, context=a_customer(accounts=(account_id,)), key="quote")
        with pytest.raises(ChangeNotPossible, match="good through 2026-11-30"):
            charge_off(service, account_id)
        clock.move_to(clock.now(), today=date(2026, 12, 1))
        charge_off(service, account_id, key="later")
        assert check(service.store) == []


class TestARecovery:
    def test_is_income_and_told_as_applied(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        charge_off(service, account_id)
        pay_later(service, account_id, amount_cents=50_000)
        ledger = ledger_of(service.store, account_id=account_id)
        assert (ledger["recovery_income"], ledger["clearing"]) == (-50_000, 50_000)
        assert "customer_suspense" not in ledger
        (applied,) = told(service, "payment_applied")
        assert (applied["principal_cents"], applied["standing"]["status"]) == (50_000, "charged_off")
        recovery = next(row for row in shown(service, account_id) if row["kind"] == "recovery")
        assert recovery["explanation"]["sentence"] == (
            "Of the $500.00 received for November 24, 2026, $500.00 went to what had been charged off; "
            "$17,808.41 is left."
        )
        view = call(service.get_account, request={"account_id": account_id}, context=a_customer(accounts=(account_id,)))
        assert view["last_payment"] == {"amount_cents": 50_000, "effective_on": "2026-11-24"}
        assert check(service.store) == []

    def test_of_more_than_was_charged_off_is_credit_that_a_person_looks_at(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        charge_off(service, account_id)
        pay_later(service, account_id, amount_cents=OWED_CENTS + 700)
        ledger = ledger_of(service.store, account_id=account_id)
        assert (ledger["recovery_income"], ledger["customer_suspense"]) == (-OWED_CENTS, -700)
        assert [row["reason"] for row in rows_of(service.store, work_items)] == ["credit_after_last_instalment"]
        assert check(service.store) == []

    def test_is_not_what_is_dated_on_the_day_itself(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        charge_off(service, account_id)
        pay(service, account_id, amount_cents=50_000)
        assert charged_off_cents(service) == OWED_CENTS - 50_000
        assert "recovery_income" not in ledger_of(service.store, account_id=account_id)
        assert check(service.store) == []

    def test_that_is_returned_had_never_been(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        charge_off(service, account_id)
        give_back(service, pay_later(service, account_id, amount_cents=50_000))
        assert "recovery_income" not in ledger_of(service.store, account_id=account_id)
        assert told(service, "payment_reversed")[0]["standing"]["status"] == "charged_off"
        assert check(service.store) == []

    def test_dated_before_the_charge_off_lowers_it_and_its_return_raises_it(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        charge_off(service, account_id)
        paid = pay(service, account_id, effective_on=date(2026, 11, 20))
        assert charged_off_cents(service) < OWED_CENTS - 41_000
        assert "recovery_income" not in ledger_of(service.store, account_id=account_id)
        give_back(service, paid)
        assert charged_off_cents(service) == OWED_CENTS
        assert check(service.store) == []


class TestAnAcceleration:
    def test_makes_the_whole_balance_due_and_ends_late_fees(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        standing = accelerate(service, account_id)["standing"]
        assert standing["amount_due_cents"] == standing["past_due_cents"] == OWED_CENTS
        (event,) = told(service, "account_accelerated")
        assert event["accelerated_on"] == "2026-11-23"
        request = {"account_id": account_id, "instalment_number": 11}
        with pytest.raises(LateFeeNotChargeable, match="called due"):
            call(service.assess_late_fee, request=request, context=an_agent(), key="fee")
        assert check(service.store) == []

    def test_happens_once_and_to_no_lease(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        accelerate(service, account_id)
        with pytest.raises(ChangeNotPossible, match="called due before"):
            accelerate(service, account_id, key="again")
        with pytest.raises(ChangeNotPossible, match="terminated early"):
            accelerate(service, an_account(service, a_lease()), key="lease")
