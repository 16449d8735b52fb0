"""Processor time as the kernel counts it, of single processes and of the whole machine."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PROCESSORS = os.cpu_count() or 1
QUIET_PERCENT_MAX = 10.0
LOOK_SECONDS = 0.5
IDLE_FIELDS = (3, 4)
COUNTED_FIELDS = 8


def seconds_used(process: int) -> float:
    """Time on a processor, of a process with all its threads; 0 of one that is gone."""
    threads = Path(f"/proc/{process}/task").glob("[0-9]*/schedstat")
    return sum(map(_nanoseconds, threads)) / 1e9 or _ticks(process) / TICKS_PER_SECOND


def whole_seconds_used(process: int) -> float:
    """The same in hundredths of a second, with the threads that have ended since."""
    return _ticks(process) / TICKS_PER_SECOND


def _nanoseconds(file: Path) -> int:
    try:
        return int(file.read_text().split()[0])
    except (OSError, IndexError):
        return 0


def _ticks(process: int) -> int:
    """The same in hundredths of a second, from kernels that do not count finer."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def family_seconds_used(process: int) -> float:
    """The same of a process and its children; 0 of process 0, which stands for none."""
    return seconds_used(process) + sum(map(seconds_used, children(process))) if process else 0.0


def ended_children_seconds_used(process: int) -> float:
    """Time that the children of a process used which have ended and whose end it has noticed; 0 of one that is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) / TICKS_PER_SECOND


def children(process: int) -> list[int]:
    """The processes that it started and that still run."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = file.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == process:
            found.append(int(file.parent.name))
    return found


def machine_seconds_used() -> float:
    """What all processors together have worked since the machine started; time stolen by its host counts as work."""
    fields = [int(text) for text in Path("/proc/stat").read_text().splitlines()[0].split()[1 : COUNTED_FIELDS + 1]]
    return sum(value for number, value in enumerate(fields) if number not in IDLE_FIELDS) / TICKS_PER_SECOND


@dataclass
class Patience:
    """How long, in all, a measurement may wait for other programs to leave the machine alone."""

    seconds: float

    def wait_for_quiet(self) -> None:
        """Until the machine has been idle for a moment; call while nothing is measured."""
        while self.seconds > 0 and not self._is_quiet():
            self.seconds -= LOOK_SECONDS

    @staticmethod
    def _is_quiet() -> bool:
        before = machine_seconds_used()
        time.sleep(LOOK_SECONDS)
        return (machine_seconds_used() - before) / LOOK_SECONDS / PROCESSORS * 100 <= QUIET_PERCENT_MAX
