"""Persons at rest: each field encrypted, bound to its row and column, so that no ciphertext serves elsewhere."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.keys import FieldCipher
from chassis.resealing import SealedTable
from services.accounts.contract.portfolio import PortfolioParty
from services.accounts.models.tables import account_parties

SEALED = ("first_name", "last_name", "ssn_last4", "phone", "email")
SEALED_TABLES = (SealedTable(table=account_parties, bound_to={f"{name}_sealed": f"{{id}}:{name}" for name in SEALED}),)


def sealed_party(cipher: FieldCipher, *, party_id: UUID, party: PortfolioParty) -> dict[str, str | None]:
    """The sealed columns of a party; what is absent stays absent."""
    sealed = cipher.encrypt_fields({name: getattr(party, name) for name in SEALED}, owner=str(party_id))
    return {f"{name}_sealed": stored for name, stored in sealed.items()}


def unsealed(cipher: FieldCipher, row: Mapping[str, Any], name: str) -> str | None:
    """One field of a row of `account_parties` in the clear."""
    stored = row[f"{name}_sealed"]
    return None if stored is None else cipher.decrypt(stored, bound_to=f"{row['id']}:{name}")
