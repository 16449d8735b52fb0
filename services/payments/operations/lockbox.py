"""Mailed cheques become payments: each one once, those of known accounts booked, the others kept for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_keep

from chassis.bulk import insert_all
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.payments.contract.receipts import BOOKED, WAITING
from services.payments.models import lockbox_files, lockbox_receipts, lockbox_refusals, payments
from services.payments.operations.cheques import cheque_payment, tell_cheques_posted
from services.payments.rules.lockbox import (
    Booked,
    MailedCheque,
    ReadLine,
    Refused,
    Repeated,
    SortedLines,
    Waiting,
    sort_lines,
)

_FILE = select(lockbox_files)
_TAKEN = select(lockbox_receipts.c.source_key, lockbox_receipts.c.amount_cents, lockbox_receipts.c.cheque_number)
_CHEQUES = select(lockbox_receipts.c.cheque_key)
_COUNTS = tuple(column.name for column in lockbox_files.c if column.name.endswith(("lines", "cents")))


@dataclass(frozen=True, slots=True)
class TakenLines:
    """The file after some of its lines, and those among them that were refused."""

    file: "LockboxFile"
    refused: Sequence[Refused]


class FileBusy(Exception):
    """Another process takes the same file at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockboxFile:
    """A file of mailed cheques, whole or on its way: lines up to `last_line` are done.

    Every line is in one of the four counts. `refused_cents` lacks the lines whose amount could not be read
    (`unreadable_lines`).
    """

    id: UUID
    last_line: int
    is_finished: bool
    lines: int
    booked_lines: int
    booked_cents: int
    waiting_lines: int
    waiting_cents: int
    repeated_lines: int
    repeated_cents: int
    refused_lines: int
    refused_cents: int
    unreadable_lines: int

    @property
    def cents(self) -> int:
        """All the money that can be read in it."""
        return self.booked_cents + self.waiting_cents + self.repeated_cents + self.refused_cents


def open_lockbox_file(transaction: Transaction, *, sha256: str, name: str, now: datetime) -> LockboxFile:
    """The file with that content: new, or as far as it was taken before."""
    values: dict[str, Any] = {
        "id": new_id(at=now), "sha256": sha256, "name": name, "opened_at": now, "last_line": 0,
        **dict.fromkeys(_COUNTS, 0),
    }  # fmt: skip
    transaction.run(insert_or_keep(lockbox_files).on_conflict_do_nothing(constraint="uq_lockbox_files_sha256"), values)
    return _read(transaction, lockbox_files.c.sha256 == sha256)


def find_lockbox_file(transaction: Transaction, *, file_id: UUID) -> LockboxFile:
    """The file as it stands."""
    return _read(transaction, lockbox_files.c.id == file_id)


def finish_lockbox_file(transaction: Transaction, *, file_id: UUID, now: datetime) -> None:
    """Every line is done."""
    transaction.run(update(lockbox_files).where(lockbox_files.c.id == file_id).values(finished_at=now))


def take_cheques(
    transaction: Transaction, *, file: LockboxFile, lines: Sequence[ReadLine], account_ids: Mapping[str, UUID],
    now: datetime, cipher: FieldCipher,
) -> TakenLines:  # fmt: skip
    """Take the next lines of a file, with the payments and the events that follow.

    `account_ids` are the accounts of the numbers that stand in the lines, as far as there are such accounts. Raises
    FileBusy where the file has been taken further than `file` says.
    """
    at = transaction.one(_FILE.where(lockbox_files.c.id == file.id).with_for_update())
    if at is None or at["last_line"] != file.last_line:
        raise FileBusy()
    found = _sorted(transaction, lines, account_ids=account_ids)
    _store(transaction, found, file_id=file.id, now=now, cipher=cipher)
    counted = {name: lockbox_files.c[name] + count for name, count in _counts(found).items()}
    changed = update(lockbox_files).where(lockbox_files.c.id == file.id)
    transaction.run(changed.values(last_line=lines[-1].number, **counted))
    return TakenLines(find_lockbox_file(transaction, file_id=file.id), found.refused)


def _sorted(
    transaction: Transaction, lines: Sequence[ReadLine], *, account_ids: Mapping[str, UUID]
) -> SortedLines:  # fmt: skip
    cheques = [line.read for line in lines if isinstance(line.read, MailedCheque)]
    keys = [cheque.source_key for cheque in cheques]
    papers = [cheque.cheque_key for cheque in cheques if cheque.cheque_key is not None]
    taken = transaction.all(_TAKEN.where(lockbox_receipts.c.source_key.in_(keys)))
    known = transaction.all(_CHEQUES.where(lockbox_receipts.c.cheque_key.in_(papers)))
    return sort_lines(
        lines,
        taken={row["source_key"]: (row["amount_cents"], row["cheque_number"]) for row in taken},
        known_cheques={row["cheque_key"] for row in known},
        account_ids=account_ids,
    )


def _store(
    transaction: Transaction, found: SortedLines, *, file_id: UUID, now: datetime, cipher: FieldCipher
) -> None:  # fmt: skip
    rows = [_row(line.number, line.cheque, file_id=file_id, now=now) for line in found.booked]
    paid = [
        cheque_payment(receipt=row, account_id=line.account_id, now=now)
        for line, row in zip(found.booked, rows, strict=True)
    ]
    rows = [{**row, **_booked(payment)} for row, payment in zip(rows, paid, strict=True)]
    rows += [_waiting_row(line, file_id=file_id, now=now, cipher=cipher) for line in found.waiting]
    refusals = [
        {
            "file_id": file_id, "line": line.number, "field": line.refusal.field, "reason": line.refusal.reason,
            "amount_cents": line.refusal.amount_cents,
        }
        for line in found.refused
    ]  # fmt: skip
    for table, values in ((payments, paid), (lockbox_receipts, rows), (lockbox_refusals, refusals)):
        # A name of SQLAlchemy's own kind is no key of JSON.
        nothing = {str(name): None for name in table.c.keys()}  # noqa: SIM118 - columns, not names, are iterated
        insert_all(transaction, table, [{**nothing, **row} for row in values])
    tell_cheques_posted(transaction, payments=paid)


def _booked(payment: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": BOOKED, "waits_because": None, "payment_id": payment["id"], "remitter_encrypted": None}


def _waiting_row(line: Waiting, *, file_id: UUID, now: datetime, cipher: FieldCipher) -> dict[str, Any]:
    """Who sent it is kept only here: a person may need it to find the account."""
    row = _row(line.number, line.cheque, file_id=file_id, now=now)
    remitter = line.cheque.remitter
    sealed = cipher.encrypt(remitter, bound_to=str(row["id"])) if remitter else None
    return {**row, "status": WAITING, "waits_because": line.because, "payment_id": None, "remitter_encrypted": sealed}


def _row(number: int, cheque: MailedCheque, *, file_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(at=now),
        "file_id": file_id,
        "line": number,
        "source_key": cheque.source_key,
        "cheque_key": cheque.cheque_key,
        "received_on": cheque.received_on,
        "amount_cents": cheque.amount_cents,
        "account_number": cheque.account_number or None,
        "cheque_number": cheque.cheque_number,
        "drawn_on_last4": cheque.drawn_on_last4 or None,
    }


def _counts(found: SortedLines) -> dict[str, int]:
    """How many lines became what, and how much money."""
    taken: Mapping[str, Sequence[Booked | Waiting | Repeated]] = {
        "booked": found.booked,
        "waiting": found.waiting,
        "repeated": found.repeated,
    }
    counts = {f"{name}_lines": len(lines) for name, lines in taken.items()}
    counts |= {f"{name}_cents": sum(line.cheque.amount_cents for line in lines) for name, lines in taken.items()}
    amounts = [line.refusal.amount_cents for line in found.refused]
    return {
        **counts,
        "refused_lines": len(amounts),
        "refused_cents": sum(amount for amount in amounts if amount is not None),
        "unreadable_lines": amounts.count(None),
        "lines": sum(map(len, taken.values())) + len(amounts),
    }


def _read(transaction: Transaction, condition: Any) -> LockboxFile:
    row = transaction.one(_FILE.where(condition))
    if row is None:
        raise LookupError("the file is on record before its lines are")
    figures = {name: row[name] for name in _COUNTS}
    return LockboxFile(id=row["id"], last_line=row["last_line"], is_finished=row["finished_at"] is not None, **figures)
