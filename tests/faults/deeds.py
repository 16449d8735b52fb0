"""What the toy behind a request or an event is told to do: the same words in both arms, done in their order.

    work         the one effect that counts: a row in the toy's database is raised by one
    later_work   the same, but committed by a dependency provider after the handler, where the arm works that way
    fail         raise
    linger:S     wait S seconds while others run
    burn:S       compute S seconds while nobody else runs
    exit         the process is gone, without a word
    timeout      let an eventlet.Timeout out: it is no Exception

A deed whose name ends in `_once` is done in the first run only. Every run is written down in the file FAULTS_JOURNAL
when it begins, has worked and ends, outside of any transaction.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import eventlet

JOURNAL = "FAULTS_JOURNAL"
SECRET = "password=hunter2"
EFFECTS_TABLE = "CREATE TABLE IF NOT EXISTS effects (name text PRIMARY KEY, times integer NOT NULL)"
RAISE_EFFECT = (
    "INSERT INTO effects VALUES (%(name)s, 1) ON CONFLICT (name) DO UPDATE SET times = effects.times + 1"
)  # fmt: skip


class DeedFailed(Exception):
    """What a handler raises when it is told to fail."""


def carry_out(task: Mapping[str, str], *, works: Mapping[str, Callable[[], None]]) -> None:
    """Do what the task says; `works` gives the ways in which this arm can do its work."""
    journal = Journal(Path(os.environ[JOURNAL]))
    is_first = journal.runs(task["name"]) == 0
    journal.note("begins", task["name"])
    for deed in task["deeds"].split(","):
        what, _, seconds = deed.partition(":")
        if what.endswith("_once") and not is_first:
            continue
        what = what.removesuffix("_once")
        if what in works:
            works[what]()
            journal.note("worked", task["name"])
        elif what == "linger":
            time.sleep(float(seconds))
        elif what == "burn":
            _burn(float(seconds))
        elif what == "exit":
            os._exit(1)
        elif what == "timeout":
            raise eventlet.Timeout(None)
        elif what == "fail":
            raise DeedFailed(SECRET)
    journal.note("ends", task["name"])


def _burn(seconds: float) -> None:
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        sum(range(1000))


class Journal:
    """Which runs began and ended, in their order."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, what: str, name: str) -> None:
        with self._path.open("a") as file:
            file.write(f"{what} {name}\n")

    def runs(self, name: str) -> int:
        """How many began."""
        return self._lines().count(f"begins {name}")

    def worked(self, name: str) -> int:
        """How many came past their work, committed or not."""
        return self._lines().count(f"worked {name}")

    def most_at_once(self, name: str) -> int:
        """How many were under way at the same time."""
        counted: Counter[str] = Counter()
        most = 0
        for line in self._lines():
            counted[line] += 1
            most = max(most, counted[f"begins {name}"] - counted[f"ends {name}"])
        return most

    def _lines(self) -> list[str]:
        return self._path.read_text().splitlines() if self._path.exists() else []
