"""What a late instalment may be charged, state by state: dated rule packs with the statute each one follows.

A pack is a cap, not a price: it is rounded down, for half-up could exceed what the statute allows by a fraction of a
cent. That an instalment is charged once, never for an earlier fee alone (16 CFR 444.4) and never after acceleration,
is decided by whoever assesses, who knows the account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from services.accounts.contract.business_days import business_day_on_or_after

# The pack of contracts that name it instead of a state's.
DEFAULT_PACK = "default"


class NoLateFeeRule(ValueError):
    """No pack says what a late instalment of this state and due date may be charged, so it may be charged nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFeePack:
    """A jurisdiction's late-fee cap for instalments due on or after `effective_from`.

    `percent` is of the whole instalment or of its unpaid part; with `flat_cents` beside it the lesser or the greater
    of the two counts. `charged_within_days` of the due date, where there is one, is the last day to charge at all.
    `effective_from` is the statute's own date, or the earliest day for which this wording is known.
    """

    jurisdiction: str
    effective_from: date
    citation: str
    text: str
    grace_days: int
    percent: Decimal | None = None
    percent_of: Literal["instalment", "unpaid"] = "unpaid"
    flat_cents: int | None = None
    counts: Literal["lesser", "greater"] = "lesser"
    charged_within_days: int | None = None

    def cap_cents(self, *, instalment_cents: int, unpaid_cents: int) -> int:
        """The most that may be charged for an instalment of which something is unpaid, rounded down."""
        caps = [] if self.flat_cents is None else [Decimal(self.flat_cents)]
        if self.percent is not None:
            caps.append((instalment_cents if self.percent_of == "instalment" else unpaid_cents) * self.percent / 100)
        cap = max(caps) if self.counts == "greater" else min(caps)
        return int(cap.to_integral_value(rounding=ROUND_DOWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFee:
    """What one late instalment may be charged on a day, and between which days any charge is allowed."""

    late_fee_cents: int
    chargeable_from: date
    chargeable_through: date | None
    rule: LateFeePack


# Read from the statutes' published text; a change of law is a new pack with its own date, never an edit.
LATE_FEE_PACKS: tuple[LateFeePack, ...] = (
    LateFeePack(
        jurisdiction="TX",
        effective_from=date(2011, 9, 1),
        citation="Tex. Fin. Code § 348.107",
        text="5 % of the instalment once it is unpaid after the 15th day; one charge per instalment.",
        grace_days=15,
        percent=Decimal(5),
        percent_of="instalment",
    ),
    LateFeePack(
        jurisdiction="KS",
        effective_from=date(2010, 7, 1),
        citation="Kan. Stat. § 16a-2-502 (as of 2018)",
        text=(
            "5 % of the unpaid amount or $25, whichever is less, after 10 days; one charge per instalment. A payment "
            "before the next due date counts for the instalment before it."
        ),
        grace_days=10,
        percent=Decimal(5),
        flat_cents=2500,
    ),
    LateFeePack(
        jurisdiction="KS",
        effective_from=date(2025, 1, 1),
        citation="Kan. Stat. § 16a-2-502 (L. 2024, ch. 6, § 54)",
        text=(
            "5 % of the unpaid amount or $25, whichever is less, after 10 calendar days; one charge per instalment, "
            "none when only an earlier late fee is unpaid."
        ),
        grace_days=10,
        percent=Decimal(5),
        flat_cents=2500,
    ),
    LateFeePack(
        jurisdiction="NJ",
        effective_from=date(2016, 10, 11),
        citation="N.J. Stat. § 17:16C-42",
        text=(
            "At most $10 after 10 days; charged to the account within 35 days of the default, and the buyer is told "
            "by mail within 5 days."
        ),
        grace_days=10,
        flat_cents=1000,
        charged_within_days=35,
    ),
    LateFeePack(
        jurisdiction="PA",
        effective_from=date(2014, 12, 1),
        citation="12 Pa.C.S. § 6245",
        text="2 % of the amount in arrears after 10 days; one charge per payment, none on an accelerated balance.",
        grace_days=10,
        percent=Decimal(2),
    ),
    LateFeePack(
        jurisdiction="OK",
        effective_from=date(2001, 1, 1),
        citation="Okla. Stat. tit. 14A, § 2-203",
        # The statute lets $5 grow with an index published each July; below the cap is always lawful.
        text=(
            "5 % of the unpaid part or $5 (the statute's figure, not indexed), whichever is greater, after 10 days; "
            "one charge per instalment, none where a deferral charge was taken."
        ),
        grace_days=10,
        percent=Decimal(5),
        flat_cents=500,
        counts="greater",
    ),
    LateFeePack(
        jurisdiction=DEFAULT_PACK,
        effective_from=date(2000, 1, 1),
        citation="The contract's own late charge; no statute",
        text="5 % of the unpaid part or $25, whichever is less, after 10 days; one charge per instalment.",
        grace_days=10,
        percent=Decimal(5),
        flat_cents=2500,
    ),
)


def late_fee_pack(*, state: str, due_on: date, packs: Sequence[LateFeePack] = LATE_FEE_PACKS) -> LateFeePack:
    """The pack in force on an instalment's due date. Raises NoLateFeeRule."""
    of_state = [pack for pack in packs if pack.jurisdiction == state]
    if not of_state:
        known = ", ".join(sorted({pack.jurisdiction for pack in packs}))
        raise NoLateFeeRule(f"There is no late-fee rule pack for {state}; there are {known}.")
    in_force = [pack for pack in of_state if pack.effective_from <= due_on]
    if not in_force:
        first = min(pack.effective_from for pack in of_state)
        raise NoLateFeeRule(f"The late-fee rule packs for {state} begin on {first}; {due_on} lies before that.")
    return max(in_force, key=lambda pack: pack.effective_from)


def chargeable_from(*, state: str, due_on: date, grace_days: int | None = None, grace_rolls: bool = False) -> date:
    """The first day on which an unpaid instalment may be charged a late fee. Raises NoLateFeeRule.

    Where a contract's grace rolls, one that would end on a day without banks ends on the next one with.
    """
    pack = late_fee_pack(state=state, due_on=due_on)
    last_on = due_on + timedelta(days=max(pack.grace_days, grace_days or 0))
    if grace_rolls:
        last_on = business_day_on_or_after(on=last_on)
    return last_on + timedelta(days=1)


def late_fee(
    *, state: str, instalment_cents: int, unpaid_cents: int, due_on: date, as_of: date, grace_days: int | None = None,
    grace_rolls: bool = False,
) -> LateFee:  # fmt: skip
    """What an instalment still unpaid on `as_of` may be charged that day; 0 when nothing is unpaid or it is not time.

    `state` is a state's two letters or `default`. A contract's `grace_days` can lengthen the statute's grace, never
    shorten it. Raises NoLateFeeRule.
    """
    pack = late_fee_pack(state=state, due_on=due_on)
    first_on = chargeable_from(state=state, due_on=due_on, grace_days=grace_days, grace_rolls=grace_rolls)
    within = pack.charged_within_days
    chargeable_through = None if within is None else due_on + timedelta(days=within)
    is_time = first_on <= as_of and (chargeable_through is None or as_of <= chargeable_through)
    cap = pack.cap_cents(instalment_cents=instalment_cents, unpaid_cents=unpaid_cents) if unpaid_cents > 0 else 0
    return LateFee(
        late_fee_cents=cap if is_time else 0,
        chargeable_from=first_on,
        chargeable_through=chargeable_through,
        rule=pack,
    )
