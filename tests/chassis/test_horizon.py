"""The horizon: below it everything has ended, and only what runs in the same database holds it back."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from sqlalchemy import text

from chassis.horizon import find_horizon
from chassis.store import Database
from deploy.postgres.cluster import Cluster
from tests.fixtures.processes import eventually

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


def test_a_worker_that_tidies_up_holds_nothing_back(
    database: Database, late_database: Database, cluster: Cluster
) -> None:
    """What it does is hidden from us as another role's would be; but it is no client's, and writes no row of ours."""
    with being_vacuumed(cluster, database), late_database.writing() as elsewhere:
        elsewhere.value(XID)
        ended = passed(database)
        below, is_settled = horizon(database)
        assert (below > ended, is_settled) == (True, True)


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
    with on_database(cluster, str(database.engine.url.database)) as cursor:
        yield cursor


@contextmanager
def on_database(cluster: Cluster, name: str) -> Iterator[psycopg2.extensions.cursor]:
    connection = psycopg2.connect(cluster.admin_url(name).replace("postgresql+psycopg2://", "postgresql://"))
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@contextmanager
def being_vacuumed(cluster: Cluster, database: Database) -> Iterator[None]:
    """A worker of PostgreSQL's own is at a table of this database, slowly, until the block ends."""
    name = str(database.engine.url.database)
    with as_superuser(cluster, database) as cursor:
        cursor.connection.autocommit = True
        cursor.execute("ALTER SYSTEM SET autovacuum_naptime = 1")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute(
            "CREATE TABLE untidy WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,"
            " autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)"
            " AS SELECT repeat('x', 1000) AS filling FROM generate_series(1, 1000)"
        )
        cursor.execute("DELETE FROM untidy")
    try:
        eventually(lambda: worker_of(cluster, name), seconds=60)
        yield
        assert worker_of(cluster, name), "it was so the whole time"
    finally:
        with as_superuser(cluster, database) as cursor:
            cursor.connection.autocommit = True
            cursor.execute("DROP TABLE untidy")
            cursor.execute("ALTER SYSTEM RESET autovacuum_naptime")
            cursor.execute("SELECT pg_reload_conf()")


def worker_of(cluster: Cluster, name: str) -> bool:
    """Seen from another database, in which our looking is no session of this one."""
    with on_database(cluster, "postgres") as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND query LIKE 'autovacuum: %% public.untidy'", (name,)
        )
        return cursor.fetchone() is not None
