"""What a Nacha file says: batches of entries, and what other banks add to one that they send back or correct."""

from dataclasses import dataclass
from datetime import date, time

ENTRY_CLASSES = ("PPD", "WEB", "CCD", "COR")
"""By whose order: a person's in writing, a person's on the web, a company's; and corrections of what was sent."""
CORRECTIONS = "COR"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInformation:
    """Free text to an entry (addendum 05)."""

    information: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The other bank sends an entry back (addendum 99). `died_on` comes with R14 and R15."""

    code: str
    original_trace_number: str
    original_bank: str
    trace_number: str
    information: str = ""
    died_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DishonouredReturn:
    """The originator's bank sends a return back: too late, twice, or to the wrong place."""

    code: str
    original_trace_number: str
    original_bank: str
    return_trace_number: str
    return_settlement_day: str
    return_code: str
    trace_number: str
    information: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestedReturn:
    """The other bank insists on a return that was dishonoured."""

    code: str
    original_trace_number: str
    original_returned_on: date | None
    original_bank: str
    original_settlement_day: str
    return_trace_number: str
    return_settlement_day: str
    return_code: str
    dishonoured_trace_number: str
    dishonoured_settlement_day: str
    dishonoured_code: str
    trace_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationOfChange:
    """The other bank took an entry, and says what to write in the next one (addendum 98); see `corrections`."""

    code: str
    original_trace_number: str
    original_bank: str
    corrected: str
    trace_number: str


Addendum = PaymentInformation | Return | DishonouredReturn | ContestedReturn | NotificationOfChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One debit, credit, prenote, return or correction; what it is the transaction code says, and the addenda."""

    transaction_code: int
    routing_number: str
    account_number: str
    amount_cents: int
    individual_name: str
    trace_number: str
    individual_id: str = ""
    discretionary: str = ""
    addenda: tuple[Addendum, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Entries of one company, class, description and day; `originating_bank` is the first eight digits of its bank.

    `settlement_day` is the day of the year, put in by the operator; blank in what we send.
    """

    company_name: str
    company_id: str
    entry_class: str
    description: str
    effective_on: date | None
    originating_bank: str
    number: int
    entries: tuple[Entry, ...]
    company_discretionary: str = ""
    descriptive_date: str = ""
    settlement_day: str = ""
    originator_status: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NachaFile:
    """One file, from `origin` to `destination`: routing numbers, or for the origin the ten characters of a company.

    `modifier` tells the files of one day apart: A to Z, 0 to 9.
    """

    destination: str
    origin: str
    created_on: date
    destination_name: str
    origin_name: str
    batches: tuple[Batch, ...]
    created_time: time | None = None
    modifier: str = "A"
    reference: str = ""
