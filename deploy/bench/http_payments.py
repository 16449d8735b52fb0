"""`bench http`, the whole way: customers pay on a whole stack as fast as it takes their payments, then it catches up.

Acceptance is what the clients see while they all pay. What is on record by then and not yet charged, in the balance,
told to its payer and looked at by leases is the backlog; it is drained when all of that is done, and only then is
every payment looked for in every place.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from chassis.clock import WallClock
from chassis.store import Database
from deploy.bench.bystanders import Bystanders, Watch
from deploy.bench.http import payment_plan, run_load
from deploy.bench.http_accounting import Verdict, judge, read_evidence
from deploy.bench.http_customers import Customer
from deploy.bench.precedence import Precedence
from deploy.bench.processor import family_seconds_used, seconds_used
from deploy.bench.report import Figure, Target
from deploy.bench.whole_stack import processes_of
from deploy.ledger_check import check
from deploy.stack import DataFolder, StackProblem, StackRecord

ACCEPTED_PER_SECOND_MIN = 150.0
DRAINED_PER_SECOND_MIN = 60.0
DRAIN_SECONDS_MAX = 600.0
LOOK_SECONDS = 0.25
# Those that go to a vendor; what is laid into the inbox is no farther away than the decision.
CHANNELS = ("email", "sms")

_ON_THE_WAY = "SELECT count(*) FROM payments WHERE created_at >= :since AND (applied_at IS NULL OR status <> 'posted')"
_DONE_WITH = """
    SELECT count(*) FROM messages
    WHERE template = 'payment_received' AND channel = ANY(:channels) AND created_at >= :since
        AND state NOT IN ('queued', 'sending')
"""
_LOOKED_AT = "SELECT count(*) FROM inbox WHERE handler = :handler AND state = 'done' AND received_at >= :since"


@dataclass(frozen=True)
class Field:
    """The stack that is paid at, its customers, and what it stands on."""

    record: StackRecord
    customers: Sequence[Customer]
    bystanders: Bystanders
    precedence: Precedence
    folder: Path


@dataclass(frozen=True)
class Found:
    """What was seen."""

    accepted: int
    accepted_per_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    backlog: int
    drained_seconds: float
    elsewhere_percent: float
    microseconds: dict[str, float]
    verdict: Verdict
    ledger_differences: int


def measure(*, ground: Field, seconds: float, say: Callable[[str], None]) -> Found:
    """Pay, drain, account. Raises StackProblem at a wrong answer and for a backlog that does not go down."""
    plan = [payment_plan(one.account_id, one.method_id, one.sign_in()) for one in ground.customers]
    since = datetime.now(UTC)
    with ground.precedence.taken():
        watch = Watch(processes=processes_of(ground.record), bystanders=ground.bystanders)
        before = _used(ground)
        load, made = run_load(
            port=ground.record.port, plan=plan, folder=ground.folder, seconds=seconds, name="the stack", warm_seconds=0
        )
        began = time.monotonic()
        backlog = _backlog(ground.record, since=since, accepted=len(made))
        say(f"accepted {len(made)} payments, {load['requests_per_second']:.0f}/s; {backlog} are on their way")
        _wait_until_drained(ground.record, since=since, accepted=len(made))
        drained_seconds = time.monotonic() - began
        elsewhere = watch.elsewhere_percent(more_seconds=load["processor_seconds"])
        after = _used(ground)
    say(f"drained in {drained_seconds:.1f} s; every payment is looked for")
    return Found(
        accepted=len(made),
        accepted_per_second=load["requests_per_second"],
        p50_milliseconds=load["p50_milliseconds"],
        p99_milliseconds=load["p99_milliseconds"],
        backlog=backlog,
        drained_seconds=drained_seconds,
        elsewhere_percent=elsewhere,
        microseconds={name: (after[name] - before[name]) / len(made) * 1e6 for name in before},
        verdict=_verdict(ground.record, made=made, since=since),
        ledger_differences=_ledger_differences(ground.record),
    )


def figures_of(found: Found) -> list[Figure]:
    """What is printed."""

    def one(name: str, value: float, unit: str, target: Target | None = None) -> Figure:
        return Figure.of(name, values=[value], unit=unit, target=target)

    none = Target(at_most=0)
    drained = found.backlog / found.drained_seconds
    return [
        one("payments accepted", found.accepted_per_second, "/s", Target(at_least=ACCEPTED_PER_SECOND_MIN)),
        one("payments accepted, p50", found.p50_milliseconds, "ms"),
        one("payments accepted, p99", found.p99_milliseconds, "ms"),
        one("payments in all", found.accepted, ""),
        one("backlog when the last was accepted", found.backlog, ""),
        one("backlog drained", drained, "/s", Target(at_least=DRAINED_PER_SECOND_MIN)),
        one("backlog drained within", found.drained_seconds, "s"),
        *(
            one(f"  processor time of a payment, {name}", value, "µs")
            for name, value in sorted(found.microseconds.items(), key=lambda item: -item[1])
        ),
        one("machine used by others", found.elsewhere_percent, "%"),
        one("payments lost, of any place", len(found.verdict.lost), "", none),
        one("payments twice, in any place", len(found.verdict.twice), "", none),
        one("payments that nobody made", len(found.verdict.strangers), "", none),
        one("differences in the ledger", found.ledger_differences, "", none),
    ]


def _used(ground: Field) -> dict[str, float]:
    each = {name: seconds_used(process) for name, process in ground.record.children.items()}
    standing = {
        "broker": family_seconds_used(ground.bystanders.broker),
        "PostgreSQL": family_seconds_used(ground.bystanders.databases),
    }
    return {**each, **standing}


def _backlog(record: StackRecord, *, since: datetime, accepted: int) -> int:
    """Accepted payments of which something is still to be done; what is furthest behind tells."""
    urls = record.database_urls
    on_the_way = _count(urls["payments"], _ON_THE_WAY, since=since)
    untold = accepted - _count(urls["notifications"], _DONE_WITH, since=since, channels=list(CHANNELS)) // len(CHANNELS)
    unlooked = accepted - _count(urls["leases"], _LOOKED_AT, since=since, handler="on_payment_posted")
    return max(on_the_way, untold, unlooked)


def _wait_until_drained(record: StackRecord, *, since: datetime, accepted: int) -> None:
    ends_at = time.monotonic() + DRAIN_SECONDS_MAX
    while (left := _backlog(record, since=since, accepted=accepted)) > 0:
        if time.monotonic() > ends_at:
            raise StackProblem(f"{left} of {accepted} payments were not done within {DRAIN_SECONDS_MAX:.0f} s.")
        time.sleep(LOOK_SECONDS)


def _verdict(record: StackRecord, *, made: Sequence[str], since: datetime) -> Verdict:
    state = DataFolder(Path(record.keys).parent).sandbox_state
    return judge(read_evidence(accepted=made, since=since, urls=record.database_urls, sandbox_state=state))


def _ledger_differences(record: StackRecord) -> int:
    clock = WallClock(zone_name=record.time_zone)
    database = Database(url=record.database_urls["accounts"], service="accounts", clock=clock)
    try:
        return len(check(database))
    finally:
        database.close()


def _count(url: str, statement: str, **values: Any) -> int:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return int(connection.execute(text(statement), values).scalar_one())
    finally:
        engine.dispose()
