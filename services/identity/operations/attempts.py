"""Attempts to prove who one is: written down before the proof is looked at, so that a hundred at once are a hundred."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from chassis.context import CallContext
from chassis.ids import new_id
from chassis.store import Database, Transaction
from services.identity.contract.errors import TooManyAttempts
from services.identity.models import attempts_to_prove, familiar_places
from services.identity.providers import Keyring
from services.identity.rules import attempts as rules

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:target, 0))")


def place_of(caller: CallContext, *, keyring: Keyring) -> str:
    """The network that the request came from, as a keyed hash."""
    return keyring.digest("place", caller.details.get("network", ""))


def target_of(user_id: UUID | None, *, name: str, keyring: Keyring) -> str:
    """The person who is meant, or a name that is nobody's: whoever guesses cannot tell the two apart."""
    return keyring.digest("person", str(user_id)) if user_id else keyring.digest("name", name)


def begin_attempt(store: Database, *, now: datetime, target: str, place: str, user_id: UUID | None) -> None:
    """Count one more attempt, in a transaction of its own. Raises TooManyAttempts; a refused one is not counted."""
    of_target = attempts_to_prove.c.target == target
    here = (attempts_to_prove.c.place == place) & (attempts_to_prove.c.attempted_at > now - rules.FROM_ONE_PLACE_OVER)
    with store.writing() as transaction:
        transaction.run(_ALONE, {"target": target})
        lately = of_target & (attempts_to_prove.c.attempted_at > now - rules.FROM_STRANGERS_OVER)
        counts = select(func.count().filter(here).label("here"), func.count().label("everywhere")).where(lately)
        found: Mapping[str, int] = transaction.one(counts) or {}
        seen_at = transaction.value(_seen(user_id, place=place))
        is_familiar = rules.is_familiar(now=now, seen_at=seen_at)
        if not rules.may_attempt(
            from_here=found["here"], from_everywhere=found["everywhere"], is_familiar=is_familiar
        ):  # fmt: skip
            raise TooManyAttempts()
        attempt = {"id": new_id(at=now), "target": target, "place": place, "attempted_at": now}
        transaction.run(attempts_to_prove.insert().values(**attempt))


def begin_proof(
    store: Database, *, now: datetime, keyring: Keyring, caller: CallContext, user_id: UUID
) -> dict[str, str]:  # fmt: skip
    """One more code, or password of somebody signed in, is about to be looked at; gives what it was counted as.

    They are counted apart from sign-ins: who holds a stolen token cannot keep its owner from signing in. Raises
    TooManyAttempts.
    """
    target, place = keyring.digest("proof", str(user_id)), place_of(caller, keyring=keyring)
    begin_attempt(store, now=now, target=target, place=place, user_id=user_id)
    return {"target": target, "place": place}


def forget_attempts(transaction: Transaction, *, target: str, place: str) -> None:
    """The proof held: what was mistyped here before counts no longer. Attempts from elsewhere do."""
    here = (attempts_to_prove.c.target == target) & (attempts_to_prove.c.place == place)
    transaction.run(delete(attempts_to_prove).where(here))


def note_place(transaction: Transaction, *, now: datetime, user_id: UUID, place: str, device: str | None) -> bool:
    """Remember where a person was; True where it is news: a network or a device that others of theirs were not."""
    known = transaction.value(select(func.count()).where(familiar_places.c.user_id == user_id))
    here = {"user_id": user_id, "place": place, "device": device or ""}
    seen_before = select(familiar_places.c.seen_at).where(
        familiar_places.c.user_id == user_id,
        familiar_places.c.place == place,
        familiar_places.c.device == (device or ""),
    )
    seen_at = transaction.value(seen_before)
    upsert = insert(familiar_places).values(**here, seen_at=now)
    transaction.run(upsert.on_conflict_do_update(constraint="familiar_places_pkey", set_={"seen_at": now}))
    return known > 0 and not rules.is_familiar(now=now, seen_at=seen_at)


def _seen(user_id: UUID | None, *, place: str) -> Select[Any]:
    is_here = (familiar_places.c.user_id == user_id) & (familiar_places.c.place == place)
    return select(func.max(familiar_places.c.seen_at)).where(is_here)
