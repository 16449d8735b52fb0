"""Flags on accounts, as accounts tells them: a projection, so that nobody is asked when a message is decided."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.store import Transaction
from services.notifications.models import account_flags

_told: Any = insert(account_flags)
_NOTE = _told.on_conflict_do_update(
    constraint="pk_account_flags",
    set_={"sequence": _told.excluded.sequence, "stands": _told.excluded.stands},
    where=account_flags.c.sequence < _told.excluded.sequence,
)
_STANDING = select(account_flags.c.kind).where(
    account_flags.c.account_id == bindparam("of_account"), account_flags.c.stands
)

_STANDING_ON_ALL = select(account_flags.c.account_id, account_flags.c.kind).where(
    account_flags.c.account_id == func.any(bindparam("of_accounts", type_=ARRAY(Uuid))), account_flags.c.stands
)


def note_flag(transaction: Transaction, *, sequence: int, account_id: str, kind: str, stands: bool) -> None:
    """A flag was set or cleared; what was told later of the same flag stays."""
    transaction.run(_NOTE, {"account_id": UUID(account_id), "kind": kind, "sequence": sequence, "stands": stands})


def flags_of(transaction: Transaction, *, account_id: UUID | None) -> frozenset[str]:
    """The flags that stand on an account; of a message that is about none, there are none."""
    if account_id is None:
        return frozenset()
    return frozenset(row["kind"] for row in transaction.all(_STANDING, {"of_account": account_id}))


def flags_of_all(transaction: Transaction, *, account_ids: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
    """The flags that stand on each of these accounts; an account without any is not among them."""
    if not account_ids:
        return {}
    found: dict[UUID, frozenset[str]] = {}
    for row in transaction.all(_STANDING_ON_ALL, {"of_accounts": list(account_ids)}):
        found[row["account_id"]] = found.get(row["account_id"], frozenset()) | {row["kind"]}
    return found
