"""`bench stream`: 500 open streams on one gateway process, and how soon each hears of what was committed.

Payments are made one after the other on an idle stack. A second gateway process takes its share of the events, so that
part of what the streams tell was recorded by a process that has none of them open. The clock of an event starts with
the commit that tells it in its owner's database, and ends when its last byte is at the client.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chassis.ids import new_id
from deploy.bench.bystanders import Bystanders, Watch
from deploy.bench.gateways import second_gateway
from deploy.bench.listeners import Heard, Listeners, tokens_for
from deploy.bench.percentile import percentile
from deploy.bench.precedence import Precedence
from deploy.bench.processor import Patience
from deploy.bench.report import Figure, Target
from deploy.bench.traces import rows_of
from deploy.bench.whole_stack import Payer, processes_of
from deploy.demo.story import SMALLEST_PAYMENT_CENTS
from deploy.stack import StackProblem, StackRecord

MEGABYTES_MAX = 150.0
MILLISECONDS_MAX = 500.0
SETTLE_SECONDS = 2.0
ARRIVE_SECONDS_MAX = 30.0
WARM_PAYMENTS = 3
# By event, the service whose outbox says when it was committed.
OWNERS = {"payment_posted": "payments", "payment_applied": "accounts"}

_COMMITTED = """
    SELECT body::json -> 'data' ->> 'payment_id' AS payment_id,
           pg_xact_commit_timestamp(transaction_id::text::xid) AS committed_at
    FROM outbox WHERE routing_key = :name AND body::json -> 'data' ->> 'payment_id' = ANY(:payments)
"""


@dataclass(frozen=True)
class Form:
    """How many streams are open, how many of them show the account that is paid, and the payments."""

    streams: int
    watching: int
    payments: int
    per_second: float
    patience_seconds: float = 0.0


@dataclass(frozen=True)
class Ground:
    """What is measured, and what it stands on."""

    record: StackRecord
    payer: Payer
    bystanders: Bystanders
    precedence: Precedence


@dataclass(frozen=True)
class Found:
    """What was seen: memory in megabytes, every event at every client, and when each was committed."""

    before_megabytes: float
    open_megabytes: float
    after_megabytes: float
    opening_seconds: float
    ended: int
    refused: int
    elsewhere_percent: float
    heard: list[Heard]
    committed: Mapping[tuple[str, str], datetime]


def measure(*, ground: Ground, form: Form, say: Callable[[str], None]) -> Found:
    """Open the streams, pay, and wait until everybody has heard. Raises StackProblem where somebody has not."""
    record, gateway = ground.record, ground.record.children["gateway"]
    Patience(form.patience_seconds).wait_for_quiet()
    with second_gateway(record):
        for _ in range(WARM_PAYMENTS):
            ground.payer.pay(amount_cents=SMALLEST_PAYMENT_CENTS)
        time.sleep(SETTLE_SECONDS)
        before, listeners = megabytes_of(gateway), Listeners(port=record.port)
        shown = [ground.payer.account_id] * form.watching
        others = [str(new_id(at=datetime.now().astimezone())) for _ in range(form.streams - form.watching)]
        try:
            opening = listeners.open(tokens_for(record, accounts=[*shown, *others]))
            open_megabytes = megabytes_of(gateway)
            say(f"{listeners.opened} streams are open after {opening:.1f} s")
            with ground.precedence.taken():
                watch = Watch(processes=processes_of(record), bystanders=ground.bystanders)
                payments = _pay(ground, form)
                elsewhere = 0.0 if ground.precedence.is_wanted else watch.elsewhere_percent()
                _wait_until_heard(listeners, payments=payments, watching=form.watching)
            after = megabytes_of(gateway)
        finally:
            listeners.close()
    committed = {
        (name, payment): at
        for name, owner in OWNERS.items()
        for payment, at in _committed(record.database_urls[owner], name, payments).items()
    }
    return Found(
        before,
        open_megabytes,
        after,
        opening,
        listeners.ended,
        listeners.refused,
        elsewhere,
        list(listeners.heard),
        committed,
    )


def figures_of(found: Found, *, form: Form) -> list[Figure]:
    """What is printed: each event's way to the clients, and the gateway's memory, with their targets."""
    figures = []
    for name in OWNERS:
        spent = [
            (one.at - found.committed[name, one.payment_id]).total_seconds() * 1000
            for one in found.heard
            if one.name == name and (name, one.payment_id) in found.committed
        ]
        figures += [
            Figure.of(f"{name} at the client, p50", values=[percentile(spent, 0.5)], unit="ms"),
            Figure.of(
                f"{name} at the client, p99", values=[percentile(spent, 0.99)], unit="ms",
                target=Target(at_most=MILLISECONDS_MAX),
            ),
            Figure.of(f"{name} at the client, max", values=[percentile(spent, 1)], unit="ms"),
        ]  # fmt: skip
    most = max(found.open_megabytes, found.after_megabytes)
    per_stream = (most - found.before_megabytes) * 1024 / form.streams
    return [
        *figures,
        Figure.of("gateway's memory, no stream open", values=[found.before_megabytes], unit="MB"),
        Figure.of(
            "gateway's memory, all streams open", values=[most], unit="MB", target=Target(at_most=MEGABYTES_MAX)
        ),
        Figure.of("memory of one stream", values=[per_stream], unit="kB"),
        Figure.of("seconds to open them all", values=[found.opening_seconds], unit="s"),
        Figure.of("machine used by others", values=[found.elsewhere_percent], unit="%"),
        Figure.of("streams that ended early", values=[found.ended], unit="", target=Target(at_most=0)),
        Figure.of("streams refused at first", values=[found.refused], unit=""),
        Figure.of("open streams", values=[form.streams], unit=""),
        Figure.of("events heard", values=[len(found.heard)], unit=""),
    ]  # fmt: skip


def megabytes_of(process: int) -> float:
    """Resident memory, shared pages included."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    assert found, "a running process has memory"
    return int(found[1]) / 1024


def _pay(ground: Ground, form: Form) -> list[str]:
    payments = []
    for _ in range(form.payments):
        ends_at = time.monotonic() + 1 / form.per_second
        payments.append(ground.payer.pay(amount_cents=SMALLEST_PAYMENT_CENTS))
        time.sleep(max(0.0, ends_at - time.monotonic()))
    return payments


def _wait_until_heard(listeners: Listeners, *, payments: list[str], watching: int) -> None:
    wanted, ends_at = len(payments) * len(OWNERS) * watching, time.monotonic() + ARRIVE_SECONDS_MAX
    mine = set(payments)
    while sum(one.payment_id in mine for one in list(listeners.heard)) < wanted:
        if time.monotonic() > ends_at:
            raise StackProblem(
                f"{len(listeners.heard)} of {wanted} events reached the clients within {ARRIVE_SECONDS_MAX:.0f} s, so "
                "nothing was measured."
            )
        time.sleep(0.1)


def _committed(url: str, name: str, payments: list[str]) -> dict[str, datetime]:
    rows = rows_of(url, _COMMITTED, name=name, payments=payments)
    return {row["payment_id"]: row["committed_at"] for row in rows}
