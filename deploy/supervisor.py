"""Runs a stack's programs: in order, until they are ready, again when they die, and none of them longer than itself.

A child holds the reading end of a pipe as its standard input: when this process dies, however it dies, the pipe ends.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import random

from deploy.catalogue import ROOT
from deploy.console import Console
from deploy.stack import StackProblem

BACK_OFF_FIRST_SECONDS = 0.25
BACK_OFF_SECONDS_MAX = 10.0
HEALTHY_SECONDS = 30.0
READY_SECONDS_MAX = 60.0
ONCE_SECONDS_MAX = 600.0
PROBE_EVERY_SECONDS = 0.1
PROBE_SECONDS_MAX = 1.0
STAGE_STOP_SECONDS = 3.0
STOP_SECONDS_MAX = 7.5
KILL_SECONDS_MAX = 0.5
START_TRIES = 3
EXIT_REFUSED = 2
READ_BYTES = 65536
READS_AT_END_MAX = 64
SUPERVISOR = "captive"
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Program:
    """One program of the stack: stages start one after the other and stop in the reverse order.

    `ready_port` is asked by HTTP on 127.0.0.1 at `ready_path`; without one, a started program is ready. A program with
    `once` runs to its end before the next stage starts, and must succeed unless it `is_optional`.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    stage: int
    ready_port: int | None = None
    ready_path: str = "/health/ready"
    once: bool = False
    is_optional: bool = False


@dataclass(frozen=True)
class Plan:
    """What to run and whom to tell: that all serve, the processes whenever one is started, what ran to its end."""

    programs: Sequence[Program] = ()
    serving: Callable[[], None] = lambda: None
    changed: Callable[[Mapping[str, int]], None] = lambda _: None
    finished: Callable[[str], None] = lambda _: None


@dataclass
class Child:
    """How a program is doing."""

    program: Program
    process: "subprocess.Popen[bytes] | None" = None
    lifeline: int = -1
    pending: bytes = b""
    is_ready: bool = False
    is_done: bool = False
    failures: int = 0
    changed_at: float = 0.0
    start_at: float | None = None

    @property
    def is_settled(self) -> bool:
        return self.is_done if self.program.once else self.is_ready


def restart_delay_seconds(*, failures: int, jitter: float) -> float:
    """The wait after so many failures in a row (from 1); `jitter` from 0 to 1 takes off up to half."""
    full = min(BACK_OFF_SECONDS_MAX, BACK_OFF_FIRST_SECONDS * 2.0 ** min(failures - 1, 16))
    return full * (1 - jitter / 2)


class Supervisor:
    """Runs programs in this, the main thread."""

    def __init__(self, *, console: Console) -> None:
        self._console = console
        self._plan = Plan()
        self._children: list[Child] = []
        self._stages: list[int] = []
        self._selector = selectors.DefaultSelector()
        self._started_stages = 0
        self._is_serving = False
        self._stops_asked = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Within, a signal that asks to stop is remembered instead of tearing a step in two."""
        receiving, sending = socket.socketpair()
        receiving.setblocking(False)
        sending.setblocking(False)
        before = {number: signal.getsignal(number) for number in (*STOP_SIGNALS, signal.SIGHUP, signal.SIGCHLD)}
        for number in (*STOP_SIGNALS, signal.SIGHUP):
            # A hang-up that the caller chose to ignore (nohup) stays ignored.
            if number in STOP_SIGNALS or before[number] is not signal.SIG_IGN:
                signal.signal(number, self._ask_to_stop)
        # The handler does nothing; its wake-up byte ends the wait.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
        self._selector.register(receiving, selectors.EVENT_READ, None)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.close()
            receiving.close()
            sending.close()

    def run(self, plan: Plan) -> None:
        """Serve until asked to stop, then stop all; within `listening`. Raises StackProblem where it cannot come up."""
        self._plan = plan
        self._children = [Child(program) for program in plan.programs]
        self._stages = sorted({program.stage for program in plan.programs})
        try:
            while not self._stops_asked:
                self._reap()
                self._start_what_is_due()
                self._probe()
                self._advance()
                self._wait(self._seconds_to_next())
        finally:
            self._stop_all()

    def _ask_to_stop(self, *_: object) -> None:
        self._stops_asked += 1

    def _wait(self, seconds: float | None) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                with suppress(BlockingIOError):
                    os.read(key.fd, READ_BYTES)
            else:
                self._read(key.data)

    def _advance(self) -> None:
        """Start the next stage once all before it have settled, and say so when none is left."""
        if not all(child.is_settled for child in self._in_started_stages()) or self._is_serving:
            return
        if self._started_stages == len(self._stages):
            self._is_serving = True
            self._plan.serving()
            return
        self._started_stages += 1
        now = time.monotonic()
        for child in self._in_started_stages():
            if child.process is None and not child.is_done:
                child.start_at = now

    def _in_started_stages(self) -> list[Child]:
        started = self._stages[: self._started_stages]
        return [child for child in self._children if child.program.stage in started]

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        due = [child for child in self._children if child.start_at is not None and child.start_at <= now]
        for child in due:
            self._start(child)
        if due:
            self._plan.changed({child.program.name: child.process.pid for child in self._children if child.process})

    def _start(self, child: Child) -> None:
        lifeline, child.lifeline = os.pipe()
        try:
            child.process = subprocess.Popen(
                child.program.arguments,
                env={**child.program.environment, "CAPTIVE_PARENT_PIPE": "1"},
                stdin=lifeline,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=ROOT,
            )
        except OSError as error:
            os.close(child.lifeline)
            raise StackProblem(f"{child.program.name} cannot be started: {error.strerror}.") from error
        finally:
            os.close(lifeline)
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)
        child.start_at, child.is_ready = None, child.program.ready_port is None
        child.changed_at = time.monotonic()

    def _read(self, child: Child) -> bool:
        """Pass on what the child wrote; False where there is nothing more now."""
        if child.process is None or child.process.stdout is None:
            return False
        try:
            got = os.read(child.process.stdout.fileno(), READ_BYTES)
        except BlockingIOError:
            return False
        *lines, child.pending = (child.pending + got).split(b"\n")
        if not got or len(child.pending) > READ_BYTES:
            lines, child.pending = [*lines, *filter(None, [child.pending])], b""
        for line in lines:
            self._console.write(child.program.name, line.decode(errors="replace"))
        if not got:
            self._close_output(child)
        return bool(got)

    def _close_output(self, child: Child) -> None:
        if child.process is not None and child.process.stdout is not None:
            self._selector.unregister(child.process.stdout)
            child.process.stdout.close()
            child.process.stdout = None

    def _reap(self) -> None:
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child)

    def _bury(self, child: Child) -> None:
        process = child.process
        assert process is not None
        # What the child itself started and left behind goes with it.
        _signal_group(process.pid, signal.SIGKILL)
        for _ in range(READS_AT_END_MAX):
            if not self._read(child):
                break
        self._close_output(child)
        os.close(child.lifeline)
        was_ready_for = time.monotonic() - child.changed_at if child.is_ready else 0.0
        child.process, child.is_ready = None, False
        if self._stops_asked:
            return
        if child.program.once and (process.returncode == 0 or child.program.is_optional):
            child.is_done = True
            if process.returncode == 0:
                self._plan.finished(child.program.name)
            else:
                self._console.write(
                    SUPERVISOR, f"{child.program.name} did not succeed ({_describe(process.returncode)})"
                )
            return
        self._plan_restart(child, code=process.returncode, healthy_seconds=was_ready_for)

    def _plan_restart(self, child: Child, *, code: int, healthy_seconds: float) -> None:
        name, end = child.program.name, _describe(code)
        if child.program.once:
            raise StackProblem(f"{name} did not succeed ({end}); the lines above say why.")
        child.failures = 1 if healthy_seconds >= HEALTHY_SECONDS else child.failures + 1
        if not self._is_serving and (child.failures >= START_TRIES or code == EXIT_REFUSED):
            raise StackProblem(f"{name} did not come up ({end}); the lines above say why.")
        delay = restart_delay_seconds(failures=child.failures, jitter=random())  # noqa: S311 - spreads starts, hides nothing
        child.start_at = time.monotonic() + delay
        self._console.write(
            SUPERVISOR, f"{name} ended unexpectedly ({end}); start {child.failures + 1} in {delay:.1f} s"
        )

    def _probe(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is None or child.is_settled:
                continue
            if not child.is_ready and _is_ready(child.program):
                child.is_ready, child.changed_at = True, time.monotonic()
                if self._is_serving:
                    self._console.write(SUPERVISOR, f"{child.program.name} is ready again")
            elif now - child.changed_at > (ONCE_SECONDS_MAX if child.program.once else READY_SECONDS_MAX):
                self._give_up_on(child)

    def _give_up_on(self, child: Child) -> None:
        if not self._is_serving:
            raise StackProblem(
                f"{child.program.name} was not ready after {READY_SECONDS_MAX:.0f} s; the lines above may say why."
            )
        assert child.process is not None
        self._console.write(SUPERVISOR, f"{child.program.name} was not ready in time and is killed")
        _signal_group(child.process.pid, signal.SIGKILL)
        child.changed_at = time.monotonic()

    def _seconds_to_next(self) -> float | None:
        if any(child.process and not child.is_settled and not child.program.once for child in self._children):
            return PROBE_EVERY_SECONDS
        now = time.monotonic()
        starts = [max(0.0, child.start_at - now) for child in self._children if child.start_at is not None]
        return min(starts, default=None if self._is_serving else PROBE_EVERY_SECONDS)

    def _stop_all(self) -> None:
        """The last stage first, without waiting for a lingering one; after the deadline, or asked again, kill."""
        self._stops_asked = max(self._stops_asked, 1)
        deadline = time.monotonic() + STOP_SECONDS_MAX
        hurried_at = self._stops_asked + 1
        for stage in reversed(self._stages):
            members = [child for child in self._children if child.program.stage == stage]
            for child in members:
                if child.process is not None:
                    child.process.send_signal(signal.SIGTERM)
            self._wait_for(members, until=min(deadline, time.monotonic() + STAGE_STOP_SECONDS), hurried_at=hurried_at)
        self._wait_for(self._children, until=deadline, hurried_at=hurried_at)
        for child in self._children:
            if child.process is not None:
                self._console.write(SUPERVISOR, f"{child.program.name} did not stop in time and is killed")
                _signal_group(child.process.pid, signal.SIGKILL)
        self._wait_for(self._children, until=time.monotonic() + KILL_SECONDS_MAX, hurried_at=sys.maxsize)

    def _wait_for(self, children: Sequence[Child], *, until: float, hurried_at: int) -> None:
        self._reap()
        while any(child.process for child in children) and self._stops_asked < hurried_at:
            left = until - time.monotonic()
            if left <= 0:
                return
            self._wait(min(left, PROBE_EVERY_SECONDS))
            self._reap()


def _signal_group(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, number)


def _is_ready(program: Program) -> bool:
    return readiness(port=program.ready_port or 0, path=program.ready_path) == "200"


def readiness(*, port: int, path: str) -> str:
    """The status that a program of ours answers, or nothing; done without an HTTP library to stay small."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PROBE_SECONDS_MAX) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return connection.recv(64).decode(errors="replace").partition(" ")[2][:3]
    except OSError:
        return ""


def _describe(code: int) -> str:
    return f"exit {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def python_command(*arguments: str) -> list[str]:
    """Our own interpreter, which does not take modules from the caller's folder for ours."""
    return [sys.executable, "-P", *arguments]
