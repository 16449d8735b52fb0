"""The horizon: below it everything has ended, and only what runs in the same database holds it back."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from sqlalchemy import text

from chassis.horizon import find_horizon
from chassis.store import Database
from deploy.postgres.cluster import Cluster

XID = text("SELECT pg_current_xact_id()::text::bigint")


def horizon(database: Database) -> tuple[int, bool]:
    with database.reading() as transaction:
        return find_horizon(transaction)


def passed(database: Database) -> int:
    """A transaction that has ended; gives its id."""
    with database.writing() as transaction:
        return int(transaction.value(XID))


def test_what_has_ended_lies_below(database: Database) -> None:
    ended = passed(database)
    below, is_settled = horizon(database)
    assert (below > ended, is_settled) == (True, True)


def test_what_runs_lies_above_until_it_ends_however_many_come_after_it(database: Database) -> None:
    with database.writing() as slow:
        running = slow.value(XID)
        quick = [passed(database) for _ in range(3)]
        assert horizon(database) == (running, False)
    below, is_settled = horizon(database)
    assert (below > quick[-1], is_settled) == (True, True)


def test_the_newest_of_all_lies_above_while_it_runs(database: Database) -> None:
    """Nothing has ended after it: its id is the next one as far as a snapshot knows."""
    with database.writing() as newest:
        running = newest.value(XID)
        below, is_settled = horizon(database)
        assert (below <= running, is_settled) == (True, False)


def test_a_transaction_that_only_reads_holds_nothing_back(database: Database) -> None:
    with database.reading() as idle:
        idle.value(text("SELECT 1"))
        ended = passed(database)
        below, is_settled = horizon(database)
        assert (below > ended, is_settled) == (True, True)


def test_what_runs_in_another_database_holds_nothing_back(database: Database, late_database: Database) -> None:
    with late_database.writing() as elsewhere:
        elsewhere.value(XID)
        ended = passed(database)
        below, is_settled = horizon(database)
        assert (below > ended, is_settled) == (True, True)


def test_what_runs_unseen_because_it_is_another_roles_is_not_passed(database: Database, cluster: Cluster) -> None:
    with as_superuser(cluster, database) as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        running = cursor.fetchone()[0]
        passed(database)
        below, is_settled = horizon(database)
        assert (below <= running, is_settled) == (True, False)


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_ids_of_32_bits_are_counted_back_from_one_of_64(epoch: int, database: Database) -> None:
    """The arithmetic of the statement, also where the short id has wrapped around since and where it lies ahead."""
    for following, short, behind in (
        (epoch * 2**32 + 500, 400, 100),
        ((epoch + 1) * 2**32 + 5, 2**32 - 10, 15),
    ):
        statement = text("SELECT (CAST(:next AS bigint) - CAST(:short AS bigint)) & 4294967295")
        with database.reading() as transaction:
            assert transaction.value(statement.bindparams(next=following, short=short)) == behind
            ahead = transaction.value(statement.bindparams(next=following, short=(following + 3) % 2**32))
        assert ahead >= 2**31


@contextmanager
def as_superuser(cluster: Cluster, database: Database) -> Iterator[psycopg2.extensions.cursor]:
    url = cluster.admin_url(str(database.engine.url.database)).replace("postgresql+psycopg2://", "postgresql://")
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
