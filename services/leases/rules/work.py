"""What of an option waits for a person, and in which words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.leases.rules.disputes import OPEN, disputes_of

TO_DECIDE, TO_RECEIVE, TO_INSPECT = "extension_to_decide", "vehicle_to_receive", "vehicle_to_inspect"
DISPUTED, TO_CONFIRM = "dispute_to_decide", "notice_to_confirm"


def work_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """As `contract.work.LeaseWorkItem` has it; the row's `kind` says what waits."""
    kind, details = row["kind"], row["details"]
    names = ("kind", "account_id", "option", "status", "opened_at")
    due_on, words = _WORDED[kind](details)
    return {**{name: row[name] for name in names}, "option_id": row["id"], "due_on": due_on, "words": words}


def _request(details: Mapping[str, Any]) -> tuple[date | None, str]:
    terms = details["terms"]
    words = f"{terms['months']} months more are asked for, after {terms['extended_months_so_far']} already."
    return date.fromisoformat(terms["starts_on"]), words


def _appointment(details: Mapping[str, Any]) -> tuple[date | None, str]:
    return date.fromisoformat(details["appointment_on"]), f"The vehicle comes to {details['dealer_name']}."


def _returned(details: Mapping[str, Any]) -> tuple[date | None, str]:
    return None, f"The vehicle is back since {details['returned_on']} with {details['miles']:,} miles."


def _objection(details: Mapping[str, Any]) -> tuple[date | None, str]:
    first = next(each for each in disputes_of(details) if each["status"] == OPEN)
    return None, f"Objection {first['number']}: {first['reason']}"


def _notice(details: Mapping[str, Any]) -> tuple[date | None, str]:
    notice = details["notice"]
    words = (
        f"A servicemember ends the lease ({notice['basis'].replace('_', ' ')}, orders of {notice['orders_on']}, notice "
        f"of {notice['noticed_on']}). The copy of the orders: {notice['evidence']}"
    )
    return date.fromisoformat(notice["return_on"]), words


_WORDED = {
    TO_DECIDE: _request, TO_RECEIVE: _appointment, TO_INSPECT: _returned, DISPUTED: _objection, TO_CONFIRM: _notice,
}  # fmt: skip
