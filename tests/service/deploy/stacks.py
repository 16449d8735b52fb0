"""Starts stacks in processes of their own and tells what became of them."""

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.postgres.cluster import Cluster
from deploy.stack import variable_of
from tests.fixtures.ports import free_port
from tests.fixtures.processes import ROOT, eventually

STOP_SECONDS_MAX = 10.0
SERVING = "Captive serves at"


@dataclass
class Stack:
    """A data folder, and the stacks that were started on it."""

    data: Path
    port: int = field(default_factory=free_port)
    programs: Mapping[str, str] = field(default_factory=lambda: {"migrate": "finishes", "payments": "serves"})
    environment: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[str] | None" = None

    @property
    def record_file(self) -> Path:
        return self.data / "stack.json"

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.record_file.read_text())
        return found

    def notes(self) -> list[list[str]]:
        """What the stand-ins noted: name, what, process."""
        file = self.data.parent / "notes"
        return [line.split() for line in file.read_text().splitlines()] if file.exists() else []

    def output(self) -> str:
        return (self.data.parent / "output").read_text()

    def start(self, *options: str, **environment: str) -> None:
        """Start, and wait until it serves."""
        self.begin(*options, **environment)
        eventually(lambda: self.output().count(SERVING) == 1, seconds=30, describe=self.output)

    def begin(self, *options: str, **environment: str) -> None:
        """Start, and wait for nothing."""
        with (self.data.parent / "output").open("w") as output:
            self.process = subprocess.Popen(
                self._command(options),
                env=self._environment(environment),
                cwd=ROOT,
                stdout=output,
                stderr=output,
                text=True,
            )

    def refused(self, *options: str, **environment: str) -> str:
        """The one sentence of a start that exits with code 2."""
        done = subprocess.run(
            self._command(options),
            env=self._environment(environment),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2, done.stdout + done.stderr
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1, done.stderr
        return lines[0].removeprefix("captive: ")

    def stop(self, number: signal.Signals = signal.SIGTERM, *, within_seconds: float = STOP_SECONDS_MAX) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(within_seconds)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(STOP_SECONDS_MAX)
        Cluster(data=self.data).destroy()

    def _command(self, options: tuple[str, ...]) -> list[str]:
        named = ["--data", str(self.data), "--port", str(self.port)]
        return [sys.executable, "-m", "tests.service.deploy.fake_stack", "up", *named, *options]

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        told = {"FAKE_PROGRAMS": json.dumps(self.programs), "FAKE_NOTES": str(self.data.parent / "notes")}
        return {**os.environ, **told, **self.environment, **more}


def new_home() -> Path:
    """A folder that the database server's user can pass through, as a checkout is."""
    home = Path(tempfile.mkdtemp(prefix="captive-deploy-"))
    home.chmod(0o711)
    return home


def is_alive(process: int) -> bool:
    """Alive, and not merely waiting to be collected by its parent."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def processes_naming(folder: Path) -> list[str]:
    """The command lines of all living processes that mention a folder, in them or in their environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told and int(entry.name) != os.getpid() and is_alive(int(entry.name)):
            found.append((entry / "cmdline").read_text().replace("\0", " "))
    return found


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def named_databases(url: str) -> dict[str, str]:
    """An environment that names one database for every service."""
    services = ("identity", "accounts", "payments", "notifications", "leases", "gateway")
    return {variable_of(service): url for service in services}
