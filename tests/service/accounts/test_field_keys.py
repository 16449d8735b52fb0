"""Persons of an account are brought under a new key, and are found by their names before, while and after that."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from chassis.keys import FieldCipher, add_secret_key
from chassis.resealing import reseal
from deploy.field_keys import purpose_of, sealed_tables
from services.accounts.contract.portfolio import PortfolioMailingAddress
from services.accounts.models.sealed import SEALED
from services.accounts.queries import search_accounts
from services.accounts.service import AccountsService
from tests.builders.accounts import A_BORROWER, A_CO_BORROWER, a_loan, an_account
from tests.builders.rotation import bring_under_a_new_key, stored_columns

ADDRESS = PortfolioMailingAddress(line_1="1 Elm Street", line_2=None, city="Dallas", state="TX", postal_code="75201")


def test_every_column_opens_by_what_it_is_tied_to(service: AccountsService, keys_folder: Path, tmp_path: Path) -> None:
    parties = (replace(A_BORROWER, mailing_address=ADDRESS), replace(A_CO_BORROWER, mailing_address=ADDRESS))
    an_account(service, a_loan(parties=parties))
    found = bring_under_a_new_key(service.store, service="accounts", keys_folder=keys_folder, tmp_path=tmp_path)
    assert (found.done, found.unreadable) == (2 * len(SEALED), ())
    assert stored_columns(service.store, service="accounts") == {f"account_parties.{name}_sealed" for name in SEALED}


class TestANameThatIsLookedFor:
    @pytest.fixture
    def keys(self, keys_folder: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(keys_folder, tmp_path / "rotated"))

    def found(self, service: AccountsService, cipher: FieldCipher) -> list[str]:
        nothing_else = dict.fromkeys(("account_number", "vin", "source_ref", "first_name"))
        with service.store.reading() as transaction:
            rows = search_accounts(transaction, last_name="de la cruz", cipher=cipher, **nothing_else)["data"]
        return sorted(str(row["id"]) for row in rows)

    def test_is_found_while_keys_are_changed_and_once_the_old_one_is_gone(
        self, service: AccountsService, keys: Path
    ) -> None:
        before = an_account(service, a_loan(source_ref="before"))
        purpose = purpose_of("accounts")
        (old,) = (keys / purpose).glob("*.secret")
        add_secret_key(folder=keys, purpose=purpose)
        service.cipher = FieldCipher(folder=keys, purpose=purpose)
        after = an_account(service, a_loan(source_ref="after"))
        assert self.found(service, service.cipher) == sorted([after, before])

        reseal(service.store, cipher=service.cipher, tables=sealed_tables("accounts"))
        assert self.found(service, service.cipher) == sorted([after, before])
        old.unlink()
        assert self.found(service, FieldCipher(folder=keys, purpose=purpose)) == sorted([after, before])
