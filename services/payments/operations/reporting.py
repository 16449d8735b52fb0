"""What the processor reports is believed once its signature holds, and only ever leads forward."""

from collections.abc import Iterable
from datetime import date, datetime

from chassis.store import Transaction
from services.payments.operations.refunding import note_refund_failed, note_refund_paid
from services.payments.operations.returning import note_returned
from services.payments.operations.settling import note_dispute_won, note_disputed, note_settled
from services.payments.providers.reports import Fact, Report
from services.payments.rules.presenting import presentment_of

UNNAMED_RETURN = "unnamed"
"""A return without a code is treated as one of a code that nobody has given out: a person looks at it."""


def record_reports(transaction: Transaction, *, reports: Iterable[Report], now: datetime, today: date) -> None:
    """Take each report in; what is old news, or about money of somebody else, changes nothing."""
    for report in sorted(reports, key=lambda report: report.key):
        match report.fact:
            case Fact.REFUND_PAID:
                note_refund_paid(transaction, key=report.key, reference=report.reference, today=today)
            case Fact.REFUND_FAILED:
                note_refund_failed(transaction, key=report.key, code=report.code, now=now, today=today)
            case _:
                _record_of_charge(transaction, report=report, now=now, today=today)


def _record_of_charge(transaction: Transaction, *, report: Report, now: datetime, today: date) -> None:
    presentment = presentment_of(key=report.key, amount_cents=report.amount_cents, reference=report.reference)
    if presentment is None:
        return
    match report.fact:
        case Fact.SETTLED:
            note_settled(transaction, presentment=presentment, settled_on=today, now=now)
        case Fact.RETURNED:
            code = report.code or UNNAMED_RETURN
            note_returned(transaction, presentment=presentment, code=code, returned_on=today, now=now)
        case Fact.DISPUTED:
            note_disputed(transaction, presentment=presentment, code=report.code, disputed_on=today, now=now)
        case Fact.DISPUTE_WON:
            note_dispute_won(transaction, presentment=presentment, now=now)
