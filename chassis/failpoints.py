"""Named places at which a test may end the process, so that every crash the design claims to survive is tried.

A point does nothing unless CAPTIVE_FAILPOINTS arms it. `name` kills at the first hit, `name@3` at the third; several
are separated by commas. `folder:PATH` reads PATH/armed at every hit instead, so that a running process can be armed and
disarmed: lines of `name hit deaths`, which kill at that hit after the start of the process until that many processes of
this program have died of it. Each death is written to PATH/deaths (`name program process`) before it happens.
"""

import os
import sys
import time
from collections import Counter
from pathlib import Path

DECLARED = frozenset(
    {
        "command.before_commit",
        "command.after_commit",
        "command.before_reply",
        "command.after_reply",
        "command.acknowledged",
        "inbox.taken",
        "reaction.before_commit",
        "reaction.after_commit",
        "event.received",
        "event.before_acknowledgement",
        "event.acknowledged",
        "errand.started",
        "errand.before_done",
        "errand.after_done",
        "errand.unknown",
        "errand.released",
        "outbox.told",
        "outbox.saved",
        "outbox.claimed",
        "outbox.sent",
        "outbox.published",
        "outbox.marked",
        "vendor.before_call",
        "vendor.after_call",
        "vendor.before_question",
        "vendor.after_question",
    }
)

# What these say was written leaves with the next turn of the event loop: who dies of them dies after that.
WRITTEN = frozenset({"command.after_reply", "command.acknowledged", "event.acknowledged", "outbox.sent"})
WRITE_SECONDS = 0.02

KILLED_EXIT_CODE = 137
ARMED = os.environ.get("CAPTIVE_FAILPOINTS", "")
FOLDER_PREFIX = "folder:"

_hits: Counter[str] = Counter()
_dying: list[str] = []


def failpoint(name: str) -> None:
    """Die here, without cleaning up, if the environment arms this point and its count is reached."""
    if not ARMED or _dying:
        return
    if name not in DECLARED:
        raise LookupError(f"failpoint {name!r} is not declared")
    _hits[name] += 1
    if ARMED.startswith(FOLDER_PREFIX):
        _die_if_armed_in(Path(ARMED.removeprefix(FOLDER_PREFIX)), name)
        return
    for entry in ARMED.split(","):
        armed_name, _, count = entry.strip().partition("@")
        if armed_name == name and _hits[name] == int(count or 1):
            _die(name)


def program() -> str:
    """What this process runs, as deaths are written down: the last word of its command line."""
    return sys.argv[-1]


def _die_if_armed_in(folder: Path, name: str) -> None:
    for line in _lines(folder / "armed"):
        armed_name, hit, deaths = line.split()
        if armed_name != name or _hits[name] < int(hit):
            continue
        died = [death for death in _lines(folder / "deaths") if death.startswith(f"{name} {program()} ")]
        if len(died) < int(deaths):
            with (folder / "deaths").open("a") as file:
                file.write(f"{name} {program()} {os.getpid()}\n")
            _die(name)


def _die(name: str) -> None:
    _dying.append(name)
    if name in WRITTEN:
        time.sleep(WRITE_SECONDS)
    os._exit(KILLED_EXIT_CODE)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except FileNotFoundError:
        return []
