"""What it costs to leave a lease: early, by buying the vehicle, or with more miles than were agreed."""

from dataclasses import dataclass
from decimal import Decimal

from chassis.money import round_half_up_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyout:
    """A price to buy the vehicle: what is taxed, the tax, and all of it."""

    taxable_cents: int
    tax_cents: int
    total_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcessMileage:
    """Miles beyond the allowance and their charge."""

    excess_miles: int
    charge_cents: int


def early_termination_charge_cents(
    *, lease_balance_cents: int, past_due_cents: int, fees_cents: int, taxes_cents: int, realized_value_cents: int
) -> int:
    """What remains of the adjusted lease balance and all else owed once the vehicle's value is taken off; never less
    than zero (12 CFR 1013.4(g)). The cost of selling is not taken off the value (comment 2(m)-3).
    """
    owed = lease_balance_cents + past_due_cents + fees_cents + taxes_cents
    return max(0, owed - realized_value_cents)


def buyout(
    *,
    price_cents: int,
    purchase_option_fee_cents: int,
    official_fees_cents: int,
    tax_percent: Decimal,
    tax_includes_fees: bool,
) -> Buyout:
    """The price, the option fee and the sales tax, whose base is the state's: price alone, or price and option fee.

    Official fees, such as the title's, are passed on and never taxed.
    """
    taxable = price_cents + (purchase_option_fee_cents if tax_includes_fees else 0)
    tax = round_half_up_cents(taxable * tax_percent / 100)
    return Buyout(
        taxable_cents=taxable,
        tax_cents=tax,
        total_cents=price_cents + purchase_option_fee_cents + tax + official_fees_cents,
    )


def excess_mileage(*, start_miles: int, end_miles: int, allowance_miles: int, cents_per_mile: int) -> ExcessMileage:
    """The miles driven beyond the allowance, which the caller has prorated for an early end or an extension."""
    excess = max(0, end_miles - start_miles - allowance_miles)
    return ExcessMileage(excess_miles=excess, charge_cents=excess * cents_per_mile)
