"""Numbers that people type in: bank routing numbers that can exist, and card numbers, which must never come in."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from stdnum import luhn
from stdnum.us import rtn

CARD_NUMBER_LENGTHS = range(13, 20)

_DISTRICTS = frozenset({*range(13), *range(21, 33), *range(61, 73), 80})
_NINE_DIGITS = re.compile(r"[0-9]{9}")
_DIGIT_GROUPS = re.compile(r"[0-9]+(?:[\s._/-]{1,3}[0-9]+)*")
_AS_IT_IS = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_WORD_OF_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9]{13,19}(?![0-9A-Za-z])")


def is_routing_number(text: str) -> bool:
    """Whether nine digits are a routing number: their checksum is right and their first two are assigned."""
    if not _NINE_DIGITS.fullmatch(text) or text == "000000000":
        return False
    return int(text[:2]) in _DISTRICTS and rtn.is_valid(text)


def holds_card_number(text: str) -> bool:
    """Whether 13 to 19 digits with a right Luhn check digit stand anywhere in the text, however they are spaced."""
    plain = unicodedata.normalize("NFKC", text)
    return any(_has_card_number(re.findall("[0-9]+", run)) for run in _DIGIT_GROUPS.findall(plain))


def token_holds_card_number(token: str) -> bool:
    """The same for an opaque token, in which only a whole word of digits counts: tokens are full of chance digits."""
    return any(luhn.is_valid(word) for word in _WORD_OF_DIGITS.findall(token))


def _has_card_number(groups: list[str]) -> bool:
    """A card number may be followed by its expiry and code, so every run of neighbouring groups is looked at."""
    return any(_has_luhn_digit(text) for start in range(len(groups)) for text in _joined(groups, start))


def _has_luhn_digit(digits: str) -> bool:
    """Luhn's check on digits alone, many times as fast as on any text: a long one has thousands of runs to look at."""
    raw = digits.encode()
    return (sum(raw[-1::-2].translate(_AS_IT_IS)) + sum(raw[-2::-2].translate(_DOUBLED))) % 10 == 0


def _joined(groups: list[str], start: int) -> Iterator[str]:
    text = ""
    for group in islice(groups, start, start + CARD_NUMBER_LENGTHS[-1]):
        text += group
        if len(text) > CARD_NUMBER_LENGTHS[-1]:
            return
        if len(text) in CARD_NUMBER_LENGTHS:
            yield text
