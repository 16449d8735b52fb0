"""Second factors: added, confirmed by a first code, removed; whoever changes them has just proven who they are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.identity.contract.errors import CodeNotRight, FactorThere, PhoneMissing
from services.identity.models import factors, recovery_codes, users
from services.identity.operations.codes import is_right, text_code
from services.identity.operations.messages import write_mail
from services.identity.providers import Keyring, OneTimeCodes, Policy
from services.identity.rules import second_factors as rules
from services.identity.rules.names import masked_phone

SEALED = "factors.secret"


def add_factor(
    transaction: Transaction, *, now: datetime, caller: CallContext, keyring: Keyring, codes: OneTimeCodes, kind: str
) -> dict[str, Any]:
    """A factor that waits for its first code; one of its kind that was never confirmed is replaced.

    Raises StepUpRequired, FactorThere, PhoneMissing, TooManyTexts.
    """
    caller.require_proof(now=now)
    user = locked_user(transaction, caller=caller)
    of_kind = (factors.c.user_id == user["id"]) & (factors.c.kind == kind)
    if transaction.one(select(factors.c.id).where(of_kind, factors.c.confirmed_at.is_not(None))):
        raise FactorThere()
    transaction.run(delete(factors).where(of_kind))
    factor_id, phone = new_id(at=now), keyring.contact_of(user)[0]
    shown = {"id": factor_id, "kind": kind, "secret": None, "uri": None, "qr_svg": None, "phone_masked": None}
    sealed = None
    if kind == rules.TOTP:
        secret = codes.new_secret()
        sealed = keyring.seal(secret, field=SEALED, owner=factor_id)
        address = codes.address(secret, name=user["email"])
        shown |= {"secret": secret, "uri": address, "qr_svg": codes.picture(address)}
    elif phone is None:
        raise PhoneMissing()
    else:
        text_code(transaction, now=now, keyring=keyring, user_id=user["id"], to_phone=phone)
        shown |= {"phone_masked": masked_phone(phone)}
    row = {"id": factor_id, "user_id": user["id"], "kind": kind, "secret_sealed": sealed, "added_at": now}
    transaction.run(factors.insert().values(**row))
    return shown


def confirm_factor(
    transaction: Transaction, *, now: datetime, caller: CallContext, keyring: Keyring, codes: OneTimeCodes,
    policy: Policy, factor_id: UUID, code: str,
) -> dict[str, Any]:  # fmt: skip
    """The factor counts from now on. The first one comes with codes to recover with. Raises NotFound, CodeNotRight."""
    caller.require_proof(now=now)
    user = locked_user(transaction, caller=caller)
    is_this = (factors.c.id == factor_id) & (factors.c.user_id == user["id"])
    factor = transaction.one(select(factors).where(is_this))
    if factor is None:
        raise NotFound("You have added no such factor. GET /v1/me/mfa lists those you have.")
    if not is_right(transaction, now=now, keyring=keyring, codes=codes, factor=factor, code=rules.read(code)):
        raise CodeNotRight()
    if factor["confirmed_at"] is not None:
        return {"recovery_codes": []}
    transaction.run(update(factors).where(is_this).values(confirmed_at=now))
    happened = f"{rules.WORDS[factor['kind']]} {rules.ADDED}"
    _tell(transaction, now=now, keyring=keyring, policy=policy, user=user, happened=happened)
    if recovery_codes_left(transaction, user_id=user["id"]):
        return {"recovery_codes": []}
    return {"recovery_codes": _make_recovery_codes(transaction, now=now, keyring=keyring, user_id=user["id"])}


def remove_factor(
    transaction: Transaction, *, now: datetime, caller: CallContext, keyring: Keyring, policy: Policy, factor_id: UUID
) -> None:
    """Raises StepUpRequired, NotFound."""
    caller.require_proof(now=now)
    user = locked_user(transaction, caller=caller)
    is_this = (factors.c.id == factor_id) & (factors.c.user_id == user["id"])
    factor = transaction.one(select(factors).where(is_this))
    if factor is None:
        raise NotFound("You have added no such factor. GET /v1/me/mfa lists those you have.")
    transaction.run(delete(factors).where(is_this))
    if not confirmed_factors(transaction, user_id=user["id"]):
        transaction.run(delete(recovery_codes).where(recovery_codes.c.user_id == user["id"]))
    if factor["confirmed_at"] is not None:
        happened = f"{rules.WORDS[factor['kind']]} {rules.REMOVED}"
        _tell(transaction, now=now, keyring=keyring, policy=policy, user=user, happened=happened)


def renew_recovery_codes(
    transaction: Transaction, *, now: datetime, caller: CallContext, keyring: Keyring, policy: Policy
) -> dict[str, Any]:
    """Ten new ones in place of those before. Raises StepUpRequired, NotFound for who has no second factor."""
    caller.require_proof(now=now)
    user = locked_user(transaction, caller=caller)
    if not confirmed_factors(transaction, user_id=user["id"]):
        raise NotFound("You have no second factor that a code could stand in for. Add one: POST /v1/me/mfa/factors.")
    _tell(transaction, now=now, keyring=keyring, policy=policy, user=user, happened=rules.CODES_MADE)
    return {"recovery_codes": _make_recovery_codes(transaction, now=now, keyring=keyring, user_id=user["id"])}


def confirmed_factors(transaction: Transaction, *, user_id: UUID) -> list[Row]:
    """The factors that count, the one added first first."""
    mine = select(factors).where(factors.c.user_id == user_id, factors.c.confirmed_at.is_not(None))
    return transaction.all(mine.order_by(factors.c.added_at))


def recovery_codes_left(transaction: Transaction, *, user_id: UUID) -> int:
    unused = (recovery_codes.c.user_id == user_id) & recovery_codes.c.used_at.is_(None)
    return int(transaction.value(select(func.count()).select_from(recovery_codes).where(unused)))


def locked_user(transaction: Transaction, *, caller: CallContext) -> Row:
    """The caller's own row. Raises NotFound."""
    user = transaction.one(select(users).where(users.c.id == UUID(caller.subject)).with_for_update())
    if user is None:
        raise NotFound("Your user is gone. Register again, or call us.")
    return user


def _make_recovery_codes(transaction: Transaction, *, now: datetime, keyring: Keyring, user_id: UUID) -> list[str]:
    transaction.run(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    made = [keyring.new_recovery_code(length=rules.RECOVERY_CODE_LENGTH) for _ in range(rules.RECOVERY_CODES)]
    rows = [
        {
            "id": new_id(at=now), "user_id": user_id, "made_at": now,
            "code_hash": keyring.digest(f"recovery_code:{user_id}", code),
        }
        for code in made
    ]  # fmt: skip
    transaction.run(recovery_codes.insert(), rows)
    return [rules.grouped(code) for code in made]


def _tell(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, user: Row, happened: str
) -> None:
    """What was done to the second factor is mailed, whoever did it."""
    write_mail(
        transaction, now=now, keyring=keyring, template="second_factor_changed", to=user, link=policy.forgotten_link(),
        about=happened,
    )  # fmt: skip
