"""A lease that goes on from month to month: when its next month begins to run, and until when notice ends it in time.

Sample policy: a month is begun two weeks before it starts, so that its bill and the notice of its draft still go out.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

RENEWAL_DAYS = 14
NOTICE, VEHICLE_RETURNED, ACCOUNT_CLOSED, NOT_RENEWED = "notice", "vehicle_returned", "account_closed", "not_renewed"


def renews_on(*, ends_on: date) -> date:
    """The day on which the next month is begun; a month that was begun is owed."""
    return ends_on - timedelta(days=RENEWAL_DAYS)


def notice_words() -> str:
    """How it goes on and ends, in a sentence for the terms."""
    return (
        f"From then on it renews itself month by month on these terms, {RENEWAL_DAYS} days before each month's end, "
        "until you give notice before that day or return the vehicle; a month that was renewed is owed."
    )


def renewal_as_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """As `contract.extensions.Renewal` has it."""
    is_running = row["ended_on"] is None
    return {
        **{name: row[name] for name in ("account_id", "agreed_on", "months", "lease_ends_on")},
        **{name: row[name] for name in ("ended_on", "ended_because")},
        "extension_id": row["option_id"],
        "status": "running" if is_running else "ended",
        "renews_on": renews_on(ends_on=row["lease_ends_on"]) if is_running else None,
    }
