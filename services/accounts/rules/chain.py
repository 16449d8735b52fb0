"""The hash chain of an account's journal: each entry seals itself and all before it, so that a change shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from services.accounts.rules.journal import JournalLine

# Characters that no key, name or number holds, so that two different entries never give one text.
FIELD, LINE = "\x1f", "\x1e"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The newest entry of an account: how many there are, and what seals them all."""

    number: int
    digest: bytes


START = ChainHead(0, b"")


def sealed(
    head: ChainHead,
    *,
    source_key: str,
    account_id: UUID,
    cause_key: str,
    kind: str,
    posted_on: date,
    effective_on: date,
    reverses_id: UUID | None,
    created_at: datetime,
    lines: Iterable[JournalLine],
) -> ChainHead:
    """The head after one more entry: SHA-256 over the digest before, the entry's figures and its lines in order."""
    number = head.number + 1
    texts = (
        head.digest.hex(),
        str(number),
        source_key,
        str(account_id),
        cause_key,
        kind,
        posted_on.isoformat(),
        effective_on.isoformat(),
        str(reverses_id or ""),
        str((created_at - _EPOCH) // timedelta(microseconds=1)),
        LINE.join([f"{line.account}:{line.debit_cents}:{line.credit_cents}" for line in lines]),
    )
    return ChainHead(number, sha256(FIELD.join(texts).encode()).digest())
