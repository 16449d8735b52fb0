"""Each time that a payment is presented is money of its own: how it is named, here and at the processor."""

import re
from dataclasses import dataclass
from uuid import UUID

FIRST_PRESENTMENT = 1

_KEY = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/([2-9]))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentment:
    """Money as somebody outside speaks of it; `reference` is their id of it."""

    payment_id: UUID
    number: int
    amount_cents: int
    reference: str

    @property
    def key(self) -> str:
        return charge_key(payment_id=self.payment_id, presentment_number=self.number)


def charge_key(*, payment_id: UUID, presentment_number: int) -> str:
    """The payment's id; what is presented again is other money, and has its number in the key too."""
    return str(payment_id) if presentment_number == FIRST_PRESENTMENT else f"{payment_id}/{presentment_number}"


def presentment_of(*, key: str, amount_cents: int, reference: str) -> Presentment | None:
    """What a key names; None for a text that is none of our keys."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    number = int(found[2] or FIRST_PRESENTMENT)
    return Presentment(payment_id=UUID(found[1]), number=number, amount_cents=amount_cents, reference=reference)
