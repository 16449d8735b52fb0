"""ACH files as Nacha's rules lay them out, written and read: no database, clock or network.

Lines of 94 characters: a file header (1), batches of a header (5), entries (6) with their addenda (7) and a control
(8), a file control (9), and lines of nines up to a multiple of ten. `records` knows the places, `files` what they mean.
"""

from services.payments.rules.nacha.corrections import Correction, correction_of
from services.payments.rules.nacha.fields import MalformedFile, Unwritable, printable
from services.payments.rules.nacha.files import (
    Addendum,
    Batch,
    ContestedReturn,
    DishonouredReturn,
    Entry,
    NachaFile,
    NotificationOfChange,
    PaymentInformation,
    Return,
)
from services.payments.rules.nacha.reading import read_file
from services.payments.rules.nacha.totals import Totals, totals_of
from services.payments.rules.nacha.transaction_codes import (
    CREDIT,
    DEBIT,
    AccountType,
    Direction,
    Purpose,
    TransactionCode,
    code_of,
    known_code,
)
from services.payments.rules.nacha.writing import write_file

__all__ = [
    "CREDIT",
    "DEBIT",
    "AccountType",
    "Addendum",
    "Batch",
    "ContestedReturn",
    "Correction",
    "Direction",
    "DishonouredReturn",
    "Entry",
    "MalformedFile",
    "NachaFile",
    "NotificationOfChange",
    "PaymentInformation",
    "Purpose",
    "Return",
    "Totals",
    "TransactionCode",
    "Unwritable",
    "code_of",
    "correction_of",
    "known_code",
    "printable",
    "read_file",
    "totals_of",
    "write_file",
]
