"""The steps of a return, the papers it takes, and what the inspection bills. Sample policy beside the contract."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.leases.rules.ending import excess_mileage
from services.leases.rules.mileage import prorated_allowance
from services.leases.rules.prices import PriceLine, end_charge_tax_cents
from services.leases.rules.state_policies import StatePolicy

DISPUTE_DAYS = 30
STATEMENT, STATEMENT_PAPER = "odometer_statement", "The signed odometer statement"
DOCUMENTS = (
    "All keys and remotes", "Owner's manual", "Charge cable, where the vehicle came with one", "Maintenance records",
    STATEMENT_PAPER, "The receipt that the dealer gives you",
)  # fmt: skip


def documents(*, needs_statement: bool) -> tuple[str, ...]:
    """The papers of a return; a vehicle that is exempt from the odometer statement needs none of it."""
    return tuple(paper for paper in DOCUMENTS if needs_statement or paper != STATEMENT_PAPER)


def turn_in_steps(
    *, appointment_on: date, returned_on: date | None, signed_on: date | None, inspected_on: date | None,
    billed_on: date | None, closed_on: date | None, needs_statement: bool,
) -> tuple[dict[str, Any], ...]:  # fmt: skip
    """The way of a return, in order; without the odometer statement where the vehicle is exempt from it."""
    dispute_until = None if billed_on is None else billed_on + timedelta(days=DISPUTE_DAYS)
    rows = (
        ("self_check", "Look the vehicle over: the self-check says what is normal.", appointment_on, returned_on),
        (STATEMENT, "Sign the odometer statement.", appointment_on, signed_on),
        (
            "return",
            "Hand the vehicle over with keys, manual and records; take the receipt.",
            appointment_on,
            returned_on,
        ),
        ("inspection", "We have the vehicle inspected and send you the report.", None, inspected_on),
        ("end_bill", "You get an itemised bill, and can object to it for 30 days.", dispute_until, billed_on),
        ("account_closed", "The account is closed once nothing is owed.", None, closed_on),
    )
    return tuple(
        {"code": code, "detail": detail, "on": on, "done_on": done}
        for code, detail, on, done in rows
        if needs_statement or code != STATEMENT
    )


def end_bill_lines(
    *, lease: Mapping[str, Any], start_miles: int, end_miles: int, term_days: int, used_days: int, wear_cents: int,
    is_loyal: bool, policy: StatePolicy | None,
) -> tuple[PriceLine, ...]:  # fmt: skip
    """What the end of the lease costs besides what is owed of it; an item that costs nothing is left out."""
    excess_cents = 0
    allowance, cents_per_mile = lease["mileage_allowance_miles"], lease["excess_mile_cents"]
    if allowance is not None and cents_per_mile is not None:
        allowed = prorated_allowance(allowance_miles=allowance, term_days=term_days, used_days=used_days)
        excess_cents = excess_mileage(
            start_miles=start_miles, end_miles=end_miles, allowance_miles=allowed, cents_per_mile=cents_per_mile
        ).charge_cents
    disposition_cents = 0 if is_loyal else lease["disposition_fee_cents"] or 0
    return charged(
        excess_cents=excess_cents, wear_cents=wear_cents, disposition_cents=disposition_cents, policy=policy
    )  # fmt: skip


def charged(
    *, excess_cents: int, wear_cents: int, disposition_cents: int, policy: StatePolicy | None
) -> tuple[PriceLine, ...]:  # fmt: skip
    """The charges and the state's tax on them."""
    tax = end_charge_tax_cents(charges_cents=excess_cents + wear_cents + disposition_cents, policy=policy)
    lines: Sequence[PriceLine] = (
        PriceLine(code="excess_mileage", description="Miles beyond the allowance", amount_cents=excess_cents),
        PriceLine(code="excess_wear", description="Wear beyond what is normal", amount_cents=wear_cents),
        PriceLine(code="disposition_fee", description="Disposition fee", amount_cents=disposition_cents),
        PriceLine(code="tax_on_charges", description="Tax on the end charges", amount_cents=tax),
    )
    return tuple(line for line in lines if line.amount_cents)
