"""The floor of `bench ledger`: the very statements of one drain, recorded by the server, sent again by pgbench.

What is sent again is every transaction of the handler, word for word and one after the other, to a copy of the same
books. The relay's statements are left out: they are no part of the ledger.
"""

import os
import re
import resource
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.bench import ledger_ground
from deploy.bench.ledger_ground import Ground
from deploy.bench.processor import ended_children_seconds_used
from deploy.stack import StackProblem

PGBENCH = "pgbench"
ENDING_SECONDS = 0.5
# How the server's log names a process and what it did; a statement of several lines goes on behind a tab.
_ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[(\d+)\] LOG: +statement: (.*)", re.DOTALL)
_RATE = re.compile(r"^tps = ([\d.]+) \(without initial connection time\)", re.MULTILINE)
_OF_LEDGER = "INSERT INTO inbox"


@dataclass(frozen=True)
class Sent:
    """What pgbench reached: seconds for all of it, and the processor time of both sides."""

    seconds: float
    databases_seconds: float
    client_seconds: float


def record(ground: Ground, *, bodies: Sequence[str]) -> Path:
    """Drain once with every statement written down; gives the script of the handler's transactions."""
    log = ground.cluster.folder / "log"
    with ground.copied_books() as database:
        with ledger_ground.processes(ground, database=database, count=1) as drainers:
            ledger_ground.drain(ground, bodies=ledger_ground.warm_up(ground), drainers=drainers, database=database)
            ground.ask("postgres", f"ALTER DATABASE \"{database}\" SET log_statement = 'all'")
        began = log.stat().st_size
        with ledger_ground.processes(ground, database=database, count=1) as drainers:
            ledger_ground.drain(ground, bodies=bodies, drainers=drainers, database=database)
        with log.open(encoding="utf-8", errors="replace") as stream:
            stream.seek(began)
            written = stream.read()
    script = ground.folder / "ledger.sql"
    script.write_text("".join(_as_scripted(statement) for statement in _of_ledger(written)), encoding="utf-8")
    return script


def send_again(ground: Ground, *, script: Path) -> Sent:
    """The script once, on one connection, to a copy of the books. Raises StackProblem where a statement fails."""
    program = shutil.which(PGBENCH)
    if program is None:
        raise StackProblem("pgbench is not on this machine; install it (Debian: postgresql-contrib or postgresql-15).")
    with ground.copied_books() as database:
        url = urlsplit(ground.url_of(database))
        server = ground.bystanders.databases
        # The time of a connection that has ended is its server's, once that has noticed.
        used, used_here = ended_children_seconds_used(server), _children_seconds()
        with ground.precedence().taken():
            done = subprocess.run(
                [program, "-n", "-M", "simple", "-c", "1", "-t", "1", "-f", str(script), "-h", str(url.hostname),
                 "-p", str(url.port), "-U", str(url.username), database],
                env={**os.environ, "PGPASSWORD": unquote(url.password or "")},
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                timeout=ledger_ground.DRAIN_SECONDS_MAX,
            )  # fmt: skip
        rate = _RATE.search(done.stdout)
        if done.returncode != 0 or rate is None or "aborted" in done.stderr:
            raise StackProblem(f"pgbench could not send the statements again: {done.stderr.strip()[-400:]}")
        time.sleep(ENDING_SECONDS)
        return Sent(
            seconds=1 / float(rate[1]),
            databases_seconds=ended_children_seconds_used(server) - used,
            client_seconds=_children_seconds() - used_here,
        )


def _of_ledger(written: str) -> Iterator[str]:
    """The statements of the handler's transactions, in the order in which these ended."""
    open_ones: dict[str, list[str]] = defaultdict(list)
    for process, statement in _statements(written):
        transaction = open_ones[process]
        transaction.append(statement)
        if not transaction[0].startswith("BEGIN") or statement.endswith("COMMIT"):
            if any(_OF_LEDGER in one and ledger_ground.HANDLER in one for one in transaction):
                yield from transaction
            transaction.clear()
        elif statement.startswith("ROLLBACK"):
            transaction.clear()


def _statements(written: str) -> Iterator[tuple[str, str]]:
    """By process, every statement in the log."""
    entry: list[str] = []
    for line in [*written.splitlines(), "0000-00-00 00:00:00 UTC [0] LOG:  end"]:
        if line.startswith("\t"):
            entry.append(line[1:])
            continue
        found = _ENTRY.match("\n".join(entry)) if entry else None
        if found:
            yield found[1], found[2].strip()
        entry = [line]


def _as_scripted(statement: str) -> str:
    """As one message, as the driver sends it: with BEGIN before the first and COMMIT behind the last statement."""
    begins, ends = "BEGIN; ", "; COMMIT"
    if statement.startswith(begins):
        statement = "BEGIN\\; " + statement[len(begins) :]
    if statement.endswith(ends):
        statement = statement[: -len(ends)] + "\\; COMMIT"
    return statement + ";\n"


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
