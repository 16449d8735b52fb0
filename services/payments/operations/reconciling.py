"""The bank's settlement report and our books: differences are kept and told, and money that agrees has come in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, insert, or_, select

from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.accounts.contract.business_days import business_days_before
from services.payments.models import (
    ach_entries,
    payments,
    settlement_differences,
    settlement_reports,
)
from services.payments.operations.settling import note_settled
from services.payments.rules.presenting import Presentment
from services.payments.rules.settlement import Compared, OwnMoney, SettledLine, compare
from services.payments.rules.states import POSTED

SETTLES_WITHIN_BUSINESS_DAYS = 2
"""Money that was effective longer ago than this, at the report's last day, has to have come in."""

_OWN = select(
    payments.c.id, payments.c.presentment_number, payments.c.effective_on, payments.c.status,
    (payments.c.amount_cents + payments.c.card_fee_cents).label("amount_cents"),
    payments.c.processor_reference, ach_entries.c.trace_number,
).outerjoin(ach_entries, payments.c.processor_reference == cast(ach_entries.c.id, Text))  # fmt: skip


def reconcile(
    transaction: Transaction, *, sha256: str, name: str, lines: Sequence[SettledLine], now: datetime
) -> Compared:
    """Compare a report with our books and keep what differs. Our books stay as they are."""
    last_on = max(line.settled_on for line in lines)
    due_by = business_days_before(on=last_on, count=SETTLES_WITHIN_BUSINESS_DAYS)
    compared = compare(lines, ours=_own(transaction, lines, due_by=due_by), due_by=due_by)
    report_id = new_id(at=now)
    transaction.run(
        insert(settlement_reports).values(
            id=report_id, sha256=sha256, name=name, compared_at=now, lines=len(lines), last_on=last_on,
            first_on=min(line.settled_on for line in lines), agreed_lines=len(compared.agreed),
            agreed_cents=sum(line.amount_cents for line, _ in compared.agreed), differences=len(compared.differences),
        )
    )  # fmt: skip
    rows = [
        {"report_id": report_id, "number": number, **asdict(difference)}
        for number, difference in enumerate(compared.differences, start=1)
    ]
    if rows:
        transaction.run(insert(settlement_differences), rows)
    return compared


def settle_agreed(transaction: Transaction, *, compared: Compared, now: datetime, today: date) -> int:
    """Money on which both agree has come in; tells `payment_settled` for each that was not settled, and counts them."""
    return sum(
        note_settled(
            transaction, settled_on=min(line.settled_on, today), now=now,
            presentment=Presentment(
                payment_id=own.payment_id, number=own.presentment_number, amount_cents=own.amount_cents,
                reference=own.reference,
            ),
        )
        for line, own in compared.agreed
    )  # fmt: skip


def _own(transaction: Transaction, lines: Iterable[SettledLine], *, due_by: date) -> Mapping[str, OwnMoney]:
    """What the report speaks of, and what it should speak of, by every name that it may have."""
    references = {line.reference for line in lines}
    named: ColumnElement[bool] = or_(
        payments.c.processor_reference.in_(references), ach_entries.c.trace_number.in_(references)
    )
    is_due = (payments.c.status == POSTED) & (payments.c.effective_on <= due_by)
    found: dict[str, OwnMoney] = {}
    for row in transaction.all(_OWN.where(or_(named, is_due))):
        for reference in _names(row):
            found[reference] = _own_money(row)
    return found


def _names(row: Row) -> list[str]:
    return [name for name in (row["processor_reference"], row["trace_number"]) if name is not None]


def _own_money(row: Any) -> OwnMoney:
    return OwnMoney(
        reference=row["trace_number"] or row["processor_reference"],
        payment_id=row["id"],
        presentment_number=row["presentment_number"],
        amount_cents=row["amount_cents"],
        effective_on=row["effective_on"],
        is_open=row["status"] == POSTED,
    )
