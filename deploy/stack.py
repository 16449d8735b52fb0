"""What a local stack keeps in its data folder: the record of the running stack, its databases' addresses, its secrets.

Everything with a password in it is readable by its owner alone (0600).
"""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from chassis.clock import Clock, ClockRefusal, company_clock
from deploy.catalogue import SERVICES

EMBEDDED_BUS = "embedded://"
SUBSCRIBERS = "subscribers.json"
COMPANY_TIME_ZONE = "America/Chicago"
LOCK_TRIES = 5
LOCK_RETRY_SECONDS = 0.05


class StackProblem(Exception):
    """Something outside our code stands in the way; the message is one sentence that says what to do about it."""


@dataclass(frozen=True)
class StackRecord:
    """What the other commands must know of the running stack."""

    process: int
    url: str
    port: int
    sandbox_url: str
    bus: str
    keys: str
    database_urls: Mapping[str, str]
    ops_ports: Mapping[str, int]
    children: Mapping[str, int]
    is_serving: bool
    # Without these two it is a stack of a version that could not move its business date.
    clock_file: str = ""
    time_zone: str = COMPANY_TIME_ZONE


class DataFolder:
    """One stack's data folder, by default `.captive` in the checkout."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.keys = self.path / "keys"
        self.sandbox_state = self.path / "sandbox.jsonl"
        self.clock_file = self.path / "business-date"
        self._record = self.path / "stack.json"
        self._databases = self.path / "databases.json"
        self.logins = self.path / "logins.json"
        self.ledger_seals = self.path / "ledger-seals"
        self.subscribers = self.path / SUBSCRIBERS
        self._lock = self.path / "lock"
        self._imported = self.path / "demo-imported"

    def prepare(self) -> None:
        """Make the folder where it is missing. Raises StackProblem where it cannot be written."""
        try:
            if not self.path.exists():
                self.path.mkdir(parents=True)
                # The database server of a root stack is another user and has to pass through.
                self.path.chmod(0o711)
            self.keys.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StackProblem(f"The data folder {self.path} cannot be used: {error.strerror}.") from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise StackProblem(f"The data folder {self.path} cannot be written; give another with --data.")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for this process alone; the hold ends with the process, however that ends."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._lock_alone(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _lock_alone(self, descriptor: int) -> None:
        for tries_left in reversed(range(LOCK_TRIES)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                # Another command may be looking whether the folder is held, which takes a moment.
                if tries_left:
                    time.sleep(LOCK_RETRY_SECONDS)
                    continue
                sentence = f"Another stack is running on {self.path}; stop it, or give another folder with --data."
                raise StackProblem(sentence) from error
            return

    def secret(self, name: str) -> str:
        """A random secret that is made once and then stays the same."""
        path = self.keys / name
        if not path.exists():
            write_private(path, secrets.token_hex(16))
        return path.read_text()

    def write_record(self, record: StackRecord) -> None:
        write_private(self._record, json.dumps(asdict(record), indent=2))

    def remove_record(self) -> None:
        self._record.unlink(missing_ok=True)

    def find_record(self) -> StackRecord | None:
        """The record as it was last written, also by a stack that was killed."""
        try:
            return StackRecord(**json.loads(self._record.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def running_stack(self) -> StackRecord:
        """The stack that serves from this folder now. Raises StackProblem where none does."""
        record = self.find_record()
        if record is None or not self.is_held:
            where = f"No stack is running on {self.path}"
            raise StackProblem(f"{where}; start one there with deploy/up, or name its folder with --data.")
        return record

    @property
    def is_held(self) -> bool:
        """Whether a stack runs on this folder now."""
        try:
            descriptor = os.open(self._lock, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False

    def write_database_urls(self, urls: Mapping[str, str]) -> None:
        write_private(self._databases, json.dumps(urls, indent=2))

    def database_urls(self) -> dict[str, str]:
        """The databases of the last start, by service; empty before the first."""
        try:
            return dict(json.loads(self._databases.read_text()))
        except (OSError, ValueError):
            return {}

    @property
    def demo_was_imported(self) -> bool:
        return self._imported.exists()

    def mark_demo_imported(self) -> None:
        self._imported.touch(mode=0o600)

    def empty(self) -> None:
        """Remove what a stack keeps here, and nothing else that may lie in the folder."""
        shutil.rmtree(self.keys, ignore_errors=True)
        kept = (self._record, self._databases, self.sandbox_state, self.clock_file, self.logins, self._imported)
        for file in kept:
            file.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def process_exists(process: int) -> bool:
    """Whether a process of that number lives; one of another user counts."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def variable_of(service: str) -> str:
    """The environment variable that carries a service's database."""
    return f"{service.upper()}_DATABASE_URL"


def database_urls_from(environment: Mapping[str, str]) -> dict[str, str]:
    """The databases that the environment names, by service."""
    return {name: environment[variable_of(name)] for name in SERVICES if environment.get(variable_of(name))}


def clock_of(folder: DataFolder, *, environment: Mapping[str, str]) -> Clock:
    """The clock that the folder's stack goes by, running or not. Raises StackProblem for one that cannot be read.

    What the environment says wins. Databases it names that are not the folder's own go by the plain wall clock.
    """
    record = folder.find_record()
    zone_name = environment.get("COMPANY_TIME_ZONE") or (record.time_zone if record else COMPANY_TIME_ZONE)
    known = folder.database_urls()
    is_elsewhere = any(known.get(service) != url for service, url in database_urls_from(environment).items())
    clock_file = environment.get("CLOCK_FILE", "" if is_elsewhere else str(folder.clock_file))
    try:
        return company_clock(zone_name=zone_name, clock_file=clock_file)
    except ClockRefusal as refusal:
        raise StackProblem(str(refusal)) from refusal
