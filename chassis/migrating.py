"""Migrations: one Alembic tree per service, and the chassis' own tree in front of it, in every service's database."""

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from chassis.store import refuse_wrong_driver

CHASSIS_TREE = Path(__file__).parent / "migrations"
LOCK = 0x0CA9_717E


def upgrade(*, url: str, trees: dict[str, Path]) -> list[str]:
    """Bring a database to the head of the chassis' tree and of the named trees. Gives the names of those that moved."""
    engine = create_engine(refuse_wrong_driver(url))
    moved = []
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        for name, folder in {"chassis": CHASSIS_TREE, **trees}.items():
            if not is_at_head(connection, name=name, folder=folder):
                command.upgrade(_config(connection, name, folder), "head")
                connection.commit()
                moved.append(name)
    engine.dispose()
    return moved


def is_at_head(connection: Connection, *, name: str, folder: Path) -> bool:
    script = ScriptDirectory.from_config(_config(connection, name, folder))
    found = MigrationContext.configure(connection, opts={"version_table": _table(name)}).get_current_heads()
    return set(found) == set(script.get_heads())


def run_environment() -> None:
    """The whole of every tree's env.py."""
    config = context.config
    context.configure(connection=config.attributes["connection"], version_table=config.attributes["version_table"])
    with context.begin_transaction():
        context.run_migrations()


def _config(connection: Connection, name: str, folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=_table(name))
    return config


def _table(name: str) -> str:
    return f"{name}_version"
