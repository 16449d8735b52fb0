"""What may stand in a message: names that are plainly names, and texts that go out as one."""

import re

NAME_LENGTH_MAX = 40
# Words of letters, joined by a blank, a hyphen or an apostrophe; a point only where a word ends.
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?(?:[ -][^\W\d_]+(?:['’-][^\W\d_]+)*\.?)*")

GSM_TEXT_UNITS_MAX = 160
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("\f^{}\\[~]|€")
# Spanish letters and marks that the alphabet lacks, as they are written without it; é, ñ, ü, ¿ and ¡ it has.
_GSM_NEAREST = str.maketrans("áíóúÁÍÓÚ’‘“”–—…", "aiouAIOU''\"\"--.")


def greeting_name(first_name: str) -> str | None:
    """The name to greet with, None where it is not plainly a name: nobody may put words or an address into our mail."""
    name = " ".join(first_name.split())
    return name if len(name) <= NAME_LENGTH_MAX and _NAME.fullmatch(name) else None


def in_gsm_letters(body: str) -> str:
    """The body with the nearest letter for each that the GSM alphabet lacks: with one of them it would be two texts."""
    return body.translate(_GSM_NEAREST)


def fits_one_text(body: str) -> bool:
    """Whether a text goes out as one: at most 160 units of the GSM alphabet (3GPP TS 23.038), which has no others."""
    units = 0
    for character in body:
        if character in _GSM_ESCAPED:
            units += 2
        elif character in _GSM_BASIC:
            units += 1
        else:
            return False
    return units <= GSM_TEXT_UNITS_MAX
