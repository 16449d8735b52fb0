"""Migrations: one Alembic tree per service, and the chassis' own tree in front of it, in every service's database.

Services work meanwhile, on the schema before or after: no revision waits long for a table that they write.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from chassis.store import RETRYABLE_STATES, refuse_wrong_driver

CHASSIS_TREE = Path(__file__).parent / "migrations"
LOCK = 0x0CA9_717E


class MigrationBlocked(Exception):
    """A revision did not get its locks; the message says which, where the schema is, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a revision waits for each of its locks, and how often it is tried.

    Whoever comes after a waiting revision waits behind it: it gives up before the services' own five seconds are over.
    All tries together outlast the minute after which a session of ours that holds a lock and does nothing is ended.
    """

    lock_seconds: float = 2.5
    pause_seconds: float = 1.5
    tries_max: int = 20


PATIENCE = Patience()


def upgrade(*, url: str, trees: dict[str, Path], patience: Patience = PATIENCE) -> list[str]:
    """Bring a database to the head of the chassis' tree and of the named trees. Gives the names of those that moved.

    Each revision is a transaction of its own. Raises MigrationBlocked: what came before the revision it names stands.
    """
    moved = []
    with _migrating_alone(url, patience=patience) as connection:
        for name, folder in {"chassis": CHASSIS_TREE, **trees}.items():
            if not is_at_head(connection, name=name, folder=folder):
                _climb(connection, name=name, folder=folder, patience=patience)
                moved.append(name)
    return moved


def is_at_head(connection: Connection, *, name: str, folder: Path) -> bool:
    script = ScriptDirectory.from_config(_config(connection, name, folder))
    return set(_heads(connection, name=name)) == set(script.get_heads())


def run_environment() -> None:
    """The whole of every tree's env.py."""
    config = context.config
    context.configure(
        connection=config.attributes["connection"], version_table=config.attributes["version_table"],
        transaction_per_migration=True,
    )  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def _migrating_alone(url: str, *, patience: Patience) -> Iterator[Connection]:
    """A session that nobody migrates beside; another migration is waited for however long it takes."""
    # The session ends with the block, and its lock with it, also where a revision has failed.
    engine = create_engine(refuse_wrong_driver(url), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.execute(text(f"SET lock_timeout = {round(patience.lock_seconds * 1000)}"))
        connection.commit()
        yield connection


def _climb(connection: Connection, *, name: str, folder: Path, patience: Patience) -> None:
    """The tree to its head; a revision that has not had its locks lets go of those it had, and is tried again."""
    tried_from: tuple[str, ...] | None = None
    tries = 0
    while True:
        # Inside a transaction that was begun before, Alembic would run all revisions as one.
        connection.rollback()
        try:
            command.upgrade(_config(connection, name, folder), "head")
        except DBAPIError as error:
            connection.rollback()
            if getattr(error.orig, "pgcode", None) not in RETRYABLE_STATES:
                raise
            stands_at = _heads(connection, name=name)
            tries = tries + 1 if stands_at == tried_from else 1
            tried_from = stands_at
            if tries == patience.tries_max:
                raise _blocked(connection, name=name, stands_at=stands_at, error=error, tries=tries) from error
            time.sleep(patience.pause_seconds)
        else:
            connection.commit()
            return


def _blocked(
    connection: Connection, *, name: str, stands_at: tuple[str, ...], error: DBAPIError, tries: int
) -> MigrationBlocked:
    at = ", ".join(stands_at) or "its beginning"
    longest = connection.execute(
        text(
            "SELECT pid, application_name FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 1"
        )
    ).one_or_none()
    who = f" The oldest open transaction is that of process {longest[0]} ({longest[1]})." if longest else ""
    return MigrationBlocked(
        f"{name}: the revision after {at} did not get its locks in {tries} tries"
        f" ({str(error.orig).strip().splitlines()[0]}).{who} Nothing of it stands, and services go on with the"
        " schema as it is. End the session that holds the lock (pg_stat_activity shows all), then run `captive migrate`"
        " again."
    )


def _heads(connection: Connection, *, name: str) -> tuple[str, ...]:
    return MigrationContext.configure(connection, opts={"version_table": _table(name)}).get_current_heads()


def _config(connection: Connection, name: str, folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=_table(name))
    return config


def _table(name: str) -> str:
    return f"{name}_version"
