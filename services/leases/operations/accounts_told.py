"""One word of accounts about a lease: what is known of it follows, and the way out that was taken moves on."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.store import Transaction
from services.leases.operations.buyouts import follow_purchase
from services.leases.operations.calendar import tell_milestones
from services.leases.operations.following import TELL_THE_END, note_standing
from services.leases.operations.renewals import end_lease_time
from services.leases.operations.turn_ins import follow_closing
from services.leases.rules.renewal import ACCOUNT_CLOSED


def follow_account(
    transaction: Transaction, *, name: str, event_id: UUID, sequence: int, told: Mapping[str, Any], now: datetime,
    today: date,
) -> None:  # fmt: skip
    """Keep the standing, then move what hangs on it. Accounts that are no leases are passed by.

    A milestone that a new end has reached already is told at once: it is of this day, and not of the next one.
    """
    is_lease = note_standing(
        transaction, name=name, event_id=event_id, sequence=sequence, told=told, now=now, today=today
    )
    if is_lease:
        follow_purchase(transaction, name=name, told=told, now=now, today=today)
        follow_closing(transaction, name=name, told=told, now=now, today=today)
        if name in TELL_THE_END:
            tell_milestones(transaction, on=today, now=now, today=today, account_id=UUID(told["account_id"]))
        if name == "account_closed":
            end_lease_time(
                transaction, account_id=UUID(told["account_id"]), because=ACCOUNT_CLOSED, today=today
            )  # fmt: skip
