"""Which second factors there are, how a code is read, and how long what waits for one is good."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

TOTP, TEXT, RECOVERY_CODE = "totp", "text", "recovery_code"
CHALLENGE_LIFE = timedelta(minutes=10)
CODE_LIFE = timedelta(minutes=10)
TEXTS_MAX = 5
TEXTS_COUNTED_OVER = timedelta(hours=1)
RECOVERY_CODES = 10
# As many characters of base32, so 80 bits: hopeless to guess, also for who has the hashes but not their key.
RECOVERY_CODE_LENGTH = 16
WORDS = {TOTP: "an app for codes", TEXT: "codes by text"}
ADDED, REMOVED = "was added as a second factor.", "was removed as a second factor."
CODE_USED = "a recovery code was used in place of the second factor."
CODES_MADE = "new recovery codes were made, and the ones before them are worth nothing."

_DIGITS = re.compile(r"[0-9]{6}")
_GROUP = 4


def is_short(code: str) -> bool:
    """Six digits are an app's or a text's; anything else can only be a code to recover with."""
    return _DIGITS.fullmatch(code) is not None


def read(code: str) -> str:
    """A code as it was meant, however it was typed."""
    return "".join(character for character in code.upper() if character.isalnum())


def grouped(code: str) -> str:
    """As it is shown, so that it can be copied by hand."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def methods_of(confirmed: Iterable[Mapping[str, Any]], *, recovery_codes_left: int) -> Sequence[str]:
    """How this person can answer, the usual ways first."""
    kinds = [factor["kind"] for factor in confirmed]
    return [*sorted(kinds, reverse=True), *([RECOVERY_CODE] if recovery_codes_left else [])]


def is_new_step(step: int | None, *, last_step: int | None) -> bool:
    """Whether a code of this half minute was not used before."""
    return step is not None and (last_step is None or step > last_step)


def may_text(*, texted: int) -> bool:
    """Each text costs money, and somebody's patience."""
    return texted < TEXTS_MAX
