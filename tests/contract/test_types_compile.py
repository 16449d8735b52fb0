"""The TypeScript types and the client in one file pass the real compiler at its strictest, and wrong uses do not."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.contracts import typescript

pytestmark = pytest.mark.slow

INSTALL_SECONDS_MAX = 300
STRICTLY = (
    "--strict",
    "--noEmit",
    "--target",
    "es2022",
    "--lib",
    "es2022,dom,dom.iterable",
    "--moduleResolution",
    "node",
)
CLIENT = Path(typescript.FILE).with_name("client.html")
RIGHT = """
import type { Operations, Payment } from "./captive";
export const cents = (payment: Payment): number => payment.amount_cents;
type Refusal = Operations["submitPayment"]["answers"][422];
export const moved = (answer: Refusal): "no" | "yes" | "unknown" => answer.money_moved;
export const name: Operations["openStream"]["answers"][200]["event"] = "payment_posted";
"""
# Each is refused at its own place.
WRONG = {
    "a field that is not there": "export const wrong = (payment: Payment) => payment.amount_dollars;",
    "text where there is a number": "export const wrong: Payment['amount_cents'] = '412.35';",
    "an answer that does not come": "export type Wrong = Operations['submitPayment']['answers'][418];",
    "null taken for a date": "export const wrong = (account: Account): string => account.next_due_on;",
}


@pytest.fixture(scope="module")
def compiler() -> str:
    """Debian's TypeScript; where it is missing root gets it from Debian."""
    if shutil.which("tsc") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "node-typescript"]):
            subprocess.run(
                ["apt-get", *command], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False,
                stdin=subprocess.DEVNULL, capture_output=True, timeout=INSTALL_SECONDS_MAX,
            )  # fmt: skip
    program = shutil.which("tsc")
    if program is None:
        pytest.skip("there is no TypeScript compiler on this machine, and only root can install it")
    return program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the types in it."""
    shutil.copy(typescript.FILE, tmp_path)
    return tmp_path


def complaints(compiler: str, folder: Path, *options: str) -> list[str]:
    """What the compiler has to say, a line each; empty where it is content."""
    done = subprocess.run(
        [compiler, *STRICTLY, *options], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    lines = done.stdout.splitlines()
    assert (done.returncode == 0) == (lines == []), done.stdout + done.stderr
    return lines


def test_the_types_and_right_uses_of_them_compile(compiler: str, folder: Path) -> None:
    (folder / "right.ts").write_text(RIGHT)
    assert complaints(compiler, folder, "captive.d.ts", "right.ts") == []


def test_each_wrong_use_is_refused(compiler: str, folder: Path) -> None:
    names = [
        "import type { Account, Operations, Payment } from './captive';",
        "export type A = [Account, Operations, Payment];",
    ]
    for number, line in enumerate(WRONG.values()):
        (folder / f"wrong{number}.ts").write_text("\n".join([*names, line]))
    found = complaints(compiler, folder, *(f"wrong{number}.ts" for number in range(len(WRONG))))
    assert [re.match(r"wrong(\d)\.ts\(3,", line)[1] for line in found if line.startswith("wrong")] == list("0123")  # type: ignore[index]


def test_the_client_in_one_file_keeps_to_the_types(compiler: str, folder: Path) -> None:
    script = re.search(r"<script>(.*?)</script>", CLIENT.read_text(encoding="utf-8"), re.DOTALL)
    assert script
    (folder / "client.js").write_text(script[1])
    assert complaints(compiler, folder, "--allowJs", "--checkJs", "client.js") == []
    (folder / "client.js").write_text(script[1].replace("account.next_due_on", "account.next_due"))
    assert "client.js" in complaints(compiler, folder, "--allowJs", "--checkJs", "client.js")[0]
