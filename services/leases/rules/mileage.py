"""The customer's own miles carried on to the end of the lease, and which readings of an odometer may be believed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chassis.money import round_half_up_cents
from services.leases.rules.ending import excess_mileage

# Sample policy: more than this a day is asked about, and taken all the same.
PLAUSIBLE_MILES_A_DAY = 500
MILES_MAX = 9_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an odometer showed on a day, in whole miles."""

    miles: int
    read_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MileageProjection:
    """Miles at the end, if the vehicle goes on as it has gone since the lease began; `miles_per_day` is unrounded."""

    miles_per_day: Decimal
    projected_miles: int
    allowed_miles: int
    excess_miles: int
    excess_cents: int


def contradicted_by(reading: Reading, *, known: Iterable[Reading]) -> Reading | None:
    """A known reading that cannot be true beside this one: an odometer never runs back."""
    for other in known:
        is_earlier = other.read_on <= reading.read_on and other.miles > reading.miles
        is_later = other.read_on > reading.read_on and other.miles < reading.miles
        if is_earlier or is_later:
            return other
    return None


def is_plausible(reading: Reading, *, known: Sequence[Reading], start: Reading) -> bool:
    """Whether the miles since the reading before can be driven in the days between; where not, a person looks."""
    before = max(
        (other for other in [start, *known] if other.read_on <= reading.read_on), key=lambda other: other.read_on
    )
    days = max(1, (reading.read_on - before.read_on).days)
    return reading.miles - before.miles <= days * PLAUSIBLE_MILES_A_DAY


def prorated_allowance(*, allowance_miles: int, term_days: int, used_days: int) -> int:
    """The allowance for less or more time than the term, half up: each day carries as much of it as any other."""
    return round_half_up_cents(Decimal(allowance_miles) * used_days / term_days)


def project_mileage(
    *, last: Reading, start: Reading, ends_on: date, allowance_miles: int, cents_per_mile: int
) -> MileageProjection | None:
    """The end's miles at the pace from the start to the last reading; None while that is the same day."""
    days = (last.read_on - start.read_on).days
    if days < 1:
        return None
    per_day = Decimal(last.miles - start.miles) / days
    projected = last.miles + round_half_up_cents(per_day * max(0, (ends_on - last.read_on).days))
    excess = excess_mileage(
        start_miles=start.miles, end_miles=projected, allowance_miles=allowance_miles, cents_per_mile=cents_per_mile
    )
    return MileageProjection(
        miles_per_day=per_day,
        projected_miles=projected,
        allowed_miles=start.miles + allowance_miles,
        excess_miles=excess.excess_miles,
        excess_cents=excess.charge_cents,
    )
