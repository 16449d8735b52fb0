"""Statements as they were issued: listed, read, and printed from what is stored alone."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import FieldError, InvalidRequest, NotFound
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.accounts.contract.statements import MONTHLY, PDF_MEDIA, YEAR_END_INTEREST
from services.accounts.models import account_parties, accounts, statements, unsealed
from services.accounts.providers.printing import Printer
from services.accounts.queries.reading import allowed_id

BORROWER = "borrower"


def list_statements(
    transaction: Transaction, *, account_id: str, limit: int, cursor: str | None, caller: CallContext
) -> dict[str, Any]:
    """A page of an account's statements, newest first. Raises NotFound, InvalidRequest."""
    identifier = allowed_id(caller, account_id)
    if transaction.value(select(accounts.c.id).where(accounts.c.id == identifier)) is None:
        raise NotFound()
    shown = [column for column in statements.c if column.name != "document"]
    wanted = select(*shown).where(statements.c.account_id == identifier).order_by(statements.c.id.desc())
    if cursor is not None:
        wanted = wanted.where(statements.c.id < _read_cursor(cursor))
    rows = transaction.all(wanted.limit(limit + 1))
    return {"data": rows[:limit], "next_cursor": str(rows[limit - 1]["id"]) if len(rows) > limit else None}


def get_statement(
    transaction: Transaction, *, account_id: str, statement_id: str, caller: CallContext
) -> dict[str, Any]:
    """One statement with its contents. Raises NotFound."""
    row = _read(transaction, account_id=allowed_id(caller, account_id), statement_id=statement_id)
    contents = row["document"]
    return {
        **row,
        "monthly": contents if row["kind"] == MONTHLY else None,
        "year_end_interest": contents if row["kind"] == YEAR_END_INTEREST else None,
    }


def print_statement(
    transaction: Transaction, *, account_id: str, statement_id: str, caller: CallContext, cipher: FieldCipher,
    printer: Printer,
) -> dict[str, Any]:  # fmt: skip
    """One statement as a PDF, made from what was stored when it was issued. Raises NotFound, DocumentTooLong."""
    return _print(
        transaction, account_id=allowed_id(caller, account_id), statement_id=statement_id, cipher=cipher,
        printer=printer, address=None,
    )  # fmt: skip


def print_letter(
    transaction: Transaction, *, account_id: str, statement_id: str, mailing_address: Mapping[str, Any],
    caller: CallContext, cipher: FieldCipher, printer: Printer,
) -> dict[str, Any]:  # fmt: skip
    """The same with where it goes, for an envelope with a window. Raises NotFound, DocumentTooLong."""
    return _print(
        transaction, account_id=allowed_id(caller, account_id), statement_id=statement_id, cipher=cipher,
        printer=printer, address=mailing_address,
    )  # fmt: skip


def _print(
    transaction: Transaction, *, account_id: UUID, statement_id: str, cipher: FieldCipher, printer: Printer,
    address: Mapping[str, Any] | None,
) -> dict[str, Any]:  # fmt: skip
    row = _read(transaction, account_id=account_id, statement_id=statement_id)
    pages = printer.statement(
        kind=row["kind"], issued=_plain(row), document=row["document"],
        holders=_holders(transaction, account_id=account_id, cipher=cipher), address=_lines(address),
    )  # fmt: skip
    return printed(f"{row['kind'].replace('_', '-')}-{row['period_to_on']}.pdf", pages)


def _lines(address: Mapping[str, Any] | None) -> list[str]:
    if address is None:
        return []
    town = f"{address['city']}, {address['state']} {address['postal_code']}"
    return [line for line in (address["line_1"], address["line_2"], town) if line]


def printed(file_name: str, pages: bytes) -> dict[str, Any]:
    """A document as the bus carries it."""
    return {"file_name": file_name, "media": PDF_MEDIA, "content_base64": b64encode(pages).decode()}


def _read(transaction: Transaction, *, account_id: UUID, statement_id: str) -> Row:
    this_one = (statements.c.account_id == account_id) & (statements.c.id == _uuid(statement_id))
    row = transaction.one(select(statements).where(this_one))
    if row is None:
        raise NotFound()
    return row


def _holders(transaction: Transaction, *, account_id: UUID, cipher: FieldCipher) -> list[str]:
    """To whom it is addressed: the borrower first."""
    parties = transaction.all(select(account_parties).where(account_parties.c.account_id == account_id))
    in_order = sorted(parties, key=lambda party: (party["role"] != BORROWER, party["id"]))
    names = [[unsealed(cipher, party, part) for part in ("first_name", "last_name")] for party in in_order]
    return [" ".join(filter(None, name)) for name in names]


def _plain(row: Row) -> dict[str, Any]:
    """The columns that are printed, fit for JSON."""
    names = ("statement_on", "period_from_on", "period_to_on", "revision", "amount_due_cents", "due_on")
    return {name: row[name].isoformat() if hasattr(row[name], "isoformat") else row[name] for name in names}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None


def _read_cursor(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        wrong = FieldError(pointer="/cursor", code="invalid", detail="Not a cursor of this list.")
        raise InvalidRequest("Take the cursor from next_cursor of the page before.", errors=[wrong]) from None
