"""What wear is normal and what the rest is charged: a self-check gives an estimate, the inspection decides.

Limits and prices are sample policy: secondary sources (servicing.md 2.17), not a contract's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

SOURCE = "sample policy: not binding, the inspection after the return decides"


@dataclass(frozen=True, slots=True, kw_only=True)
class WearLimit:
    """A size in inches up to which (for tread: from which) a thing is normal, and what each one beyond it costs."""

    item: str
    limit_inches: Decimal
    needs_at_least: bool
    charge_cents: int
    words: str


LIMITS: Mapping[str, WearLimit] = {
    limit.item: limit
    for limit in (
        WearLimit(
            item="body_mark", limit_inches=Decimal(4), needs_at_least=False, charge_cents=15_000,
            words="Dents and scratches under 4 inches are normal.",
        ),
        WearLimit(
            item="glass_crack", limit_inches=Decimal(2), needs_at_least=False, charge_cents=35_000,
            words="Cracks in the glass under 2 inches are normal.",
        ),
        WearLimit(
            item="chip", limit_inches=Decimal("0.5"), needs_at_least=False, charge_cents=7_500,
            words="Chips under half an inch are normal.",
        ),
        WearLimit(
            item="tire_tread", limit_inches=Decimal("0.125"), needs_at_least=True, charge_cents=16_000,
            words="Tread of more than an eighth of an inch is normal.",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something seen on the vehicle: how large it is, and how many there are of it."""

    item: str
    inches: Decimal
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedFinding:
    """A finding measured against its limit."""

    finding: Finding
    is_normal: bool
    charge_cents: int
    words: str


def assess_wear(findings: Iterable[Finding]) -> tuple[AssessedFinding, ...]:
    """Each finding with its charge; normal wear costs nothing. At the limit itself it is no longer normal."""
    assessed = []
    for finding in findings:
        limit = LIMITS[finding.item]
        within = finding.inches > limit.limit_inches if limit.needs_at_least else finding.inches < limit.limit_inches
        cents = 0 if within else limit.charge_cents * finding.count
        assessed.append(AssessedFinding(finding=finding, is_normal=within, charge_cents=cents, words=limit.words))
    return tuple(assessed)
