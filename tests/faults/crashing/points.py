"""Which programs pass which crash point, in what weather, and which of them a run draws."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults.crashing.payers import UNHEARD, USUAL, Source
from tests.faults.crashing.stack import Armed, CrashingStack

ANSWERING = ("accounts", "identity", "leases", "notifications", "payments")
COMMANDED = ("identity", "notifications", "payments")
REACTING = ("accounts", "gateway", "leases", "notifications", "payments")
RUNNING_ERRANDS = ("identity", "notifications", "payments")
LISTENING = ("accounts", "gateway", "identity", "leases", "notifications", "payments")
TELLING = ("accounts", "identity", "leases", "notifications", "payments")
CALLING_VENDORS = ("notifications", "payments")

PASSES: Mapping[str, tuple[str, ...]] = {
    "command.before_commit": COMMANDED,
    "command.after_commit": COMMANDED,
    "command.before_reply": ANSWERING,
    "command.after_reply": ANSWERING,
    "command.acknowledged": ANSWERING,
    "inbox.taken": REACTING,
    "reaction.before_commit": REACTING,
    "reaction.after_commit": REACTING,
    "event.received": LISTENING,
    "event.before_acknowledgement": LISTENING,
    "event.acknowledged": LISTENING,
    "errand.started": RUNNING_ERRANDS,
    "errand.before_done": RUNNING_ERRANDS,
    "errand.after_done": RUNNING_ERRANDS,
    "errand.unknown": CALLING_VENDORS,
    "errand.released": RUNNING_ERRANDS,
    "outbox.told": TELLING,
    "outbox.saved": TELLING,
    "outbox.claimed": TELLING,
    "outbox.sent": TELLING,
    "outbox.published": TELLING,
    "outbox.marked": TELLING,
    "vendor.before_call": CALLING_VENDORS,
    "vendor.after_call": CALLING_VENDORS,
    "vendor.before_question": ("payments",),
    "vendor.after_question": ("payments",),
}

DRAWN_EACH_MAX = 5

FAIR = "fair"
UNANSWERED = "charges that the processor leaves unanswered"
PROCESSOR_DOWN, TEXTS_DOWN, MAIL_SLOW = "processor down", "text vendor down", "mail vendor too slow"
ACCOUNTS_SILENT = "accounts silent"


@dataclass(frozen=True)
class VendorFault:
    """How the sandbox is to play a vendor."""

    provider: str
    mode: str
    seconds: float | None = None


VENDOR_FAULTS = {
    PROCESSOR_DOWN: VendorFault("processor", "down"),
    TEXTS_DOWN: VendorFault("twilio", "down"),
    # Longer than notifications waits for an answer.
    MAIL_SLOW: VendorFault("sendgrid", "slow", seconds=11.0),
}

# Passed only when something outside goes wrong as well.
WEATHER: Mapping[tuple[str, str], str] = {
    ("errand.unknown", "payments"): UNANSWERED,
    ("vendor.before_question", "payments"): UNANSWERED,
    ("vendor.after_question", "payments"): UNANSWERED,
    ("errand.released", "payments"): PROCESSOR_DOWN,
    ("errand.unknown", "notifications"): MAIL_SLOW,
    ("errand.released", "notifications"): TEXTS_DOWN,
    ("errand.released", "identity"): ACCOUNTS_SILENT,
}


@dataclass(frozen=True)
class Death:
    """A program is to die at a point, at its `hit`-th pass."""

    point: str
    program: str
    hit: int

    @property
    def weather(self) -> str:
        return WEATHER.get((self.point, self.program), FAIR)


@dataclass(frozen=True)
class Scene:
    """Deaths that are looked for at the same time, each in its own weather, which ends when they have happened."""

    name: str
    deaths: tuple[Death, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        return UNHEARD if any(death.weather == UNANSWERED for death in self.deaths) else USUAL

    def missing(self, died: Counter[tuple[str, str]]) -> list[Death]:
        """Those that have not happened yet."""
        left = Counter(died)
        missing = []
        for death in self.deaths:
            left[death.point, death.program] -= 1
            if left[death.point, death.program] < 0:
                missing.append(death)
        return missing

    def armed(self, program: str) -> list[Armed]:
        """A line for each death, since each asks for another pass; and one for each point that is not passed there."""
        lines, before = [], Counter[str]()
        for death in self.deaths:
            if death.program == program:
                before[death.point] += 1
                lines.append(Armed(death.point, hit=death.hit, deaths=before[death.point]))
        return lines + [Armed(point) for point in sorted(PASSES) if program not in PASSES[point]]


def drawn(*, seed: int) -> list[Scene]:
    """Every point once, each by one program drawn from those that pass it; none dies so often that all wait for it."""
    dice = random.Random(seed)
    load = Counter[str]()
    deaths = []
    for point in sorted(PASSES, key=lambda name: (len(PASSES[name]), name)):
        program = dice.choice([name for name in PASSES[point] if load[name] < DRAWN_EACH_MAX] or PASSES[point])
        load[program] += 1
        is_rare = (point, program) in WEATHER
        deaths.append(Death(point, program, hit=1 if is_rare else dice.randint(1, 3)))
    return [Scene("every point once", tuple(deaths))]


def whole(*, deaths_each: int) -> list[Scene]:
    """Every point by every program that passes it, so many times: at its first pass, then at its second, and so on."""
    return [
        Scene(
            point,
            tuple(
                Death(point, program, hit=1 if (point, program) in WEATHER else number)
                for program in programs
                for number in range(1, deaths_each + 1)
            ),
        )
        for point, programs in PASSES.items()
    ]


def weather_of(missing: Iterable[Death]) -> set[str]:
    """What these deaths need; the one weather that keeps others from dying only when no other death is missing."""
    kinds = {death.weather for death in missing}
    return kinds - {ACCOUNTS_SILENT} or kinds


@contextmanager
def weather(stack: CrashingStack, kind: str) -> Iterator[None]:
    """Holds while the block runs; what was down is up again after it."""
    if kind == ACCOUNTS_SILENT:
        with stack.paused("accounts"):
            yield
        return
    fault = VENDOR_FAULTS.get(kind)
    if fault is not None:
        stack.fault(fault.provider, fault.mode, seconds=fault.seconds)
    try:
        yield
    finally:
        if fault is not None:
            stack.fault(fault.provider, "ok")
