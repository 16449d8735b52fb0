"""What a transaction code says: which sort of account, which way the money goes, and whether any goes at all."""

from dataclasses import dataclass
from typing import Literal

AccountType = Literal["checking", "savings"]
Direction = Literal["credit", "debit"]
Purpose = Literal["live", "prenote", "return"]

CREDIT: Direction = "credit"
DEBIT: Direction = "debit"


@dataclass(frozen=True)
class TransactionCode:
    """One code. `return` is for returns and notifications of change; a prenote moves no money."""

    number: int
    account_type: AccountType
    direction: Direction
    purpose: Purpose


_CODES = (
    TransactionCode(21, "checking", "credit", "return"),
    TransactionCode(22, "checking", "credit", "live"),
    TransactionCode(23, "checking", "credit", "prenote"),
    TransactionCode(26, "checking", "debit", "return"),
    TransactionCode(27, "checking", "debit", "live"),
    TransactionCode(28, "checking", "debit", "prenote"),
    TransactionCode(31, "savings", "credit", "return"),
    TransactionCode(32, "savings", "credit", "live"),
    TransactionCode(33, "savings", "credit", "prenote"),
    TransactionCode(36, "savings", "debit", "return"),
    TransactionCode(37, "savings", "debit", "live"),
    TransactionCode(38, "savings", "debit", "prenote"),
)
_BY_NUMBER = {code.number: code for code in _CODES}
_NUMBERS = {(code.account_type, code.direction, code.purpose): code.number for code in _CODES}


def code_of(*, account_type: AccountType, direction: Direction, purpose: Purpose = "live") -> int:
    """The code that says this."""
    return _NUMBERS[account_type, direction, purpose]


def known_code(number: int) -> TransactionCode | None:
    """What a code says; None for those of loan and general ledger accounts, which are never ours."""
    return _BY_NUMBER.get(number)
