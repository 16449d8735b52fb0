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
from services.accounts.contract.errors import BatchNotPrinted, NothingToMail
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
    """Letters that have no address go into no batch, and a person is told of each account once; the others may go.

    What somebody has taken meanwhile is theirs.
    """
    _stand_by(transaction, with_address)
    is_untaken = paper_mailings.c.batch_id.is_(None)
    _put_aside(transaction, is_untaken & paper_mailings.c.statement_id.in_(without_address), now=now)
    _stop_asking(transaction, statement_ids=with_address, now=now)
    waiting = paper_mailings.c.without_address_at.is_not(None) & paper_mailings.c.mailed_at.is_(None)
    return {"without_address_count": transaction.value(select(func.count()).where(waiting))}


def note_paper_batch(
    transaction: Transaction, *, batch_id: str, left_statement_ids: Sequence[UUID], caller: CallContext, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """What is in the archive of a batch has been mailed, but for what was left; the rest is free for another batch.

    What was noted before stays so. Raises NotFound, BatchNotPrinted.
    """
    batch = _locked_batch(transaction, batch_id)
    is_in_batch = paper_mailings.c.batch_id == batch["id"]
    is_unmailed = is_in_batch & paper_mailings.c.mailed_at.is_(None)
    if batch["printed_at"] is None and transaction.value(select(exists().where(is_unmailed))):
        raise BatchNotPrinted()
    is_left = paper_mailings.c.statement_id.in_(left_statement_ids)
    _put_aside(transaction, is_in_batch & is_left, now=now)
    _note(transaction, is_in_batch & paper_mailings.c.printed_at.is_not(None) & ~is_left, caller=caller, now=now)
    transaction.run(update(paper_mailings).where(is_unmailed).values(batch_id=None, printed_at=None))
    return _taken(transaction, batch_id=batch["id"])


def note_paper_batch_printed(
    transaction: Transaction, *, batch_id: str, statement_ids: Sequence[UUID], without_address: Sequence[UUID],
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """An archive holds these letters of a batch, and no others: the last one is the one that is mailed.

    Raises NotFound.
    """
    batch = _locked_batch(transaction, batch_id)
    transaction.run(update(paper_batches).where(paper_batches.c.id == batch["id"]).values(printed_at=now))
    is_unmailed = (paper_mailings.c.batch_id == batch["id"]) & paper_mailings.c.mailed_at.is_(None)
    transaction.run(update(paper_mailings).where(is_unmailed).values(printed_at=None))
    is_printed = is_unmailed & paper_mailings.c.statement_id.in_(statement_ids)
    transaction.run(update(paper_mailings).where(is_printed).values(printed_at=now, without_address_at=None))
    _put_aside(transaction, is_unmailed & paper_mailings.c.statement_id.in_(without_address), now=now)
    _stop_asking(transaction, statement_ids=statement_ids, now=now)
    return _taken(transaction, batch_id=batch["id"])


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


def _locked_batch(transaction: Transaction, batch_id: str) -> Row:
    """Held: what of it is printed does not change while it is noted as mailed. Raises NotFound."""
    batch = transaction.one(select(paper_batches).where(paper_batches.c.id == _uuid(batch_id)).with_for_update())
    if batch is None:
        raise NotFound()
    return batch


def _put_aside(transaction: Transaction, which: ColumnElement[bool], *, now: datetime) -> None:
    """No batch takes these letters while they have no address, and a person is asked for it."""
    unmailed = which & paper_mailings.c.mailed_at.is_(None)
    letters = [row["statement_id"] for row in transaction.all(select(paper_mailings.c.statement_id).where(unmailed))]
    transaction.run(update(paper_mailings).where(unmailed).values(without_address_at=now))
    _ask_for_addresses(transaction, statement_ids=letters, now=now)


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
    """Close the question of each account of these letters of which no letter lacks an address any more."""
    another = paper_mailings.alias()
    still_lacks = exists().where(
        another.c.account_id == paper_mailings.c.account_id,
        another.c.mailed_at.is_(None), another.c.without_address_at.is_not(None),
    )  # fmt: skip
    is_among = paper_mailings.c.statement_id.in_(statement_ids)
    accounts_of = select(paper_mailings.c.account_id).where(is_among, ~still_lacks)
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
        .outerjoin(paper_mailings, paper_mailings.c.batch_id == paper_batches.c.id)
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
