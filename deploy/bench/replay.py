"""How long the engine needs for the whole life of a contract: 72 months, every bill, a payment each, and trouble."""

import time
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from deploy.bench.report import Figure, Target
from services.accounts.rules.engine import replay
from services.accounts.rules.events import AccountEvent, Bill, LateFee, Payment, RateChange, Reversal
from services.accounts.rules.schedule import due_on
from services.accounts.rules.terms import LoanTerms, Opening

MONTHS = 72
TARGET_MILLISECONDS = 5.0
# A replay is so short that several make one measurement.
TOGETHER = 10

TERMS = LoanTerms(
    annual_rate_percent=Decimal("6.49"), day_count="actual/actual", payment_cents=41_237, payment_count=MONTHS,
    first_due_on=date(2026, 1, 5), due_day=5, grace_days=15,
)  # fmt: skip
OPENING = Opening(
    as_of_on=date(2025, 12, 5), principal_cents=2_450_000, accrued_interest_cents=0,
    interest_paid_through_on=date(2025, 12, 5), next_instalment_number=1, partial_paid_cents=0, fees_due_cents=0,
    unapplied_cents=0, payments_made=0,
)  # fmt: skip


def measure(*, rounds: int) -> list[Figure]:
    """Milliseconds of processor time per replay, of payments alone and of everything that can happen."""
    payments = [_payment(number) for number in range(1, MONTHS + 1)]
    everything = [*payments, *map(_bill, range(1, MONTHS + 1)), *_trouble(payments)]
    target = Target(at_most=TARGET_MILLISECONDS)
    return [
        _figure(f"replay of {MONTHS} months, payments alone", payments, rounds=rounds, target=None),
        _figure(f"replay of {MONTHS} months, {len(everything)} events", everything, rounds=rounds, target=target),
    ]


def _figure(name: str, events: Sequence[AccountEvent], *, rounds: int, target: Target | None) -> Figure:
    return Figure.of(name, values=[_milliseconds(events) for _ in range(rounds)], unit="ms", target=target)


def _milliseconds(events: Sequence[AccountEvent]) -> float:
    started = time.process_time()
    for _ in range(TOGETHER):
        replay(terms=TERMS, opening=OPENING, events=events)
    return (time.process_time() - started) / TOGETHER * 1000


def _payment(number: int) -> Payment:
    """Paid a few days early or late, as people do."""
    on = due_on(terms=TERMS, number=number) + timedelta(days=number % 7 - 3)
    return Payment(source_key=f"payment:{number:03}", effective_on=on, amount_cents=TERMS.payment_cents)


def _bill(number: int) -> Bill:
    due = due_on(terms=TERMS, number=number)
    return Bill(
        source_key=f"bill:{number:03}", effective_on=due - timedelta(days=20), instalment_number=number, due_on=due,
        instalment_cents=TERMS.payment_cents, past_due_cents=0, fees_due_cents=0, credit_cents=0,
        amount_due_cents=TERMS.payment_cents,
    )  # fmt: skip


def _trouble(payments: Sequence[Payment]) -> list[AccountEvent]:
    """A returned payment every year, the late fee that follows it, and another rate half way."""
    events: list[AccountEvent] = [
        RateChange(
            source_key="rate", effective_on=date(2029, 1, 1), annual_rate_percent=Decimal("6.00"),
            reason="servicemember",
        )
    ]  # fmt: skip
    for number in range(6, MONTHS, 12):
        due, undone = due_on(terms=TERMS, number=number), payments[number - 1]
        events.append(
            Reversal(
                source_key=f"return:{number}", effective_on=due + timedelta(days=4), payment_key=undone.source_key,
                reason="insufficient funds", return_code="R01",
            )
        )  # fmt: skip
        events.append(
            LateFee(
                source_key=f"late_fee:{number}", effective_on=due + timedelta(days=16), amount_cents=2_061,
                instalment_number=number, instalment_cents=TERMS.payment_cents, due_on=due,
                chargeable_from=due + timedelta(days=16), state="TX",
            )
        )  # fmt: skip
    return events
