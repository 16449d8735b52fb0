"""Our files pass another library's reader and checks, and that library's files are read by ours: both ways."""

from datetime import UTC, datetime
from typing import Any

import achkit
from hypothesis import given
from hypothesis import strategies as st

from services.payments.rules.nacha import CREDIT, DEBIT, NachaFile, Purpose, code_of, read_file, write_file
from tests.unit.payments.nacha.builders import (
    a_batch,
    a_file,
    files,
    on_a_busy_machine,
    printable_text,
    routing_numbers,
    sent_files,
)

people = st.fixed_dictionaries(
    {
        "name": printable_text(22, shortest=1).map(str.upper),
        "routing": routing_numbers,
        "account": st.text("0123456789", min_size=4, max_size=17),
        "amount_cents": st.integers(1, 10**8),
        "account_type": st.sampled_from(["checking", "savings"]),
        "prenote": st.booleans(),
    }
)


# It leaves the amounts of returns out of the sums; everything else of them it reads, see below.
@on_a_busy_machine
@given(file=sent_files)
def test_the_other_library_finds_nothing_wrong_with_our_files(file: NachaFile) -> None:
    assert achkit.validate(write_file(file)) == {"ok": True, "errors": []}


@on_a_busy_machine
@given(file=files)
def test_the_other_library_reads_in_our_files_what_we_wrote(file: NachaFile) -> None:
    found = achkit.parse(write_file(file))
    theirs = [
        (batch["sec"], entry["txn_code"], entry["routing"], entry["account"], entry["amount_cents"],
         entry["name"], entry["trace_number"], [addendum["type"] for addendum in entry["addenda"]])
        for batch in found["batches"] for entry in batch["entries"]
    ]  # fmt: skip
    kinds = {"PaymentInformation": "05", "NotificationOfChange": "98"}
    ours = [
        (batch.entry_class, entry.transaction_code, entry.routing_number, entry.account_number, entry.amount_cents,
         entry.individual_name, entry.trace_number,
         [kinds.get(type(addendum).__name__, "99") for addendum in entry.addenda])
        for batch in file.batches for entry in batch.entries
    ]  # fmt: skip
    assert theirs == ours


@on_a_busy_machine
@given(debits=st.lists(people, max_size=5), credits=st.lists(people, max_size=5), bank=routing_numbers)
def test_we_read_the_other_librarys_files(debits: list[Any], credits: list[Any], bank: str) -> None:
    theirs = achkit.AchFile.create(
        origin_dfi=bank, company_id="1234567890", destination_name="FIRST BANK", origin_name="CAPTIVE",
        creation_date=datetime(2026, 11, 23, 17, 5, tzinfo=UTC),
    )  # fmt: skip
    for description, make, drawn in (("AUTO PYMT", "debit", debits), ("REFUND", "credit", credits)):
        if drawn:
            batch = theirs.batch(sec="PPD", description=description, effective_date="2026-11-24")
            for person in drawn:
                getattr(batch, make)(**person)
    found = read_file(theirs.render())
    read = [entry for batch in found.batches for entry in batch.entries]
    ways = [*[DEBIT] * len(debits), *[CREDIT] * len(credits)]
    for entry, person, way in zip(read, [*debits, *credits], ways, strict=True):
        purpose: Purpose = "prenote" if person["prenote"] else "live"
        assert entry.transaction_code == code_of(account_type=person["account_type"], direction=way, purpose=purpose)
        assert (entry.routing_number, entry.account_number) == (person["routing"], person["account"])
        assert entry.individual_name == person["name"]
        assert entry.amount_cents == (0 if person["prenote"] else person["amount_cents"])


def test_the_other_library_sees_what_is_wrong() -> None:
    """So that its silence above says something."""
    broken = write_file(a_file(a_batch())).replace("0000041235", "0000041236", 1)
    assert not achkit.validate(broken)["ok"]
