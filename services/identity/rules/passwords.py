"""What makes a new password acceptable: long enough and not easy to guess; no composition rules (NIST SP 800-63B-4)."""

import re
import unicodedata
from collections.abc import Iterable

from chassis.errors import FieldError

LENGTH_MIN = 15
LENGTH_MAX = 128
CONTEXT_WORD_LENGTH_MIN = 4
RUN_LENGTH_MIN = 8
POINTER = "/password"
STRENGTHS = (("strong", 48.0), ("fair", 34.0), ("weak", 0.0))
POINTER_OF_NEW = "/new_password"

_PARTS = re.compile(r"[^\W\d_]+|\d+|[\W_]")
_BITS_OF_A_LETTER, _BITS_OF_A_PART = 3.3, 13.0
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "0123456789" * 14,
    "qwertyuiopasdfghjklzxcvbnmqwertyuiop",
    "qwertzuiopasdfghjklyxcvbnmqwertzuiop",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
)


def normal(password: str) -> str:
    """The one form in which a password is counted, hashed and verified: NFC, so that every keyboard gives the same."""
    return unicodedata.normalize("NFC", password)


def problem_with(password: str, *, blocklist: frozenset[str], context_words: Iterable[str]) -> FieldError | None:
    """Why this new password (in its normal form) cannot be taken, or None. `blocklist` holds squeezed passwords."""
    if len(password) < LENGTH_MIN:
        return _problem("password_too_short", f"Use at least {LENGTH_MIN} characters; a few words in a row are fine.")
    if len(password) > LENGTH_MAX:
        return _problem("password_too_long", f"Use at most {LENGTH_MAX} characters.")
    if squeezed(password) in blocklist or _is_repetition(password.casefold()) or _is_run(squeezed(password)):
        return _problem("password_too_common", "This password is among the first that are guessed. Choose another.")
    if any(_contains(password, word) for word in context_words):
        return _problem(
            "password_too_personal",
            "Leave your e-mail address, your user ID and our name out of the password: they are guessed first.",
        )
    return None


def problem_with_same(before: str, after: str) -> FieldError | None:
    """A password that is changed to itself stays as known as it was."""
    if normal(before) != normal(after):
        return None
    detail = "This is the password you have already. Choose another."
    return FieldError(pointer=POINTER_OF_NEW, code="password_unchanged", detail=detail)


def strength_of(password: str) -> str:
    """How hard to guess, roughly: each different word, number or mark adds what somebody who guesses pays for it.

    Words cost as much as a list of eight thousand, numbers as much as a thousand; what is repeated costs nothing more.
    """
    parts = {part.casefold() for part in _PARTS.findall(password)}
    bits = sum(min(len(part) * _BITS_OF_A_LETTER, _BITS_OF_A_PART) for part in parts)
    return next(name for name, least in STRENGTHS if bits >= least)


def squeezed(text: str) -> str:
    """Letters and digits alone, without case: `Pass-Word` and `password` are guessed together."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _contains(password: str, word: str) -> bool:
    plain, bare = word.casefold(), squeezed(word)
    return len(bare) >= CONTEXT_WORD_LENGTH_MIN and (plain in password.casefold() or bare in squeezed(password))


def _is_repetition(text: str) -> bool:
    return any(text[period:] == text[:-period] for period in range(1, len(text) // 2 + 1))


def _is_run(text: str) -> bool:
    return len(text) >= RUN_LENGTH_MIN and any(text in run or text[::-1] in run for run in _RUNS)


def _problem(code: str, detail: str) -> FieldError:
    return FieldError(pointer=POINTER, code=code, detail=detail)
