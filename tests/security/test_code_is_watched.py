"""What no request can show is watched in the code: the linter finds each fault where it is planted, and is on."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WATCHED = ("chassis", "deploy", "gateway", "services")
# By item of ASVS, the rules that watch it and a line that breaks each.
FAULTS = {
    "1.2.5 shell": [
        ("S602", "import subprocess\nsubprocess.run(f'ls {input()}', shell=True)\n"),
        ("S605", "import os\nos.system(input())\n"),
    ],
    "11.4.1 broken hashes": [
        ("S324", "import hashlib\nhashlib.md5(b'x')\n"),
        ("S324", "import hashlib\nhashlib.sha1(b'x')\n"),
        ("S303", "from cryptography.hazmat.primitives import hashes\nhashes.SHA1()\n"),
    ],
    "11.5.1 chance": [("S311", "import random\nrandom.randrange(10)\n")],
}


@pytest.mark.parametrize(("rule", "code"), [fault for faults in FAULTS.values() for fault in faults])
def test_a_planted_fault_is_found(rule: str, code: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--output-format=json", "--stdin-filename", "services/x.py", "-"],
        input=code, capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert rule in {problem["code"] for problem in json.loads(found.stdout)}


def test_nobody_has_switched_a_rule_off_without_saying_why() -> None:
    rules = {rule for faults in FAULTS.values() for rule, _ in faults}
    waived = set()
    for path in (path for folder in WATCHED for path in (ROOT / folder).rglob("*.py")):
        for line in path.read_text().splitlines():
            marked = re.search(r"# noqa(?:: ?([A-Z0-9, ]+))?(.*)", line)
            if marked is None:
                continue
            named = {name.strip() for name in (marked[1] or "").split(",")}
            assert marked[1], f"{path}: a waiver of everything"
            for rule in named & rules:
                assert len(marked[2].strip(" -")) > 3, f"{path}: why is {rule} waived?"
                waived.add((rule, str(path.relative_to(ROOT))))
    assert {rule for rule, _ in waived} <= {"S311"}, waived
