"""The loans' calculators: rates, schedules, interest, late fees and routing numbers."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from chassis.money import round_half_up_cents
from deploy.calculators.fields import COUNT_MAX, Day, Input, Percent, Refused, Whole
from services.accounts.contract.terms import DAY_COUNTS
from services.accounts.rules.apr import CashFlow, RateNotSolvable, UnitPeriod, annual_percentage_rate
from services.accounts.rules.interest import accrual_days, format_per_diem, interest_cents, per_diem_cents
from services.accounts.rules.late_fees import NoLateFeeRule, late_fee
from services.accounts.rules.repayment import FREQUENCIES, due_dates, level_payment_over, repayment_rows
from services.payments.contract.numbers import is_routing_number


class _Flow(Input):
    on = Day()
    amount_cents = Whole(least=1)


class _UnitPeriod(Input):
    months = Whole(least=1, most=12, load_default=None)
    days = Whole(least=1, most=365, load_default=None)
    per_year = fields.Integer(strict=True, load_default=None, validate=validate.Equal(24))

    @validates_schema
    def one_of_three(self, data: dict[str, Any], **_: Any) -> None:
        if len([value for value in data.values() if value is not None]) != 1:
            raise ValidationError('Must be one of {"months": 1}, {"days": 7} or {"per_year": 24}.')


class AprInput(Input):
    """What `apr` takes."""

    advances = fields.List(fields.Nested(_Flow), required=True, validate=validate.Length(min=1, max=COUNT_MAX))
    payments = fields.List(fields.Nested(_Flow), required=True, validate=validate.Length(min=1, max=COUNT_MAX))
    unit_period = fields.Nested(_UnitPeriod, required=True)


def apr(data: dict[str, Any]) -> dict[str, Any]:
    """The annual percentage rate of Regulation Z, Appendix J."""
    try:
        found = annual_percentage_rate(
            advances=[CashFlow(**flow) for flow in data["advances"]],
            payments=[CashFlow(**flow) for flow in data["payments"]],
            unit_period=_unit_period(data["unit_period"]),
        )
    except RateNotSolvable as refusal:
        raise Refused(field="payments", sentence=str(refusal)) from refusal
    per_year = found.unit_periods_per_year
    return {
        "apr_percent": str(found.percent.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)),
        "unit_periods_per_year": int(per_year) if per_year == int(per_year) else round(float(per_year), 6),
    }


def _unit_period(given: dict[str, int | None]) -> UnitPeriod:
    if given["months"] is not None:
        return UnitPeriod(unit="months", count=given["months"])
    return UnitPeriod(unit="semimonth") if given["days"] is None else UnitPeriod(unit="days", count=given["days"])


class ScheduleInput(Input):
    """What `schedule` takes."""

    principal_cents = Whole(least=1)
    annual_rate_percent = Percent()
    payments = Whole(least=1, most=COUNT_MAX)
    first_due_on = Day()
    advanced_on = Day()
    day_count = fields.String(required=True, validate=validate.OneOf(DAY_COUNTS))
    frequency = fields.String(load_default="monthly", validate=validate.OneOf(FREQUENCIES))
    payment_cents = Whole(least=1, load_default=None)


def schedule(data: dict[str, Any]) -> dict[str, Any]:
    """The level payment, unless one is given, and what each payment does."""
    if data["first_due_on"] <= data["advanced_on"]:
        raise Refused(field="first_due_on", sentence="The first payment must be due after the money is advanced.")
    dates = due_dates(first_due_on=data["first_due_on"], frequency=data["frequency"], payment_count=data["payments"])
    loan = {name: data[name] for name in ("principal_cents", "annual_rate_percent", "day_count", "advanced_on")}
    payment = data["payment_cents"] or level_payment_over(**loan, due_dates=dates)
    if payment == 0:
        raise Refused(field="principal_cents", sentence="The principal is less than a cent for each payment.")
    rows = repayment_rows(**loan, due_dates=dates, payment_cents=payment)
    return {
        "payment_cents": payment,
        "final_payment_cents": rows[-1].payment_cents,
        "total_interest_cents": sum(row.interest_cents for row in rows),
        "rows": [
            {
                "due_on": row.due_on,
                "payment_cents": row.payment_cents,
                "interest_cents": row.interest_cents,
                "principal_cents": row.principal_cents,
                "balance_cents": row.balance_cents,
            }
            for row in rows
        ],
    }


class InterestInput(Input):
    """What `interest` takes."""

    principal_cents = Whole()
    annual_rate_percent = Percent()
    from_on = Day()
    to_on = Day()
    day_count = fields.String(required=True, validate=validate.OneOf(DAY_COUNTS))


def interest(data: dict[str, Any]) -> dict[str, Any]:
    """Simple interest between two dates, the first included and the last not."""
    if data["to_on"] < data["from_on"]:
        raise Refused(field="to_on", sentence="It must not lie before from_on.")
    loan = {name: data[name] for name in ("principal_cents", "annual_rate_percent", "day_count")}
    span = {name: data[name] for name in ("from_on", "to_on")}
    per_diem = per_diem_cents(**loan, on=data["from_on"] + timedelta(days=1))
    return {
        "days": accrual_days(day_count=data["day_count"], **span),
        "per_diem": format_per_diem(per_diem),
        "interest_cents": round_half_up_cents(interest_cents(**loan, **span)),
    }


class LateFeeInput(Input):
    """What `late-fee` takes; `state` is two letters, or `default` for a contract with a late charge of its own."""

    state = fields.String(
        required=True,
        validate=validate.Regexp(
            r"(?:[A-Z]{2}|default)\Z", error="Must be a state's two capital letters, such as TX, or default."
        ),
    )
    instalment_cents = Whole(least=1)
    unpaid_cents = Whole()
    due_on = Day()
    as_of = Day()
    grace_days = Whole(most=366, load_default=None)


def late_fees(data: dict[str, Any]) -> dict[str, Any]:
    """What a late instalment may be charged, by the rule pack of its state and due date."""
    if data["unpaid_cents"] > data["instalment_cents"]:
        raise Refused(field="unpaid_cents", sentence="No more than the instalment can be unpaid.")
    try:
        found = late_fee(**data)
    except NoLateFeeRule as refusal:
        raise Refused(field="state", sentence=str(refusal)) from refusal
    return {
        "late_fee_cents": found.late_fee_cents,
        "chargeable_from": found.chargeable_from,
        "rule": {"citation": found.rule.citation, "text": found.rule.text},
    }


class RoutingNumberInput(Input):
    """What `routing-number` takes."""

    routing_number = fields.String(required=True, validate=validate.Length(max=40))


def routing_number(data: dict[str, Any]) -> dict[str, Any]:
    """Whether nine digits can be a bank's routing number."""
    return {"valid": is_routing_number(data["routing_number"])}
