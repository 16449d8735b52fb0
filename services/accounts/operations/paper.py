"""Letters go out: somebody takes a batch of them to print, and notes that they were mailed, each once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, exists, func, insert, select, update

from chassis.bulk import insert_all
from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.accounts.contract.errors import NothingToMail
from services.accounts.models import paper_batches, paper_mailings, work_items

WITHOUT_ADDRESS = "letter_without_address"


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


def set_letters_aside(
    transaction: Transaction, *, without_address: Sequence[UUID], with_address: Sequence[UUID], now: datetime
) -> dict[str, Any]:  # fmt: skip
    """Letters that have no address go into no batch, and a person is told of each account once; the others may go."""
    _stand_by(transaction, with_address)
    is_among = paper_mailings.c.statement_id.in_(without_address) & paper_mailings.c.mailed_at.is_(None)
    aside = update(paper_mailings).where(is_among).values(without_address_at=now)
    transaction.run(aside)
    _ask_for_addresses(transaction, statement_ids=without_address, now=now)
    _stop_asking(transaction, statement_ids=with_address, now=now)
    waiting = paper_mailings.c.without_address_at.is_not(None) & paper_mailings.c.mailed_at.is_(None)
    return {"without_address_count": transaction.value(select(func.count()).where(waiting))}


def note_paper_batch(
    transaction: Transaction, *, batch_id: str, left_statement_ids: Sequence[UUID], caller: CallContext, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The letters of a batch have been mailed but for those left; what was noted before stays so. Raises NotFound."""
    identifier = _uuid(batch_id)
    mailed = (paper_mailings.c.batch_id == identifier) & paper_mailings.c.statement_id.not_in(left_statement_ids)
    _note(transaction, mailed, caller=caller, now=now)
    left = (paper_mailings.c.batch_id == identifier) & paper_mailings.c.mailed_at.is_(None)
    transaction.run(update(paper_mailings).where(left).values(without_address_at=now))
    unmailed = [row["statement_id"] for row in transaction.all(select(paper_mailings.c.statement_id).where(left))]
    _ask_for_addresses(transaction, statement_ids=unmailed, now=now)
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
        .where(
            paper_mailings.c.mailed_at.is_(None), paper_mailings.c.batch_id.is_(None),
            paper_mailings.c.without_address_at.is_(None),
        )
        .order_by(paper_mailings.c.statement_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    return [row["statement_id"] for row in transaction.all(waiting)]


def _stand_by(transaction: Transaction, statement_ids: Sequence[UUID]) -> None:
    is_among = paper_mailings.c.statement_id.in_(statement_ids) & paper_mailings.c.mailed_at.is_(None)
    transaction.run(update(paper_mailings).where(is_among).values(without_address_at=None))


def _ask_for_addresses(transaction: Transaction, *, statement_ids: Sequence[UUID], now: datetime) -> None:
    """Open a work item for each account of these letters that has none open."""
    is_open = (
        (work_items.c.account_id == paper_mailings.c.account_id)
        & (work_items.c.reason == WITHOUT_ADDRESS) & work_items.c.closed_at.is_(None)
    )  # fmt: skip
    accounts_of = (
        select(paper_mailings.c.account_id, func.min(paper_mailings.c.statement_id.cast(Text)).label("statement_id"))
        .where(paper_mailings.c.statement_id.in_(statement_ids), paper_mailings.c.mailed_at.is_(None))
        .where(~exists().where(is_open))
        .group_by(paper_mailings.c.account_id)
    )
    items = [_question(row, item_id=new_id(at=now), now=now) for row in transaction.all(accounts_of)]
    insert_all(transaction, work_items, items)


def _question(letter: Row, *, item_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": item_id, "account_id": letter["account_id"], "source_key": f"{WITHOUT_ADDRESS}:{item_id}",
        "reason": WITHOUT_ADDRESS, "details": {"statement_id": letter["statement_id"]}, "opened_at": now,
        "closed_at": None, "closed_by": None, "closing_note": None,
    }  # fmt: skip


def _stop_asking(transaction: Transaction, *, statement_ids: Sequence[UUID], now: datetime) -> None:
    accounts_of = select(paper_mailings.c.account_id).where(paper_mailings.c.statement_id.in_(statement_ids))
    is_open = (work_items.c.reason == WITHOUT_ADDRESS) & work_items.c.closed_at.is_(None)
    transaction.run(update(work_items).where(is_open, work_items.c.account_id.in_(accounts_of)).values(closed_at=now))


def _note(transaction: Transaction, which: ColumnElement[bool], *, caller: CallContext, now: datetime) -> None:
    unmailed = which & paper_mailings.c.mailed_at.is_(None)
    letters = [row["statement_id"] for row in transaction.all(select(paper_mailings.c.statement_id).where(unmailed))]
    noted = {"mailed_at": now, "mailed_by": caller.subject, "without_address_at": None}
    transaction.run(update(paper_mailings).where(unmailed).values(noted))
    _stop_asking(transaction, statement_ids=letters, now=now)


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
