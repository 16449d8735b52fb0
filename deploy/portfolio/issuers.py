"""What published pools do not say of themselves: each issuer's unit of rates and its day count.

Facts measured on published records; issuers not listed are read as fractions on actual/365.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.accounts.contract.terms import DayCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """`code` prefixes account numbers; `rate_unit` is how the file writes 6.49 %: 0.0649 or 6.49."""

    code: str
    rate_unit: Literal["fraction", "percent"] = "fraction"
    day_count: DayCount = "actual/365"

    def annual_rate_percent(self, reported: Decimal) -> Decimal:
        """The rate in percent, without the zeros some issuers pad it with."""
        percent = reported if self.rate_unit == "percent" else reported * 100
        return Decimal(f"{percent.normalize():f}")


ISSUERS: dict[str, Issuer] = {
    "ALLY BANK": Issuer(code="ALLY", day_count="actual/actual"),
    "ALLY FINANCIAL": Issuer(code="ALLY", day_count="actual/actual"),
    "CALIFORNIA REPUBLIC BANK": Issuer(code="CRB", rate_unit="percent"),
    "MECHANICS BANK": Issuer(code="CRB", rate_unit="percent"),
    "CARMAX": Issuer(code="CMX"),
    "FORD CREDIT": Issuer(code="FORD", day_count="actual/actual"),
    "GM FINANCIAL": Issuer(code="GMF"),
    "HCA": Issuer(code="HCA"),
    "NISSAN": Issuer(code="NMAC"),
    "SC": Issuer(code="SC", day_count="actual/actual"),
    "TMCC": Issuer(code="TMCC", day_count="actual/actual"),
    "WORLD OMNI FINANCIAL CORP.": Issuer(code="WOFC", day_count="actual/actual"),
}


def issuer_named(name: str) -> Issuer:
    """The facts of an originator, by the name the file gives; defaults for one that is not listed."""
    known = ISSUERS.get(name.strip().upper())
    if known is not None:
        return known
    initials = "".join(word[0] for word in name.upper().split() if word[0].isascii() and word[0].isalnum())
    return Issuer(code=initials[:6] or "POOL")
