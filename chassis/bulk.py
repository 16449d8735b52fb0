"""Many rows in one statement: they travel as one JSON text that PostgreSQL unfolds, far faster than row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Table, TextClause, text

from chassis.store import Transaction


def insert_all(transaction: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows that name every column of the table; gives their number. Raises ConstraintViolated."""
    return insert_prepared(transaction, prepared(table, rows))


@dataclass(frozen=True)
class Prepared:
    """Rows of one table as they travel, made before they are sent."""

    table: Table
    count: int
    text: str


def prepared(table: Table, rows: Sequence[Mapping[str, Any]]) -> Prepared:
    """Rows for `insert_prepared`, which may be made while the database is busy with others."""
    return Prepared(table, len(rows), as_json(rows) if rows else "")


def insert_prepared(transaction: Transaction, rows: Prepared) -> int:
    """Insert them; gives their number. Raises ConstraintViolated."""
    if not rows.count:
        return 0
    return transaction.run(_statement(rows.table), [{"rows": rows.text}])


def update_all(
    transaction: Transaction, table: Table, rows: Sequence[Mapping[str, Any]], *, key: tuple[str, ...]
) -> int:
    """Write to rows that the key columns name, each its own values; gives their number. All name the same columns."""
    if not rows:
        return 0
    return transaction.run(_update(table, key, tuple(rows[0])), [{"rows": as_json(rows)}])


@cache
def _update(table: Table, key: tuple[str, ...], columns: tuple[str, ...]) -> TextClause:
    changed = ", ".join(f"{column} = new.{column}" for column in columns if column not in key)
    is_it = " AND ".join(f"old.{column} = new.{column}" for column in key)
    # Names come from our own tables, never from a request.
    return text(
        f"UPDATE {table.name} old SET {changed} "  # noqa: S608
        f"FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json)) new WHERE {is_it}"
    )


@cache
def _statement(table: Table) -> TextClause:
    columns = ", ".join(column.name for column in table.c)
    # Names come from our own table, never from a request.
    return text(
        f"INSERT INTO {table.name} ({columns}) "  # noqa: S608
        f"SELECT {columns} FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
    )


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as PostgreSQL unfolds them; identifiers, dates, instants and bytes may be among the values.

    Raises TypeError for anything else that is no JSON by itself.
    """
    # The names of SQLAlchemy's columns are strings of a class of their own, which orjson takes for no keys otherwise.
    return orjson.dumps(rows, default=_octets, option=orjson.OPT_NON_STR_KEYS).decode()


def _octets(value: Any) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} is not stored in bulk")
