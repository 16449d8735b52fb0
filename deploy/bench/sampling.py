"""A sampling profile of one process under load: in which function the processor is, every few milliseconds of work.

Only with CAPTIVE_BENCH_PROFILE in the environment: SIGUSR1 begins anew, SIGUSR2 ends and writes the file it names.
Processor time is sampled, not time that passes: a thread that waits costs nothing and is not seen.
"""

import json
import os
import signal
from collections import Counter
from pathlib import Path
from types import FrameType

from nameko.extensions import DependencyProvider

VARIABLE = "CAPTIVE_BENCH_PROFILE"
INTERVAL_SECONDS = 0.001
DEPTH_MAX = 60

Place = tuple[str, str]


class Sampler:
    """Counts stacks, innermost function first."""

    def __init__(self, *, file: Path) -> None:
        self._file = file
        self._stacks: Counter[tuple[Place, ...]] = Counter()
        self._codes: dict[object, Place] = {}

    def begin(self, *_: object) -> None:
        self._stacks.clear()
        signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)

    def end(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps([[count, stack] for stack, count in self._stacks.items()]))
        draft.replace(self._file)

    def _take(self, _: int, frame: FrameType | None) -> None:
        stack: list[Place] = []
        while frame is not None and len(stack) < DEPTH_MAX:
            code = frame.f_code
            place = self._codes.get(code)
            if place is None:
                place = self._codes[code] = (code.co_filename, code.co_qualname)
            stack.append(place)
            frame = frame.f_back
        self._stacks[tuple(stack)] += 1


def obey_signals() -> None:
    """Let this process be sampled when the environment says so; else change nothing."""
    file = os.environ.get(VARIABLE)
    if file:
        sampler = Sampler(file=Path(file))
        signal.signal(signal.SIGUSR1, sampler.begin)
        signal.signal(signal.SIGUSR2, sampler.end)


class Sampled(DependencyProvider):
    """The same for a process that hosts services."""

    def setup(self) -> None:
        obey_signals()
