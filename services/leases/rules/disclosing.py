"""The new disclosures of an extended lease (12 CFR 1013.5(b)): those of 1013.4 as they are for the extended time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.money import format_dollars


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """One of the disclosures: a stable code, the paragraph that asks for it, and the words."""

    code: str
    source: str
    words: str


def new_disclosures(
    *, lease: Mapping[str, Any], months: int, starts_on: date, ends_on: date, added_miles: int | None
) -> tuple[Disclosed, ...]:
    """What 12 CFR 1013.4 has disclosed, of the months from `starts_on` to `ends_on`."""
    base, tax = lease["base_payment_cents"], lease["tax_cents"]
    payment, each = format_dollars(base + tax), "payment" if months == 1 else "payments"
    written = {
        ("property", "4(a)"): _vehicle(lease["vehicle"]),
        ("due_when_agreed", "4(b)"): "Nothing is due when the extension is agreed.",
        ("payment_schedule", "4(c)"): f"{months} {each} of {payment}, the first due on {starts_on}; it ends {ends_on}.",
        ("other_charges", "4(d)"): f"Disposition fee at the end: {_dollars(lease['disposition_fee_cents'])}.",
        ("total_of_payments", "4(e)"): f"You will have paid {format_dollars(months * (base + tax))} for these months.",
        ("payment_calculation", "4(f)"): (
            f"Of each payment {format_dollars(base)} is rent charge, for the residual of "
            f"{format_dollars(lease['residual_cents'])} does not fall any more, and {format_dollars(tax)} is tax."
        ),
        ("early_termination", "4(g)"): (
            "You may have to pay a charge if you end this lease early. The earlier it ends, the greater it is likely "
            "to be; ask for a quote with the method in words."
        ),
        ("wear_and_use", "4(h)"): _wear(added_miles, lease["excess_mile_cents"]),
        ("purchase_option", "4(i)"): (
            f"At the end you may buy the vehicle for {format_dollars(lease['residual_cents'])} and the option's fee of "
            f"{_dollars(lease['purchase_option_fee_cents'])}, with official fees and taxes."
        ),
        ("appraisal", "4(l)"): "If its value at the end is disputed, an independent appraisal binds us both.",
    }
    return tuple(
        Disclosed(code=code, source=f"12 CFR 1013.{part}", words=words) for (code, part), words in written.items()
    )


def _vehicle(vehicle: Mapping[str, Any]) -> str:
    known = [str(vehicle[name]) for name in ("year", "make", "model", "vin") if vehicle.get(name)]
    return f"{' '.join(known)}." if known else "The vehicle of your lease."


def _wear(added_miles: int | None, excess_mile_cents: int | None) -> str:
    wear = "You may be charged for wear beyond what is normal."
    if added_miles is None or excess_mile_cents is None:
        return wear
    return f"{wear} {added_miles:,} miles are added; each mile beyond costs {format_dollars(excess_mile_cents)}."


def _dollars(cents: int | None) -> str:
    return format_dollars(cents or 0)
