"""What the control records count: the same sums for who writes a file and for who reads one."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.payments.rules.nacha.files import Entry
from services.payments.rules.nacha.transaction_codes import CREDIT, DEBIT, Direction, known_code

HASH_MODULUS = 10**10
MIXED, CREDITS_ONLY, DEBITS_ONLY = 200, 220, 225
SERVICE_CLASSES: dict[int, frozenset[Direction]] = {
    MIXED: frozenset({CREDIT, DEBIT}),
    CREDITS_ONLY: frozenset({CREDIT}),
    DEBITS_ONLY: frozenset({DEBIT}),
}


@dataclass(frozen=True, slots=True)
class Totals:
    """Entries and addenda, the sum of the banks' first eight digits, debits and credits."""

    count: int = 0
    entry_hash: int = 0
    debit_cents: int = 0
    credit_cents: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.count + other.count,
            (self.entry_hash + other.entry_hash) % HASH_MODULUS,
            self.debit_cents + other.debit_cents,
            self.credit_cents + other.credit_cents,
        )


def totals_of(entries: Iterable[Entry]) -> Totals:
    """The sums over entries whose codes are known."""
    total = Totals()
    for entry in entries:
        is_debit = direction_of(entry) == DEBIT
        total += Totals(
            count=1 + len(entry.addenda),
            entry_hash=int(entry.routing_number[:8]),
            debit_cents=entry.amount_cents if is_debit else 0,
            credit_cents=0 if is_debit else entry.amount_cents,
        )
    return total


def direction_of(entry: Entry) -> Direction:
    """Which way the money of the original entry went."""
    code = known_code(entry.transaction_code)
    assert code is not None, "only entries with a known code are counted"
    return code.direction


def service_class_of(entries: Iterable[Entry]) -> int:
    """The narrowest class that the entries fit."""
    directions = frozenset(direction_of(entry) for entry in entries)
    return next(number for number in (CREDITS_ONLY, DEBITS_ONLY, MIXED) if directions <= SERVICE_CLASSES[number])
