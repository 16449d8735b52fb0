"""Persons of an account are brought under a new key."""

from pathlib import Path

from services.accounts.models.sealed import SEALED
from services.accounts.service import AccountsService
from tests.builders.accounts import A_BORROWER, A_CO_BORROWER, a_loan, an_account
from tests.builders.rotation import bring_under_a_new_key, stored_columns


def test_every_column_opens_by_what_it_is_tied_to(service: AccountsService, keys_folder: Path, tmp_path: Path) -> None:
    an_account(service, a_loan(parties=(A_BORROWER, A_CO_BORROWER)))
    found = bring_under_a_new_key(service.store, service="accounts", keys_folder=keys_folder, tmp_path=tmp_path)
    assert (found.done, found.unreadable) == (2 * len(SEALED), ())
    assert stored_columns(service.store, service="accounts") == {f"account_parties.{name}_sealed" for name in SEALED}
