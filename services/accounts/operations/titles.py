"""The title clock: it starts with good funds, and stops when the title goes out or the account owes again."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.context import CallContext
from chassis.ids import new_id
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import ReleaseDateWrong, TitleNotDue
from services.accounts.models import accounts, title_releases, work_items
from services.accounts.operations.locking import LockedAccount, lock_for
from services.accounts.operations.telling import tell
from services.accounts.rules.titles import title_as_told, title_due_on

REOPENED = "title_released_account_reopened"


def start_title_clock(transaction: Transaction, *, account: LockedAccount, today: date) -> None:
    """A loan is closed on good funds: its title is due by the policy of its state. Of a lease there is none to give."""
    if account.product != "loan":
        return
    due_on, policy = title_due_on(state=account.jurisdiction, good_funds_on=today)
    release = {
        "account_id": account.id, "good_funds_on": today, "state": account.jurisdiction, "due_on": due_on,
        "source": policy.source,
    }  # fmt: skip
    started = insert(title_releases).values(release)
    # Closed, open again and closed on one day: the clock goes on.
    goes_on = {"withdrawn_on": None, "released_on": None, "released_by": None, "reference": None}
    transaction.run(started.on_conflict_do_update(constraint="pk_title_releases", set_=goes_on))


def stop_title_clock(transaction: Transaction, *, account_id: UUID, now: datetime, today: date) -> None:
    """The account owes again: no title goes out. Where it has gone out already, a person has to look."""
    standing = transaction.one(select(title_releases).where(_stands(account_id)))
    if standing is None:
        return
    transaction.run(update(title_releases).where(_stands(account_id)).values(withdrawn_on=today))
    if standing["released_on"] is not None:
        details = {"released_on": standing["released_on"].isoformat(), "reference": standing["reference"]}
        item = {
            "id": new_id(at=now), "account_id": account_id, "reason": REOPENED, "details": details, "opened_at": now,
            "source_key": f"{REOPENED}:{account_id}:{standing['good_funds_on']}",
        }  # fmt: skip
        transaction.run(insert(work_items).values(item))


def record_title_release(
    transaction: Transaction, *, account_id: str, released_on: date, reference: str, caller: CallContext, today: date
) -> dict[str, Any]:
    """Note that the title went out, once; tells `title_released`. Raises NotFound, TitleNotDue, ReleaseDateWrong."""
    account = lock_for(transaction, caller=caller, account_id=account_id)
    waiting = transaction.one(
        select(title_releases, accounts.c.account_number)
        .join(accounts, accounts.c.id == title_releases.c.account_id)
        .where(_stands(account.id), title_releases.c.released_on.is_(None))
    )
    if waiting is None:
        raise TitleNotDue()
    if not waiting["good_funds_on"] <= released_on <= today:
        raise ReleaseDateWrong()
    released = {"released_on": released_on, "released_by": caller.subject, "reference": reference}
    transaction.run(update(title_releases).where(_stands(account.id)).values(released))
    tell(transaction, event=events.title_released, account=account, today=today, data={"released_on": released_on})
    return title_as_told({**waiting, **released}, today=today)


def _stands(account_id: UUID) -> ColumnElement[bool]:
    return and_(title_releases.c.account_id == account_id, title_releases.c.withdrawn_on.is_(None))
