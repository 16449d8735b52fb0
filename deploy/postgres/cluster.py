"""A PostgreSQL server private to one data folder: made on first start, kept, entered on 127.0.0.1 by password only."""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from deploy.ports import free_ports, is_free
from deploy.postgres.binaries import SYSTEM_FOLDER, Binaries, find_binaries, server_user
from deploy.stack import StackProblem, process_exists, write_private

SUPERUSER = "postgres"
THROWAWAY_FOLDER = Path("/var/tmp")  # noqa: S108 - one's own 0700 folder is made in it
START_TRIES = 3
CONNECT_SECONDS_MAX = 5
LOG_BYTES_MAX = 10_000_000
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "max_connections": "200",
    "shared_buffers": "'64MB'",
    "max_wal_size": "'512MB'",
    # Commits that come close together share a flush to the disk.
    "commit_delay": "1000",
    "commit_siblings": "4",
    "max_logical_replication_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "password_encryption": "'scram-sha-256'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
}
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class Cluster:
    """The server of one data folder; `durable=False` gives up safety on power loss for speed, for tests."""

    def __init__(self, *, data: Path, durable: bool = True, binaries: Binaries | None = None) -> None:
        self._data = data.absolute()
        self._location = self._data / "postgres.location"
        self._durable = durable
        self._user = server_user()
        self.folder = self._find_folder()
        self._store = self.folder / "data"
        self._given = binaries
        self._binaries: Binaries | None = binaries
        self.port = 0

    @property
    def exists(self) -> bool:
        """Whether databases are kept here already."""
        return (self._store / "PG_VERSION").exists()

    @property
    def major(self) -> int | None:
        """The PostgreSQL version that made these databases; None before there are any. Raises StackProblem."""
        try:
            return int((self._store / "PG_VERSION").read_text()) if self.exists else None
        except PermissionError as error:
            sentence = f"{self.folder} belongs to another user; run as that user, or give another folder with --data."
            raise StackProblem(sentence) from error

    @property
    def left_behind(self) -> tuple[Path, ...]:
        """Where databases of data folders are that were at this path before; nothing reads them any more."""
        return tuple(found for found in self._elsewhere.glob(f"{self._name_elsewhere}*") if found != self.folder)

    def start(self) -> None:
        """Serve; a server that a killed stack left running is taken over. Raises StackProblem."""
        self._prepare()
        if self._take_over():
            return
        for _ in range(START_TRIES):
            self.port = _free_port(preferred=self._remembered_port())
            self._configure()
            answer = self._control("start", "--wait", "--timeout=50", f"--log={self.folder / 'log'}")
            if answer.returncode == 0 and self._answers():
                write_private(self.folder / "port", str(self.port))
                return
            self._control("stop", "--mode=immediate", "--wait")
            if "could not bind" not in self._last_log_lines():
                break
        last = self._last_log_lines().strip().rpartition("\n")[2]
        raise StackProblem(f"PostgreSQL did not start ({last}); all it said is in {self.folder / 'log'}.")

    def stop(self, *, seconds_max: int = 5) -> None:
        """Stop in order, and by force when that takes too long."""
        if not self.exists:
            return
        answer = self._control("stop", "--mode=fast", "--wait", f"--timeout={seconds_max}")
        if answer.returncode != 0 and self._process() is not None:
            self._control("stop", "--mode=immediate", "--wait", "--timeout=3")

    def destroy(self) -> None:
        """Stop, and remove every database of this folder."""
        # Without the programs of its version the server cannot be running either.
        with suppress(StackProblem):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._location.unlink(missing_ok=True)

    def admin_url(self, database: str = "postgres") -> str:
        """The superuser's address of a database."""
        return self._url(SUPERUSER, database)

    def ensure_service_databases(self, names: Iterable[str]) -> dict[str, str]:
        """One role and one database per name, which nobody else may enter; gives their addresses by name."""
        wanted = list(names)
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles UNION ALL SELECT datname || '/' FROM pg_database")
            existing = {row[0] for row in cursor.fetchall()}
            cursor.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
            for name in wanted:
                if name not in existing:
                    cursor.execute(f'CREATE ROLE "{name}" LOGIN PASSWORD %s', [self._password(name)])
                if f"{name}/" not in existing:
                    cursor.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
                    cursor.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        return {name: self._url(name, name) for name in wanted}

    def _find_folder(self) -> Path:
        if self._location.exists():
            return Path(self._location.read_text())
        inside = self._data / "postgres"
        nearest = next(folder for folder in (self._data, *self._data.parents) if folder.exists())
        if inside.exists() or self._user.reaches(nearest):
            return inside
        # A data folder made anew at the same path has new keys: what the one before it left, they would not open.
        return self._elsewhere / f"{self._name_elsewhere}-{secrets.token_hex(4)}"

    @property
    def _elsewhere(self) -> Path:
        """Durable databases stay out of the temporary folder, which systems clear of what was not touched lately."""
        return SYSTEM_FOLDER if self._durable else THROWAWAY_FOLDER

    @property
    def _name_elsewhere(self) -> str:
        return f"captive-{hashlib.sha256(str(self._data).encode()).hexdigest()[:16]}"

    def _prepare(self) -> None:
        major = self.major
        self._binaries = self._given or find_binaries(user=self._user, major=major)
        if major is None:
            self._make_folders()
            self._initialise()

    def _make_folders(self) -> None:
        try:
            for shared in (self._data, self.folder.parent):
                if not shared.exists():
                    shared.mkdir(parents=True)
                    shared.chmod(0o711)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            if self.folder.stat().st_uid not in (os.geteuid(), self._user.uid):
                raise StackProblem(f"{self.folder} belongs to somebody else; remove it, or give another --data.")
            self._user.own(self.folder)
            if self.folder.parent != self._data:
                self._location.write_text(str(self.folder))
        except OSError as error:
            raise StackProblem(f"No databases can be kept in {self.folder}: {error.strerror}.") from error

    def _initialise(self) -> None:
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        password = self.folder / "superuser"
        write_private(password, self._password(SUPERUSER))
        self._user.own(password)
        answer = self._run(
            "initdb",
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            f"--locale={_locale()}",
            *(() if self._durable else ("--no-sync",)),
        )
        password.unlink()
        if answer.returncode != 0:
            last = answer.stderr.strip().rpartition("\n")[2]
            raise StackProblem(f"PostgreSQL could not make its files in {self.folder}: {last}")
        with (draft / "postgresql.conf").open("a") as file:
            file.write("include 'captive.conf'\n")
        draft.rename(self._store)

    def _configure(self) -> None:
        settings = {**SETTINGS, **({} if self._durable else THROWAWAY_SETTINGS), "port": str(self.port)}
        path = self._store / "captive.conf"
        write_private(path, "".join(f"{name} = {value}\n" for name, value in settings.items()))
        self._user.own(path)
        log = self.folder / "log"
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.unlink()

    def _take_over(self) -> bool:
        process = self._process()
        if process is None:
            return False
        lines = (self._store / "postmaster.pid").read_text().splitlines()
        self.port = int(lines[3]) if len(lines) > 3 else 0
        if self.port and self._answers():
            return True
        if not _is_postgres(process):
            # The number went to another program since; PostgreSQL itself would refuse to start over this file.
            (self._store / "postmaster.pid").unlink(missing_ok=True)
            return False
        self.stop()
        return False

    def _process(self) -> int | None:
        try:
            process = int((self._store / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None
        return process if process_exists(process) else None

    def _remembered_port(self) -> int:
        try:
            return int((self.folder / "port").read_text())
        except (OSError, ValueError):
            return 0

    def _answers(self) -> bool:
        import psycopg2

        try:
            self._connect().close()
        except psycopg2.Error:
            return False
        return True

    def _connect(self) -> Any:
        import psycopg2

        connection = psycopg2.connect(
            self.admin_url().replace("postgresql+psycopg2://", "postgresql://"), connect_timeout=CONNECT_SECONDS_MAX
        )
        connection.autocommit = True
        return connection

    def _password(self, role: str) -> str:
        path = self.folder / "passwords.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        if role not in known:
            known[role] = secrets.token_urlsafe(24)
            write_private(path, json.dumps(known))
        return str(known[role])

    def _url(self, role: str, database: str) -> str:
        return f"postgresql+psycopg2://{role}:{self._password(role)}@127.0.0.1:{self.port}/{database}"

    def _last_log_lines(self) -> str:
        try:
            return (self.folder / "log").read_text(errors="replace")[-2000:]
        except OSError:
            return "it wrote no log"

    def _control(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self._run("pg_ctl", f"--pgdata={self._store}", "--silent", *arguments)

    def _run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        if self._binaries is None:
            self._prepare()
        assert self._binaries is not None
        return self._user.run([str(self._binaries.folder / program), *arguments])


def _free_port(*, preferred: int) -> int:
    return preferred if preferred and is_free(preferred) else free_ports(1)[0]


def _is_postgres(process: int) -> bool:
    try:
        return b"postgres" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return True


def _locale() -> str:
    """Unicode letters with plain byte order where the machine has such a locale."""
    import locale

    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"
