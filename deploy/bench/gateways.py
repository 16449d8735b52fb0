"""A second gateway process beside that of a running stack: the same settings, broker and database, another port."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

from deploy.catalogue import ROOT, SERVICES
from deploy.ports import free_ports
from deploy.stack import StackProblem, StackRecord

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 15.0
# The first gateway's supervisor holds the other end of its standard input; nobody holds ours.
OF_SUPERVISOR = ("CAPTIVE_PARENT_PIPE",)


@dataclass(frozen=True)
class Gateway:
    """A gateway process and where it answers."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def second_gateway(record: StackRecord) -> Iterator[Gateway]:
    """Serves while the block runs. Raises StackProblem where it does not begin to."""
    port, ops_port = free_ports(2)
    environment = {**settings_of(record.children["gateway"]), "HTTP_PORT": str(port), "OPS_PORT": str(ops_port)}
    with tempfile.TemporaryFile(prefix="captive-gateway-") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "chassis.host", SERVICES["gateway"]],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _wait_until_ready(process, ops_port)
            yield Gateway(process, port)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def settings_of(process: int) -> Mapping[str, str]:
    """What a process of ours was told when it began."""
    pairs = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    told = dict(os.fsdecode(pair).split("=", 1) for pair in pairs if b"=" in pair)
    return {name: value for name, value in told.items() if name not in OF_SUPERVISOR}


def _wait_until_ready(process: "subprocess.Popen[bytes]", ops_port: int) -> None:
    ends_at = time.monotonic() + START_SECONDS_MAX
    while process.poll() is None and time.monotonic() < ends_at:
        with suppress(requests.RequestException):
            if requests.get(f"http://127.0.0.1:{ops_port}/health/ready", timeout=2).ok:
                return
        time.sleep(0.1)
    raise StackProblem("A second gateway does not serve beside the first.")
