"""On a whole stack whose bank debits leave in ACH files: paid, written, sent back, corrected, settled, reconciled."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from deploy.demo.client import eventually
from services.payments.rules.nacha import (
    Batch,
    Entry,
    NachaFile,
    NotificationOfChange,
    Return,
    read_file,
    write_file,
)
from tests.fixtures.stacks import a_running_stack
from tests.journeys.test_a_payment_comes_back import APPROVED, ROUTING_NUMBER, has_status, pay, signed_in_as_samuel

OUR_BANK = "121042882"
SETTINGS = {
    "BANK_DEBITS": "nacha-file", "ACH_BANK_ROUTING_NUMBER": OUR_BANK, "ACH_BANK_NAME": "FIRST BANK",
    "ACH_COMPANY_NAME": "CAPTIVE FINANCE", "ACH_COMPANY_ID": "1234567890",
}  # fmt: skip
THEIR_TRACE = f"{ROUTING_NUMBER[:8]}0000001"


@pytest.mark.slow
def test_debits_leave_in_a_file_and_the_banks_files_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    out, back, report = (tmp_path / name for name in ("out.ach", "back.ach", "settled.csv"))
    with a_running_stack(data=tmp_path / "data") as stack:
        samuel, _ = signed_in_as_samuel(stack)
        (loan,) = samuel.get("/v1/accounts")["data"]
        kept = pay(samuel, f"/v1/accounts/{loan['id']}", number=APPROVED, amount_cents=10_000)
        returned = pay(samuel, f"/v1/accounts/{loan['id']}", number="000123450001", amount_cents=5_000)
        for payment in (kept, returned):
            eventually(lambda: samuel.get(f"/v1/payments/{payment['id']}")["applied_at"], what="it is applied")  # noqa: B023

        assert "debits $150.00" in stack.captive("ach", "write", "--out", str(out)).stdout
        entries = {entry.amount_cents: entry for batch in read_file(out.read_text()).batches for entry in batch.entries}
        back.write_text(from_the_bank(entries, on=date.fromisoformat(kept["effective_on"])))
        assert stack.captive("ach", "take", str(back)).stdout.split() == ["change", "done", "1", "return", "done", "1"]
        told = eventually(lambda: has_status(samuel, returned, "returned"), what="the payment is returned")
        assert "the bank cannot find an account with these numbers" in told["message"]
        methods = {each["last4"]: each for each in samuel.get("/v1/payment-methods")["data"]}
        assert methods["4321"]["disabled_because"] is None
        assert methods["0001"]["disabled_because"] is not None

        line = f"{kept['effective_on']},{entries[10_000].trace_number},10000"
        report.write_text(f"settled_on,reference,amount_cents\n{line}\n")
        assert "1 agree" in stack.captive("ach", "reconcile", str(report)).stdout
        assert "newly settled: 1" in stack.captive("ach", "take", str(report)).stdout
        eventually(lambda: has_status(samuel, kept, "settled"), what="the payment is settled")
        assert "the books agree" in stack.captive("payments", "reconcile").stdout
        stack.captive("ledger", "check")


def from_the_bank(entries: dict[int, Entry], *, on: date) -> str:
    """One debit was returned, of the other the account number is corrected."""
    no_account = Return(
        code="R03", original_trace_number=entries[5_000].trace_number, original_bank=ROUTING_NUMBER[:8],
        trace_number=THEIR_TRACE,
    )  # fmt: skip
    correction = NotificationOfChange(
        code="C01", original_trace_number=entries[10_000].trace_number, original_bank=ROUTING_NUMBER[:8],
        corrected="000987654321".ljust(29), trace_number=THEIR_TRACE,
    )  # fmt: skip
    returned = replace(
        entries[5_000], transaction_code=26, routing_number=OUR_BANK, trace_number=THEIR_TRACE, addenda=(no_account,)
    )
    corrected = replace(
        entries[10_000], transaction_code=26, routing_number=OUR_BANK, trace_number=THEIR_TRACE,
        addenda=(correction,), amount_cents=0,
    )  # fmt: skip
    batch = Batch(
        company_name="CAPTIVE FINANCE", company_id="1234567890", entry_class="WEB", description="AUTO PYMT",
        effective_on=None, originating_bank=ROUTING_NUMBER[:8], number=1, entries=(returned,),
    )  # fmt: skip
    corrections = replace(batch, entry_class="COR", number=2, entries=(corrected,))
    return write_file(
        NachaFile(
            destination=OUR_BANK, origin=ROUTING_NUMBER, created_on=on, destination_name="", origin_name="",
            batches=(batch, corrections),
        )
    )  # fmt: skip
