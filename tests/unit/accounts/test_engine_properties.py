"""Whatever is paid, in whatever order: no cent is lost, nothing goes below zero, a payoff ends at zero."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.engine import replay
from services.accounts.rules.standing import standing
from services.accounts.rules.state import AccountState, Payment
from services.accounts.rules.terms import DayCount, ExtraMode, LeaseTerms, LoanTerms, Opening, Terms
from tests.unit.accounts.builders import a_loan, an_opening, the_reference_lease

EXTRAS: list[ExtraMode | None] = [None, "principal", "paid_ahead"]
DAY_COUNTS: list[DayCount] = ["actual/365", "actual/actual", "30/360"]


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
    terms = the_reference_lease(first_due_on=draw(st.dates(date(2023, 6, 1), date(2026, 6, 1))))
    opening = an_opening(
        as_of_on=terms.first_due_on, principal_cents=3_150_000, fees_due_cents=draw(st.integers(0, 20_000))
    )
    return terms, opening


@st.composite
def accounts_with_payments(draw: st.DrawFn) -> tuple[Terms, Opening, list[Payment]]:
    terms, opening = draw(st.one_of(loans(), leases()))
    drawn = draw(
        st.lists(st.tuples(st.integers(0, 1_200), st.integers(1, 1_500_000), st.sampled_from(EXTRAS)), max_size=8)
    )
    payments = [
        Payment(
            source_key=f"payment:{index}",
            effective_on=opening.as_of_on + timedelta(days=days),
            amount_cents=cents,
            extra=extra,
        )
        for index, (days, cents, extra) in enumerate(drawn)
    ]
    return terms, opening, payments


def assert_sound(state: AccountState) -> None:
    assert state.principal_cents >= 0
    assert state.accrued_interest >= 0
    assert state.fees_due_cents >= 0
    assert state.unapplied_cents >= 0
    assert state.partial_paid_cents >= 0


@given(case=accounts_with_payments())
def test_no_cent_is_lost(case: tuple[Terms, Opening, list[Payment]]) -> None:
    terms, opening, payments = case
    state = replay(terms=terms, opening=opening, payments=payments)
    for a in state.allocations:
        parts = a.interest_cents + a.principal_cents + a.tax_cents + a.fees_cents + a.unapplied_cents
        assert parts == a.amount_cents
        assert min(a.interest_cents, a.principal_cents, a.tax_cents, a.fees_cents) >= 0
    paid = sum(payment.amount_cents for payment in payments)
    assert sum(a.amount_cents for a in state.allocations) == paid
    assert opening.principal_cents - sum(a.principal_cents for a in state.allocations) == state.principal_cents
    assert opening.unapplied_cents + sum(a.unapplied_cents for a in state.allocations) == state.unapplied_cents
    assert_sound(state)


@given(case=accounts_with_payments(), data=st.data())
def test_the_order_of_arrival_does_not_matter(case: tuple[Terms, Opening, list[Payment]], data: st.DataObject) -> None:
    terms, opening, payments = case
    shuffled = data.draw(st.permutations(payments))
    once = replay(terms=terms, opening=opening, payments=payments)
    assert replay(terms=terms, opening=opening, payments=shuffled) == once
    assert replay(terms=terms, opening=opening, payments=payments + shuffled) == once


@given(case=accounts_with_payments(), days=st.integers(0, 1_300))
def test_a_standing_is_never_negative_and_never_more_than_the_payoff(
    case: tuple[Terms, Opening, list[Payment]], days: int
) -> None:
    terms, opening, payments = case
    state = replay(terms=terms, opening=opening, payments=payments)
    found = standing(terms=terms, state=state, on=state.last_effective_on + timedelta(days=days))
    assert 0 <= found.past_due_cents <= found.amount_due_cents <= found.payoff_ceiling_cents
    assert (found.days_past_due > 0) == (found.past_due_cents > 0)


@given(case=loans(), days=st.integers(0, 1_300), first_cents=st.integers(1, 900_000), before_days=st.integers(0, 90))
def test_paying_the_payoff_on_its_day_leaves_exactly_nothing(
    case: tuple[LoanTerms, Opening], days: int, first_cents: int, before_days: int
) -> None:
    terms, opening = case
    first = Payment(
        source_key="payment:0", effective_on=opening.as_of_on + timedelta(days=before_days), amount_cents=first_cents
    )
    on = first.effective_on + timedelta(days=days)
    before = replay(terms=terms, opening=opening, payments=[first])
    payoff_cents = standing(terms=terms, state=before, on=on).payoff_ceiling_cents
    if payoff_cents == 0:
        return
    payoff = Payment(source_key="payment:1", effective_on=on, amount_cents=payoff_cents)
    after = replay(terms=terms, opening=opening, payments=[first, payoff])
    assert (after.principal_cents, after.fees_due_cents, after.accrued_interest) == (0, 0, Decimal(0))
    assert after.unapplied_cents == before.unapplied_cents
    found = standing(terms=terms, state=after, on=on + timedelta(days=400))
    assert (found.payoff_ceiling_cents, found.amount_due_cents, found.next_due_on) == (0, 0, None)


@given(case=st.one_of(loans(), leases()), days=st.integers(0, 900))
def test_paying_the_amount_due_leaves_nothing_due_that_day(case: tuple[Terms, Opening], days: int) -> None:
    terms, opening = case
    on = opening.as_of_on + timedelta(days=days)
    due_cents = standing(terms=terms, state=replay(terms=terms, opening=opening, payments=[]), on=on).amount_due_cents
    if due_cents == 0:
        return
    payment = Payment(source_key="payment", effective_on=on, amount_cents=due_cents)
    state = replay(terms=terms, opening=opening, payments=[payment])
    found = standing(terms=terms, state=state, on=on)
    assert (found.amount_due_cents, found.past_due_cents, found.days_past_due) == (0, 0, 0)
    assert state.unapplied_cents == 0


@given(case=loans())
def test_paying_each_amount_due_on_its_due_date_ends_at_zero(case: tuple[LoanTerms, Opening]) -> None:
    terms, opening = case
    state = replay(terms=terms, opening=opening, payments=[])
    payments: list[Payment] = []
    for _ in range(terms.payment_count):
        found = standing(terms=terms, state=state, on=state.last_effective_on)
        if found.next_due_on is None:
            break
        on = max(found.next_due_on, state.last_effective_on)
        due_cents = standing(terms=terms, state=state, on=on).amount_due_cents
        payments.append(Payment(source_key=f"payment:{len(payments):03}", effective_on=on, amount_cents=due_cents))
        state = replay(terms=terms, opening=opening, payments=payments)
    assert state.principal_cents == 0
    assert state.unapplied_cents == 0
