"""What a processor reports about money of ours, whichever processor it is and however it puts it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

FRESH_SECONDS = 300


class Fact(StrEnum):
    """What has happened to a charge or a refund."""

    SETTLED = "settled"
    RETURNED = "returned"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    REFUND_PAID = "refund_paid"
    REFUND_FAILED = "refund_failed"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One word about one charge or refund, found by our own key and never by an account or an amount.

    `reference` is the processor's id of it. `code` says why: of a return the network's code, else its own word.
    """

    fact: Fact
    key: str
    reference: str
    amount_cents: int
    code: str | None = None


class ProcessorReports(Protocol):
    """Reads the webhook of the processor."""

    def read(self, *, body: str, signature: str, now: datetime) -> list[Report]:
        """The reports in it, in their order. Raises ProcessorSignatureInvalid, InvalidRequest."""
