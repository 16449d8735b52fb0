"""Money is whole cents: the one place that rounds, reads dollars from text and writes them for people."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

_DOLLARS = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_DIGITS_MAX = 40
_ONE = Decimal(1)
# Wide enough for every amount, whatever the caller's context is; entering one for each rounding costs more than it.
_CENTS = Context(prec=60, rounding=ROUND_HALF_UP)


def round_half_up_cents(amount: Decimal) -> int:
    """Round an exact amount of cents to whole cents; a half goes away from zero."""
    return int(_CENTS.quantize(amount, _ONE))


def cents_from_dollars(text: str, *, round_sub_cents: bool = False) -> int:
    """Read a plain dollar amount such as `1234.56` as cents.

    Raises ValueError for anything but digits with an optional point and sign, and for a fraction of a cent unless
    `round_sub_cents` allows it to be rounded half-up.
    """
    plain = text.strip()
    if len(plain) > _DIGITS_MAX or not _DOLLARS.fullmatch(plain):
        raise ValueError(f"{plain[:_DIGITS_MAX]!r} is not a plain dollar amount such as 1234.56.")
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(plain) * 100
    cents = round_half_up_cents(exact)
    if cents != exact and not round_sub_cents:
        raise ValueError(f"{plain} has a fraction of a cent.")
    return cents


def format_dollars(cents: int) -> str:
    """Write cents for a person: `$1,234.56`, negative as `-$1,234.56`."""
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}${dollars:,}.{rest:02d}"
