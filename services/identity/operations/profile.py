"""What a person changes of themselves: the name and where letters go at once, where messages go once it is proven."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from chassis.context import CallContext
from chassis.errors import InvalidRequest, NotFound, PreconditionFailed
from chassis.store import Transaction
from services.identity.contract import events
from services.identity.contract.errors import NothingToChange
from services.identity.models import links_of, open_changes_of, users
from services.identity.operations.contact_changes import ask_changes
from services.identity.providers import Keyring
from services.identity.rules import contacts
from services.identity.rules.profiles import profile_of


def update_me(
    transaction: Transaction, *, now: datetime, caller: CallContext, keyring: Keyring, if_versions: Sequence[int],
    **changed: Any,
) -> dict[str, Any]:  # fmt: skip
    """The person as it stands then. Fields that are not sent stay; `mailing_address` is removed by null.

    Raises NothingToChange, InvalidRequest, StepUpRequired for an e-mail or a telephone number, TooManyContactChanges,
    PreconditionFailed unless the profile has one of these versions.
    """
    user_id = UUID(caller.subject)
    _refuse(changed, caller=caller, now=now)
    found = transaction.one(select(users).where(users.c.id == user_id).with_for_update())
    if found is None:
        raise NotFound("Your user is gone. Register again, or call us.")
    if found["version"] not in if_versions:
        raise PreconditionFailed()
    values = _stored(changed, keyring=keyring, user_id=user_id)
    phone, _ = keyring.contact_of(found)
    wanted = contacts.asked_changes(changed, email=found["email"], phone=phone)
    ask_changes(transaction, now=now, keyring=keyring, user_id=user_id, changes=wanted)
    # Accounts are claimed under the name that was proven, whatever a person calls themselves later.
    proven = func.coalesce(users.c.matched_last_name, users.c.last_name)
    changing = update(users).where(users.c.id == user_id)
    transaction.run(changing.values(**values, version=users.c.version + 1, matched_last_name=proven))
    if values:
        transaction.emit(events.contact_changed, subject=str(user_id), data={"user_id": user_id})
    return _profile(transaction, user_id=user_id, keyring=keyring)


def _refuse(changed: Mapping[str, Any], *, caller: CallContext, now: datetime) -> None:
    if not changed:
        raise NothingToChange()
    if not contacts.WORDS.keys().isdisjoint(changed):
        caller.require_proof(now=now)
    problems = contacts.problems_with(changed)
    if problems:
        raise InvalidRequest(errors=problems)


def _profile(transaction: Transaction, *, user_id: UUID, keyring: Keyring) -> dict[str, Any]:
    user = transaction.one(select(users).where(users.c.id == user_id))
    assert user is not None
    phone, address = keyring.contact_of(user)
    pending = keyring.pending_of(transaction.all(open_changes_of(user_id)))
    return profile_of(user, links=transaction.all(links_of(user_id)), phone=phone, address=address, pending=pending)


def _stored(changed: Mapping[str, Any], *, keyring: Keyring, user_id: UUID) -> dict[str, Any]:
    """The columns of what changes at once; an address is encrypted."""
    later = {"mailing_address", *contacts.WORDS}
    values = {name: value for name, value in changed.items() if name not in later}
    if "mailing_address" in changed:
        address = changed["mailing_address"]
        values["mailing_address_sealed"] = keyring.seal_address(address, owner=user_id) if address else None
    return values
