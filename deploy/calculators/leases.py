"""The leases' calculators: payment, balance, the ways out and their prices, and what must be disclosed."""

from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from deploy.calculators.fields import COUNT_MAX, Day, Flag, Input, Percent, Refused, Whole
from services.accounts.rules.lease_yield import YieldNotSolvable, annual_yield_percent, monthly_yield, yield_rows
from services.leases.rules.base_payment import lease_payment
from services.leases.rules.disclosures import extension_disclosures_due, odometer_disclosure_is_required
from services.leases.rules.ending import buyout, early_termination_charge_cents, excess_mileage

_MONEY_FACTOR_MAX = Decimal(1)


class LeasePaymentInput(Input):
    """What `lease-payment` takes."""

    gross_capitalized_cost_cents = Whole(least=1)
    capitalized_cost_reduction_cents = Whole()
    residual_cents = Whole()
    term_months = Whole(least=1, most=COUNT_MAX)
    money_factor = Percent(most=_MONEY_FACTOR_MAX)
    tax_percent = Percent()


def payment(data: dict[str, Any]) -> dict[str, Any]:
    """The monthly payment of a lease and what it is made of."""
    adjusted = data["gross_capitalized_cost_cents"] - data["capitalized_cost_reduction_cents"]
    if adjusted < data["residual_cents"]:
        raise Refused(field="residual_cents", sentence="It must not exceed the cost that is left after the reduction.")
    return asdict(lease_payment(**data))


class LeaseBalanceInput(Input):
    """What `lease-balance` takes."""

    adjusted_capitalized_cost_cents = Whole(least=1)
    residual_cents = Whole()
    term_months = Whole(least=1, most=COUNT_MAX)
    base_payment_cents = Whole(least=1)
    payments_made = Whole(most=COUNT_MAX)


def balance(data: dict[str, Any]) -> dict[str, Any]:
    """The constant yield of a lease, every payment's rent charge and depreciation, and the balance after some."""
    if data["payments_made"] > data["term_months"]:
        raise Refused(field="payments_made", sentence="There are no more payments than months.")
    lease = {
        "balance_cents": data["adjusted_capitalized_cost_cents"],
        "residual_cents": data["residual_cents"],
        "payment_cents": data["base_payment_cents"],
        "payment_count": data["term_months"],
    }
    try:
        monthly, rows = monthly_yield(**lease), yield_rows(**lease)
    except YieldNotSolvable as refusal:
        raise Refused(field="base_payment_cents", sentence=str(refusal)) from refusal
    made = data["payments_made"]
    return {
        "annual_yield_percent": str(
            annual_yield_percent(monthly=monthly).quantize(Decimal("0.00001"), rounding=ROUND_HALF_UP)
        ),
        "rows": [
            {
                "payment": row.number,
                "rent_cents": row.rent_cents,
                "depreciation_cents": row.depreciation_cents,
                "balance_cents": row.balance_cents,
            }
            for row in rows
        ],
        "balance_cents": rows[made - 1].balance_cents if made else data["adjusted_capitalized_cost_cents"],
    }


class EarlyTerminationInput(LeaseBalanceInput):
    """What `early-termination` takes."""

    past_due_cents = Whole()
    fees_cents = Whole()
    taxes_cents = Whole()
    realized_value_cents = Whole()


def early_termination(data: dict[str, Any]) -> dict[str, Any]:
    """The adjusted lease balance and what ending the lease early costs."""
    left = balance(data)["balance_cents"]
    charge = early_termination_charge_cents(
        lease_balance_cents=left,
        past_due_cents=data["past_due_cents"],
        fees_cents=data["fees_cents"],
        taxes_cents=data["taxes_cents"],
        realized_value_cents=data["realized_value_cents"],
    )
    return {"adjusted_lease_balance_cents": left, "charge_cents": charge}


class ExcessMileageInput(Input):
    """What `excess-mileage` takes."""

    start_miles = Whole()
    end_miles = Whole()
    allowance_miles = Whole()
    cents_per_mile = Whole()


def mileage(data: dict[str, Any]) -> dict[str, Any]:
    """The miles beyond the allowance and their charge."""
    if data["end_miles"] < data["start_miles"]:
        raise Refused(field="end_miles", sentence="It must not be less than start_miles.")
    return asdict(excess_mileage(**data))


class BuyoutInput(Input):
    """What `buyout` takes: the residual and the payments left, or the lease balance in their place."""

    residual_cents = Whole(load_default=None)
    remaining_payments = Whole(most=COUNT_MAX, load_default=None)
    base_payment_cents = Whole(load_default=None)
    lease_balance_cents = Whole(load_default=None)
    purchase_option_fee_cents = Whole()
    official_fees_cents = Whole()
    tax_percent = Percent()
    tax_includes_fees = Flag()

    @validates_schema
    def one_price(self, data: dict[str, Any], **_: Any) -> None:
        by_payments = ("residual_cents", "remaining_payments", "base_payment_cents")
        if data.get("lease_balance_cents") is not None:
            for name in by_payments:
                if data.get(name) is not None:
                    raise ValidationError("Give this or lease_balance_cents, not both.", field_name=name)
        elif data.get("residual_cents") is None:
            raise ValidationError("Missing: give it, or lease_balance_cents.", field_name="residual_cents")
        elif data.get("remaining_payments") and data.get("base_payment_cents") is None:
            raise ValidationError("Missing: payments remain.", field_name="base_payment_cents")


def purchase(data: dict[str, Any]) -> dict[str, Any]:
    """What buying the leased vehicle costs, at the end or before it."""
    price = data["lease_balance_cents"]
    if price is None:
        price = data["residual_cents"] + (data["remaining_payments"] or 0) * (data["base_payment_cents"] or 0)
    return asdict(
        buyout(
            price_cents=price,
            purchase_option_fee_cents=data["purchase_option_fee_cents"],
            official_fees_cents=data["official_fees_cents"],
            tax_percent=data["tax_percent"],
            tax_includes_fees=data["tax_includes_fees"],
        )
    )


class OdometerInput(Input):
    """What `odometer-disclosure` takes."""

    model_year = Whole(least=1900, most=2200)
    transferred_on = Day()
    gross_weight_rating_pounds = Whole(least=1, load_default=None)


def odometer(data: dict[str, Any]) -> dict[str, Any]:
    """Whether a transfer needs the odometer statement."""
    return {"required": odometer_disclosure_is_required(**data)}


class _Extension(Input):
    months = Whole(least=1, most=COUNT_MAX)
    agreed_on = Day()


class ExtensionsInput(Input):
    """What `extension-disclosure` takes: a lease's extensions in the order in which they were agreed."""

    extensions = fields.List(fields.Nested(_Extension), required=True, validate=validate.Length(min=1, max=COUNT_MAX))


def extensions(data: dict[str, Any]) -> dict[str, Any]:
    """The months of the extended time at whose start new disclosures are due."""
    agreed = [extension["agreed_on"] for extension in data["extensions"]]
    for number in range(1, len(agreed)):
        if agreed[number] < agreed[number - 1]:
            raise Refused(
                field=f"extensions.{number}.agreed_on", sentence="It must not lie before the extension ahead of it."
            )
    months = [extension["months"] for extension in data["extensions"]]
    return {"disclosures_due": list(extension_disclosures_due(extension_months=months))}
