"""The reminders of a batch: each is kept before it is told, under a key that the database lets nobody take twice."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text

from chassis.bulk import as_json
from chassis.store import Transaction
from services.accounts.models import reminders
from services.accounts.rules.reminding import Reminder

# Whoever comes second waits for the first, and gets nothing.
_KEEP = text("""
    INSERT INTO reminders (account_id, due_on, days_before, business_on, told_at)
    SELECT account_id, due_on, days_before, business_on, told_at
    FROM json_populate_recordset(NULL::reminders, CAST(:rows AS json))
    ORDER BY account_id
    ON CONFLICT ON CONSTRAINT pk_reminders DO NOTHING
    RETURNING account_id
""")

# What a later one stands for is told with it: the next one has nothing more to say of it.
_TELL_MISSED = text("""
    UPDATE reminders missed SET told_at = told.told_at
    FROM json_populate_recordset(NULL::reminders, CAST(:rows AS json)) told
    WHERE missed.account_id = told.account_id AND missed.due_on = told.due_on
      AND missed.days_before > told.days_before AND missed.told_at IS NULL
    RETURNING missed.account_id, missed.due_on, missed.days_before
""")


def keep_reminders(
    transaction: Transaction, *, decided: Iterable[tuple[UUID, Reminder]], on: date, now: datetime
) -> dict[UUID, dict[str, Any]]:
    """Keep what a day reminds of; gives, by account, what to tell: nobody has, and no later one will."""
    chosen = dict(decided)
    if not chosen:
        return {}
    rows = [
        {
            "account_id": account_id, "due_on": each.due_on, "days_before": each.days_before, "business_on": on,
            "told_at": now if each.is_told else None,
        }
        for account_id, each in chosen.items()
    ]  # fmt: skip
    fresh = [row["account_id"] for row in transaction.all(_KEEP, {"rows": as_json(rows)})]
    told = {account_id: chosen[account_id] for account_id in fresh if chosen[account_id].is_told}
    missed = _told_with(transaction, told=[row for row in rows if row["account_id"] in told])
    return {
        account_id: {
            "instalment_number": each.instalment_number, "due_on": each.due_on, "days_before": each.days_before,
            "days_left": each.days_left, "stands_for": missed.get((account_id, each.due_on), []),
            "amount_due_cents": each.amount_due_cents,
        }
        for account_id, each in told.items()
    }  # fmt: skip


def forget_reminders(transaction: Transaction, *, before: date) -> int:
    """Delete those of what fell due before a date: no day can tell them any more. Gives their number."""
    return transaction.run(delete(reminders).where(reminders.c.due_on < before))


def _told_with(transaction: Transaction, *, told: Sequence[Mapping[str, Any]]) -> dict[tuple[UUID, date], list[int]]:
    """By account and due date the earlier reminders that no day has told until now, the earliest first."""
    found: dict[tuple[UUID, date], list[int]] = {}
    missed = transaction.all(_TELL_MISSED, {"rows": as_json(told)}) if told else []
    for row in sorted(missed, key=lambda row: -row["days_before"]):
        found.setdefault((row["account_id"], row["due_on"]), []).append(row["days_before"])
    return found
