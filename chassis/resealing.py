"""Encrypted fields under new keys: what an older key closed is opened with it and closed with the newest, in batches.

A stored value names its key, so what is left to do is seen in the rows themselves: a run that was cut short is begun
again and goes on where it was. Rows are locked while they are rewritten, so that nobody's change is lost.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func, or_, select, update

from chassis import logs
from chassis.keys import UNREADABLE, FieldCipher
from chassis.store import Database, Row, Transaction, run_contended

BATCH = 200
# A UUID.
KEY_ID_LENGTH = 36

log = logs.logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedTable:
    """The encrypted columns of one table; `bound_to` says, as a template over the row, what each is tied to.

    `prints` says which column holds the keyed print of a value, `printed_as` in which form it is printed. Rows that are
    never written again keep their key.
    """

    table: Table
    bound_to: Mapping[str, str]
    prints: Mapping[str, str] = field(default_factory=dict)
    printed_as: Callable[[str], str] = str
    keeps_its_key: bool = False

    @property
    def identifier(self) -> Column[Any]:
        [column] = self.table.primary_key.columns
        return column

    @property
    def columns(self) -> list[Column[Any]]:
        return [self.table.c[name] for name in self.bound_to]


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values are under the newest key now, and which ones no key opens: `table.column id`."""

    done: int
    unreadable: tuple[str, ...]


def reseal(store: Database, *, cipher: FieldCipher, tables: Sequence[SealedTable], batch: int = BATCH) -> Resealed:
    """Bring every value that another key than the newest closed under the newest; `batch` rows a transaction.

    A value that no key opens stays as it is and is reported.
    """
    done, unreadable = 0, list[str]()
    for sealed in (each for each in tables if not each.keeps_its_key):
        last = None
        while True:
            found = run_contended(partial(_rewrite, store, cipher=cipher, sealed=sealed, after=last, batch=batch))
            done += found.done
            unreadable += found.unreadable
            if found.last is None:
                break
            last = found.last
    return Resealed(done, tuple(unreadable))


def keys_in_use(store: Database, *, tables: Sequence[SealedTable]) -> set[str]:
    """The ids of all keys that a stored value needs."""
    with store.reading() as transaction:
        return {
            row["key"]
            for sealed in tables
            for column in sealed.columns
            for row in transaction.all(select(_key_of(column).label("key")).where(column.is_not(None)).distinct())
        }


def _key_of(column: Column[Any]) -> ColumnElement[str]:
    if isinstance(column.type, LargeBinary):
        return func.encode(func.substr(column, 1, KEY_ID_LENGTH), "escape")
    return func.split_part(column, ".", 1)


@dataclass(frozen=True, slots=True)
class _Batch:
    done: int
    unreadable: list[str]
    last: Any


def _rewrite(store: Database, *, cipher: FieldCipher, sealed: SealedTable, after: Any, batch: int) -> _Batch:
    with store.writing() as transaction:
        rows = _locked(transaction, newest=cipher.newest, sealed=sealed, after=after, batch=batch)
        done, unreadable = 0, list[str]()
        for row in rows:
            values = dict[str, Any]()
            for name, template in _older(row, newest=cipher.newest, sealed=sealed):
                bound_to = template.format_map(row)
                try:
                    values |= _anew(sealed, name, cipher=cipher, stored=row[name], bound_to=bound_to)
                except UNREADABLE as error:
                    place = f"{sealed.table.name}.{name} {row[sealed.identifier.name]}"
                    log.error("a stored value cannot be opened", place=place, error=type(error).__name__)
                    unreadable.append(place)
            if values:
                of_row = sealed.identifier == row[sealed.identifier.name]
                transaction.run(update(sealed.table).where(of_row).values(**values))
                done += len(values.keys() & sealed.bound_to.keys())
    return _Batch(done, unreadable, rows[-1][sealed.identifier.name] if rows else None)


def _anew(sealed: SealedTable, name: str, *, cipher: FieldCipher, stored: str, bound_to: str) -> dict[str, Any]:
    """A value under the newest key, and the print by which it is found from now on. Raises what `decrypt` raises."""
    plain = cipher.decrypt(stored, bound_to=bound_to)
    anew: dict[str, Any] = {name: cipher.encrypt(plain, bound_to=bound_to)}
    if name in sealed.prints:
        anew[sealed.prints[name]] = cipher.print_of(sealed.printed_as(plain))
    return anew


def _locked(transaction: Transaction, *, newest: str, sealed: SealedTable, after: Any, batch: int) -> list[Row]:
    older = or_(*(~column.startswith(f"{newest}.", autoescape=True) for column in sealed.columns))
    chosen = select(sealed.identifier, *sealed.columns).where(older).order_by(sealed.identifier).limit(batch)
    if after is not None:
        chosen = chosen.where(sealed.identifier > after)
    return transaction.all(chosen.with_for_update())


def _older(row: Row, *, newest: str, sealed: SealedTable) -> Iterator[tuple[str, str]]:
    for name, template in sealed.bound_to.items():
        if row[name] is not None and not row[name].startswith(f"{newest}."):
            yield name, template
