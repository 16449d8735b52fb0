"""What a person may change of themselves at once, and what must be proven first."""

from collections.abc import Mapping
from typing import Any

from services.identity.contract.errors import ContactChangeNeedsProof, NothingToChange

TO_BE_PROVEN = frozenset({"email", "phone"})


def refuse_unproven(changed: Mapping[str, Any]) -> None:
    """Raises ContactChangeNeedsProof for a new address that messages would go to, NothingToChange for no field."""
    if not TO_BE_PROVEN.isdisjoint(changed):
        raise ContactChangeNeedsProof()
    if not changed:
        raise NothingToChange()
