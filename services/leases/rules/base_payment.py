"""The payment of a lease from its money factor, as Regulation M has it disclosed (12 CFR 1013.4(f))."""

from dataclasses import dataclass
from decimal import Decimal

from chassis.money import round_half_up_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasePayment:
    """One monthly payment and what it is made of; `total_rent_charge_cents` is over the whole term."""

    adjusted_capitalized_cost_cents: int
    depreciation_cents: int
    rent_charge_cents: int
    base_payment_cents: int
    tax_cents: int
    payment_cents: int
    total_rent_charge_cents: int


def lease_payment(
    *,
    gross_capitalized_cost_cents: int,
    capitalized_cost_reduction_cents: int,
    residual_cents: int,
    term_months: int,
    money_factor: Decimal,
    tax_percent: Decimal,
) -> LeasePayment:
    """The monthly payment; only the base payment is rounded before more is made of it, for it is what is charged.

    The money factor is a rent charge a month on cost plus residual, not a yield: 2400 times it is no annual rate.
    """
    adjusted = gross_capitalized_cost_cents - capitalized_cost_reduction_cents
    depreciation = Decimal(adjusted - residual_cents) / term_months
    rent = (adjusted + residual_cents) * money_factor
    base = round_half_up_cents(depreciation + rent)
    tax = round_half_up_cents(base * tax_percent / 100)
    return LeasePayment(
        adjusted_capitalized_cost_cents=adjusted,
        depreciation_cents=round_half_up_cents(depreciation),
        rent_charge_cents=round_half_up_cents(rent),
        base_payment_cents=base,
        tax_cents=tax,
        payment_cents=base + tax,
        total_rent_charge_cents=base * term_months - (adjusted - residual_cents),
    )


def term_totals(
    *, adjusted_capitalized_cost_cents: int, residual_cents: int, base_payment_cents: int, tax_cents: int,
    term_months: int,
) -> dict[str, int]:  # fmt: skip
    """What a lease comes to over its term, as `contract.schemas.LeaseTotals` has it."""
    depreciation, base = adjusted_capitalized_cost_cents - residual_cents, base_payment_cents * term_months
    tax = tax_cents * term_months
    return {
        "depreciation_cents": depreciation, "rent_charge_cents": base - depreciation, "base_payments_cents": base,
        "tax_cents": tax, "payments_cents": base + tax,
    }  # fmt: skip
