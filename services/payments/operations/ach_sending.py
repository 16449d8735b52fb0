"""Queued debits and refunds leave in ACH files: each in one, and a file is the same bytes whenever it is written."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text

from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.accounts.contract.business_days import business_days_after
from services.payments.models import ach_entries, ach_files
from services.payments.rules.nacha import AccountType, Direction, Totals, totals_of, write_file
from services.payments.rules.originating import (
    Originator,
    QueuedEntry,
    compose_file,
    next_modifier,
    originator_from,
    trace_number_of,
)

_WAITING = select(ach_entries).where(ach_entries.c.file_id.is_(None)).order_by(ach_entries.c.number)
_OF_FILE = select(ach_entries).where(ach_entries.c.file_id == bindparam("of_file")).order_by(ach_entries.c.number)
_FILED = text("""
    UPDATE ach_entries SET file_id = :in_file, trace_number = f.trace_number
    FROM json_to_recordset(CAST(:filed AS json)) AS f (id uuid, trace_number text)
    WHERE ach_entries.id = f.id
""")


class NothingToSend(Exception):
    """No debit and no refund waits."""


class DayIsFull(Exception):
    """A day has no more signs for files."""


class FileChanged(Exception):
    """A file would not be the bytes that were sent: the database was changed beside us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AchFile:
    """A file as it is sent; `is_new` where it was put together now."""

    content: str
    business_on: date
    modifier: str
    effective_on: date
    entries: int
    debit_cents: int
    credit_cents: int
    is_new: bool


def make_ach_file(
    transaction: Transaction, *, business_on: date, another: bool, originator: Originator, now: datetime,
    cipher: FieldCipher,
) -> AchFile:  # fmt: skip
    """The file of that day: the one that there is, or a new one of all that waits.

    `another` asks for a further one of the same day. Raises NothingToSend, DayIsFull, FileChanged, and Unwritable for
    an entry that no file can hold.
    """
    of_day = select(ach_files).where(ach_files.c.business_on == business_on).order_by(ach_files.c.created_at.desc())
    before = transaction.all(of_day)
    if before and not another:
        return _as_sent(transaction, before[0], cipher=cipher)
    waiting = transaction.all(_WAITING.with_for_update())
    modifier = next_modifier(row["modifier"] for row in before)
    if not waiting:
        raise NothingToSend()
    if modifier is None:
        raise DayIsFull()
    row = {
        "id": new_id(at=now), "business_on": business_on, "modifier": modifier, "originator": originator.as_stored(),
        "effective_on": business_days_after(on=business_on, count=1), "created_at": now,
    }  # fmt: skip
    content, total = _composed(row, waiting, cipher=cipher)
    counted = {"entries": total.count, "debit_cents": total.debit_cents, "credit_cents": total.credit_cents}
    transaction.run(insert(ach_files).values(**row, sha256=_digest(content), **counted))
    filed = [
        {"id": str(entry["id"]), "trace_number": trace_number_of(number=entry["number"], originator=originator)}
        for entry in waiting
    ]
    transaction.run(_FILED, {"in_file": row["id"], "filed": json.dumps(filed)})
    return _shown(row, counted, content=content, is_new=True)


def _as_sent(transaction: Transaction, row: Row, *, cipher: FieldCipher) -> AchFile:
    content, _ = _composed(row, transaction.all(_OF_FILE, {"of_file": row["id"]}), cipher=cipher)
    if _digest(content) != row["sha256"]:
        raise FileChanged()
    return _shown(row, row, content=content, is_new=False)


def _composed(row: Any, entries: Sequence[Row], *, cipher: FieldCipher) -> tuple[str, Totals]:
    file = compose_file(
        [_queued(entry, cipher=cipher) for entry in entries], originator=originator_from(row["originator"]),
        business_on=row["business_on"], created_at=row["created_at"], effective_on=row["effective_on"],
        modifier=row["modifier"],
    )  # fmt: skip
    return write_file(file), totals_of(entry for batch in file.batches for entry in batch.entries)


def _queued(entry: Row, *, cipher: FieldCipher) -> QueuedEntry:
    identifier: UUID = entry["id"]
    return QueuedEntry(
        number=entry["number"],
        direction=cast(Direction, entry["direction"]),
        amount_cents=entry["amount_cents"],
        routing_number=entry["routing_number"],
        account_number=cipher.decrypt(entry["account_number_encrypted"], bound_to=str(identifier)),
        account_type=cast(AccountType, entry["account_type"]),
        holder_name=entry["holder_name"],
        entry_class=entry["entry_class"],
        description=entry["description"],
        recurs=entry["recurs"],
        is_prenote=entry["is_prenote"],
    )


def _shown(row: Any, counted: Any, *, content: str, is_new: bool) -> AchFile:
    places = {name: row[name] for name in ("business_on", "modifier", "effective_on")}
    counts = {name: counted[name] for name in ("entries", "debit_cents", "credit_cents")}
    return AchFile(content=content, is_new=is_new, **places, **counts)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode("ascii")).hexdigest()
