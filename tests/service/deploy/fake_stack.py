"""`captive up` with stand-ins for the programs: everything of the launch is real but what it runs."""

import json
import os

import deploy.launch
from deploy.cli import main
from deploy.launch import PREPARE, SERVE, Layout
from deploy.ports import free_ports
from deploy.supervisor import Program, python_command


def stand_ins(layout: Layout) -> list[Program]:
    """One stand-in per entry of FAKE_PROGRAMS, `{name: behaviour}`; the gateway in the last stage."""
    wanted: dict[str, str] = json.loads(os.environ["FAKE_PROGRAMS"])
    ports = dict(zip(wanted, free_ports(len(wanted)), strict=True))
    return [_stand_in(layout, name, behaviour, ports[name]) for name, behaviour in wanted.items()]


def _stand_in(layout: Layout, name: str, behaviour: str, port: int) -> Program:
    once = name in ("migrate", "enrol")
    return Program(
        name=name,
        arguments=python_command("-m", "tests.service.deploy.fake_program", name, behaviour, "deploy.cli"),
        environment={**layout.environment, "OPS_PORT": str(port)},
        stage=PREPARE if once else SERVE + (name == "gateway"),
        ready_port=None if once else port,
        once=once,
        is_optional=name == "enrol",
    )


if __name__ == "__main__":
    deploy.launch.programs_of = stand_ins
    main()
