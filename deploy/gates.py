"""`deploy/test`: every gate in turn, each named with its time; the first that fails ends the run, the tests come last.

--quick leaves out what is marked slow and the tests that need a real RabbitMQ; --full runs long suites unsampled, then
the benchmarks. What the tests measured and drew is printed after them.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from deploy.broker import running_broker
from deploy.catalogue import ROOT
from deploy.stack import StackProblem

PYTHON_FOLDERS = ("chassis", "services", "gateway", "deploy", "tests")


@dataclass(frozen=True)
class Gate:
    """A command that must exit with 0."""

    name: str
    command: tuple[str, ...]


GATES = (
    Gate("ruff check", (sys.executable, "-m", "ruff", "check", *PYTHON_FOLDERS)),
    Gate("ruff format", (sys.executable, "-m", "ruff", "format", "--check", *PYTHON_FOLDERS)),
    Gate("mypy strict", (sys.executable, "-m", "mypy", *PYTHON_FOLDERS)),
    Gate("import contracts", (sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()")),
)
# Most tests wait for processes to start and for time to pass: three at once keep two cores busy.
WORKERS = 3
# A module's tests share what it has started, so they stay in one worker (tests/fixtures/sharing.py); in the order of
# collection, where what takes long stands first: sorted by the number of tests, whole stacks would come last.
SIDE_BY_SIDE = ("-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder")
SOME_FAILED = 1
# Others at work on the machine would be measured too: root can keep them away, anybody can wait.
BESIDE_OTHERS = ("rpc", "fanout", "http", "stream")
BENCHES = ("replay", "lockbox", "import", "ledger", "notify", "overload", *BESIDE_OTHERS, "day")


@click.command()
@click.option("--quick", is_flag=True, help="The inner loop: no slow tests, no RabbitMQ; under four minutes.")
@click.option("--full", is_flag=True, help="A release: long suites run whole instead of sampled.")
@click.argument("pytest_arguments", nargs=-1)
def main(quick: bool, full: bool, pytest_arguments: tuple[str, ...]) -> None:
    """Run the gates, then the tests."""
    for gate in GATES:
        _run(gate, environment=dict(os.environ))
    with ExitStack() as stack:
        environment, chosen = _environment_of_tests(full=full), "not slow and not bus" if quick else ""
        if not quick:
            try:
                with running_broker():
                    pass
            except StackProblem as problem:
                click.echo(f"left out: every test that needs a RabbitMQ. {problem}")
                chosen = "not bus"
        figures = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="captive-figures-"))) / "figures"
        environment["CAPTIVE_TEST_FIGURES"] = str(figures)
        tests = (sys.executable, "-m", "pytest", *(pytest_arguments or ("tests",)))
        try:
            _run_tests((*tests, "-m", chosen) if chosen else tests, environment=environment)
        finally:
            if figures.exists():
                click.echo(f"--- figures\n{figures.read_text()}")
    if full:
        _run_benches()


def _environment_of_tests(*, full: bool) -> dict[str, str]:
    # Where compiled modules may not be kept, each process compiles all of them: half of what collecting takes.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "CAPTIVE_TEST_FULL": "1"} if full else kept


def _run_tests(tests: tuple[str, ...], *, environment: dict[str, str]) -> None:
    """What fails beside others must pass alone, for some of it is about time that others take."""
    code = _code_of(Gate("tests", (*tests, *SIDE_BY_SIDE)), environment=environment)
    if code == SOME_FAILED:
        alone = Gate("what failed beside others, alone", (*tests, "--last-failed", "--last-failed-no-failures", "none"))
        code = _code_of(alone, environment=environment)
    if code:
        sys.exit(1)


def _run_benches() -> None:
    """Every figure of a release; one that misses its target does not keep the others from being measured."""
    quietly = ("--undisturbed",) if os.geteuid() == 0 else ("--patience", "600")
    missed = []
    for what in BENCHES:
        command = (sys.executable, "-m", "deploy.cli", "bench", what, *(quietly if what in BESIDE_OTHERS else ()))
        if _code_of(Gate(f"bench {what}", command), environment=dict(os.environ)):
            missed.append(what)
    if missed:
        click.echo(f"--- missed their targets: {', '.join(missed)}")
        sys.exit(1)


def _run(gate: Gate, *, environment: dict[str, str]) -> None:
    if _code_of(gate, environment=environment):
        sys.exit(1)


def _code_of(gate: Gate, *, environment: dict[str, str]) -> int:
    started = time.monotonic()
    click.echo(f"--- {gate.name}")
    code = subprocess.run(gate.command, cwd=ROOT, env=environment, check=False).returncode
    click.echo(
        f"--- {gate.name}: {'passed' if code == 0 else f'FAILED ({code})'} in {time.monotonic() - started:.0f} s"
    )
    return code


if __name__ == "__main__":
    main()
