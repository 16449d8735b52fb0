"""Mailed cheques as a bank's lockbox file tells of them: each line read, and decided what becomes of it."""

from services.payments.rules.lockbox.lines import (
    COLUMNS,
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
    LineRefused,
    MailedCheque,
    read_cheque,
)
from services.payments.rules.lockbox.sorting import (
    Booked,
    ReadLine,
    Refused,
    Repeated,
    SortedLines,
    Waiting,
    sort_lines,
)

__all__ = [
    "COLUMNS",
    "OPTIONAL_COLUMNS",
    "REQUIRED_COLUMNS",
    "Booked",
    "LineRefused",
    "MailedCheque",
    "ReadLine",
    "Refused",
    "Repeated",
    "SortedLines",
    "Waiting",
    "read_cheque",
    "sort_lines",
]
