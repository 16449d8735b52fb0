"""The frozen terms of a contract and the state it is opened with, as readers write them and the rules read them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

DayCount = Literal["actual/365", "actual/actual", "30/360"]
ExtraMode = Literal["principal", "paid_ahead"]
Waterfall = Literal["fees_last", "fees_first"]

DAY_COUNTS: tuple[DayCount, ...] = ("actual/365", "actual/actual", "30/360")
EXTRA_MODES: tuple[ExtraMode, ...] = ("principal", "paid_ahead")
WATERFALLS: tuple[Waterfall, ...] = ("fees_last", "fees_first")
# What a contract allows of moving its due dates.
LIMITS = ("due_date_changes_per_year", "deferments_per_year", "deferments_max", "deferment_months_max")
BILL_LEAD_DAYS = 21
BILL_LEAD_DAYS_MAX = 60


class InvalidTerms(ValueError):
    """Terms that no contract can have; the message says which figure and why, `field` names it where it is one."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From `from_number` on, instalments fall due `months` later; on `due_day` from then on, unless it is None."""

    from_number: int
    months: int
    due_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStep:
    """From `from_number` on, an instalment of a loan is `payment_cents`."""

    from_number: int
    payment_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """A simple-interest instalment loan; `annual_rate_percent` of 6.49 means 6.49 % a year.

    The last of `payment_count` instalments is whatever clears the loan, not `payment_cents`. `waterfall` says whether
    fees are paid after the instalments that are due, or first; `returned_payment_fee_cents` is what a payment returned
    for lack of funds may cost; `late_fee_pack` names the rule pack of its late fees, None for the customer's state;
    `bill_lead_days` is how long before its due date an instalment is billed; with `grace_rolls` a grace that would end
    on a day without banks ends on the next one with. Due dates may be changed
    `due_date_changes_per_year` times and payments deferred `deferments_per_year` times in any twelve months,
    `deferments_max` times in all, by at most `deferment_months_max` months at once; 0 allows none.
    `moves` and `payment_steps` are no part of a signed contract: the engine puts there what servicing events have
    changed since.
    """

    annual_rate_percent: Decimal
    day_count: DayCount
    payment_cents: int
    payment_count: int
    first_due_on: date
    due_day: int
    grace_days: int
    extra_default: ExtraMode = "principal"
    waterfall: Waterfall = "fees_last"
    returned_payment_fee_cents: int = 0
    late_fee_pack: str | None = None
    due_date_changes_per_year: int = 1
    deferments_per_year: int = 1
    deferments_max: int = 6
    deferment_months_max: int = 2
    bill_lead_days: int = BILL_LEAD_DAYS
    grace_rolls: bool = False
    moves: tuple[Move, ...] = ()
    payment_steps: tuple[PaymentStep, ...] = ()

    def __post_init__(self) -> None:
        _require(
            Decimal(0) <= self.annual_rate_percent <= Decimal(100),
            "The annual rate must be 0 to 100 percent.",
            field="annual_rate_percent",
        )
        _require(self.day_count in DAY_COUNTS, f"The day count {self.day_count!r} is not known.", field="day_count")
        _require(self.payment_cents > 0, "The instalment must be more than zero.", field="payment_cents")
        _require(
            self.extra_default in EXTRA_MODES,
            f"The extra mode {self.extra_default!r} is not known.",
            field="extra_default",
        )
        _require_servicing(self, counted_by="payment_count", count=self.payment_count)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTerms:
    """A closed-end lease with payments in advance; an instalment is `base_payment_cents` plus `tax_cents`.

    What `waterfall` and the fields after it mean is as in a loan's terms. `extended_months` is, like `moves`, no part
    of the signed contract: each adds an instalment after the last one.
    """

    adjusted_capitalized_cost_cents: int
    residual_cents: int
    term_months: int
    base_payment_cents: int
    tax_cents: int
    first_due_on: date
    due_day: int
    grace_days: int
    waterfall: Waterfall = "fees_last"
    returned_payment_fee_cents: int = 0
    late_fee_pack: str | None = None
    due_date_changes_per_year: int = 1
    deferments_per_year: int = 1
    deferments_max: int = 6
    deferment_months_max: int = 2
    bill_lead_days: int = BILL_LEAD_DAYS
    grace_rolls: bool = False
    moves: tuple[Move, ...] = ()
    extended_months: int = 0

    def __post_init__(self) -> None:
        _require(self.base_payment_cents > 0, "The base payment must be more than zero.", field="base_payment_cents")
        _require(self.tax_cents >= 0, "The tax of an instalment cannot be negative.", field="tax_cents")
        _require(self.residual_cents >= 0, "The residual cannot be negative.", field="residual_cents")
        _require(
            self.residual_cents <= self.adjusted_capitalized_cost_cents,
            "The residual cannot exceed the adjusted capitalized cost.",
            field="residual_cents",
        )
        _require(
            self.adjusted_capitalized_cost_cents <= self.residual_cents + self.term_months * self.base_payment_cents,
            "The base payments do not cover the depreciation.",
            field="base_payment_cents",
        )
        _require_servicing(self, counted_by="term_months", count=self.term_months)

    @property
    def payment_cents(self) -> int:
        return self.base_payment_cents + self.tax_cents

    @property
    def payment_count(self) -> int:
        return self.term_months + self.extended_months


Terms = LoanTerms | LeaseTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is owed at the start of `as_of_on`, before any payment of that day.

    Interest owed on a later date is `accrued_interest_cents` plus the interest on `principal_cents` from
    `interest_paid_through_on`: the cents are what is left over from before that date, usually 0. Of a lease,
    `principal_cents` is the adjusted lease balance and the interest is 0. `next_instalment_number` is the oldest
    unpaid one (count + 1 when none is left), `partial_paid_cents` what it has received, `unapplied_cents` the
    customer's credit.
    """

    as_of_on: date
    principal_cents: int
    accrued_interest_cents: int
    interest_paid_through_on: date
    next_instalment_number: int
    partial_paid_cents: int
    fees_due_cents: int
    unapplied_cents: int
    payments_made: int

    def __post_init__(self) -> None:
        for name in (
            "principal_cents",
            "accrued_interest_cents",
            "partial_paid_cents",
            "fees_due_cents",
            "unapplied_cents",
            "payments_made",
        ):
            _require(getattr(self, name) >= 0, f"The opening's {name} cannot be negative.", field=name)
        _require(self.next_instalment_number >= 1, "Instalments are numbered from 1.", field="next_instalment_number")


def _require_servicing(terms: Terms, *, counted_by: str, count: int) -> None:
    """What a loan and a lease are held to alike: the calendar and how far it may be moved, and how fees are charged."""
    _require(1 <= count <= 1200, "The number of instalments must be 1 to 1200.", field=counted_by)
    _require(1 <= terms.due_day <= 31, "The due day must be 1 to 31.", field="due_day")
    _require(0 <= terms.grace_days <= 366, "The grace days must be 0 to 366.", field="grace_days")
    _require(terms.waterfall in WATERFALLS, f"The waterfall {terms.waterfall!r} is not known.", field="waterfall")
    _require(
        terms.returned_payment_fee_cents >= 0,
        "The fee for a returned payment cannot be negative.",
        field="returned_payment_fee_cents",
    )
    for name in LIMITS:
        _require(0 <= getattr(terms, name) <= 120, f"The contract's {name} must be 0 to 120.", field=name)
    _require(
        0 <= terms.bill_lead_days <= BILL_LEAD_DAYS_MAX,
        f"A bill is sent 0 to {BILL_LEAD_DAYS_MAX} days before its due date.",
        field="bill_lead_days",
    )


def _require(holds: bool, sentence: str, *, field: str) -> None:
    if not holds:
        raise InvalidTerms(sentence, field=field)
