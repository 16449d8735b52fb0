"""Changing a password: by somebody who knows the one before, or who was mailed a link."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from chassis.context import CallContext
from chassis.errors import InvalidRequest, NotFound
from chassis.store import Database, Row, Transaction
from services.identity.contract import events
from services.identity.contract.errors import CurrentPasswordWrong
from services.identity.models import challenges, recoveries, sessions, users
from services.identity.models.proofs import SENT, VOID
from services.identity.operations import attempts
from services.identity.operations.messages import write_mail
from services.identity.providers import Keyring, Passwords, Policy
from services.identity.rules.passwords import POINTER_OF_NEW, problem_with_same
from services.identity.rules.recovery import PASSWORD


def words_of(user: Row) -> Sequence[str]:
    """What the person's password must not hold: the address, the part before the @, and the user ID."""
    words = (user["email"], user["email"].partition("@")[0], user["user_name"])
    return [word for word in words if word]


def check_change(
    store: Database, *, now: datetime, passwords: Passwords, keyring: Keyring, caller: CallContext,
    request: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    """The hashes of the password that was and of the one to be, before any transaction opens.

    Raises TooManyAttempts, CurrentPasswordWrong, InvalidRequest.
    """
    user_id = UUID(caller.subject)
    with store.reading() as transaction:
        user = transaction.one(select(users).where(users.c.id == user_id))
    if user is None:
        raise NotFound("Your user is gone. Register again, or call us.")
    counted = attempts.begin_proof(store, now=now, keyring=keyring, caller=caller, user_id=user_id)
    if not passwords.is_right(request["password"], stored_hash=user["password_hash"]):
        raise CurrentPasswordWrong()
    new = request["new_password"]
    found = (
        problem_with_same(request["password"], new),
        passwords.problem_with(new, personal_words=words_of(user), pointer=POINTER_OF_NEW),
    )
    problems = [problem for problem in found if problem is not None]
    if problems:
        raise InvalidRequest(errors=problems)
    return {"checked_hash": user["password_hash"], "password_hash": passwords.hash(new), **counted}


def change_password(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, caller: CallContext,
    checked: Mapping[str, Any],
) -> None:  # fmt: skip
    """The caller has another password and is signed out everywhere. Raises CurrentPasswordWrong where it has changed
    in the meantime."""
    user = transaction.one(select(users).where(users.c.id == UUID(caller.subject)).with_for_update())
    if user is None or user["password_hash"] != checked["checked_hash"]:
        raise CurrentPasswordWrong()
    attempts.forget_attempts(transaction, target=checked["target"], place=checked["place"])
    put_password(
        transaction, now=now, keyring=keyring, policy=policy, user=user, password_hash=checked["password_hash"]
    )


def put_password(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, user: Row, password_hash: str
) -> None:
    """Whatever was opened with the old password ends, and the person is told by mail, whoever changed it."""
    transaction.run(update(users).where(users.c.id == user["id"]).values(password_hash=password_hash))
    void_resets(transaction, user_id=user["id"])
    # Sign-ins that the password before began and that wait for a second factor.
    transaction.run(delete(challenges).where(challenges.c.user_id == user["id"]))
    end_sessions(transaction, now=now, user_id=user["id"], reason="password_changed")
    transaction.emit(events.password_changed, subject=str(user["id"]), data={"user_id": user["id"]})
    write_mail(
        transaction, now=now, keyring=keyring, template="password_changed", to=user, link=policy.forgotten_link()
    )


def void_resets(transaction: Transaction, *, user_id: UUID) -> None:
    """Links that were mailed before are good no longer."""
    open_still = update(recoveries).where(
        recoveries.c.user_id == user_id, recoveries.c.kind == PASSWORD, recoveries.c.state == SENT
    )
    transaction.run(open_still.values(state=VOID, token_hash=None, expires_at=None))


def end_sessions(transaction: Transaction, *, now: datetime, user_id: UUID, reason: str) -> None:
    """Every session of the user that is open still."""
    open_still = update(sessions).where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
    transaction.run(open_still.values(ended_at=now, end_reason=reason))
