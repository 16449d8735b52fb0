"""How what is under way is shown: plain data from stored rows, the same wherever it is answered."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.leases.rules.odometer import NOTICE, statement_is_required, title_steps

FIXED = ("buyer", "quote_id", "payoff_cents")
OF_ROW = ("id", "account_id", "status", "opened_at", "closed_at")


def buyout_as_told(
    *, vehicle: Mapping[str, Any], row: Mapping[str, Any], statement: Mapping[str, Any] | None, today: date
) -> dict[str, Any]:
    """A purchase with its odometer statement, if one is signed, and the steps to the title."""
    details = row["details"]
    signed = None if statement is None else statement_as_told(statement)
    is_required = statement_is_required(vehicle=vehicle, transferred_on=day_in(details, "paid_on") or today)
    return {
        **{name: details[name] for name in FIXED},
        **{name: row[name] for name in OF_ROW},
        "good_through": day_in(details, "good_through"),
        "price": {**details["price"], "on": date.fromisoformat(details["price"]["on"])},
        "odometer_statement_required": is_required,
        "odometer_notice": NOTICE,
        "odometer_statement": signed,
        "title_steps": title_steps(
            status=row["status"], paid_on=day_in(details, "paid_on"), settled_on=day_in(details, "completed_on"),
            is_required=is_required, signed_on=signed["received_on"] if signed else None,
        ),
    }  # fmt: skip


def statement_as_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """An odometer statement as it was signed."""
    details = dict(row["details"])
    dates = {name: date.fromisoformat(details.pop(name)) for name in ("notice_on", "received_on")}
    return {**details, **dates, **{name: row[name] for name in ("id", "certification", "signed_at")}}


def day_in(details: Mapping[str, Any], name: str) -> date | None:
    """A date of an option's details; None where it has not come yet."""
    return date.fromisoformat(details[name]) if details.get(name) else None
