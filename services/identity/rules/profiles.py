"""What a person is shown of themselves."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.identity.rules.contacts import EMAIL, PHONE
from services.identity.rules.names import masked_phone


def profile_of(
    user: Mapping[str, Any], *, links: Iterable[Mapping[str, Any]], phone: str | None,
    address: Mapping[str, Any] | None, pending: Mapping[str, str | None],
) -> dict[str, Any]:  # fmt: skip
    """The person as they see themselves; `user` and `links` are rows, `phone` and `address` are in clear.

    `pending` is by kind what waits for its ends.
    """
    return {
        **user,
        "user_id": user["user_name"] or user["email"],
        "email_verified": user["email_verified_at"] is not None,
        "phone_masked": masked_phone(phone),
        "pending_email": pending.get(EMAIL),
        "pending_phone_masked": masked_phone(pending.get(PHONE)),
        "mailing_address": address,
        "accounts": [{**link, "id": link["account_id"]} for link in links],
    }
