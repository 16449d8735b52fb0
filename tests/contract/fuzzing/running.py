"""A run of schemathesis over a stack's own document: what was asked and answered, and which promise was broken."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.fixtures.processes import ROOT
from tests.fixtures.stacks import RunningStack

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
HOOKS = "tests.contract.fuzzing.hooks"
METRICS_TOKEN = "an-operators-token"
RUN_SECONDS_MAX = 1800
ALL_PHASES = ("examples", "coverage", "fuzzing", "stateful")


@dataclass(frozen=True)
class Form:
    """What a run consists of; `logins` by role, none for an anonymous run."""

    seed: int
    examples_max: int
    logins: Mapping[str, Mapping[str, str]]
    phases: tuple[str, ...] = ALL_PHASES


@dataclass(frozen=True)
class Verdict:
    """What a run found."""

    report: Mapping[str, Any]
    answers: Mapping[tuple[str, int], int]
    hangs: tuple[str, ...]
    sign_ins: int
    told: str

    @property
    def requests(self) -> int:
        return sum(self.answers.values()) + len(self.hangs)

    @property
    def statuses(self) -> Mapping[int, int]:
        found: Counter[int] = Counter()
        for (_, status), count in self.answers.items():
            found[status] += count
        return dict(sorted(found.items()))

    @property
    def broken(self) -> list[str]:
        """Each broken promise with where it was broken."""
        return [f"{failure['title']}: {', '.join(failure['operations'])}" for failure in self.report["failures"]]

    def never_succeeded(self) -> set[str]:
        """The operations that were asked and never gave what they are for."""
        asked = {label for label, _ in self.answers}
        return asked - {label for label, status in self.answers if status < 300}


def document_of(stack: RunningStack) -> Any:
    return requests.get(f"{stack.url}/openapi.json", timeout=5).json()


def run_schemathesis(stack: RunningStack, *, form: Form, folder: Path) -> Verdict:
    """Send generated requests until the phases end. Raises where schemathesis itself could not do its work."""
    # Read from its address, the document would be taken out of what is asked.
    document, report, tally = (folder / f"{name}.json" for name in ("document", "report", "tally"))
    document.write_text(json.dumps(document_of(stack)))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run", str(document)]
    command += ["--url", stack.url, "--seed", str(form.seed), "--max-examples", str(form.examples_max)]
    command += ["--phases", ",".join(form.phases), "--report", "json", "--report-json-path", str(report), "--no-color"]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **_told(stack, form, tally)}, capture_output=True, text=True,
        check=False, timeout=RUN_SECONDS_MAX,
    )  # fmt: skip
    told = done.stdout + done.stderr
    assert report.exists(), told[-6000:]
    assert tally.exists(), told[-6000:]
    counted = json.loads(tally.read_text())
    answers = {(entry["operation"], entry["status"]): entry["count"] for entry in counted["answers"]}
    return Verdict(json.loads(report.read_text()), answers, tuple(counted["hangs"]), counted["sign_ins"], told)


def _told(stack: RunningStack, form: Form, tally: Path) -> dict[str, str]:
    record = stack.record()
    return {
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": HOOKS,
        "CAPTIVE_FUZZ_URL": stack.url,
        "CAPTIVE_FUZZ_PUBLIC_URL": record["url"],
        "CAPTIVE_FUZZ_LOGINS": json.dumps(form.logins),
        "CAPTIVE_FUZZ_METRICS_TOKEN": METRICS_TOKEN,
        "CAPTIVE_FUZZ_KEYS": record["keys"],
        "CAPTIVE_FUZZ_TALLY": str(tally),
    }
