"""Due dates move once everybody who signed for the account agrees: one asks, the others agree in time."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.context import AGENT, CallContext
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction, run_contended
from services.accounts.contract import events
from services.accounts.contract.approvals import DECLINED, LAPSED, MADE, REPLACED, WAITING
from services.accounts.contract.errors import ApprovalClosed, ApprovalOutdated
from services.accounts.contract.parties import party_names, party_of
from services.accounts.models import account_parties, awaited_changes
from services.accounts.operations.locking import LockedAccount, lock_account, lock_for
from services.accounts.operations.moving import DEFERMENT, DUE_DATE_CHANGE, move
from services.accounts.operations.telling import tell
from services.accounts.rules.approvals import (
    approval_as_told,
    decide_by_on,
    figures_shown,
    must_wait,
    still_holds,
)

OUR_CALENDAR = "service:accounts"


def change_due_date(
    transaction: Transaction, *, account_id: str, due_day: int, all_parties_agreed: bool, caller: CallContext,
    now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Let payments fall due on another day of the month, once every party agrees.

    Where one person decides alone, or staff have everybody's word, it is made at once and `schedule_changed` is told;
    else nothing has moved yet, and `change_awaited` is told. Raises NotFound and what `decide_due_date_change` does.
    """
    return _made_or_awaited(
        transaction, account_id=account_id, kind=DUE_DATE_CHANGE, asked={"due_day": due_day}, caller=caller,
        all_parties_agreed=all_parties_agreed, now=now, today=today,
    )  # fmt: skip


def defer_payments(
    transaction: Transaction, *, account_id: str, months: int, all_parties_agreed: bool, caller: CallContext,
    now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Let every instalment wait some months, once every party agrees; as `change_due_date`.

    Raises NotFound and what `decide_deferment` does.
    """
    return _made_or_awaited(
        transaction, account_id=account_id, kind=DEFERMENT, asked={"months": months}, caller=caller,
        all_parties_agreed=all_parties_agreed, now=now, today=today,
    )  # fmt: skip


def accept_change(
    transaction: Transaction, *, account_id: str, approval_id: str, kind: str, caller: CallContext, now: datetime,
    today: date,
) -> dict[str, Any]:  # fmt: skip
    """A party agrees; with the last one the change is made.

    Raises NotFound, ApprovalClosed, ApprovalOutdated where the change would no longer do what was shown, and what
    making it does: then the party has not agreed, and can once what is in the way is out of it.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    row = _found(transaction, account=account, approval_id=approval_id, kind=kind)
    party = party_of(role=_role_of(caller, account_id), subject=caller.subject, **_spoken(row))
    if party is None:
        raise NotFound()
    if party in row["agreed"]:
        return {"id": row["id"], "kind": kind, "status": row["status"]}
    _require_waiting(row, today=today)
    agreed = {**row["agreed"], party: caller.subject}
    row = _changed(transaction, row=row, agreed=agreed)
    if set(agreed) != set(row["parties"]):
        return {"id": row["id"], "kind": kind, "status": WAITING}
    made = move(
        transaction, account=account, kind=kind, asked=row["asked"], move_id=row["id"],
        changed_by=", ".join(agreed[party] for party in row["parties"]), now=now, today=today,
    )  # fmt: skip
    if not still_holds(shown=row["figures"], move=made):
        raise ApprovalOutdated()
    account = lock_account(transaction, account_id=account.id)
    _close(transaction, account=account, row=row, status=MADE, closed_by=caller.subject, now=now, today=today)
    return {"id": row["id"], "kind": kind, "status": MADE}


def decline_change(
    transaction: Transaction, *, account_id: str, approval_id: str, kind: str, caller: CallContext, now: datetime,
    today: date,
) -> dict[str, Any]:  # fmt: skip
    """A party declines, or who asked takes it back: it is off. Raises NotFound, ApprovalClosed."""
    account = lock_for(transaction, caller=caller, account_id=account_id)
    row = _found(transaction, account=account, approval_id=approval_id, kind=kind)
    if row["status"] != DECLINED:
        _require_waiting(row, today=today)
        _close(transaction, account=account, row=row, status=DECLINED, closed_by=caller.subject, now=now, today=today)
    return {"id": row["id"], "kind": kind, "status": DECLINED}


def lapse_changes(store: Database, *, now: datetime, today: date) -> int:
    """Close what not everybody agreed to in time; gives how many. Safe in many processes."""
    with store.reading() as transaction:
        waiting = awaited_changes.c.status == WAITING
        late = select(awaited_changes).where(waiting, awaited_changes.c.decide_by_on < today)
        rows = transaction.all(late.order_by(awaited_changes.c.id))
    return sum(run_contended(partial(_lapsed, store, row=row, now=now, today=today)) for row in rows)


def _lapsed(store: Database, *, row: Row, now: datetime, today: date) -> bool:
    with store.writing() as transaction:
        account = lock_account(transaction, account_id=row["account_id"])
        status = transaction.value(select(awaited_changes.c.status).where(awaited_changes.c.id == row["id"]))
        waits: bool = status == WAITING
        if waits:
            _close(transaction, account=account, row=row, status=LAPSED, closed_by=OUR_CALENDAR, now=now, today=today)
    return waits


def _made_or_awaited(
    transaction: Transaction, *, account_id: str, kind: str, asked: Mapping[str, int], caller: CallContext,
    all_parties_agreed: bool, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    account = lock_for(transaction, caller=caller, account_id=account_id)
    parties = _parties(transaction, account=account)
    move_id, word = new_id(at=now), caller.role == AGENT and all_parties_agreed
    make = partial(
        move, transaction, account=account, kind=kind, asked=asked, move_id=move_id, changed_by=caller.subject,
        now=now, today=today,
    )  # fmt: skip
    if not must_wait(parties=parties, have_staff_everybodys_word=word):
        _replace(transaction, account=account, caller=caller, now=now, today=today)
        return {**make(), "approval": None}
    would_be = _tried(transaction, make)
    _replace(transaction, account=account, caller=caller, now=now, today=today)
    role = _role_of(caller, account_id)
    asker = party_of(role=role, subject=caller.subject, parties=parties, spoken={})
    row = {
        "id": move_id, "account_id": account.id, "kind": kind, "asked": dict(asked),
        "figures": figures_shown(would_be), "summary": would_be["explanation"]["sentence"], "parties": parties,
        "agreed": {} if asker is None else {asker: caller.subject}, "status": WAITING, "asked_by": caller.subject,
        "asked_at": now, "decide_by_on": decide_by_on(today=today), "closed_by": None, "closed_at": None,
    }  # fmt: skip
    transaction.run(awaited_changes.insert().values(**row))
    told = {name: row[name] for name in ("kind", "summary", "decide_by_on")}
    agreed = {"agreed": sorted(row["agreed"]), "agreed_by": sorted(row["agreed"].values())}
    data = {"approval_id": str(move_id), **told, **agreed}
    tell(transaction, event=events.change_awaited, account=account, today=today, data=data)
    return {**would_be, "is_preview": True, "approval": approval_as_told(row=row, role=role, subject=caller.subject)}


class _Undone(Exception):
    """What a move would do is known; it has not been made."""


def _tried(transaction: Transaction, make: partial[dict[str, Any]]) -> dict[str, Any]:
    """What the move would do, by making it and undoing it: the parties are shown what they will get."""
    would_be = dict[str, Any]()
    try:
        with transaction.attempt():
            would_be = make()
            raise _Undone
    except _Undone:
        return would_be


def _replace(
    transaction: Transaction, *, account: LockedAccount, caller: CallContext, now: datetime, today: date
) -> None:
    """What is asked for later stands in the place of what waited."""
    waiting = (awaited_changes.c.account_id == account.id) & (awaited_changes.c.status == WAITING)
    for row in transaction.all(select(awaited_changes).where(waiting)):
        _close(transaction, account=account, row=row, status=REPLACED, closed_by=caller.subject, now=now, today=today)


def _close(
    transaction: Transaction, *, account: LockedAccount, row: Row, status: str, closed_by: str, now: datetime,
    today: date,
) -> None:  # fmt: skip
    _changed(transaction, row=row, status=status, closed_by=closed_by, closed_at=now)
    data = {"approval_id": str(row["id"]), "kind": row["kind"], "summary": row["summary"], "outcome": status}
    tell(transaction, event=events.change_decided, account=account, today=today, data=data)


def _changed(transaction: Transaction, *, row: Row, **values: Any) -> Row:
    transaction.run(update(awaited_changes).where(awaited_changes.c.id == row["id"]).values(**values))
    return {**row, **values}


def _parties(transaction: Transaction, *, account: LockedAccount) -> list[str]:
    of_account = account_parties.c.account_id == account.id
    return party_names(row["role"] for row in transaction.all(select(account_parties.c.role).where(of_account)))


def _spoken(row: Row) -> dict[str, Any]:
    return {"parties": row["parties"], "spoken": row["agreed"]}


def _found(transaction: Transaction, *, account: LockedAccount, approval_id: str, kind: str) -> Row:
    try:
        wanted = UUID(approval_id)
    except ValueError:
        raise NotFound() from None
    of_account = (awaited_changes.c.account_id == account.id) & (awaited_changes.c.kind == kind)
    row = transaction.one(select(awaited_changes).where(awaited_changes.c.id == wanted, of_account))
    if row is None:
        raise NotFound()
    return row


def _require_waiting(row: Row, *, today: date) -> None:
    if row["status"] != WAITING or today > row["decide_by_on"]:
        raise ApprovalClosed()


def _role_of(caller: CallContext, account_id: str) -> str | None:
    return next((grant.role for grant in caller.accounts if grant.id == account_id), None)
