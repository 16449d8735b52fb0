"""Returns and corrections of our entries are taken once; whatever else comes waits for a person."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.context import CallContext
from services.payments.rules.nacha import MalformedFile
from tests.builders.wiring import an_agent, call
from tests.service.ach.bank import Bank

AGENT: CallContext = an_agent()


@pytest.fixture
def payment(bank: Bank) -> dict[str, Any]:
    """One that left in a file."""
    paid = bank.pay(amount_cents=41_235)
    bank.write()
    return paid


class TestAReturn:
    def test_is_recorded_like_one_of_the_processors(self, bank: Bank, payment: dict[str, Any]) -> None:
        taken = bank.send_back(bank.sent()[0], "R02")
        assert (taken.outcomes, taken.waiting) == ({("return", "done"): 1}, [])
        shown = bank.counter.get(payment)
        assert (shown["status"], shown["returned"]["code"]) == ("returned", "R02")
        [told] = bank.counter.told("payment_returned")
        assert (told["return_code"], told["returned_on"], told["amount_cents"]) == ("R02", "2026-11-23", 41_235)
        assert bank.rows("SELECT disabled_at IS NOT NULL FROM payment_methods") == [(True,)]

    def test_in_the_same_file_or_another_is_taken_once(self, bank: Bank, payment: dict[str, Any]) -> None:
        bank.send_back(bank.sent()[0], "R01")
        content = (bank.folder / "returned.ach").read_text()
        assert bank.take(content).was_here
        assert bank.send_back(bank.sent()[0], "R01").outcomes == {("return", "known"): 1}
        assert len(bank.counter.told("payment_returned")) == 1

    def test_of_no_entry_of_ours_waits(self, bank: Bank, payment: dict[str, Any]) -> None:
        entry = replace(bank.sent()[0], trace_number="999999990000001")
        taken = bank.send_back(entry, "R01")
        assert taken.waiting == ["return R01 of trace number 999999990000001: not_ours"]
        assert bank.counter.get(payment)["status"] == "posted"
        assert bank.rows("SELECT waits_because, amount_cents FROM ach_notices") == [("not_ours", 41_235)]

    def test_that_waits_is_closed_by_a_person_once(self, bank: Bank, payment: dict[str, Any]) -> None:
        bank.send_back(replace(bank.sent()[0], trace_number="999999990000001"), "R01")
        [notice] = bank.desk.waiting()
        assert (notice["kind"], notice["code"], notice["waits_because"]) == ("return", "R01", "not_ours")
        closed = [bank.desk.close(notice["id"], closed_by="operator:ada", note="Another lender's.") for _ in range(2)]
        assert closed == [True, False]
        assert bank.desk.waiting() == []

    def test_with_another_amount_waits(self, bank: Bank, payment: dict[str, Any]) -> None:
        taken = bank.send_back(bank.sent()[0], "R01", amount_cents=41_236)
        assert [line.rpartition(": ")[2] for line in taken.waiting] == ["amount_differs"]
        assert bank.counter.get(payment)["status"] == "posted"

    def test_that_was_dishonoured_waits(self, bank: Bank, payment: dict[str, Any]) -> None:
        taken = bank.dishonour(bank.sent()[0])
        assert taken.outcomes == {("other", "waiting"): 1}
        assert bank.counter.get(payment)["status"] == "posted"

    def test_of_a_file_that_breaks_the_format_is_not_taken(self, bank: Bank, payment: dict[str, Any]) -> None:
        bank.send_back(bank.sent()[0], "R01")
        content = (bank.folder / "returned.ach").read_text().replace("0000041235", "0000041236", 1)
        with pytest.raises(MalformedFile, match="line 5, position 21"):
            bank.take(content)
        assert bank.rows("SELECT count(*) FROM ach_intakes") == [(1,)]


class TestACorrection:
    @pytest.mark.parametrize(
        ("code", "corrected", "method"),
        [
            ("C01", "987654321", ("110000000", "4321", "checking")),
            ("C02", "121042882", ("121042882", "6789", "checking")),
            ("C05", "37", ("110000000", "6789", "savings")),
        ],
    )
    def test_changes_the_method_for_the_next_debit(
        self, bank: Bank, payment: dict[str, Any], code: str, corrected: str, method: tuple[str, str, str]
    ) -> None:
        assert bank.correct(bank.sent()[0], code, corrected).outcomes == {("change", "done"): 1}
        assert bank.rows("SELECT routing_number, last4, account_type FROM payment_methods") == [method]
        assert bank.counter.get(payment)["status"] == "posted"

    def test_is_what_the_next_file_says(self, bank: Bank) -> None:
        method = bank.counter.add_bank_account()
        bank.pay(payment_method_id=method)
        bank.write()
        bank.correct(bank.sent()[0], "C01", "987654321")
        bank.pay(payment_method_id=method)
        bank.write(another=True, name="next.ach")
        assert [entry.account_number for entry in bank.sent("next.ach")] == ["987654321"]

    def test_that_comes_after_a_newer_one_waits(self, bank: Bank, payment: dict[str, Any]) -> None:
        entry = bank.sent()[0]
        bank.correct(entry, "C01", "987654321")
        assert bank.correct(entry, "C02", "121042882").waiting == [
            f"change C02 of trace number {entry.trace_number}: method_changed"
        ]
        assert bank.rows("SELECT routing_number, last4 FROM payment_methods") == [("110000000", "4321")]

    def test_that_is_not_clear_waits_and_is_kept_encrypted(self, bank: Bank, payment: dict[str, Any]) -> None:
        taken = bank.correct(bank.sent()[0], "C04", "ADA KING")
        assert [line.rpartition(": ")[2] for line in taken.waiting] == ["not_clear"]
        assert "ADA KING" not in bank.counter.everything_stored()


def test_a_refund_leaves_as_a_credit_and_may_come_back_too(bank: Bank, payment: dict[str, Any]) -> None:
    [entry] = bank.sent()
    bank.report(("2026-11-23", entry.trace_number, 41_235), settles=True)
    request = {"payment_id": payment["id"], "reason": "Paid twice."}
    call(bank.counter.service.refund_payment, request=request, context=AGENT, key="refund")
    bank.pay_refund()
    file = bank.write(another=True, name="refund.ach")
    assert (file.credit_cents, file.debit_cents) == (41_235, 0)
    [credit] = bank.sent("refund.ach")
    assert (credit.transaction_code, credit.account_number) == (22, entry.account_number)
    assert bank.send_back(credit, "R03").outcomes == {("return", "done"): 1}
    assert [told["reason_code"] for told in bank.counter.told("refund_failed")] == ["R03"]
