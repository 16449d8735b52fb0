"""The table of account flags: what staff have set, and when it was cleared."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, Table, Text, bindparam, select
from sqlalchemy.dialects import postgresql

from chassis.store import Transaction
from services.accounts.models.tables import metadata
from services.accounts.rules.flags import Flag

account_flags = Table(
    "account_flags",
    metadata,
    Column("id", postgresql.UUID(as_uuid=True), primary_key=True),
    Column("account_id", postgresql.UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("through_on", Date),
    Column("note", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
    Column("cleared_on", Date),
    Column("cleared_by", Text),
    Column("clearing_note", Text),
    Column("cleared_at", DateTime(timezone=True)),
)

_STANDING = select(
    account_flags.c.account_id, account_flags.c.kind, account_flags.c.from_on, account_flags.c.through_on
).where(account_flags.c.account_id.in_(bindparam("account_ids", expanding=True)), account_flags.c.cleared_at.is_(None))


def standing_flags(transaction: Transaction, *, account_ids: Sequence[UUID]) -> dict[UUID, list[Flag]]:
    """The flags that stand, by account; an account without any is left out."""
    found: dict[UUID, list[Flag]] = {}
    for row in transaction.all(_STANDING, {"account_ids": list(account_ids)}):
        flag = Flag(kind=row["kind"], from_on=row["from_on"], through_on=row["through_on"])
        found.setdefault(row["account_id"], []).append(flag)
    return found
