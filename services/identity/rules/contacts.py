"""Changing an e-mail address or a telephone number: which ends must agree, how they are asked, and for how long."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chassis.errors import FieldError

EMAIL, PHONE = "email", "phone"
OLD, NEW = "old", "new"
LINK, CODE = "link", "code"
LINK_LIFE = timedelta(minutes=60)
CODE_LIFE = timedelta(minutes=10)
# Six digits are guessed in a million tries, so there are few.
TRIES_MAX = 5
CHANGES_MAX = 5
CHANGES_COUNTED_OVER = timedelta(hours=24)
WORDS = {EMAIL: "your e-mail address", PHONE: "your telephone number"}

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class End:
    """One end of a change, and how it is asked: by a link to an address or by a code to a number."""

    which: str
    by: str
    to: str


def ends_of(*, kind: str, value: str | None, email: str, phone: str | None) -> Sequence[End]:
    """Whom to ask. `email` and `phone` are those on file; where there is no number yet, the address speaks for it."""
    if kind == EMAIL:
        assert value is not None
        return (End(NEW, LINK, value), End(OLD, LINK, email))
    old = End(OLD, CODE, phone) if phone else End(OLD, LINK, email)
    return (old,) if value is None else (End(NEW, CODE, value), old)


def asked_changes(sent: Mapping[str, Any], *, email: str, phone: str | None) -> dict[str, str | None]:
    """By kind, what is to be another one than it is."""
    now = {EMAIL: email, PHONE: phone}
    return {kind: sent[kind] for kind in (EMAIL, PHONE) if kind in sent and sent[kind] != now[kind]}


def problems_with(sent: Mapping[str, Any]) -> list[FieldError]:
    """What cannot be an address or a number to write to."""
    found = []
    if EMAIL in sent and sent[EMAIL] is None:
        found.append(FieldError(f"/{EMAIL}", "email_needed", "An e-mail address can be replaced, but not removed."))
    phone = sent.get(PHONE)
    if phone is not None and not _E164.fullmatch(phone):
        detail = "Must be a telephone number in international form, such as +12125552368, or null to remove it."
        found.append(FieldError(f"/{PHONE}", "phone_not_valid", detail))
    return found


def may_ask(*, asked: int) -> bool:
    """Each change sends mails or texts, which cost others' patience and our money."""
    return asked < CHANGES_MAX


def life_of(by: str) -> timedelta:
    return LINK_LIFE if by == LINK else CODE_LIFE


def is_made(proofs: Iterable[Mapping[str, Any]]) -> bool:
    """Whether every end has proven itself."""
    return all(proof["proven_at"] is not None for proof in proofs)
