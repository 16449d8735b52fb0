"""Parties that were taken over before names were looked up get the print by which they are found."""

from sqlalchemy import select, update

from chassis.keys import FieldCipher
from chassis.store import Database
from services.accounts.models import account_parties, unsealed
from services.accounts.rules.names import comparable

PRINTED_AT_ONCE_MAX = 1_000
_UNPRINTED = (
    select(account_parties)
    .where(account_parties.c.last_name_print.is_(None))
    .order_by(account_parties.c.id)
    .limit(PRINTED_AT_ONCE_MAX)
    .with_for_update(skip_locked=True)
)


def print_names(store: Database, *, cipher: FieldCipher) -> int:
    """Print the last names that have no print yet; gives how many."""
    with store.writing() as transaction:
        rows = transaction.all(_UNPRINTED)
        for row in rows:
            name = comparable(unsealed(cipher, row, "last_name") or "")
            this_one = account_parties.c.id == row["id"]
            transaction.run(update(account_parties).where(this_one).values(last_name_print=cipher.print_of(name)))
    return len(rows)
