"""The names people sign in with: their e-mail address, or a user ID they chose, which never looks like an address."""

import re

from chassis.errors import FieldError

_CHOSEN = re.compile(r"[a-z0-9][a-z0-9._-]{2,62}[a-z0-9]")


def chosen_name(user_id: str | None, *, email: str) -> str | None:
    """The user ID that was chosen, in lower case; None where the e-mail address is meant to be it."""
    name = (user_id or "").strip().lower()
    return None if name in ("", email) else name


def problem_with_name(name: str | None) -> FieldError | None:
    """Why a chosen name cannot be taken, or None. A name with an @ could be mistaken for somebody's address."""
    if name is None or _CHOSEN.fullmatch(name):
        return None
    detail = "Use 4 to 64 letters, digits, dots, hyphens or underscores, or leave it out to sign in with your e-mail."
    return FieldError(pointer="/user_id", code="user_id_not_usable", detail=detail)


def sign_in_name(user_id: str) -> str:
    """The name as we keep it; empty, which nobody is called, where it cannot be anybody's."""
    name = user_id.strip().lower()
    return name if name.isascii() and name.isprintable() else ""


def masked_phone(phone: str | None) -> str | None:
    """The last four digits, enough to recognise one's own."""
    return f"•••• {phone[-4:]}" if phone else None
