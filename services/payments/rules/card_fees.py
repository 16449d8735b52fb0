"""What paying by card costs, by the company's policy and the account's state: shown and agreed to before, or not taken.

The fee is the company's for taking a card. It is charged with the payment and is no part of what the account is
credited with; a draft of autopay, which is never higher than what was told, bears none.
"""

import re
from collections.abc import Mapping

from chassis.money import format_dollars
from services.payments.contract.errors import CardFeeNotAgreed
from services.payments.contract.schemas import CARD

CardFees = Mapping[str, int]
_ENTRY = re.compile(r"([A-Z]{2}):([1-9][0-9]{0,4})", re.ASCII)


def card_fees_of(text: str) -> CardFees:
    """The fee in cents by state, from `TX:295,OH:300`. Raises ValueError for what is none, or a state named twice."""
    fees: dict[str, int] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        found = _ENTRY.fullmatch(entry)
        if found is None:
            raise ValueError(f"{entry!r} is no state with its fee in cents, as in TX:295.")
        if found[1] in fees:
            raise ValueError(f"{found[1]} is named twice.")
        fees[found[1]] = int(found[2])
    return fees


def card_fee_cents(*, fees: CardFees, method_type: str, state: str | None) -> int:
    """What paying with such a method costs; nothing where the account's state is not known."""
    return fees.get(state, 0) if method_type == CARD and state is not None else 0


def require_agreed(*, agreed_cents: int, fee_cents: int) -> None:
    """Raises CardFeeNotAgreed: nobody is charged a fee that they have not been shown."""
    if agreed_cents == fee_cents:
        return
    if fee_cents == 0:
        raise CardFeeNotAgreed("No fee is charged for this payment. Leave card_fee_cents out.")
    raise CardFeeNotAgreed(
        f"Paying by card costs {format_dollars(fee_cents)} on top, which is no part of the payment. To agree, send "
        f"card_fee_cents as {fee_cents}. From a bank account it costs nothing."
    )
