"""Histories of any account: every kind of event, in any number, on any day, with what undoes and waives them."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from services.accounts.rules.events import (
    Acceleration,
    AccountEvent,
    Bill,
    ChargeOff,
    Deferment,
    DueDateChange,
    Fee,
    LateFee,
    Payment,
    Payoff,
    RateChange,
    RateReason,
    Reversal,
    Waiver,
)
from services.accounts.rules.late_fees import late_fee
from services.accounts.rules.schedule import due_on
from services.accounts.rules.terms import DayCount, ExtraMode, LeaseTerms, LoanTerms, Opening, Terms, Waterfall
from tests.unit.accounts.builders import a_loan, an_opening, the_reference_lease

EXTRAS: list[ExtraMode | None] = [None, "principal", "paid_ahead"]
DAY_COUNTS: list[DayCount] = ["actual/365", "actual/actual", "30/360"]
WATERFALLS: list[Waterfall] = ["fees_last", "fees_first"]
STATES = ["TX", "KS", "NJ", "PA", "OK", "default"]
# Money is what happens most; the rest is seldom, and what ends an account seldomer still.
KINDS = (
    *["payment"] * 8,
    *["reversal"] * 3,
    "late_fee",
    "late_fee",
    "fee",
    "waiver",
    "rate",
    "due_date",
    "deferment",
    "bill",
)
ENDINGS = ("acceleration", "payoff", "charge_off")

Case = tuple[Terms, Opening, list[AccountEvent]]


@st.composite
def loans(draw: st.DrawFn) -> tuple[LoanTerms, Opening]:
    first_due_on = draw(st.dates(date(2023, 6, 1), date(2026, 6, 1)))
    terms = a_loan(
        rate=str(draw(st.decimals("0", "29.99", places=2))),
        payment_cents=draw(st.integers(100, 120_000)),
        payment_count=draw(st.integers(1, 84)),
        first_due_on=first_due_on,
        due_day=draw(st.integers(1, 31)),
        day_count=draw(st.sampled_from(DAY_COUNTS)),
        waterfall=draw(st.sampled_from(WATERFALLS)),
    )
    opening = an_opening(
        as_of_on=first_due_on - timedelta(days=draw(st.integers(0, 60))),
        principal_cents=draw(st.integers(1, 6_000_000)),
        accrued_interest_cents=draw(st.integers(0, 50_000)),
        next_instalment_number=draw(st.integers(1, terms.payment_count)),
        fees_due_cents=draw(st.integers(0, 20_000)),
    )
    return terms, opening


@st.composite
def leases(draw: st.DrawFn) -> tuple[LeaseTerms, Opening]:
    first_due_on = draw(st.dates(date(2023, 6, 1), date(2026, 6, 1)))
    terms = the_reference_lease(first_due_on=first_due_on, waterfall=draw(st.sampled_from(WATERFALLS)))
    opening = an_opening(
        as_of_on=terms.first_due_on, principal_cents=3_150_000, fees_due_cents=draw(st.integers(0, 20_000))
    )
    return terms, opening


@st.composite
def histories(draw: st.DrawFn, *, only: tuple[str, ...] = (*KINDS, *ENDINGS)) -> Case:
    terms, opening = draw(st.one_of(loans(), leases()))
    given = st.tuples(st.sampled_from(only), st.integers(0, 1_200), st.integers(1, 1_500_000), st.integers(0, 9))
    events: list[AccountEvent] = []
    for index, (kind, days, cents, choice) in enumerate(draw(st.lists(given, max_size=12))):
        on = opening.as_of_on + timedelta(days=days)
        event = _event(kind, index=index, on=on, cents=cents, choice=choice, terms=terms, known=events)
        if event is not None:
            events.append(event)
    return terms, opening, events


def _event(
    kind: str, *, index: int, on: date, cents: int, choice: int, terms: Terms, known: list[AccountEvent]
) -> AccountEvent | None:
    key = f"{kind}:{index:02}"
    number = 1 + cents % terms.payment_count
    match kind:
        case "payment":
            return Payment(source_key=key, effective_on=on, amount_cents=cents, extra=EXTRAS[choice % 3])
        case "reversal":
            paid = [event.source_key for event in known if isinstance(event, Payment)] or ["payment:never"]
            return Reversal(source_key=key, effective_on=on, payment_key=paid[choice % len(paid)], reason="returned")
        case "late_fee":
            return _late_fee(key, on=on, number=number, state=STATES[choice % 6], terms=terms)
        case "fee":
            return Fee(source_key=key, effective_on=on, kind="other_fee", amount_cents=cents % 5_000 + 1, reason="copy")
        case "waiver":
            fees = [event.source_key for event in known if isinstance(event, Fee | LateFee)] or ["account_opened"]
            return Waiver(source_key=key, effective_on=on, fee_key=fees[choice % len(fees)], reason="goodwill")
        case "due_date":
            months = choice % 2
            return DueDateChange(
                source_key=key, effective_on=on, from_number=number, due_day=1 + cents % 28, months=months
            )
        case "deferment":
            return Deferment(source_key=key, effective_on=on, from_number=number, months=1 + choice % 3)
        case "charge_off":
            return ChargeOff(source_key=key, effective_on=on, reason="120 days")
        case "bill":
            return _bill(key, on=on, number=number, terms=terms)
    return _of_a_loan(kind, key=key, on=on, cents=cents, number=number) if isinstance(terms, LoanTerms) else None


def _of_a_loan(kind: str, *, key: str, on: date, cents: int, number: int) -> AccountEvent:
    if kind == "rate":
        percent, is_capped = Decimal(cents % 2_999) / 100, cents % 2 == 0
        reason: RateReason = "servicemember" if is_capped else "modification"
        return RateChange(
            source_key=key, effective_on=on, annual_rate_percent=percent, reason=reason, from_number=number,
            payment_cents=cents % 90_000 + 1,
        )  # fmt: skip
    if kind == "payoff":
        return Payoff(source_key=key, effective_on=on, drift_limit_cents=cents)
    return Acceleration(source_key=key, effective_on=on, reason="default")


def _late_fee(key: str, *, on: date, number: int, state: str, terms: Terms) -> LateFee | None:
    due = due_on(terms=terms, number=number)
    cents = terms.payment_cents
    found = late_fee(state=state, instalment_cents=cents, unpaid_cents=cents, due_on=due, as_of=on)
    if found.late_fee_cents == 0:
        return None
    return LateFee(
        source_key=key, effective_on=on, amount_cents=found.late_fee_cents, instalment_number=number,
        instalment_cents=cents, due_on=due, chargeable_from=found.chargeable_from, state=state,
    )  # fmt: skip


def _bill(key: str, *, on: date, number: int, terms: Terms) -> Bill:
    due, cents = due_on(terms=terms, number=number), terms.payment_cents
    return Bill(
        source_key=key, effective_on=on, instalment_number=number, due_on=due, instalment_cents=cents,
        past_due_cents=0, fees_due_cents=0, credit_cents=0, amount_due_cents=cents,
    )  # fmt: skip
