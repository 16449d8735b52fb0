"""What waits to go out on paper, and a batch of it with what goes on the envelopes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.errors import FieldError, InvalidRequest, NotFound
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.accounts.models import (
    account_parties,
    accounts,
    paper_batches,
    paper_mailings,
    statements,
    unsealed,
    unsealed_address,
)

BORROWER = "borrower"


def list_paper_mailings(transaction: Transaction, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """A page of what has to go out on paper and has not, the oldest first. Raises InvalidRequest."""
    waiting = select(paper_mailings).where(paper_mailings.c.mailed_at.is_(None))
    if cursor is not None:
        waiting = waiting.where(paper_mailings.c.statement_id > _read_cursor(cursor))
    rows = transaction.all(waiting.order_by(paper_mailings.c.statement_id).limit(limit + 1))
    return {"data": rows[:limit], "next_cursor": str(rows[limit - 1]["statement_id"]) if len(rows) > limit else None}


def find_unaddressed(transaction: Transaction, *, limit: int) -> dict[str, Any]:
    """Letters that are in no batch and whose contract names no address: among those to be taken next, and set aside."""
    waiting = select(paper_mailings.c.statement_id, paper_mailings.c.account_id).where(
        paper_mailings.c.mailed_at.is_(None), paper_mailings.c.batch_id.is_(None)
    )
    aside_at = paper_mailings.c.without_address_at
    following = waiting.where(aside_at.is_(None)).order_by(paper_mailings.c.statement_id).limit(limit)
    aside = waiting.where(aside_at.is_not(None)).order_by(aside_at, paper_mailings.c.statement_id).limit(limit)
    return {
        "next": _without_address(transaction, transaction.all(following)),
        "aside": _without_address(transaction, transaction.all(aside)),
    }


def get_paper_batch(transaction: Transaction, *, batch_id: str, cipher: FieldCipher) -> dict[str, Any]:
    """A batch with its letters, in the order in which they were written. Raises NotFound."""
    try:
        identifier = UUID(batch_id)
    except ValueError:
        raise NotFound() from None
    batch = transaction.one(select(paper_batches).where(paper_batches.c.id == identifier))
    if batch is None:
        raise NotFound()
    letters = transaction.all(
        select(paper_mailings, statements.c.kind, statements.c.statement_on, accounts.c.account_number)
        .join(statements, statements.c.id == paper_mailings.c.statement_id)
        .join(accounts, accounts.c.id == paper_mailings.c.account_id)
        .where(paper_mailings.c.batch_id == identifier)
        .order_by(paper_mailings.c.statement_id)
    )
    to = _addressees(transaction, account_ids=[letter["account_id"] for letter in letters], cipher=cipher)
    return {
        **batch,
        "letters_count": len(letters),
        "mailed_count": sum(letter["mailed_at"] is not None for letter in letters),
        "letters": [{**letter, "addressees": to.get(letter["account_id"], [])} for letter in letters],
    }


def _without_address(transaction: Transaction, letters: Sequence[Row]) -> list[Row]:
    account_ids = [letter["account_id"] for letter in letters]
    named = select(account_parties.c.account_id).where(
        account_parties.c.account_id.in_(account_ids), account_parties.c.mailing_address_sealed.is_not(None)
    )
    addressed = {row["account_id"] for row in transaction.all(named)}
    return [letter for letter in letters if letter["account_id"] not in addressed]


def _addressees(
    transaction: Transaction, *, account_ids: Sequence[UUID], cipher: FieldCipher
) -> dict[UUID, list[dict[str, Any]]]:
    parties = transaction.all(select(account_parties).where(account_parties.c.account_id.in_(account_ids)))
    found: dict[UUID, list[dict[str, Any]]] = {}
    for party in sorted(parties, key=lambda party: (party["role"] != BORROWER, party["id"])):
        names = (unsealed(cipher, party, part) for part in ("first_name", "last_name"))
        found.setdefault(party["account_id"], []).append(
            {
                "role": party["role"],
                "name": " ".join(filter(None, names)),
                "mailing_address": unsealed_address(cipher, party),
            }
        )
    return found


def _read_cursor(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        wrong = FieldError(pointer="/cursor", code="invalid", detail="Not a cursor of this list.")
        raise InvalidRequest("Take the cursor from next_cursor of the page before.", errors=[wrong]) from None
