"""The odometer statement of a lessee: when the law asks for it, and what the lessor has to say first."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.leases.rules.disclosures import exempt_by_weight, odometer_disclosure_is_required

# Of a vehicle as it is stored; vehicles that earlier releases took over have none.
WEIGHT = "gross_weight_rating_pounds"

# 49 CFR 580.7(a): the notice names the law, the duty and what a false or missing statement can lead to.
NOTICE = (
    "Federal law, and state law where there is one, requires you as the lessee to state the vehicle's mileage to us in "
    "writing when its ownership passes to somebody else. Not completing the statement, or making a false one, may "
    "result in fines and imprisonment (49 CFR 580.7)."
)


# 49 CFR 580.17(c): the lessee of an exempt vehicle need not be told of a duty that they do not have.
NO_NOTICE = "This vehicle is exempt from the odometer statement (49 CFR 580.17): you need not state its mileage to us."


def statement_is_required(*, vehicle: Mapping[str, Any], transferred_on: date) -> bool | None:
    """None where the model year is not on record, and a person has to look; a heavy vehicle needs none of any year."""
    weight = vehicle.get(WEIGHT)
    if vehicle["year"] is None:
        return False if exempt_by_weight(weight) else None
    return odometer_disclosure_is_required(
        model_year=vehicle["year"], transferred_on=transferred_on, gross_weight_rating_pounds=weight
    )


def notice_of(is_required: bool | None) -> str:
    """What the lessee is told of the statement; where it is not known whether one is due, of the duty."""
    return NO_NOTICE if is_required is False else NOTICE


def title_steps(
    *, status: str, paid_on: date | None, settled_on: date | None, is_required: bool | None, signed_on: date | None
) -> tuple[dict[str, Any], ...]:
    """The way to the title, in order; a vehicle that needs no odometer statement has no such step."""
    steps = [{"code": "money_received", "detail": "The price has come in.", "done_on": paid_on}]
    if is_required is not False:
        detail = "You sign the odometer statement."
        steps.append({"code": "odometer_statement", "detail": detail, "done_on": signed_on})
    steps.append({"code": "money_settled", "detail": "The money has settled.", "done_on": settled_on})
    is_ready = status == "completed" and settled_on is not None and (is_required is False or signed_on is not None)
    ready_on = max(day for day in (settled_on, signed_on) if day is not None) if is_ready else None
    needs = "settled money is" if is_required is False else "settled money and the statement are"
    detail = f"The title goes to the buyer: {needs} all it needs."
    return (*steps, {"code": "title_released", "detail": detail, "done_on": ready_on})
