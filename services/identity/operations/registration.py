"""Registering: what a person claims is kept, hashed and encrypted, and answered alike for everybody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from chassis.errors import InvalidRequest
from chassis.ids import new_id
from chassis.store import Database, Transaction
from services.identity.contract import events
from services.identity.models import (
    ABANDONED,
    DONE,
    NO_MATCH,
    RECEIVED,
    attempts_to_prove,
    ceremonies,
    challenges,
    contact_changes,
    link_failures,
    messages,
    recoveries,
    registrations,
    sessions,
    texted_codes,
    verifications,
)
from services.identity.providers import Keyring, Passwords, Policy
from services.identity.rules import names
from services.identity.rules import registrations as rules
from services.identity.rules.attempts import FROM_STRANGERS_OVER
from services.notifications.contract.schemas import DEFAULT_LANGUAGE

ERASED = {"email": None, "user_name": None, "password_hash": None, "claim_sealed": None}


def prepare_registration(*, passwords: Passwords, policy: Policy, request: Mapping[str, Any]) -> dict[str, Any]:
    """The hash and the chosen name, made while no transaction is open. Raises InvalidRequest with every problem."""
    email = request["email"]
    name = names.chosen_name(request["user_id"], email=email)
    words = [email, email.partition("@")[0], *([name] if name else [])]
    found = (
        names.problem_with_name(name),
        passwords.problem_with(request["password"], personal_words=words),
        rules.problem_with_terms(request["accepted_terms"], current=policy.terms_version),
    )
    problems = [problem for problem in found if problem is not None]
    if problems:
        raise InvalidRequest(errors=problems)
    return {"password_hash": passwords.hash(request["password"]), "user_name": name}


def register(
    transaction: Transaction, *, now: datetime, keyring: Keyring, prepared: Mapping[str, Any],
    request: Mapping[str, Any],
) -> dict[str, str]:  # fmt: skip
    """Keep what the errand needs to look for the account. Nothing is looked up here, so nothing can be told."""
    registration_id = new_id(at=now)
    claim = {name: request[name] for name in ("account_number", "last_name", "ssn_last4")}
    transaction.run(
        registrations.insert().values(
            id=registration_id,
            state=RECEIVED,
            account_digest=keyring.account_digest(request["account_number"]),
            accepted_terms=request["accepted_terms"],
            language=request["language"] or DEFAULT_LANGUAGE,
            received_at=now,
            email=request["email"],
            user_name=prepared["user_name"],
            password_hash=prepared["password_hash"],
            claim_sealed=keyring.seal_claim(claim, owner=registration_id),
        )
    )
    transaction.emit(
        events.registration_received, subject=str(registration_id), data={"registration_id": registration_id}
    )
    return {"status": "check_your_mail"}


def close_registration(
    transaction: Transaction, *, registration_id: UUID, state: str, now: datetime, **kept: Any
) -> None:
    """The claim and the password leave the row with its first state; `kept` is what the next step needs."""
    statement = update(registrations).where(registrations.c.id == registration_id)
    transaction.run(statement.values(state=state, closed_at=now, **ERASED, **kept))


def failures_of(transaction: Transaction, *, account_digest: str, now: datetime) -> int:
    """How many claims on this account were wrong lately, by strangers and by users who have signed in."""
    since = now - rules.TRIES_COUNTED_OVER
    by_strangers = select(func.count()).where(
        registrations.c.account_digest == account_digest,
        registrations.c.state == NO_MATCH,
        registrations.c.received_at > since,
    )
    by_users = select(func.count()).where(
        link_failures.c.account_digest == account_digest, link_failures.c.failed_at > since
    )
    return int(transaction.value(by_strangers)) + int(transaction.value(by_users))


def forget(store: Database, *, now: datetime) -> None:
    """Erase what nobody will ask for again: unsettled claims, closed registrations, sessions long over."""
    old = now - rules.FORGOTTEN_AFTER
    with store.writing() as transaction:
        unsettled = registrations.c.received_at < now - rules.UNSETTLED_KEPT
        abandon = update(registrations).where(registrations.c.state == RECEIVED, unsettled)
        transaction.run(abandon.values(state=ABANDONED, closed_at=now, **ERASED))
        is_old = (registrations.c.closed_at < old) & registrations.c.state.in_((NO_MATCH, ABANDONED, DONE))
        gone = select(registrations.c.id).where(is_old)
        transaction.run(delete(verifications).where(verifications.c.registration_id.in_(gone)))
        transaction.run(delete(registrations).where(is_old))
        transaction.run(delete(link_failures).where(link_failures.c.failed_at < old))
        transaction.run(delete(recoveries).where(recoveries.c.requested_at < old))
        transaction.run(delete(contact_changes).where(contact_changes.c.asked_at < old))
        transaction.run(delete(texted_codes).where(texted_codes.c.texted_at < old))
        transaction.run(delete(ceremonies).where(ceremonies.c.expires_at < old))
        transaction.run(delete(challenges).where(challenges.c.expires_at < old))
        transaction.run(delete(messages).where(messages.c.asked_at < old))
        stale = attempts_to_prove.c.attempted_at < now - FROM_STRANGERS_OVER
        transaction.run(delete(attempts_to_prove).where(stale))
        transaction.run(delete(sessions).where((sessions.c.ended_at < old) | (sessions.c.expires_at < old)))
