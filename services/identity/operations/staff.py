"""People who work here: made by an operator, never by registering; they sign in as everybody does, and see no account
of their own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis import audit
from chassis.context import AGENT, CallContext
from chassis.errors import ConstraintViolated, InvalidRequest, NotFound
from chassis.ids import new_id
from chassis.store import Transaction
from services.identity.contract.errors import EmailTaken, UserNameTaken
from services.identity.models import ACTIVE, users
from services.identity.operations.customer_access import take_away_factors
from services.identity.operations.messages import write_mail
from services.identity.providers import Keyring, Passwords, Policy
from services.identity.rules import names

CREATE_AGENT, RESET_FACTOR = "identity.create_agent", "identity.reset_agents_second_factor"
FACTOR_RESET = (
    "an operator removed your second factor and your passkeys, and signed you out everywhere. Sign in with your "
    "password, then add a new second factor. If you did not ask for this, tell your operators at once."
)
TAKEN = {"uq_users_email": EmailTaken, "uq_users_user_name": UserNameTaken}


def prepare_agent(*, passwords: Passwords, request: Mapping[str, Any]) -> dict[str, Any]:
    """The hash and the chosen name, made while no transaction is open. Raises InvalidRequest with every problem."""
    email = request["email"]
    name = names.chosen_name(request["user_id"], email=email)
    words = [email, email.partition("@")[0], *([name] if name else [])]
    found = (
        names.problem_with_name(name), passwords.problem_with(request["password"], personal_words=words)
    )  # fmt: skip
    problems = [problem for problem in found if problem is not None]
    if problems:
        raise InvalidRequest(errors=problems)
    return {"password_hash": passwords.hash(request["password"]), "user_name": name}


def create_agent(
    transaction: Transaction, *, now: datetime, prepared: Mapping[str, Any], request: Mapping[str, Any],
    created_by: CallContext,
) -> UUID:  # fmt: skip
    """A member of staff who may sign in at once: the operator vouches for person and address, nobody mails a link.

    Raises EmailTaken, UserNameTaken.
    """
    user_id = new_id(at=now)
    person = {name: request[name] for name in ("email", "first_name", "last_name")}
    fresh = users.insert().values(
        id=user_id, status=ACTIVE, role=AGENT, sms_consent=False, created_at=now, email_verified_at=now, **person,
        **prepared,
    )  # fmt: skip
    try:
        with transaction.attempt():
            transaction.run(fresh)
    except ConstraintViolated as violated:
        if violated.constraint not in TAKEN:
            raise
        raise TAKEN[violated.constraint]() from violated
    made = {"user_id": user_id, "role": AGENT}
    audit.record(transaction, now=now, context=created_by, method=CREATE_AGENT, request=made)
    return user_id


def reset_agents_second_factor(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, request: Mapping[str, Any],
    reset_by: CallContext,
) -> dict[str, int]:  # fmt: skip
    """Take away what a member of staff has lost: every factor, recovery code and passkey; all their sessions end.

    They hear of it by mail; who did it, and how it was known whom they spoke with, stays on record. Raises NotFound for
    who is no member of staff, and for who has nothing to take away.
    """
    is_agent = (users.c.email == request["email"]) & (users.c.role == AGENT) & (users.c.status == ACTIVE)
    agent = transaction.one(select(users).where(is_agent).with_for_update())
    if agent is None:
        raise NotFound("No member of staff signs in with this address. A customer's factor is taken away by staff.")
    gone = take_away_factors(transaction, now=now, user_id=agent["id"])
    if gone is None:
        raise NotFound("This member of staff has no second factor and no passkey: the password is enough.")
    write_mail(
        transaction, now=now, keyring=keyring, template="second_factor_changed", to=agent,
        link=policy.forgotten_link(), about=FACTOR_RESET,
    )  # fmt: skip
    told = {"user_id": agent["id"], "reason": request["reason"], **gone}
    audit.record(transaction, now=now, context=reset_by, method=RESET_FACTOR, request=told)
    return gone
