"""By when the title of a paid loan is due to its owner, counted from good funds.

The table is a sample: its days were not checked against the statutes it names. A company puts its own counsel's there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TitlePolicy:
    """Within how many days, and where that is from."""

    days: int
    source: str


ELSEWHERE = TitlePolicy(days=30, source="Sample policy: no state's law looked up")
SAMPLE_POLICIES: Mapping[str, TitlePolicy] = {
    "TX": TitlePolicy(days=10, source="Sample policy after Tex. Transp. Code § 501.115, text not checked"),
    "FL": TitlePolicy(days=10, source="Sample policy after Fla. Stat. § 319.24, text not checked"),
    "CA": TitlePolicy(days=15, source="Sample policy after Cal. Veh. Code § 5753, text not checked"),
    "MO": TitlePolicy(days=5, source="Sample policy after Mo. Rev. Stat. § 301.640, text not checked"),
}


def title_due_on(*, state: str | None, good_funds_on: date) -> tuple[date, TitlePolicy]:
    """The last day for the title to go out, and the policy that says so."""
    policy = SAMPLE_POLICIES.get(state or "", ELSEWHERE)
    return good_funds_on + timedelta(days=policy.days), policy


def title_as_told(release: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """The TitleRelease of the contract from a row of `title_releases` with its account's number."""
    gone_on = release["released_on"] or today
    return {**release, "account_id": str(release["account_id"]), "is_overdue": gone_on > release["due_on"]}
