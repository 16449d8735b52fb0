"""The terms the rules work on; their shape is part of the contract, so that readers can write them too."""

from services.accounts.contract.terms import (
    DayCount,
    ExtraMode,
    InvalidTerms,
    LeaseTerms,
    LoanTerms,
    Move,
    Opening,
    PaymentStep,
    Terms,
    Waterfall,
)

__all__ = [
    "DayCount",
    "ExtraMode",
    "InvalidTerms",
    "LeaseTerms",
    "LoanTerms",
    "Move",
    "Opening",
    "PaymentStep",
    "Terms",
    "Waterfall",
]
