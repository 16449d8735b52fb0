"""The containers of deploy/compose.yaml as plain processes: their commands, settings and secrets, without an engine.

What a container would find at a host name or in a folder of its own is replaced: addresses, ports, and the folders.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.fixtures.ports import free_port
from tests.fixtures.processes import ROOT, HostedProcess
from tests.service.deploy.compose_file import compose, secret_file, targets

ENTRYPOINT = str(ROOT / "deploy" / "container" / "entrypoint")
GATEWAY, SANDBOX, SANDBOX_PORT = "http://gateway:8000", "http://sandbox:8090", "--port=8090"


class Container(HostedProcess):
    """One process, told what its container is told and nothing of this shell's environment."""

    def __init__(self, name: str, *, folder: Path, secrets: Path, addresses: Mapping[str, str]) -> None:
        self.name, self.ops_port = name, free_port()
        entry = compose()["services"][name]
        mount = mounted(entry, folder=folder / name, secrets=secrets)
        replaced = {**addresses, "/run/secrets": str(mount), "/state": str(folder), "/keys": str(folder / "keys")}
        settings = {key: _replaced(value, replaced) for key, value in entry.get("environment", {}).items()}
        self.environment = {
            **settings, "OPS_PORT": str(self.ops_port), "HTTP_PORT": urlsplit(addresses[GATEWAY]).netloc.split(":")[1],
            "SECRETS_DIR": str(mount), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT), "HOME": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        self.command = [_replaced(word, replaced) for word in entry["command"]]

    def start(self) -> None:
        descriptor, name = tempfile.mkstemp(prefix=f"captive-{self.name}-", suffix=".log")
        self.log = Path(name)
        with os.fdopen(descriptor, "w") as log:
            self.process = subprocess.Popen(
                [ENTRYPOINT, *self.command], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def run(self, *command: str) -> None:
        """Another command in the same container, to its end, or its own."""
        done = subprocess.run(
            [ENTRYPOINT, *(command or self.command)], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{self.name}: {done.stdout}{done.stderr}"


def addresses_here() -> dict[str, str]:
    """Where this machine has what the containers know by name."""
    sandbox = free_port()
    return {
        GATEWAY: f"http://127.0.0.1:{free_port()}",
        SANDBOX: f"http://127.0.0.1:{sandbox}",
        SANDBOX_PORT: f"--port={sandbox}",
    }


def _replaced(text: str, places: Mapping[str, str]) -> str:
    for place, here in places.items():
        text = text.replace(place, here)
    return text


def mounted(entry: Mapping[str, Any], *, folder: Path, secrets: Path) -> Path:
    """The folder of secrets as the container sees it."""
    folder.mkdir()
    definitions = compose()["secrets"]
    for target, source in targets(dict(entry)).items():
        (folder / target).symlink_to(secrets / secret_file(definitions[source]))
    return folder
