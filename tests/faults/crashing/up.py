"""`captive up` whose programs can be made to die: `python -m tests.faults.crashing.up FOLDER up …`.

Two things differ from an operator's stack. A program that died is started again at once, whatever happened before, and
each serving program has a folder of crash points of its own, FOLDER/<name>. With `--swappable` before FOLDER each
program's host is chosen anew at every start (`tests.faults.crashing.chosen`); without, the command lines are the
operator's own.
"""

import sys
from dataclasses import replace
from pathlib import Path

from deploy import launch, supervisor
from deploy.cli import captive
from deploy.supervisor import Program, python_command

RESTART_SECONDS_MAX = 0.2


def main(arguments: list[str]) -> None:
    is_swappable = arguments[0] == "--swappable"
    folder, *command = arguments[is_swappable:]
    supervisor.BACK_OFF_SECONDS_MAX = RESTART_SECONDS_MAX
    operators_own = launch.programs_of
    vars(launch)["programs_of"] = lambda layout: [
        _with_crash_points(program, folder=Path(folder), is_swappable=is_swappable) for program in operators_own(layout)
    ]
    captive(command, prog_name="captive")


def _with_crash_points(program: Program, *, folder: Path, is_swappable: bool) -> Program:
    if "chassis.host" not in program.arguments:
        return program
    own = folder / program.name
    own.mkdir(parents=True, exist_ok=True)
    chosen = python_command("-m", "tests.faults.crashing.chosen", str(own), program.arguments[-1])
    return replace(
        program,
        arguments=chosen if is_swappable else program.arguments,
        environment={**program.environment, "CAPTIVE_FAILPOINTS": f"folder:{own}"},
    )


if __name__ == "__main__":
    main(sys.argv[1:])
