"""Ids that sort by the time they were made (UUIDv7, RFC 9562), so that indexes and partitions grow at one end."""

import secrets
from datetime import UTC, datetime
from uuid import UUID


def new_id(*, at: datetime) -> UUID:
    """A fresh UUIDv7 for the given instant: 48 bits of milliseconds, 74 random bits."""
    milliseconds = int(at.timestamp() * 1000)
    return _assemble(milliseconds=milliseconds, random_bits=secrets.randbits(74))


def new_ids(*, at: datetime, count: int) -> list[UUID]:
    """So many for one instant: their random bits are drawn together, since each draw costs as much as an id."""
    milliseconds = int(at.timestamp() * 1000)
    drawn = secrets.token_bytes(10 * count)
    return [
        _assemble(milliseconds=milliseconds, random_bits=int.from_bytes(drawn[start : start + 10]) >> 6)
        for start in range(0, len(drawn), 10)
    ]


def lowest_id(*, at: datetime) -> UUID:
    """The smallest id of that instant: the edge of a day's partition."""
    return _assemble(milliseconds=int(at.timestamp() * 1000), random_bits=0)


def made_at(identifier: UUID) -> datetime:
    """The instant written into a UUIDv7."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)


def _assemble(*, milliseconds: int, random_bits: int) -> UUID:
    high, low = random_bits >> 62, random_bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
