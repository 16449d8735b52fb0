"""The codes of second factors: sent by text, and looked at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.identity.contract.errors import TooManyTexts
from services.identity.models import factors, recovery_codes, texted_codes, users
from services.identity.operations.messages import write_text
from services.identity.providers import Keyring, OneTimeCodes
from services.identity.rules import second_factors as rules

TEXTED = "texted"


def text_code(
    transaction: Transaction, *, now: datetime, keyring: Keyring, user_id: UUID, to_phone: str,
    challenge_id: UUID | None = None,
) -> None:  # fmt: skip
    """Have a code texted, for a challenge or else for the person who is signed in. Raises TooManyTexts."""
    lately = texted_codes.c.texted_at > now - rules.TEXTS_COUNTED_OVER
    texted = transaction.value(select(func.count()).where(texted_codes.c.user_id == user_id, lately))
    if not rules.may_text(texted=texted):
        raise TooManyTexts()
    code_id = new_id(at=now)
    row = {
        "id": code_id, "user_id": user_id, "challenge_id": challenge_id, "texted_at": now,
        "expires_at": now + rules.CODE_LIFE,
    }  # fmt: skip
    transaction.run(texted_codes.insert().values(**row))
    code = keyring.code(TEXTED, code_id)
    language = transaction.value(select(users.c.language).where(users.c.id == user_id))
    write_text(
        transaction, now=now, keyring=keyring, template="security_code", to_phone=to_phone, code=code, language=language
    )  # fmt: skip


def is_right(
    transaction: Transaction, *, now: datetime, keyring: Keyring, codes: OneTimeCodes, factor: Row, code: str,
    challenge_id: UUID | None = None,
) -> bool:  # fmt: skip
    """Whether this is a code of the factor that was not used before; it is used by it. The user's row is locked."""
    if not rules.is_short(code):
        return False
    if factor["kind"] == rules.TOTP:
        secret = keyring.unseal(factor["secret_sealed"], field="factors.secret", owner=factor["id"])
        step = codes.step_of(code, secret=secret, now=now)
        if not rules.is_new_step(step, last_step=factor["last_step"]):
            return False
        transaction.run(update(factors).where(factors.c.id == factor["id"]).values(last_step=step))
        return True
    same_challenge = texted_codes.c.challenge_id.is_not_distinct_from(challenge_id)
    is_open = same_challenge & texted_codes.c.used_at.is_(None) & (texted_codes.c.expires_at > now)
    for row in transaction.all(select(texted_codes.c.id).where(texted_codes.c.user_id == factor["user_id"], is_open)):
        if keyring.code(TEXTED, row["id"]) == code:
            transaction.run(update(texted_codes).where(texted_codes.c.id == row["id"]).values(used_at=now))
            return True
    return False


def use_recovery_code(transaction: Transaction, *, now: datetime, keyring: Keyring, user_id: UUID, code: str) -> bool:
    """Whether this is one of the user's codes to recover with; it works no second time."""
    unused = (recovery_codes.c.user_id == user_id) & recovery_codes.c.used_at.is_(None)
    digest = keyring.digest(f"recovery_code:{user_id}", code)
    using = update(recovery_codes).where(unused, recovery_codes.c.code_hash == digest)
    return transaction.run(using.values(used_at=now)) == 1
