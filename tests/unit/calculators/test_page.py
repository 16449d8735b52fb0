"""Each calculator has one worked input and answer on its page, and gives it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from deploy.calculators.catalogue import CALCULATORS, calculated
from tests.fixtures.processes import ROOT
from tests.unit.calculators.page import worked_examples

EXAMPLES = worked_examples()


def captive(*arguments: str, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        cwd=ROOT, input=text, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_every_calculator_is_on_the_page_and_no_other() -> None:
    assert list(EXAMPLES) == list(CALCULATORS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_worked_input_gives_the_worked_answer(name: str) -> None:
    given, answer = EXAMPLES[name]
    assert json.loads(calculated(name, text=json.dumps(given).encode())) == answer


def test_the_command_reads_one_object_and_prints_one() -> None:
    given, answer = EXAMPLES["late-fee"]
    done = captive("calculate", "late-fee", text=json.dumps(given))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == answer


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("late-fee", {**EXAMPLES["late-fee"][0], "state": "CA"}, "state: There is no late-fee rule pack for CA"),
        ("interest", {**EXAMPLES["interest"][0], "colour": 1}, "colour: Unknown field."),
        ("sums", {}, "There is no calculator 'sums'"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(name: str, given: Any, sentence: str) -> None:
    done = captive("calculate", name, text=json.dumps(given))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"captive: {sentence}")
    assert done.stderr.count("\n") == 1
