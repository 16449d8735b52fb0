"""A bank's settlement report held against our own books: what agrees, and each way in which the two differ."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

COLUMNS = ("settled_on", "reference", "amount_cents")
AMOUNT_CENTS_MAX = 10**10

OURS_NOT_THEIRS: Final = "ours_not_theirs"
THEIRS_NOT_OURS: Final = "theirs_not_ours"
AMOUNT_DIFFERS: Final = "amount_differs"
TOLD_TWICE: Final = "told_twice"
DifferenceKind = Literal["ours_not_theirs", "theirs_not_ours", "amount_differs", "told_twice"]

_AMOUNT = re.compile(r"[0-9]{1,11}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class LineMalformed(ValueError):
    """A line of a report that cannot be read; a report has to be whole."""

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLine:
    """Money that came in, as the bank says. `reference`: a trace number, or what the processor or the lockbox named."""

    number: int
    settled_on: date
    reference: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMoney:
    """A presentment in our books. `is_open`: posted, and neither settled nor returned."""

    reference: str
    payment_id: UUID
    presentment_number: int
    amount_cents: int
    effective_on: date
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing on which the two do not agree; cents are None on the side that does not have it."""

    kind: DifferenceKind
    reference: str
    line: int | None = None
    payment_id: UUID | None = None
    ours_cents: int | None = None
    theirs_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The lines that agree, each with our own side of it, and what differs."""

    agreed: Sequence[tuple[SettledLine, OwnMoney]]
    differences: Sequence[Difference]


def read_settled_line(cells: Mapping[str, str], *, number: int) -> SettledLine:
    """One line of a report. Raises LineMalformed."""
    values = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    amount = values["amount_cents"]
    if not _AMOUNT.fullmatch(amount) or not 0 < int(amount) <= AMOUNT_CENTS_MAX:
        raise LineMalformed(field="amount_cents", reason=f"must be whole cents, 1 to {AMOUNT_CENTS_MAX}.")
    if not values["reference"]:
        raise LineMalformed(field="reference", reason="is missing.")
    try:
        settled_on = date.fromisoformat(values["settled_on"] if _DAY.fullmatch(values["settled_on"]) else "")
    except ValueError:
        raise LineMalformed(field="settled_on", reason="must be a day as YYYY-MM-DD.") from None
    return SettledLine(number=number, settled_on=settled_on, reference=values["reference"], amount_cents=int(amount))


def compare(lines: Iterable[SettledLine], *, ours: Mapping[str, OwnMoney], due_by: date) -> Compared:
    """Hold a report against our books. `ours` is what we have, by the names that a report may give it.

    Money of ours that is still open though it was effective by `due_by` should have been in this report, or in an
    earlier one.
    """
    agreed: list[tuple[SettledLine, OwnMoney]] = []
    found: list[Difference] = []
    told: set[tuple[UUID, int]] = set()
    for line in lines:
        own = ours.get(line.reference)
        if own is None:
            found.append(_difference(THEIRS_NOT_OURS, line, own))
        elif (own.payment_id, own.presentment_number) in told:
            found.append(_difference(TOLD_TWICE, line, own))
        elif own.amount_cents != line.amount_cents:
            told.add((own.payment_id, own.presentment_number))
            found.append(_difference(AMOUNT_DIFFERS, line, own))
        else:
            told.add((own.payment_id, own.presentment_number))
            agreed.append((line, own))
    missing = {
        (own.payment_id, own.presentment_number): own
        for own in ours.values()
        if own.is_open and own.effective_on <= due_by and (own.payment_id, own.presentment_number) not in told
    }
    found += [
        Difference(
            kind=OURS_NOT_THEIRS, reference=own.reference, payment_id=own.payment_id, ours_cents=own.amount_cents
        )
        for own in sorted(missing.values(), key=lambda own: (own.effective_on, own.reference))
    ]  # fmt: skip
    return Compared(agreed, found)


def _difference(kind: DifferenceKind, line: SettledLine, own: OwnMoney | None) -> Difference:
    return Difference(
        kind=kind, reference=line.reference, line=line.number, payment_id=None if own is None else own.payment_id,
        ours_cents=None if own is None else own.amount_cents, theirs_cents=line.amount_cents,
    )  # fmt: skip
