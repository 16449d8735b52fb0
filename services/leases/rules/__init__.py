"""What a lease costs, which way out of it is open, and what must be disclosed; no database, clock or network."""

from services.leases.rules.eligibility import (
    BUYOUT,
    EXTENSION,
    TURN_IN,
    WINDOW_DAYS,
    Facts,
    Reason,
    evaluate,
    monthly_disclosure,
)

__all__ = [
    "BUYOUT",
    "EXTENSION",
    "TURN_IN",
    "WINDOW_DAYS",
    "Facts",
    "Reason",
    "evaluate",
    "monthly_disclosure",
]
