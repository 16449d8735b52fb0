"""What a person is shown of themselves, what they may change at once, and what must be proven first."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.identity.contract.errors import ContactChangeNeedsProof, NothingToChange
from services.identity.rules.names import masked_phone

TO_BE_PROVEN = frozenset({"email", "phone"})


def refuse_unproven(changed: Mapping[str, Any]) -> None:
    """Raises ContactChangeNeedsProof for a new address that messages would go to, NothingToChange for no field."""
    if not TO_BE_PROVEN.isdisjoint(changed):
        raise ContactChangeNeedsProof()
    if not changed:
        raise NothingToChange()


def profile_of(
    user: Mapping[str, Any], *, links: Iterable[Mapping[str, Any]], phone: str | None, address: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The person as they see themselves; `user` and `links` are rows, `phone` and `address` are in clear."""
    return {
        **user,
        "user_id": user["user_name"] or user["email"],
        "email_verified": user["email_verified_at"] is not None,
        "phone_masked": masked_phone(phone),
        "mailing_address": address,
        "accounts": [{**link, "id": link["account_id"]} for link in links],
    }
