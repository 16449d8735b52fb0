"""How a customer signs in, in the hands of staff: sessions are ended, a lost second factor is taken away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from chassis.context import CUSTOMER, CallContext
from chassis.errors import NotFound
from chassis.store import Row, Transaction
from services.identity.models import ACTIVE, challenges, factors, passkeys, recovery_codes, sessions, users
from services.identity.operations.messages import write_mail
from services.identity.providers import Keyring, Policy

BY_STAFF = "by_staff"
SESSION_ENDED = "customer service ended one of your sessions."
SESSIONS_ENDED = "customer service signed you out everywhere."
FACTOR_RESET = (
    "customer service removed your second factor and your passkeys, and signed you out everywhere. Sign in with your "
    "password, then add a new second factor."
)


def end_customer_sessions(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, caller: CallContext, user_id: UUID,
    session_id: UUID | None,
) -> dict[str, int]:  # fmt: skip
    """End one session of a customer, or all of them; the customer hears of it by mail.

    Raises StepUpRequired; NotFound also for a session that is over, and for who is no customer.
    """
    user = _customer(transaction, now=now, caller=caller, user_id=user_id)
    ended = _end(transaction, now=now, user_id=user["id"], session_id=session_id)
    if session_id is not None and not ended:
        raise NotFound("The customer has no such open session. List them to see which there are.")
    if ended:
        happened = SESSIONS_ENDED if session_id is None else SESSION_ENDED
        _tell(transaction, now=now, keyring=keyring, policy=policy, user=user, happened=happened)
    return {"ended": ended}


def reset_second_factor(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, caller: CallContext, user_id: UUID,
) -> dict[str, int]:  # fmt: skip
    """Take away every factor, recovery code and passkey of a customer, whoever holds them now, and end all sessions.

    The customer hears of it by mail. Raises StepUpRequired; NotFound also for who has nothing to take away.
    """
    user = _customer(transaction, now=now, caller=caller, user_id=user_id)
    gone = take_away_factors(transaction, now=now, user_id=user_id)
    if gone is None:
        raise NotFound("The customer has no second factor and no passkey.")
    _tell(transaction, now=now, keyring=keyring, policy=policy, user=user, happened=FACTOR_RESET)
    return gone


def take_away_factors(transaction: Transaction, *, now: datetime, user_id: UUID) -> dict[str, int] | None:
    """Every factor, recovery code and passkey of a user goes, and every session ends; None where there was nothing.

    The user is locked. Gives factors_removed, passkeys_removed, sessions_ended.
    """
    # A sign-in that has begun is judged by the factors that were there: it begins anew.
    transaction.run(delete(challenges).where(challenges.c.user_id == user_id))
    transaction.run(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    found = {
        "factors_removed": transaction.run(delete(factors).where(factors.c.user_id == user_id)),
        "passkeys_removed": transaction.run(delete(passkeys).where(passkeys.c.user_id == user_id)),
    }
    if not any(found.values()):
        return None
    return {**found, "sessions_ended": _end(transaction, now=now, user_id=user_id, session_id=None)}


def _customer(transaction: Transaction, *, now: datetime, caller: CallContext, user_id: UUID) -> Row:
    """The customer's row. Staff do not do this to each other, nor to themselves."""
    caller.require_proof(now=now)
    of_customer = (users.c.id == user_id) & (users.c.role == CUSTOMER) & (users.c.status == ACTIVE)
    user = transaction.one(select(users).where(of_customer).with_for_update())
    if user is None:
        raise NotFound()
    return user


def _end(transaction: Transaction, *, now: datetime, user_id: UUID, session_id: UUID | None) -> int:
    open_still = update(sessions).where(
        sessions.c.user_id == user_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > now
    )
    if session_id is not None:
        open_still = open_still.where(sessions.c.id == session_id)
    return transaction.run(open_still.values(ended_at=now, end_reason=BY_STAFF))


def _tell(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, user: Row, happened: str
) -> None:
    write_mail(
        transaction, now=now, keyring=keyring, template="second_factor_changed", to=user, link=policy.forgotten_link(),
        about=happened,
    )  # fmt: skip
