"""What we send to the bank: queued debits and refunds put together as one ACH file, the same one each time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import groupby
from typing import Any

from services.payments.contract.numbers import is_routing_number
from services.payments.rules.nacha import AccountType, Batch, Direction, Entry, NachaFile, code_of, printable

NUMBERS = 10**7
"""After so many entries their trace numbers begin anew."""
MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

DEBIT_CLASS, DEBIT_DESCRIPTION = "WEB", "AUTO PYMT"
REFUND_CLASS, REFUND_DESCRIPTION = "PPD", "REFUND"
RECURRING, SINGLE = "R", "S"
"""What is ordered on the web: by a standing consent, or for one time."""


class OriginatorInvalid(ValueError):
    """The settings of the originator cannot stand in a file; the message names the one and says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Originator:
    """Who sends the file, and to which bank."""

    bank_routing_number: str
    bank_name: str
    company_name: str
    company_id: str

    def __post_init__(self) -> None:
        if not is_routing_number(self.bank_routing_number):
            raise OriginatorInvalid("ACH_BANK_ROUTING_NUMBER is no routing number of a US bank.")
        for name, width in (("bank_name", 23), ("company_name", 16), ("company_id", 10)):
            value = getattr(self, name)
            if not value.strip() or printable(value, width=width) != value:
                raise OriginatorInvalid(f"ACH_{name.upper()} must be 1 to {width} characters of plain ASCII.")

    def as_stored(self) -> dict[str, str]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedEntry:
    """One debit or refund that waits for its file; `number` counts all that ever did."""

    number: int
    direction: Direction
    amount_cents: int
    routing_number: str
    account_number: str
    account_type: AccountType
    holder_name: str
    entry_class: str
    description: str
    recurs: bool = False
    is_prenote: bool = False


def trace_number_of(*, number: int, originator: Originator) -> str:
    """By which other banks name the entry."""
    return f"{originator.bank_routing_number[:8]}{number % NUMBERS:07d}"


def compose_file(
    entries: Iterable[QueuedEntry], *, originator: Originator, business_on: date, created_at: datetime,
    effective_on: date, modifier: str,
) -> NachaFile:  # fmt: skip
    """The file of these entries: a batch for each class, description and direction, whatever the order they come in."""
    ordered = sorted(entries, key=_batch_key)
    batches = (tuple(group) for _, group in groupby(ordered, key=_batch_key))
    return NachaFile(
        destination=originator.bank_routing_number,
        origin=originator.company_id,
        created_on=business_on,
        created_time=created_at.time().replace(second=0, microsecond=0, tzinfo=None),
        modifier=modifier,
        destination_name=originator.bank_name,
        origin_name=originator.company_name,
        batches=tuple(
            _batch(group, number=number, originator=originator, effective_on=effective_on)
            for number, group in enumerate(batches, start=1)
        ),
    )


def next_modifier(taken: Iterable[str]) -> str | None:
    """The sign of the day's next file; None where the day has as many as it can."""
    used = set(taken)
    return next((sign for sign in MODIFIERS if sign not in used), None)


def originator_from(values: Mapping[str, Any]) -> Originator:
    """From what was stored, or from settings by their own names. Raises OriginatorInvalid."""
    return Originator(**{field.name: values[field.name] for field in fields(Originator)})


def _batch_key(entry: QueuedEntry) -> tuple[str, str, str]:
    return entry.entry_class, entry.description, entry.direction


def _batch(
    group: tuple[QueuedEntry, ...], *, number: int, originator: Originator, effective_on: date
) -> Batch:  # fmt: skip
    first = group[0]
    entries = sorted((_entry(queued, originator=originator) for queued in group), key=lambda entry: entry.trace_number)
    return Batch(
        company_name=originator.company_name,
        company_id=originator.company_id,
        entry_class=first.entry_class,
        description=first.description,
        effective_on=effective_on,
        originating_bank=originator.bank_routing_number[:8],
        number=number,
        entries=tuple(entries),
    )


def _entry(queued: QueuedEntry, *, originator: Originator) -> Entry:
    return Entry(
        transaction_code=code_of(
            account_type=queued.account_type,
            direction=queued.direction,
            purpose="prenote" if queued.is_prenote else "live",
        ),
        routing_number=queued.routing_number,
        account_number=queued.account_number,
        amount_cents=queued.amount_cents,
        individual_id=f"{queued.number:015d}",
        individual_name=printable(queued.holder_name, width=22),
        discretionary=_payment_type(queued),
        trace_number=trace_number_of(number=queued.number, originator=originator),
    )


def _payment_type(queued: QueuedEntry) -> str:
    if queued.entry_class != DEBIT_CLASS:
        return ""
    return RECURRING if queued.recurs else SINGLE
