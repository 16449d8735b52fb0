"""`bench fanout`: payments one after the other on an idle stack, and when each was in the ledger and at the vendors.

The clock of a payment starts with the commit that says `payment_posted`. A payment during which other programs used
the machine is disturbed: others are made in its place, as long as patience lasts, and the disturbed ones count only
where the machine was never left alone. Whether a payment counts hangs on what others did, never on how quick it was.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deploy.bench.bystanders import Bystanders, Watch
from deploy.bench.floor import Floor
from deploy.bench.percentile import percentile
from deploy.bench.precedence import Precedence
from deploy.bench.processor import Patience
from deploy.bench.report import Figure, Target
from deploy.bench.traces import Trace, read_traces
from deploy.bench.whole_stack import Payer, processes_of
from deploy.demo.story import SMALLEST_PAYMENT_CENTS
from deploy.stack import StackProblem, StackRecord

WARM_PAYMENTS = 5
SETTLE_SECONDS = 2.0
ARRIVE_SECONDS_MAX = 30.0
# Processor time is counted in hundredths of a second: in so short a time a stricter line would be noise.
DISTURBED_PERCENT = 25.0
PAYMENTS_FACTOR_MAX = 3
LEDGER_MILLISECONDS_MAX = 100.0
VENDOR_MILLISECONDS_MAX = 250.0
EMAIL, SMS = "email", "sms"


@dataclass(frozen=True)
class Form:
    """How many payments count, and how quickly one follows the other."""

    payments: int
    per_second: float
    patience_seconds: float = 0.0


@dataclass(frozen=True)
class Field:
    """What is measured, and what it stands on."""

    record: StackRecord
    payer: Payer
    floor: Floor
    bystanders: Bystanders
    precedence: Precedence


@dataclass
class Paid:
    """The payments made: each with the share of the machine that others used meanwhile."""

    elsewhere_percent: dict[str, float] = field(default_factory=dict)

    @property
    def quiet(self) -> list[str]:
        return [payment for payment, percent in self.elsewhere_percent.items() if percent <= DISTURBED_PERCENT]


def measure(*, ground: Field, form: Form, say: Callable[[str], None]) -> tuple[dict[str, Trace], Paid]:
    """Pay, wait until everything has arrived, and read what happened. Raises StackProblem where something has not."""
    with ground.precedence.taken():
        for _ in range(min(WARM_PAYMENTS, form.payments)):
            _slot(ground, form)
        time.sleep(SETTLE_SECONDS)
        ground.floor.forget()
        paid = _pay(ground, form)
    say(f"{len(paid.elsewhere_percent)} payments, {len(paid.quiet)} of them undisturbed")
    return _arrived(ground, list(paid.elsewhere_percent)), paid


def _pay(ground: Field, form: Form) -> Paid:
    paid, patience = Paid(), Patience(form.patience_seconds)
    patience.wait_for_quiet()
    while len(paid.quiet) < form.payments and len(paid.elsewhere_percent) < PAYMENTS_FACTOR_MAX * form.payments:
        payment, percent = _slot(ground, form)
        paid.elsewhere_percent[payment] = percent
        if percent > DISTURBED_PERCENT:
            patience.wait_for_quiet()
        if patience.seconds <= 0 and len(paid.elsewhere_percent) >= form.payments:
            break
    return paid


def figures_of(traces: Mapping[str, Trace], *, paid: Paid, floor: Floor, form: Form) -> list[Figure]:
    """What is printed: ledger, mail and text with their targets, the floor, the ratios, and the stages between."""
    counted = paid.quiet if len(paid.quiet) >= form.payments else list(paid.elsewhere_percent)
    chosen = [traces[payment] for payment in counted]
    found = []
    for name, end, target in _MEASURED:
        found += _spread(name, [_milliseconds(one.committed_at, end(one)) for one in chosen], target)
    floor_milliseconds = [seconds * 1000 for seconds in floor.consumed_seconds]
    found += _spread("floor, published to consumed", floor_milliseconds, None)
    found += _spread("floor, published to confirmed", [seconds * 1000 for seconds in floor.confirmed_seconds], None)
    base = percentile(floor_milliseconds, 0.5)
    for name, end, _ in _MEASURED:
        typical = percentile([_milliseconds(one.committed_at, end(one)) for one in chosen], 0.5)
        found.append(Figure.of(f"{name} / floor, p50", values=[typical / base], unit="×"))
    for name, begin, end in _STAGES:
        found += _spread(f"  {name}", [_milliseconds(begin(one), end(one)) for one in chosen], None)
    found.append(Figure.of("payments that count", values=[len(counted)], unit=""))
    found.append(Figure.of("payments that were disturbed", values=[_disturbed(paid)], unit=""))
    return found


def _disturbed(paid: Paid) -> int:
    return len(paid.elsewhere_percent) - len(paid.quiet)


def _slot(ground: Field, form: Form) -> tuple[str, float]:
    """One payment in its share of a second, and at the end of it one round on the floor."""
    ends_at = time.monotonic() + 1 / form.per_second
    watch = Watch(processes=processes_of(ground.record), bystanders=ground.bystanders)
    payment = ground.payer.pay(amount_cents=SMALLEST_PAYMENT_CENTS)
    time.sleep(max(0.0, ends_at - time.monotonic()))
    # What is left over for others disturbs nothing.
    percent = 0.0 if ground.precedence.is_wanted else watch.elsewhere_percent()
    ground.floor.round()
    return payment, percent


def _arrived(ground: Field, payments: Sequence[str]) -> dict[str, Trace]:
    ends_at = time.monotonic() + ARRIVE_SECONDS_MAX
    while True:
        time.sleep(1.0)
        record = ground.record
        found = read_traces(payments=payments, urls=record.database_urls, sandbox_url=record.sandbox_url)
        if len(found) == len(payments):
            return found
        if time.monotonic() > ends_at:
            missing = len(payments) - len(found)
            raise StackProblem(
                f"{missing} of {len(payments)} payments did not reach ledger, mail and text within "
                f"{ARRIVE_SECONDS_MAX:.0f} s, so nothing was measured."
            )


def _spread(name: str, milliseconds: Sequence[float], target: Target | None) -> list[Figure]:
    return [
        Figure.of(f"{name}, p50", values=[percentile(milliseconds, 0.5)], unit="ms"),
        Figure.of(f"{name}, p99", values=[percentile(milliseconds, 0.99)], unit="ms", target=target),
        Figure.of(f"{name}, max", values=[percentile(milliseconds, 1)], unit="ms"),
    ]


def _milliseconds(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() * 1000


Instant = Callable[[Trace], datetime]
_MEASURED: tuple[tuple[str, Instant, Target], ...] = (
    ("ledger posted", lambda one: one.ledger.committed_at, Target(at_most=LEDGER_MILLISECONDS_MAX)),
    ("mail at its vendor", lambda one: one.sent[EMAIL].received_at, Target(at_most=VENDOR_MILLISECONDS_MAX)),
    ("text at its vendor", lambda one: one.sent[SMS].received_at, Target(at_most=VENDOR_MILLISECONDS_MAX)),
)
_STAGES: tuple[tuple[str, Instant, Instant], ...] = (
    ("committed to confirmed by the broker", lambda one: one.committed_at, lambda one: one.published_at),
    ("committed to begun in accounts", lambda one: one.committed_at, lambda one: one.ledger.began_at),
    ("begun to committed in accounts", lambda one: one.ledger.began_at, lambda one: one.ledger.committed_at),
    ("committed to begun in notifications", lambda one: one.committed_at, lambda one: one.told.began_at),
    ("begun to committed in notifications", lambda one: one.told.began_at, lambda one: one.told.committed_at),
    ("queued to taken up, mail", lambda one: one.told.committed_at, lambda one: one.sent[EMAIL].began_at),
    ("queued to taken up, text", lambda one: one.told.committed_at, lambda one: one.sent[SMS].began_at),
    ("taken up to at its vendor, mail", lambda one: one.sent[EMAIL].began_at, lambda one: one.sent[EMAIL].received_at),
    ("taken up to at its vendor, text", lambda one: one.sent[SMS].began_at, lambda one: one.sent[SMS].received_at),
)
