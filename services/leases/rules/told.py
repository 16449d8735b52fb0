"""How what is under way is shown: plain data from stored rows, the same wherever it is answered."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from services.accounts.contract.parties import party_of
from services.leases.rules.disputes import dispute_as_told, disputes_of
from services.leases.rules.early_end import RETURN_DAYS
from services.leases.rules.odometer import notice_of, statement_is_required, title_steps
from services.leases.rules.options import EXTENSION
from services.leases.rules.turn_in import documents, turn_in_steps

FIXED = ("buyer", "quote_id", "payoff_cents")
ORDER_DATES = ("orders_on", "noticed_on")
TERM_DATES = ("starts_on", "ends_on")
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
        "odometer_notice": notice_of(is_required),
        "odometer_statement": signed,
        "title_steps": title_steps(
            status=row["status"], paid_on=day_in(details, "paid_on"), settled_on=day_in(details, "completed_on"),
            is_required=is_required, signed_on=signed["received_on"] if signed else None,
        ),
    }  # fmt: skip


def turn_in_as_told(
    *, vehicle: Mapping[str, Any], row: Mapping[str, Any], statement: Mapping[str, Any] | None
) -> dict[str, Any]:
    """A return with its steps, its estimate, and the bill once the vehicle was inspected."""
    details = row["details"]
    signed = None if statement is None else statement_as_told(statement)
    returned_on, billed_on = day_in(details, "returned_on"), day_in(details, "billed_on")
    appointment_on = date.fromisoformat(details["appointment_on"])
    is_required = statement_is_required(vehicle=vehicle, transferred_on=returned_on or appointment_on)
    return {
        **{name: row[name] for name in OF_ROW},
        "dealer_name": details["dealer_name"],
        "appointment_on": appointment_on,
        "returned_on": returned_on,
        "steps": turn_in_steps(
            appointment_on=appointment_on, returned_on=returned_on, signed_on=signed["received_on"] if signed else None,
            inspected_on=day_in(details, "inspected_on"), billed_on=billed_on,
            closed_on=day_in(details, "account_closed_on"), needs_statement=is_required is not False,
        ),
        "documents": documents(needs_statement=is_required is not False),
        "wear": details.get("found", details["wear"]),
        "estimate": {**details["estimate"], "on": date.fromisoformat(details["estimate"]["on"])},
        "end_bill": _end_bill(details, billed_on=billed_on),
        "dispute_until_on": row["ends_on"] if billed_on else None,
        "disputes": [dispute_as_told(each) for each in disputes_of(details)],
        "odometer_statement_required": is_required,
        "odometer_notice": notice_of(is_required),
        "odometer_statement": signed,
    }  # fmt: skip


def _end_bill(details: Mapping[str, Any], *, billed_on: date | None) -> dict[str, Any] | None:
    if billed_on is None:
        return None
    lines = details["charges"]
    notes = ["What is unpaid of the lease itself comes on top: the account shows all that is owed."]
    return {
        "on": billed_on, "total_cents": sum(line["amount_cents"] for line in lines), "lines": lines, "notes": notes,
    }  # fmt: skip


def early_end_as_told(*, row: Mapping[str, Any]) -> dict[str, Any]:
    """An early end as it was billed; the charges are those beside the lease balance and what was due."""
    details = row["details"]
    prorated_on = day_in(details, "prorated_on")
    notes = ["The lease balance beyond the vehicle's value, and what was due, come on top."]
    if prorated_on is not None:
        notes = [f"What was due comes on top, the last payment for the days before {prorated_on} alone."]
    names = ("realized_value_cents", "value_source", "is_servicemember")
    lines, orders = details["charges"], details.get("orders")
    return {
        **{name: row[name] for name in OF_ROW},
        **{name: details[name] for name in names},
        "orders": None
        if orders is None
        else {**orders, **{name: date.fromisoformat(orders[name]) for name in ORDER_DATES}},
        "returned_on": date.fromisoformat(details["returned_on"]),
        "charges": {
            "on": row["opened_on"], "total_cents": sum(line["amount_cents"] for line in lines), "lines": lines,
            "notes": notes,
        },
    }  # fmt: skip


def notice_as_told(*, row: Mapping[str, Any]) -> dict[str, Any]:
    """A servicemember's notice, and what came of it."""
    notice = row["details"]["notice"]
    days = {name: date.fromisoformat(notice[name]) for name in (*ORDER_DATES, "return_on")}
    return {
        **{name: row[name] for name in OF_ROW},
        **{name: notice[name] for name in ("basis", "evidence")},
        **days,
        "return_by_on": days["noticed_on"] + timedelta(days=RETURN_DAYS),
    }


def extension_as_told(*, row: Mapping[str, Any]) -> dict[str, Any]:
    """An extension as far as it has come."""
    details = row["details"]
    dates = {name: date.fromisoformat(details["terms"][name]) for name in TERM_DATES}
    # Extensions of earlier releases were kept without these two.
    terms = {"disclosures": [], "renews": False, **details["terms"], **dates}
    return {
        **{name: row[name] for name in OF_ROW},
        "terms": terms,
        "offered_until_on": day_in(details, "offered_until_on"),
        "must_accept": details["must_accept"],
        "have_accepted": details["have_accepted"],
        "reason": details.get("reason"),
    }


def accepting_party(*, details: Mapping[str, Any], role: str | None, subject: str) -> str | None:
    """The lessee for whom somebody accepts an extension, or has accepted it; None for whoever is none of them.

    Of extensions that earlier releases kept, the role alone is known of who has accepted.
    """
    by = details.get("accepted_by", {})
    spoken = {party: by.get(party, subject) for party in details["have_accepted"]}
    return party_of(role=role, subject=subject, parties=details["must_accept"], spoken=spoken)


def approval_as_told(*, row: Mapping[str, Any], role: str, subject: str) -> dict[str, Any]:
    """An offered extension as something that every lessee must agree to; `role` is the asker's part in the lease."""
    details = row["details"]
    party = accepting_party(details=details, role=role, subject=subject)
    return {
        "id": row["id"],
        "kind": EXTENSION,
        "account_id": row["account_id"],
        "summary": _summary(details["terms"]),
        "parties": details["must_accept"],
        "agreed": details["have_accepted"],
        "awaits_you": party is not None and party not in details["have_accepted"],
        "asked_at": row["opened_at"],
        "decide_by_on": row["ends_on"],
    }


def _summary(terms: Mapping[str, Any]) -> str:
    months = terms["months"]
    more = f"{months} {'month' if months == 1 else 'months'} more, through {terms['ends_on']}"
    return f"{more}, and from month to month after that" if terms.get("renews") else more


def statement_as_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """An odometer statement as it was signed."""
    details = dict(row["details"])
    dates = {name: date.fromisoformat(details.pop(name)) for name in ("notice_on", "received_on")}
    return {**details, **dates, **{name: row[name] for name in ("id", "certification", "signed_at")}}


def day_in(details: Mapping[str, Any], name: str) -> date | None:
    """A date of an option's details; None where it has not come yet."""
    return date.fromisoformat(details[name]) if details.get(name) else None
