"""What a flag on an account stops of its fees: one table. What it stops of messages, notifications decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

FlagKind = Literal["servicemember", "bankruptcy", "deceased", "dispute", "cease_contact"]
Charge = Literal["late_fee", "returned_payment_fee", "other_fee"]

SERVICEMEMBER: FlagKind = "servicemember"
EVERY_FEE: frozenset[Charge] = frozenset({"late_fee", "returned_payment_fee", "other_fee"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One that stands: from a day on, through another where one is known."""

    kind: FlagKind
    from_on: date
    through_on: date | None = None

    def counts(self, *, on: date) -> bool:
        return self.from_on <= on and (self.through_on is None or on <= self.through_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The fees that a flag stops; `because` completes "no fee is charged …", `source` is the rule it follows."""

    fees: frozenset[Charge]
    because: str
    source: str


STOPS: Mapping[FlagKind, Stop] = {
    "servicemember": Stop(
        fees=EVERY_FEE,
        because="while the holder is on active duty",
        source="50 U.S.C. § 3937(d): fees count as interest, which is capped",
    ),
    "bankruptcy": Stop(
        fees=EVERY_FEE,
        because="while the holder's bankruptcy stays collection",
        source="11 U.S.C. § 362(a)(6): no act to collect a claim that arose before the case",
    ),
    "deceased": Stop(
        fees=EVERY_FEE,
        because="while the estate of the holder is settled",
        source="our policy",
    ),
    "dispute": Stop(
        fees=frozenset({"late_fee"}),
        because="while the holder disputes what is owed",
        source="our policy; 12 CFR 1022.43 asks for an investigation, and the dispute is furnished",
    ),
    "cease_contact": Stop(
        fees=frozenset(),
        because="because the holder asked us not to write",
        source="12 CFR 1006.6(c), kept as policy for our own accounts: it ends contact, not what is owed",
    ),
}


def stopping_flag(*, flags: Iterable[Flag], fee: Charge, on: date) -> Flag | None:
    """The first flag that stops a fee on a day; None where it may be charged."""
    stopping = [flag for flag in flags if flag.counts(on=on) and fee in STOPS[flag.kind].fees]
    return min(stopping, key=lambda flag: (flag.from_on, flag.kind), default=None)


def why_stopped(flag: Flag) -> str:
    """The reason as a sentence."""
    return f"No such fee is charged {STOPS[flag.kind].because} (flag {flag.kind} since {flag.from_on})."


def flag_as_told(flag: Mapping[str, Any]) -> dict[str, Any]:
    """The AccountFlag of the contract from a row of `account_flags`."""
    return {**flag, "stops_fees": sorted(STOPS[flag["kind"]].fees)}
