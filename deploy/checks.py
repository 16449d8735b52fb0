"""What must hold before a stack starts; each check refuses with one sentence and leaves nothing half-done."""

import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from os import kill
from pathlib import Path
from signal import SIGKILL

from deploy.broker import refusal_of
from deploy.catalogue import SERVICES
from deploy.stack import EMBEDDED_BUS, DataFolder, StackProblem, process_exists

INSTANCES_MAX = 16
LEFTOVER_SECONDS_MAX = 9.0
OUR_PROGRAMS = (b"chassis.host", b"deploy.sandbox", b"deploy.migrate", b"deploy.cli")


def refuse_taken_port(*, host: str, port: int) -> None:
    """Raises StackProblem where somebody listens on the port already, or it may not be opened."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except OSError as error:
            sentence = (
                f"Port {port} on {host} cannot be opened ({error.strerror}); stop what uses it or give another --port."
            )
            raise StackProblem(sentence) from error


def refuse_unusable_bus(bus: str) -> None:
    """Raises StackProblem for an address that is malformed, does not answer, or does not let us in."""
    refusal = None if bus == EMBEDDED_BUS else refusal_of(bus)
    if refusal is not None:
        raise StackProblem(refusal)


def read_scale(given: Iterable[str], *, bus: str) -> dict[str, int]:
    """How many processes each service gets, from `NAME=N`. Raises StackProblem for what cannot be scaled so."""
    scale = dict.fromkeys(SERVICES, 1)
    for word in given:
        name, _, number = word.partition("=")
        if bus == EMBEDDED_BUS:
            raise StackProblem(
                "--scale needs a broker: give --bus amqp://… too, since the embedded bus is one process."
            )
        if name not in SERVICES or name == "gateway":
            scalable = ", ".join(service for service in SERVICES if service != "gateway")
            raise StackProblem(f"--scale {word}: there is no service {name} to scale; there are {scalable}.")
        if not number.isdecimal() or not 1 <= int(number) <= INSTANCES_MAX:
            raise StackProblem(f"--scale {word}: give a number from 1 to {INSTANCES_MAX}, as in {name}=2.")
        scale[name] = int(number)
    return scale


def end_leftovers(folder: DataFolder) -> None:
    """Wait for the programs of a stack that was killed on this folder, which end by themselves, and kill what stays."""
    record = folder.find_record()
    if record is None:
        return
    deadline = time.monotonic() + LEFTOVER_SECONDS_MAX
    left = [process for process in record.children.values() if _is_ours(process)]
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [process for process in left if _is_ours(process)]
    for process in left:
        with suppress(ProcessLookupError):
            kill(process, SIGKILL)
    folder.remove_record()


def _is_ours(process: int) -> bool:
    """The number may have gone to another program since."""
    if not process_exists(process):
        return False
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
    return any(program in command for program in OUR_PROGRAMS)
