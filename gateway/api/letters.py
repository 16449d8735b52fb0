"""A batch of letters as print shops take it: an archive made while it is read, with one letter in memory at a time."""

import csv
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from io import RawIOBase, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from chassis.errors import Refusal

ZIP = "application/zip"
COLUMNS = (
    "file", "statement_id", "account_number", "kind", "statement_on", "name", "line_1", "line_2", "city", "state",
    "postal_code", "not_printed_because",
)  # fmt: skip
# Why a letter is not in the archive; codes of refusals stand beside these.
PRINTED, ALREADY_MAILED, NO_ADDRESS = "", "already_mailed", "no_address"
# What a clerk sees as the time of every file: the same letters are the same bytes whenever they are printed.
_EPOCH = (1980, 1, 1, 0, 0, 0)

Ask = Callable[..., Any]


def letters_of(batch: Mapping[str, Any], *, ask: Ask) -> Iterator[bytes]:
    """The archive piece by piece; accounts is told what is in it before it ends.

    Raises DependencyDown where printing stops: the archive then has no end, and nothing counts as printed.
    """
    outcomes: dict[str, list[str]] = {}
    out = _Pieces()
    with StringIO(newline="") as listed, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        table = csv.DictWriter(listed, COLUMNS, restval="")
        table.writeheader()
        for number, letter in enumerate(batch["letters"], start=1):
            pages, why = _printed(letter, ask=ask)
            file = f"{number:03d}-{letter['statement_id']}.pdf" if pages else ""
            if pages:
                archive.writestr(_entry(file), pages)
                yield out.taken()
            outcomes.setdefault(why, []).append(letter["statement_id"])
            table.writerow(_row(letter, file=file, why=why))
        archive.writestr(_entry("letters.csv"), listed.getvalue())
        ask(
            "accounts", "note_paper_batch_printed", batch_id=batch["id"], statement_ids=outcomes.get(PRINTED, []),
            without_address=outcomes.get(NO_ADDRESS, []),
        )  # fmt: skip
        archive.close()
        yield out.taken()


def _printed(letter: Mapping[str, Any], *, ask: Ask) -> tuple[bytes, str]:
    """The letter as a PDF, or nothing and why there is none."""
    if letter["mailed_at"] is not None:
        return b"", ALREADY_MAILED
    if letter["mailing_address"] is None:
        return b"", NO_ADDRESS
    asked = {name: letter[name] for name in ("account_id", "statement_id", "mailing_address")}
    try:
        document = ask("accounts", "print_letter", **asked).data
    except Refusal as refusal:
        return b"", refusal.code
    return b64decode(document["content_base64"]), PRINTED


def _row(letter: Mapping[str, Any], *, file: str, why: str) -> dict[str, Any]:
    told = {name: letter[name] for name in ("statement_id", "account_number", "kind", "statement_on")}
    names = " and ".join(person["name"] for person in letter["addressees"])
    row = {**told, **(letter["mailing_address"] or {}), "file": file, "name": names, "not_printed_because": why}
    return {column: _no_formula(value) for column, value in row.items()}


def _no_formula(value: Any) -> Any:
    """A program for tables computes a cell that begins like this; what customers write of themselves must not."""
    return f"'{value}" if str(value).startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = ZIP_DEFLATED
    return entry


class _Pieces(RawIOBase):
    """What the archive has written since it was last taken; it cannot go back, so that nothing has to be kept."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """Everything since, at once."""
        pieces, self._pieces = b"".join(self._pieces), []
        return pieces
