"""A lockbox file: CSV in UTF-8 with a header, one cheque a line; README.md beside this describes the columns."""

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from services.payments.rules.lockbox import COLUMNS, REQUIRED_COLUMNS, LineRefused, MailedCheque, ReadLine, read_cheque

_NO_TEXT = re.compile(r"[\ud800-\udfff]")


class MalformedLockbox(Exception):
    """A file that is no lockbox file, or breaks off; the message says where and why."""


def sha256_of(path: Path) -> str:
    """What the file is known by: the same content is the same file, whatever its name."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_lines(path: Path, *, today: date, after: int = 0) -> Iterator[ReadLine]:
    """The lines after line number `after`, in constant memory; one that is wrong comes as its refusal.

    Raises MalformedLockbox for unknown or missing columns, and where the text is no CSV.
    """
    # A byte that is no UTF-8 makes its own line wrong, and no other: it comes as a character that no text has.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        table = csv.reader(stream, strict=True)
        try:
            names = next(table, [])
            _check_header(names, name=path.name)
            for cells in table:
                if cells and table.line_num > after:
                    yield ReadLine(table.line_num, _read(names, cells, today=today))
        except csv.Error as broken:
            place = f"{path.name}, line {table.line_num or 1}"
            raise MalformedLockbox(f"{place}: the line is not CSV.") from broken


def _read(names: Sequence[str], cells: Sequence[str], *, today: date) -> MailedCheque | LineRefused:
    if len(cells) != len(names):
        return LineRefused(field="", reason="the row has not as many cells as the header.")
    if any(_NO_TEXT.search(cell) for cell in cells):
        return LineRefused(field="", reason="the line is not in UTF-8.")
    try:
        return read_cheque(dict(zip(names, cells, strict=True)), today=today)
    except LineRefused as refused:
        return refused


def _check_header(names: Sequence[str], *, name: str) -> None:
    unknown = [column for column in names if column not in COLUMNS]
    missing = [column for column in REQUIRED_COLUMNS if column not in names]
    if unknown:
        raise MalformedLockbox(f"{name}, line 1: the column {unknown[0][:60]!r} is not known.")
    if missing:
        raise MalformedLockbox(f"{name}, line 1: the column {missing[0]} is missing.")
    if len(set(names)) != len(names):
        raise MalformedLockbox(f"{name}, line 1: a column stands twice in the header.")
