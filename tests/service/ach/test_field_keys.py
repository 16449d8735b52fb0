"""Account numbers of methods, of debits in files and of corrections are brought under a new key."""

from pathlib import Path

from tests.builders.rotation import bring_under_a_new_key, stored_columns
from tests.service.ach.bank import Bank


def test_every_column_opens_by_what_it_is_tied_to(bank: Bank, keys_folder: Path, tmp_path: Path) -> None:
    bank.pay(payment_method_id=bank.counter.add_bank_account())
    bank.write()
    bank.correct(bank.sent()[0], "C01", "987654321")
    store = bank.counter.service.store
    found = bring_under_a_new_key(store, service="payments", keys_folder=keys_folder, tmp_path=tmp_path)
    assert found.unreadable == ()
    assert stored_columns(store, service="payments") == {
        "payment_methods.account_number_encrypted", "ach_entries.account_number_encrypted",
        "ach_notices.corrected_encrypted",
    }  # fmt: skip
