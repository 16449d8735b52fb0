"""The count, payment by payment: what was lost, what happened twice, what is stuck; unknown messages apart from those.

Sums prove nothing here: a payment that was lost whole, or booked twice, leaves every book balanced.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from deploy import dead_letters
from tests.faults.crashing import facts
from tests.faults.crashing.facts import Facts, Row
from tests.faults.crashing.payers import POSTED, Payment
from tests.faults.crashing.stack import CrashingStack
from tests.fixtures.processes import eventually

LOST, TWICE, STUCK, PARKED = "lost", "twice", "stuck", "parked"
UNDECIDED = ("submitting", "unknown")
UNDER_WAY = ("queued", "sending")
QUIET_SECONDS_MAX = 90


@dataclass(frozen=True)
class Defect:
    """One thing that went wrong for one payment, or in one place where it is nobody's."""

    kind: str
    what: str
    where: str


@dataclass
class Count:
    """The result over a number of payments."""

    payments: int = 0
    defects: list[Defect] = field(default_factory=list)
    # (channel, whether it was delivered after all): what a vendor did is not known to us.
    unknown: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def __add__(self, other: "Count") -> "Count":
        return Count(self.payments + other.payments, self.defects + other.defects, self.unknown + other.unknown)

    def of(self, kind: str, *whats: str) -> int:
        return sum(1 for defect in self.defects if defect.kind == kind and (not whats or defect.what in whats))

    def line(self) -> str:
        counts = ", ".join(f"{kind} {self.of(kind)}" for kind in (LOST, TWICE, STUCK, PARKED))
        unknown = ", ".join(
            f"{channel} {'delivered' if delivered else 'not delivered'} {count}"
            for (channel, delivered), count in sorted(self.unknown.items())
        )
        return f"{self.payments} payments: {counts}; unknown messages: {unknown or 'none'}"


def wait_until_quiet(stack: CrashingStack, *, everything_is_heard: bool = True) -> None:
    """Nothing is left to do by itself. What never ends is left to the count, which tells it payment by payment."""
    stack.wait_until_ready()

    def is_quiet() -> bool:
        is_idle = not facts.open_work(stack.databases)
        return is_idle and not (everything_is_heard and facts.unheard(stack.databases))

    with suppress(AssertionError):
        eventually(is_quiet, seconds=QUIET_SECONDS_MAX)


def counted(stack: CrashingStack, payments: Sequence[Payment]) -> Count:
    """What became of each of these payments."""
    found = facts.gathered(databases=stack.databases, sandbox_state=stack.sandbox_state)
    count = Count(payments=len(payments))
    for payment in payments:
        count.defects += _of_payment(found, payment)
        _tell_messages(count, found, payment)
    return count


def of_accounts(stack: CrashingStack, payments: Sequence[Payment]) -> list[Defect]:
    """How the accounts stand after all payments of the run, and whether any mail went out twice."""
    found = facts.gathered(databases=stack.databases, sandbox_state=stack.sandbox_state)
    twice = [Defect(TWICE, "mail", id) for id, copies in found.mails_by_message.items() if copies > 1]
    return [*_of_accounts(found, payments), *twice]


def left_over(stack: CrashingStack) -> list[Defect]:
    """What no payment accounts for: open work, events that a handler never got, parked handlings, dead letters."""
    bus = str(stack.record()["bus"])
    places = {
        STUCK: facts.open_work(stack.databases),
        LOST: facts.unheard(stack.databases),
        PARKED: {**Counter(handler for handler, _ in facts.parked(stack.databases)), **dead_letters.counts(url=bus)},
    }
    return [
        Defect(kind, f"{number} left over", place) for kind, found in places.items() for place, number in found.items()
    ]


def _of_payment(found: Facts, payment: Payment) -> Iterator[Defect]:
    where = f"{facts.dollars(payment.amount_cents)} ({payment.product})"
    rows = found.payments_by_cents.get(payment.amount_cents, [])
    yield from _number(len(rows), expected=1, what="payment", where=where)
    if payment.id is None:
        yield Defect(STUCK, "answer", where)
    if len(rows) != 1:
        return
    row = rows[0]
    if row["status"] in UNDECIDED:
        yield Defect(STUCK, "payment", where)
    elif row["status"] != payment.outcome:
        yield Defect(LOST, "outcome", where)
    expected = 1 if payment.outcome == POSTED else 0
    yield from _number(found.charges_by_cents[payment.amount_cents], expected=expected, what="charge", where=where)
    yield from _of_books(found, payment, row, expected=expected, where=where)
    yield from _of_stream(found, payment, row["id"], where=where)


def _of_books(found: Facts, payment: Payment, row: Row, *, expected: int, where: str) -> Iterator[Defect]:
    """The ledger, and the two projections that follow it."""
    booked = found.ledger.get(row["id"])
    yield from _number(booked["events"] if booked else 0, expected=expected, what="ledger", where=where)
    if booked is not None:
        sums = {booked["allocated_cents"], booked["accepted_cents"]}
        numbers = {booked["allocations"], booked["accepted"]}
        if numbers != {booked["events"]} or sums != {booked["events"] * payment.amount_cents}:
            yield Defect(LOST if min(sums) < payment.amount_cents else TWICE, "money in the ledger", where)
    if expected and row["applied_at"] is None:
        yield Defect(STUCK, "applied", where)
    if payment.product == "lease":
        kept = found.leases.get(row["id"], [])
        yield from _number(len(kept), expected=expected, what="lease", where=where)
        if not all(each["is_applied"] for each in kept):
            yield Defect(STUCK, "lease", where)


def _of_stream(found: Facts, payment: Payment, payment_id: str, *, where: str) -> Iterator[Defect]:
    is_posted = payment.outcome == POSTED
    expected = {"payment_posted": is_posted, "payment_applied": is_posted, "payment_declined": not is_posted}
    for name, is_expected in expected.items():
        yield from _number(found.stream[payment_id, name], expected=int(is_expected), what="stream", where=where)


def _tell_messages(count: Count, found: Facts, payment: Payment) -> None:
    """The vendors' own lists tell what arrived; our state tells whether we know it."""
    where = facts.dollars(payment.amount_cents)
    rows = found.messages.get(payment.id or "", [])
    arrived = {"email": found.mails[payment.email, where], "sms": found.texts[payment.phone, where]}
    for channel, copies in arrived.items():
        mine = [row for row in rows if row["channel"] == channel]
        if copies > 1:
            count.defects.append(Defect(TWICE, channel, where))
        elif any(row["state"] in UNDER_WAY for row in mine):
            count.defects.append(Defect(STUCK, channel, where))
        elif any(_may_be_unknown(row) for row in mine):
            count.unknown[channel, copies == 1] += 1
        elif copies == 0 or any(row["state"] == "unknown" for row in mine):
            count.defects.append(Defect(LOST, channel, where))


def _may_be_unknown(row: Row) -> bool:
    """Only where its process died between taking it and recording what came of it, or where the vendor was silent."""
    return bool(row["state"] == "unknown") and (row["reason"] == "no_answer" or row["claims"] > 1)


def _of_accounts(found: Facts, payments: Sequence[Payment]) -> Iterator[Defect]:
    """Each balance has moved by exactly what was paid, and who follows an account has heard its last word."""
    paid = Counter[str]()
    for payment in payments:
        paid[payment.account_id] += payment.amount_cents if payment.outcome == POSTED else 0
    for account_id, cents in sorted(paid.items()):
        where, balance = f"account {account_id}", found.balances[account_id]
        yield from _number(balance["received_cents"], expected=cents, what="balance", where=where)
        yield from _number(balance["moved_cents"], expected=balance["principal_cents"], what="principal", where=where)
        projections = {"standing": found.standings, "lease standing": found.lease_standings}
        for what, heard in projections.items():
            if account_id in heard and heard[account_id] != found.sequences.get(account_id, 0):
                yield Defect(LOST, what, where)


def _number(number: int, *, expected: int, what: str, where: str) -> Iterator[Defect]:
    if number < expected:
        yield Defect(LOST, what, where)
    elif number > expected:
        yield Defect(TWICE, what, where)
