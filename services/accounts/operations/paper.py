"""Letters go out: somebody takes a batch of them to print, and notes that they were mailed, each once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, update

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.store import Transaction
from services.accounts.contract.errors import NothingToMail
from services.accounts.models import paper_batches, paper_mailings


def take_paper_batch(transaction: Transaction, *, limit: int, caller: CallContext, now: datetime) -> dict[str, Any]:
    """Put the oldest letters that nobody has taken into a batch of the caller's. Raises NothingToMail."""
    letters = _untaken(transaction, limit=limit)
    if not letters:
        raise NothingToMail()
    batch_id = new_id(at=now)
    transaction.run(insert(paper_batches).values(id=batch_id, taken_by=caller.subject, taken_at=now))
    chosen = paper_mailings.c.statement_id.in_(letters)
    transaction.run(update(paper_mailings).where(chosen).values(batch_id=batch_id))
    return _taken(transaction, batch_id=batch_id)


def note_paper_batch(
    transaction: Transaction, *, batch_id: str, left_statement_ids: Sequence[UUID], caller: CallContext, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The letters of a batch have been mailed but for those left; what was noted before stays so. Raises NotFound."""
    identifier = _uuid(batch_id)
    mailed = (paper_mailings.c.batch_id == identifier) & paper_mailings.c.statement_id.not_in(left_statement_ids)
    _note(transaction, mailed, caller=caller, now=now)
    return _taken(transaction, batch_id=identifier)


def note_paper_mailing(
    transaction: Transaction, *, statement_id: str, caller: CallContext, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """One letter has been mailed, once. Raises NotFound."""
    this_one = paper_mailings.c.statement_id == _uuid(statement_id)
    _note(transaction, this_one, caller=caller, now=now)
    mailing = transaction.one(select(paper_mailings).where(this_one))
    if mailing is None:
        raise NotFound()
    return {**mailing}


def _untaken(transaction: Transaction, *, limit: int) -> Sequence[UUID]:
    """Locked; whoever takes letters at the same time gets others."""
    waiting = (
        select(paper_mailings.c.statement_id)
        .where(paper_mailings.c.mailed_at.is_(None), paper_mailings.c.batch_id.is_(None))
        .order_by(paper_mailings.c.statement_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [row["statement_id"] for row in transaction.all(waiting)]


def _note(transaction: Transaction, which: ColumnElement[bool], *, caller: CallContext, now: datetime) -> None:
    unmailed = update(paper_mailings).where(which, paper_mailings.c.mailed_at.is_(None))
    transaction.run(unmailed.values(mailed_at=now, mailed_by=caller.subject))


def _taken(transaction: Transaction, *, batch_id: UUID) -> dict[str, Any]:
    batch = transaction.one(
        select(
            paper_batches,
            func.count(paper_mailings.c.statement_id).label("letters_count"),
            func.count(paper_mailings.c.mailed_at).label("mailed_count"),
        )
        .join(paper_mailings, paper_mailings.c.batch_id == paper_batches.c.id)
        .where(paper_batches.c.id == batch_id)
        .group_by(paper_batches.c.id)
    )
    if batch is None:
        raise NotFound()
    return {**batch}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None
