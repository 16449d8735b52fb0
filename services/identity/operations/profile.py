"""What a person may change of themselves without proving anything anew: the name, and where letters go."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from chassis.context import CallContext
from chassis.errors import NotFound, PreconditionFailed
from chassis.store import Transaction
from services.identity.contract import events
from services.identity.models import links_of, users
from services.identity.providers import Keyring
from services.identity.rules.profiles import profile_of, refuse_unproven


def update_me(
    transaction: Transaction, *, caller: CallContext, keyring: Keyring, if_versions: Sequence[int], **changed: Any
) -> dict[str, Any]:
    """The person as it stands then. Fields that are not sent stay; `mailing_address` is removed by null.

    Raises ContactChangeNeedsProof, NothingToChange, PreconditionFailed unless the profile has one of these versions.
    """
    refuse_unproven(changed)
    user_id = UUID(caller.subject)
    found = transaction.one(select(users).where(users.c.id == user_id).with_for_update())
    if found is None:
        raise NotFound("Your user is gone. Register again, or call us.")
    if found["version"] not in if_versions:
        raise PreconditionFailed()
    values = _stored(changed, keyring=keyring, user_id=user_id)
    # Accounts are claimed under the name that was proven, whatever a person calls themselves later.
    proven = func.coalesce(users.c.matched_last_name, users.c.last_name)
    changing = update(users).where(users.c.id == user_id).returning(users)
    user = transaction.one(changing.values(**values, version=users.c.version + 1, matched_last_name=proven)) or found
    transaction.emit(events.contact_changed, subject=str(user_id), data={"user_id": user_id})
    phone, address = keyring.contact_of(user)
    return profile_of(user, links=transaction.all(links_of(user_id)), phone=phone, address=address)


def _stored(changed: Mapping[str, Any], *, keyring: Keyring, user_id: UUID) -> dict[str, Any]:
    """The columns of what was sent; an address is encrypted."""
    values = {name: value for name, value in changed.items() if name != "mailing_address"}
    if "mailing_address" in changed:
        address = changed["mailing_address"]
        values["mailing_address_sealed"] = keyring.seal_address(address, owner=user_id) if address else None
    return values
