"""The real supervisor over toy services: `python -m … <program as JSON> …`; what they say goes out with its time."""

import json
import os
import sys
import time
from collections.abc import Mapping

from deploy import console
from deploy.supervisor import Plan, Program, Supervisor, python_command

SERVING = "all serve"


class Stamped(console.Console):
    """Every line begins with the second at which it came."""

    def say(self, line: str) -> None:
        super().say(f"{time.time():.3f} {line}")


def main(specifications: list[str]) -> None:
    # Nothing may hide in the part of a line that an operator would not be shown.
    console.LINE_CHARACTERS_MAX = 10**9
    programs = [program_of(**json.loads(text)) for text in specifications]
    says = Stamped(sys.stdout)
    supervisor = Supervisor(console=says)
    with supervisor.listening():
        # Before all serve it takes a death for a stack that does not come up.
        supervisor.run(Plan(programs=programs, serving=lambda: says.say(SERVING)))


def program_of(*, name: str, path: str, ops_port: int, environment: Mapping[str, str]) -> Program:
    return Program(
        name=name,
        arguments=python_command("-m", "chassis.host", path),
        environment={**os.environ, **environment, "OPS_PORT": str(ops_port)},
        stage=0,
        ready_port=ops_port,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
