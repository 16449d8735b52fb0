"""Parties that were taken over before names were looked up get the print by which they are found."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis import logs
from chassis.bulk import update_all
from chassis.keys import UNREADABLE, FieldCipher
from chassis.store import Database, Row
from services.accounts.models import account_parties, unsealed
from services.accounts.rules.names import comparable

PRINTED_AT_ONCE_MAX = 1_000
LOWEST_ID = UUID(int=0)

log = logs.logger(__name__)


def print_names(store: Database, *, cipher: FieldCipher) -> int:
    """Print the last names that have no print yet, a batch in each transaction; gives how many.

    One that cannot be read is logged and left for the next time: its key may be put back.
    """
    printed, after = 0, LOWEST_ID
    while True:
        unprinted = (
            select(account_parties)
            .where(account_parties.c.last_name_print.is_(None), account_parties.c.id > after)
            .order_by(account_parties.c.id)
            .limit(PRINTED_AT_ONCE_MAX)
            .with_for_update(skip_locked=True)
        )
        with store.writing() as transaction:
            rows = transaction.all(unprinted)
            prints = [found for row in rows if (found := _printed(row, cipher=cipher)) is not None]
            printed += update_all(transaction, account_parties, prints, key=("id",))
        if len(rows) < PRINTED_AT_ONCE_MAX:
            return printed
        after = rows[-1]["id"]


def _printed(row: Row, *, cipher: FieldCipher) -> dict[str, Any] | None:
    try:
        name = comparable(unsealed(cipher, row, "last_name") or "")
    except UNREADABLE as error:
        log.error("a name cannot be read and is not printed", party_id=str(row["id"]), error=type(error).__name__)
        return None
    return {"id": row["id"], "last_name_print": cipher.print_of(name)}
