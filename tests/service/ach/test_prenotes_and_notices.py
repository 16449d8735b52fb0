"""A new bank account is tried with an entry of no money; what banks say of accounts reaches customers and staff."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.errors import NotFound
from services.payments.contract.errors import PaymentDateNotPossible, PaymentMethodDisabled
from tests.builders.payments import A_POLICY
from tests.builders.wiring import an_agent, call
from tests.service.ach.bank import Bank
from tests.service.payments.counter import ADA

MONDAY, PRENOTE_CHECKING = date(2026, 11, 23), 28
# The file of Monday settles on Tuesday; Thursday is Thanksgiving, so three business days later it is Monday.
FROM_ON = date(2026, 11, 30)


@pytest.fixture
def careful(bank: Bank) -> Bank:
    """A company that tries every new account."""
    bank.counter.service.policy = replace(A_POLICY, methods=replace(A_POLICY.methods, sends_prenotes=True))
    return bank


def methods(bank: Bank) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(bank.counter.service.list_payment_methods, request={}, context=ADA)["data"]
    return found


def notices(bank: Bank, **query: Any) -> list[dict[str, Any]]:
    reply = call(bank.counter.service.list_ach_notices, request=query, context=an_agent())
    found: list[dict[str, Any]] = reply["data"]
    return found


class TestAPrenote:
    def test_leaves_in_the_next_file_and_moves_no_money(self, careful: Bank) -> None:
        careful.counter.add_bank_account()
        file = careful.write()
        (entry,) = careful.sent()
        assert (file.debit_cents, entry.transaction_code, entry.amount_cents) == (0, PRENOTE_CHECKING, 0)
        assert list(careful.counter.service.processor.list_charges(since=None)) == []

    def test_keeps_the_account_from_being_debited_until_its_bank_could_object(self, careful: Bank) -> None:
        method = careful.counter.add_bank_account()
        assert [shown["debits_from_on"] for shown in methods(careful)] == [FROM_ON.isoformat()]
        with pytest.raises(PaymentDateNotPossible) as refused:
            careful.pay(payment_method_id=method)
        assert "from November 30, 2026 on" in refused.value.detail
        assert careful.counter.pay(payment_method_id=method, on=FROM_ON.isoformat())["status"] == "scheduled"
        careful.move_to(FROM_ON)
        assert careful.pay(payment_method_id=method, amount_cents=1_000)["status"] == "submitting"

    def test_that_comes_back_disables_the_account_and_gives_up_what_waits(self, careful: Bank) -> None:
        method = careful.counter.add_bank_account()
        scheduled = careful.counter.pay(payment_method_id=method, on=FROM_ON.isoformat())
        careful.write()
        taken = careful.send_back(careful.sent()[0], "R03")
        assert taken.outcomes == {("return", "done"): 1}
        assert "cannot find an account" in methods(careful)[0]["disabled_because"]
        assert careful.counter.get(scheduled)["status"] == "cancelled"
        (told,) = careful.counter.told("payment_method_disabled")
        assert (told["payment_method_id"], told["user_id"], told["return_code"]) == (method, ADA.subject, "R03")
        with pytest.raises(PaymentMethodDisabled):
            careful.counter.pay(payment_method_id=method, on="2026-12-01")

    def test_is_corrected_like_a_debit(self, careful: Bank) -> None:
        careful.counter.add_bank_account()
        careful.write()
        careful.correct(careful.sent()[0], "C01", "000987654321".ljust(29))
        assert [shown["last4"] for shown in methods(careful)] == ["4321"]

    def test_is_not_sent_where_the_company_does_not_ask_for_it(self, bank: Bank) -> None:
        bank.counter.add_bank_account()
        assert bank.rows("SELECT count(*) FROM ach_entries") == [(0,)]
        assert methods(bank)[0]["debits_from_on"] is None


class TestACorrection:
    def test_is_told_with_what_changed(self, bank: Bank) -> None:
        bank.pay()
        bank.write()
        bank.correct(bank.sent()[0], "C01", "000987654321".ljust(29))
        (told,) = bank.counter.told("payment_method_corrected")
        assert (told["code"], told["corrected"]) == ("C01", ["account_number"])
        assert (told["last4_before"], told["last4"], told["user_id"]) == ("6789", "4321", ADA.subject)
        assert "000987654321" not in str(told)

    def test_is_on_the_list_of_staff_with_its_account_and_no_whole_number(self, bank: Bank) -> None:
        payment = bank.pay()
        bank.write()
        bank.correct(bank.sent()[0], "C01", "000987654321".ljust(29))
        assert notices(bank) == []
        (shown,) = notices(bank, outcome="done")
        assert (shown["kind"], shown["code"], shown["corrected"]) == ("change", "C01", "…4321")
        assert (shown["account_id"], shown["file_name"]) == (payment["account_id"], "returned.ach")
        assert shown["payment_method_id"] == methods(bank)[0]["id"]

    def test_that_waits_is_closed_by_staff_once(self, bank: Bank) -> None:
        bank.pay()
        bank.write()
        bank.correct(bank.sent()[0], "C04", "JANE Q DRIVER".ljust(29))
        (shown,) = notices(bank)
        assert (shown["waits_because"], shown["corrected"]) == ("not_clear", "JANE Q DRIVER")
        request = {"notice_id": shown["id"], "note": "Corrected the name."}
        call(bank.counter.service.close_ach_notice, request=request, context=an_agent())
        assert notices(bank) == []
        with pytest.raises(NotFound):
            call(bank.counter.service.close_ach_notice, request=request, context=an_agent())
