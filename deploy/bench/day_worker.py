"""One process of accounts without its bus, which runs one business day: `python -m deploy.bench.day_worker URL DATE`.

It says that it is ready, begins when it is told a line, and says at the end how many processor seconds it has used.
"""

import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chassis.store import Database
from deploy.days.watching import days_of
from services.accounts.operations import run_business_days

WAIT = timedelta(hours=2)
LOOK_AGAIN_SECONDS = 0.02


@dataclass(frozen=True)
class DayClock:
    """The wall clock's instants on a business date that stands still."""

    business_on: date

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.business_on


def work(*, url: str, on: date) -> float:
    """Run the day until it is closed, beside others who do; gives the processor seconds."""
    clock = DayClock(on)
    database = Database(url=url, service="accounts", clock=clock, pool_size=2)
    database.answers()
    _say("ready")
    sys.stdin.readline()
    began = time.process_time()
    while not any(day.is_closed for day in days_of(database, since_on=on)):
        run_business_days(database, clock=clock, wait=WAIT)
        time.sleep(LOOK_AGAIN_SECONDS)
    database.close()
    return time.process_time() - began


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _say(str(work(url=sys.argv[1], on=date.fromisoformat(sys.argv[2]))))
