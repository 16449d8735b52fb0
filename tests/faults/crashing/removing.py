"""Plays the same deaths with a part of the chassis taken out, so that a reader sees what each part holds.

Every death is at a fixed point and a fixed pass: what is found is found every time. What is lost is lost for good:
it is counted after every program was started anew, whole, and had nothing left to do.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tests.faults.crashing import facts
from tests.faults.crashing.ablated import ACKNOWLEDGEMENT, INBOX, INBOX_AND_KEYS, TOLD_AFTER, TOLD_BEFORE
from tests.faults.crashing.counting import Count, counted, wait_until_quiet
from tests.faults.crashing.payers import BANK, Crowd, Payment
from tests.faults.crashing.stack import Armed, CrashingStack
from tests.fixtures.processes import eventually

DIED_SECONDS_MAX = 60
OVER_SECONDS_MAX = 60

# Who is to die, and where, of one payment.
Step = Mapping[str, Armed]


@dataclass(frozen=True)
class Removal:
    """A part, the programs that go without it, and the deaths of each payment that is made meanwhile."""

    part: str
    steps: tuple[Step, ...]

    @property
    def programs(self) -> set[str]:
        return {program for step in self.steps for program in step}


REMOVALS = (
    Removal(
        TOLD_AFTER,
        # A payment is told of when it is submitted, and again when it is charged.
        ({"payments": Armed("outbox.claimed")}, {"payments": Armed("outbox.claimed", hit=2)}),
    ),
    # The same; the process that takes the first payment after all has told of it twice when the second one comes.
    Removal(TOLD_BEFORE, ({"payments": Armed("outbox.sent")}, {"payments": Armed("outbox.sent", hit=4)})),
    Removal(
        ACKNOWLEDGEMENT,
        (
            {"payments": Armed("event.received")},
            {"payments": Armed("errand.started")},
            dict.fromkeys(("accounts", "notifications"), Armed("inbox.taken")),
        ),
    ),
    Removal(
        INBOX, (dict.fromkeys(("accounts", "gateway", "leases", "notifications"), Armed("reaction.after_commit")),)
    ),
    Removal(INBOX_AND_KEYS, (dict.fromkeys(("accounts", "gateway", "notifications"), Armed("reaction.after_commit")),)),
)


@dataclass(frozen=True)
class Shown:
    """What a removal has shown: the defects of its payments, and which handlers have parked an event of theirs."""

    count: Count
    parked: Counter[str]

    def line(self) -> str:
        found = Counter(f"{defect.kind} {defect.what}" for defect in self.count.defects)
        found.update(f"parked {handler}" for handler in self.parked.elements())
        defects = ", ".join(f"{what} {number}" for what, number in sorted(found.items())) or "none"
        return f"{self.count.payments} payments: {defects}"


def shown(stack: CrashingStack, crowd: Crowd) -> dict[str, Shown]:
    """Every removal in turn; all are counted at the end, when every program is whole and nothing is left to come."""
    payments = {}
    for removal in REMOVALS:
        first = len(crowd.payments)
        _play(stack, crowd, removal)
        payments[removal.part] = crowd.payments[first:]
    stack.take_out(None, programs=())
    wait_until_quiet(stack, everything_is_heard=False)
    parked = facts.parked(stack.databases)
    return {part: _shown(stack, made, parked) for part, made in payments.items()}


def _shown(stack: CrashingStack, payments: Sequence[Payment], parked: Sequence[tuple[str, int | None]]) -> Shown:
    amounts = {payment.amount_cents for payment in payments}
    mine = Counter(handler for handler, amount_cents in parked if amount_cents in amounts)
    return Shown(counted(stack, payments), mine)


def _play(stack: CrashingStack, crowd: Crowd, removal: Removal) -> None:
    stack.take_out(removal.part, programs=removal.programs)
    for number, step in enumerate(removal.steps):
        earlier = stack.deaths()
        for program, armed in step.items():
            stack.arm(program, [replace(armed, deaths=earlier[armed.point, program] + 1)])
        crowd.pay(number, source=BANK)
        wanted = earlier + Counter((armed.point, program) for program, armed in step.items())
        eventually(partial(_have_died, stack, wanted), seconds=DIED_SECONDS_MAX, describe=stack.output)
        stack.disarm()
        stack.wait_until_ready()
    eventually(lambda: not facts.open_work(stack.databases), seconds=OVER_SECONDS_MAX, describe=stack.output)
    # One more, unharmed: what came before it in the queues has been delivered again by then.
    last = crowd.pay(len(removal.steps), source=BANK)
    eventually(lambda: _is_over(stack, last), seconds=OVER_SECONDS_MAX, describe=stack.output)


def _have_died(stack: CrashingStack, wanted: Counter[tuple[str, str]]) -> bool:
    return stack.deaths() == wanted


def _is_over(stack: CrashingStack, last: Payment) -> bool:
    """Nothing of this removal is left that could meet the next one."""
    return not facts.open_work(stack.databases) and not counted(stack, [last]).defects
