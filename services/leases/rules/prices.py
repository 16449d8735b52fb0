"""What each way out of a lease costs, line by line: what accounts says is owed, and what the contract adds to it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from services.leases.rules.ending import buyout
from services.leases.rules.state_policies import StatePolicy

LOYALTY_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What accounts says of the lease on a date: its `LeaseFigures` as far as a price needs them."""

    on: date
    lease_balance_cents: int
    instalments_due_cents: int
    instalments_to_come_cents: int
    instalments_to_come: int
    instalment_cents: int
    fees_due_cents: int
    credit_cents: int
    unused_cents: int
    maturity_on: date


def figures_of(told: Mapping[str, Any]) -> Figures:
    """What a price needs of accounts' answer."""
    return Figures(**{field.name: told[field.name] for field in fields(Figures)})


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """One part of a price; a credit is negative."""

    code: str
    description: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The lines and what they come to, less the customer's credit as far as it reaches."""

    on: date
    lines: tuple[PriceLine, ...]

    @property
    def total_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)

    def shown(self, *, notes: Sequence[str]) -> dict[str, Any]:
        """The price as plain data, with what is to be known of it."""
        lines = [asdict(line) for line in self.lines]
        return {"on": self.on, "total_cents": self.total_cents, "lines": lines, "notes": list(notes)}


def purchase_lines(
    *, lease_balance_cents: int, is_at_end: bool, option_fee_cents: int, policy: StatePolicy
) -> tuple[PriceLine, ...]:
    """What a purchase adds to what accounts is owed: the vehicle, the option's fee, official fees and the tax."""
    price = buyout(
        price_cents=lease_balance_cents, purchase_option_fee_cents=option_fee_cents,
        official_fees_cents=policy.title_fee_cents, tax_percent=policy.tax_percent,
        tax_includes_fees=policy.taxes_option_fee,
    )  # fmt: skip
    base = "the price and the option fee" if policy.taxes_option_fee else "the price"
    vehicle = "Residual value of the vehicle" if is_at_end else "Adjusted lease balance, for which the vehicle is sold"
    return _kept(
        PriceLine(code="vehicle_price", description=vehicle, amount_cents=lease_balance_cents),
        PriceLine(code="purchase_option_fee", description="Purchase option fee", amount_cents=option_fee_cents),
        PriceLine(code="official_fees", description="Title fee", amount_cents=policy.title_fee_cents),
        PriceLine(
            code="sales_tax", amount_cents=price.tax_cents,
            description=f"Sales tax of {policy.tax_percent}% on {base} ({policy.state})",
        ),
    )  # fmt: skip


def buyout_price(*, figures: Figures, added: Sequence[PriceLine]) -> Price:
    """All that buying the vehicle takes on the figures' date."""
    return _price(figures, (*added, *_owed(figures)))


def turn_in_price(
    *,
    figures: Figures,
    excess_cents: int | None,
    wear_cents: int,
    disposition_fee_cents: int,
    policy: StatePolicy | None,
) -> Price:
    """All that is still to be paid when the vehicle goes back at the end; miles that nobody knows cost nothing yet."""
    charges = (excess_cents or 0) + wear_cents + disposition_fee_cents
    return _price(figures, (
        PriceLine(
            code="instalments_to_come", amount_cents=figures.instalments_to_come_cents,
            description=f"Instalments still to come: {figures.instalments_to_come}",
        ),
        PriceLine(code="excess_mileage", description="Miles beyond the allowance", amount_cents=excess_cents or 0),
        PriceLine(code="excess_wear", description="Wear beyond what is normal", amount_cents=wear_cents),
        PriceLine(code="disposition_fee", description="Disposition fee", amount_cents=disposition_fee_cents),
        PriceLine(
            code="tax_on_charges", description="Tax on the end charges",
            amount_cents=end_charge_tax_cents(charges_cents=charges, policy=policy),
        ),
        *_owed(figures),
    ))  # fmt: skip


def extension_price(*, figures: Figures, months: int) -> Price:
    """What an extension of so many months adds, and what is owed before it."""
    return _price(figures, (
        PriceLine(
            code="extension_instalments", amount_cents=months * figures.instalment_cents,
            description=f"Instalments of the extension: {months}",
        ),
        PriceLine(
            code="instalments_to_come", amount_cents=figures.instalments_to_come_cents,
            description=f"Instalments still to come: {figures.instalments_to_come}",
        ),
        *_owed(figures),
    ))  # fmt: skip


def end_charge_tax_cents(*, charges_cents: int, policy: StatePolicy | None) -> int:
    """The state's tax on mileage, wear and disposition charges, where it taxes them."""
    if policy is None or not policy.taxes_end_charges:
        return 0
    taxed = buyout(
        price_cents=charges_cents, purchase_option_fee_cents=0, official_fees_cents=0, tax_percent=policy.tax_percent,
        tax_includes_fees=False,
    )  # fmt: skip
    return taxed.tax_cents


def _owed(figures: Figures) -> tuple[PriceLine, ...]:
    return (
        PriceLine(
            code="instalments_due", amount_cents=figures.instalments_due_cents,
            description=f"Instalments due by {figures.on:%Y-%m-%d} and not yet paid",
        ),
        PriceLine(code="fees_due", description="Fees charged and not yet paid", amount_cents=figures.fees_due_cents),
    )  # fmt: skip


def _price(figures: Figures, lines: Sequence[PriceLine]) -> Price:
    used = min(figures.credit_cents, sum(line.amount_cents for line in lines))
    credit = PriceLine(code="credit", description="Your credit with us, taken off", amount_cents=-used)
    return Price(on=figures.on, lines=_kept(*lines, credit))


def _kept(*lines: PriceLine) -> tuple[PriceLine, ...]:
    return tuple(line for line in lines if line.amount_cents)
