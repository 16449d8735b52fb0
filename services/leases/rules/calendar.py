"""The dates of a lease's end, and the same as a calendar file (RFC 5545)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

# Sample policy: the steps of a return (servicing.md 2.19) by the days before the end at which they begin.
MILESTONES = {
    120: "Your lease-end kit is ready. See what returning, buying or extending would cost.",
    90: "Choose what happens at the end of your lease.",
    60: "Have the vehicle looked over before its inspection.",
    30: "Have the vehicle looked over before its inspection, if you have not yet.",
    7: "Make an appointment with a dealer.",
}
_LINE_OCTETS_MAX = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseDate:
    """A day that matters, and why."""

    code: str
    on: date
    detail: str


def lease_dates(*, ends_on: date) -> tuple[LeaseDate, ...]:
    """The milestones and the end, in order."""
    before = [
        LeaseDate(code=f"{days}_days_before", on=ends_on - timedelta(days=days), detail=detail)
        for days, detail in MILESTONES.items()
    ]
    end = LeaseDate(code="lease_ends", on=ends_on, detail="Your lease ends: return, buy or extend by this day.")
    return (*before, end)


def milestone_reached(*, ends_on: date, today: date) -> int | None:
    """The days of the newest milestone that has come, while the lease has not ended; None before the first."""
    left = (ends_on - today).days
    return min((days for days in MILESTONES if left <= days), default=None) if left >= 0 else None


def calendar_file(*, account_id: str, dates: Sequence[LeaseDate], made_at: datetime) -> str:
    """The dates as all-day events; the same date keeps its identity, so that a second import moves it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Captive//Lease end//EN", "CALSCALE:GREGORIAN"]
    for day in dates:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{account_id}-{day.code}@captive",
            f"DTSTAMP:{made_at:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(day.detail)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _escaped(text: str) -> str:
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    return text


def _folded(line: str) -> str:
    """Lines have at most 75 octets; a longer one goes on after a line break and a space. The text here is ASCII."""
    first, rest = line[:_LINE_OCTETS_MAX], line[_LINE_OCTETS_MAX:]
    step = _LINE_OCTETS_MAX - 1
    return "\r\n ".join([first, *(rest[start : start + step] for start in range(0, len(rest), step))])
