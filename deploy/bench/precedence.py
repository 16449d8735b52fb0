"""Real-time priority while something is measured, so that others hardly count; and rests in which they go on."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.bench.processor import children
from deploy.stack import StackProblem

REST_SECONDS = 2.0


@dataclass(frozen=True)
class Precedence:
    """For these processes, their children and this one; `is_wanted=False` does nothing at all."""

    processes: tuple[int, ...]
    is_wanted: bool
    rest_seconds: float = REST_SECONDS

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Ahead of all others while the block runs, what it starts included; then a rest. Raises StackProblem."""
        if not self.is_wanted:
            yield
            return
        everybody = [os.getpid(), *self.processes, *(child for one in self.processes for child in children(one))]
        try:
            _schedule(everybody, os.SCHED_RR, 1)
            yield
        finally:
            _schedule(everybody, os.SCHED_OTHER, 0)
            time.sleep(self.rest_seconds)


def _schedule(processes: Iterable[int], policy: int, priority: int) -> None:
    for process in processes:
        for thread in Path(f"/proc/{process}/task").glob("[0-9]*"):
            try:
                os.sched_setscheduler(int(thread.name), policy, os.sched_param(priority))
            except ProcessLookupError:
                continue
            except PermissionError as error:
                raise StackProblem("This user may not run ahead of others; leave --undisturbed out.") from error
