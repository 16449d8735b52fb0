"""Persons at rest: each field encrypted, bound to its row and column, so that no ciphertext serves elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from chassis.keys import FieldCipher
from chassis.resealing import SealedTable
from services.accounts.contract.portfolio import PortfolioParty
from services.accounts.models.tables import account_parties
from services.accounts.rules.names import comparable

SEALED = ("first_name", "last_name", "ssn_last4", "phone", "email", "mailing_address")
SEALED_TABLES = (
    SealedTable(
        table=account_parties,
        bound_to={f"{name}_sealed": f"{{id}}:{name}" for name in SEALED},
        prints={"last_name_sealed": "last_name_print"},
        printed_as=comparable,
    ),
)


def sealed_party(cipher: FieldCipher, *, party_id: UUID, party: PortfolioParty) -> dict[str, str | int | None]:
    """The sealed columns of a party, and the print of the last name; what is absent stays absent."""
    address = party.mailing_address
    plain = {name: getattr(party, name) for name in SEALED}
    plain["mailing_address"] = None if address is None else json.dumps(asdict(address))
    sealed = cipher.encrypt_fields(plain, owner=str(party_id))
    return {
        **{f"{name}_sealed": stored for name, stored in sealed.items()},
        "last_name_print": cipher.print_of(comparable(party.last_name)),
    }


def unsealed(cipher: FieldCipher, row: Mapping[str, Any], name: str) -> str | None:
    """One field of a row of `account_parties` in the clear."""
    stored = row[f"{name}_sealed"]
    return None if stored is None else cipher.decrypt(stored, bound_to=f"{row['id']}:{name}")


def unsealed_address(cipher: FieldCipher, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The parts of the address that letters to a party go to, where it has one."""
    plain = unsealed(cipher, row, "mailing_address")
    return None if plain is None else json.loads(plain)
