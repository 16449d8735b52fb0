"""The README keeps its word: its walk-through is run line by line against a stack of its own."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.processes import ROOT
from tests.fixtures.stacks import a_running_stack


def walk_through() -> str:
    section = (ROOT / "README.md").read_text().partition("## Follow one payment")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)
    assert len(blocks) >= 5
    return "set -euo pipefail\n" + "\n".join(blocks)


@pytest.mark.slow
def test_following_one_payment_works_as_written(tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data") as stack:
        environment = {**os.environ, "URL": stack.url, "MAILBOX": stack.record()["sandbox_url"]}
        done = subprocess.run(
            ["bash", "-c", walk_through()], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert '"status":"check_your_mail"' in done.stdout.replace(" ", "")
        assert "interest" in done.stdout
        assert '"problem"' not in done.stdout
        stack.captive("ledger", "check")


def test_every_file_that_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text()
    links = re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r"`(tests/[\w/.]+?)`", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
