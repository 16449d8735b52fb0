"""Migrations run while services work: a revision that cannot have its locks lets go, waits, and is tried again."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from chassis.migrating import CHASSIS_TREE, MigrationBlocked, Patience, upgrade
from deploy import migrate as deployment
from deploy.postgres.cluster import Cluster

SHORT = Patience(lock_seconds=0.3, pause_seconds=0.1, tries_max=3)
REVISION = """
from alembic import op

revision = {name!r}
down_revision = {before!r}


def upgrade() -> None:
    for statement in {statements!r}:
        op.execute(statement)
"""
BUSY = ("CREATE TABLE busy (id int)", "CREATE TABLE quiet (id int)")
LOCKS_BOTH = ("ALTER TABLE quiet ADD COLUMN later int", "ALTER TABLE busy ADD COLUMN later int")
BREAKS = ("CREATE TABLE half (id int)", "ALTER TABLE nowhere ADD COLUMN later int")


class Tree:
    """A database that has the first of its revisions; more are added, as a new version brings them."""

    def __init__(self, *, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.engine: Engine = create_engine(url, poolclass=NullPool)
        (folder / "versions").mkdir(parents=True)
        (folder / "env.py").write_text((CHASSIS_TREE / "env.py").read_text())
        self.names: list[str] = []

    def add(self, name: str, *statements: str) -> None:
        before = self.names[-1] if self.names else None
        revision = REVISION.format(name=name, before=before, statements=statements)
        (self.folder / "versions" / f"{name}.py").write_text(revision)
        self.names.append(name)

    def upgrade(self, *, patience: Patience = SHORT) -> list[str]:
        return upgrade(url=self.url, trees={"toy": self.folder}, patience=patience)

    def value(self, query: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(query)).scalar()

    @property
    def stands_at(self) -> Any:
        return self.value("SELECT version_num FROM toy_version")

    def has(self, table: str) -> bool:
        return self.value(f"SELECT to_regclass('{table}')") is not None

    @contextmanager
    def somebody_writing(self, table: str) -> Iterator[None]:
        with self.engine.connect() as session:
            session.execute(text(f"INSERT INTO {table} VALUES (1)"))
            yield
            session.commit()


@pytest.fixture
def tree(cluster: Cluster, tmp_path: Path) -> Tree:
    cluster_url = cluster.ensure_service_databases(["givesway"])["givesway"]
    _start_afresh(cluster_url)
    tree = Tree(url=cluster_url, folder=tmp_path / "migrations")
    tree.add("first", *BUSY)
    tree.upgrade()
    return tree


def _start_afresh(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for table in ("toy_version", "busy", "quiet", "half", "after"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))


def test_a_revision_waits_for_who_writes_and_then_has_its_turn(tree: Tree) -> None:
    tree.add("second", *LOCKS_BOTH)
    moved: list[str] = []
    migrating = threading.Thread(target=lambda: moved.extend(tree.upgrade(patience=Patience(lock_seconds=0.2))))
    with tree.somebody_writing("busy"):
        migrating.start()
        time.sleep(0.8)
        assert migrating.is_alive()
        # Between two tries it holds nothing: others write what it had locked first.
        with tree.somebody_writing("quiet"):
            pass
    migrating.join(timeout=20)
    assert (moved, tree.stands_at) == (["toy"], "second")


def test_a_revision_that_never_gets_its_lock_says_what_to_do_and_leaves_the_schema_before_it(tree: Tree) -> None:
    tree.add("second", "CREATE TABLE after (id int)")
    tree.add("third", *LOCKS_BOTH)
    with tree.somebody_writing("busy"):
        with pytest.raises(MigrationBlocked, match=r"toy: the revision after second .* in 3 tries") as blocked:
            tree.upgrade()
        assert "run `captive migrate` again" in str(blocked.value)
        assert "The oldest open transaction is that of process" in str(blocked.value)
        assert (tree.stands_at, tree.has("after")) == ("second", True)
    assert tree.upgrade() == ["toy"]
    assert (tree.stands_at, tree.value("SELECT later FROM busy")) == ("third", None)


def test_each_revision_has_tries_of_its_own(tree: Tree) -> None:
    tree.add("second", "ALTER TABLE busy ADD COLUMN later int")
    tree.add("third", "ALTER TABLE quiet ADD COLUMN later int")
    stand: list[Any] = []
    waiting = Patience(lock_seconds=0.3, pause_seconds=0.1, tries_max=6)
    migrating = threading.Thread(target=lambda: stand.extend(tree.upgrade(patience=waiting)))
    with tree.somebody_writing("quiet"):
        with tree.somebody_writing("busy"):
            migrating.start()
            time.sleep(1.6)
        _until(lambda: tree.stands_at == "second")
        time.sleep(1.2)
        assert migrating.is_alive()
    migrating.join(timeout=20)
    assert (stand, tree.stands_at) == (["toy"], "third")


def test_a_revision_that_fails_half_way_leaves_nothing_and_those_before_it_stand(tree: Tree) -> None:
    tree.add("second", "CREATE TABLE after (id int)")
    tree.add("third", *BREAKS)
    with pytest.raises(DBAPIError, match="nowhere"):
        tree.upgrade()
    assert (tree.stands_at, tree.has("after"), tree.has("half")) == ("second", True, False)
    tree.names.pop()
    tree.add("third", BREAKS[0])
    assert tree.upgrade() == ["toy"]
    assert (tree.stands_at, tree.has("half")) == ("third", True)


def test_two_that_migrate_at_once_wait_for_each_other_longer_than_for_a_lock(tree: Tree) -> None:
    tree.add("second", "SELECT pg_sleep(1)", "CREATE TABLE after (id int)")
    moved: list[list[str]] = []
    both = [threading.Thread(target=lambda: moved.append(tree.upgrade())) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(timeout=20)
    assert sorted(moved) == [[], ["toy"]]


def test_the_deployment_step_ends_with_that_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def blocked(**_: Any) -> list[str]:
        raise MigrationBlocked("accounts: the revision after third did not get its locks.")

    monkeypatch.setenv("KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setattr(deployment, "upgrade", blocked)
    monkeypatch.setattr(deployment, "read", lambda _: defaultdict(str))
    assert deployment.main() == 2
    assert capsys.readouterr().err == "accounts: the revision after third did not get its locks.\n"


def _until(holds: Any, *, seconds_max: float = 10) -> None:
    end = time.monotonic() + seconds_max
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
