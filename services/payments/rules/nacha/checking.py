"""What must hold of an entry and a batch beyond their places, whoever wrote them: one sentence for each breach."""

from collections.abc import Iterator
from itertools import pairwise

from services.payments.contract.numbers import is_routing_number
from services.payments.rules.nacha.files import (
    CORRECTIONS,
    ENTRY_CLASSES,
    Batch,
    Entry,
    NotificationOfChange,
    PaymentInformation,
)
from services.payments.rules.nacha.transaction_codes import TransactionCode, known_code

Breach = tuple[str, str]
"""The field that is wrong, and the sentence."""


def entry_breaches(entry: Entry, *, entry_class: str) -> Iterator[Breach]:
    """What is wrong with an entry by itself."""
    code = known_code(entry.transaction_code)
    if code is None:
        yield "transaction_code", f"{entry.transaction_code} is no code of a checking or savings account."
        return
    if not is_routing_number(entry.routing_number):
        yield "routing_number", f"no US bank has the routing number {entry.routing_number}."
    if not entry.account_number.strip():
        yield "account_number", "the account number is missing."
    yield from _amount_breaches(entry, code=code)
    yield from _addenda_breaches(entry, entry_class=entry_class, code=code)


def batch_breaches(batch: Batch) -> Iterator[Breach]:
    """What is wrong with a batch by itself; its entries are looked at one by one."""
    if batch.entry_class not in ENTRY_CLASSES:
        yield "entry_class", f"{batch.entry_class!r} is not among {', '.join(ENTRY_CLASSES)}."
    if not batch.company_id.strip():
        yield "company_id", "the company's identification is missing."
    if not batch.entries:
        yield "number", "a batch has at least one entry."


def trace_breaches(batch: Batch) -> Iterator[Breach]:
    """What holds of the trace numbers that we send. Files of other banks do not always keep to it."""
    for before, after in pairwise(entry.trace_number for entry in batch.entries):
        if before >= after:
            yield "trace_number", f"trace number {after} does not follow {before}: they ascend within a batch."
    for entry in batch.entries:
        for addendum in entry.addenda:
            if not isinstance(addendum, PaymentInformation) and addendum.trace_number != entry.trace_number:
                yield "trace_number", f"an addendum carries the trace number of its entry, {entry.trace_number}."


def _amount_breaches(entry: Entry, *, code: TransactionCode) -> Iterator[Breach]:
    if code.purpose == "live" and entry.amount_cents == 0:
        yield "amount_cents", "an entry that is no prenote moves more than nothing."
    if code.purpose == "prenote" and entry.amount_cents:
        yield "amount_cents", "a prenote moves no money."


def _addenda_breaches(entry: Entry, *, entry_class: str, code: TransactionCode) -> Iterator[Breach]:
    changes = [addendum for addendum in entry.addenda if isinstance(addendum, NotificationOfChange)]
    sent_back = [addendum for addendum in entry.addenda if not isinstance(addendum, PaymentInformation)]
    if entry_class == CORRECTIONS and (len(changes) != 1 or entry.amount_cents):
        yield "addenda", "an entry of the class COR has one addendum 98 and no amount."
    elif entry_class != CORRECTIONS and changes:
        yield "addenda", f"an addendum 98 belongs to the class COR, not to {entry_class}."
    elif code.purpose == "return" and not sent_back:
        yield "addenda", f"an entry of the code {code.number} says in an addendum 98 or 99 why it comes."
