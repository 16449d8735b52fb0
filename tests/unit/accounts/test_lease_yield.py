"""The constant yield of a lease is solved, and its rows end at the residual."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.accounts.rules.lease_yield import (
    YieldNotSolvable,
    annual_yield_percent,
    contract_rows,
    monthly_yield,
    refuse_unserviceable,
    remaining_rows,
    yield_rows,
)
from services.accounts.rules.terms import InvalidTerms, LeaseTerms, Opening
from tests.unit.accounts.builders import an_opening, the_reference_lease


def test_the_reference_lease_yields_4_7756_percent_a_year() -> None:
    monthly = monthly_yield(balance_cents=3_150_000, residual_cents=1_890_000, payment_cents=44_979, payment_count=36)
    assert str(round(monthly * 100, 8)) == "0.39796333"
    assert str(round(annual_yield_percent(monthly=monthly), 4)) == "4.7756"


def test_the_reference_lease_follows_the_worked_balances() -> None:
    rows = contract_rows(terms=the_reference_lease())
    assert (rows[0].rent_cents, rows[0].balance_cents) == (12_357, 3_117_378)
    assert rows[19].balance_cents == 2_472_291
    assert rows[35].balance_cents == 1_890_000
    assert sum(row.rent_cents for row in rows) == 359_244


@given(
    residual=st.integers(0, 5_000_000),
    depreciation=st.integers(0, 4_000_000),
    payment=st.integers(1_000, 300_000),
    count=st.integers(1, 60),
)
def test_rows_of_any_solvable_lease_end_exactly_at_the_residual(
    residual: int, depreciation: int, payment: int, count: int
) -> None:
    balance = residual + depreciation
    assume(payment * 2 < balance <= residual + payment * count)
    rows = yield_rows(balance_cents=balance, residual_cents=residual, payment_cents=payment, payment_count=count)
    assert rows[-1].balance_cents == residual
    assert sum(row.depreciation_cents for row in rows) == depreciation
    assert all(row.rent_cents + row.depreciation_cents == payment for row in rows)
    assert all(row.rent_cents >= 0 and row.depreciation_cents >= 0 for row in rows)


def test_payments_that_do_not_reach_the_balance_have_no_yield() -> None:
    with pytest.raises(YieldNotSolvable, match="do not reach"):
        monthly_yield(balance_cents=3_003_000, residual_cents=2_396_250, payment_cents=32_744, payment_count=17)


def test_a_yield_beyond_all_reason_is_refused() -> None:
    with pytest.raises(YieldNotSolvable, match="100 percent"):
        monthly_yield(balance_cents=1_001, residual_cents=0, payment_cents=1_000, payment_count=9)


def test_one_payment_at_once_above_the_balance_has_no_yield() -> None:
    with pytest.raises(YieldNotSolvable, match="100 percent"):
        monthly_yield(balance_cents=999, residual_cents=0, payment_cents=1_000, payment_count=1)


@given(
    residual=st.integers(0, 5_000_000),
    depreciation=st.integers(0, 4_000_000),
    surplus=st.integers(1, 900_000),
    count=st.integers(2, 84),
)
def test_at_the_yield_payments_and_residual_are_worth_the_balance(
    residual: int, depreciation: int, surplus: int, count: int
) -> None:
    balance, payment = residual + depreciation, -(-(depreciation + surplus) // count)
    assume(payment * 2 < balance)
    rate = Fraction(
        monthly_yield(balance_cents=balance, residual_cents=residual, payment_cents=payment, payment_count=count)
    )
    worth = sum(payment / (1 + rate) ** number for number in range(count)) + residual / (1 + rate) ** count
    assert abs(worth - balance) < Fraction(1, 10**30)


def bisected(*, balance: int, residual: int, payment: int, count: int) -> Decimal:
    """The same rate by halving an interval: another way to the number, which Newton's steps cannot lead astray."""
    low, high = Decimal(0), Decimal(1)
    for _ in range(36):
        middle = (low + high) / 2
        discount, worth = 1 / (1 + middle), Decimal(residual)
        for _ in range(count):
            worth = payment + worth * discount
        low, high = (middle, high) if worth > balance else (low, middle)
    return low


@given(
    residual=st.integers(0, 5_000_000),
    depreciation=st.integers(0, 4_000_000),
    surplus=st.integers(0, 900_000),
    count=st.integers(1, 120),
)
def test_the_yield_of_any_legal_terms_is_solved_to_a_billionth(
    residual: int, depreciation: int, surplus: int, count: int
) -> None:
    balance, payment = residual + depreciation, max(1, -(-(depreciation + surplus) // count))
    try:
        rate = monthly_yield(balance_cents=balance, residual_cents=residual, payment_cents=payment, payment_count=count)
    except YieldNotSolvable:
        # Only what comes back more than twice in the first month has none.
        discount = Fraction(1, 2)
        worth = sum(payment * discount**number for number in range(count)) + residual * discount**count
        assert worth >= balance
        return
    rows = yield_rows(balance_cents=balance, residual_cents=residual, payment_cents=payment, payment_count=count)
    assert rows[-1].balance_cents == residual
    assert sum(row.depreciation_cents for row in rows) == depreciation
    expected = bisected(balance=balance, residual=residual, payment=payment, count=count)
    assert abs(rate - expected) < Decimal("1e-9")


def test_an_opening_on_the_agreed_balance_keeps_the_agreed_rows() -> None:
    terms = the_reference_lease()
    opening = an_opening(principal_cents=2_472_291, next_instalment_number=21, as_of_on=date(2027, 9, 1))
    assert remaining_rows(terms=terms, opening=opening) == contract_rows(terms=terms)[20:]


def test_an_opening_on_another_balance_gets_a_yield_that_still_ends_at_the_residual() -> None:
    opening = an_opening(principal_cents=2_470_000, next_instalment_number=21, as_of_on=date(2027, 9, 1))
    rows = remaining_rows(terms=the_reference_lease(), opening=opening)
    assert [row.number for row in rows] == list(range(21, 37))
    assert rows[-1].balance_cents == 1_890_000


def test_an_opening_on_another_balance_may_not_hold_a_partly_paid_instalment() -> None:
    opening = an_opening(principal_cents=2_470_000, next_instalment_number=21, partial_paid_cents=100)
    with pytest.raises(InvalidTerms, match="partly paid"):
        remaining_rows(terms=the_reference_lease(), opening=opening)


def refusal_of(check: Callable[..., object], *, terms: LeaseTerms, opening: Opening) -> str | None:
    try:
        check(terms=terms, opening=opening)
    except (InvalidTerms, YieldNotSolvable) as refusal:
        return str(refusal)
    return None


@given(
    number=st.integers(1, 37),
    partial_cents=st.sampled_from([0, 0, 100, 12_000, 44_979, 48_000]),
    off_cents=st.sampled_from([0, 0, 1, -1, 350_000, -350_000, 9_000_000]),
    surplus=st.integers(0, 900_000),
)
def test_what_has_no_rows_is_refused_without_making_them(
    number: int, partial_cents: int, off_cents: int, surplus: int
) -> None:
    payment = -(-(1_260_000 + surplus) // 36)
    terms = replace(the_reference_lease(), base_payment_cents=payment)
    agreed = contract_rows(terms=terms)
    before = agreed[number - 2].balance_cents if number > 1 else 3_150_000
    paid = max(0, min(partial_cents, payment) - agreed[number - 1].rent_cents) if number <= 36 else 0
    opening = an_opening(
        principal_cents=max(0, before - paid + off_cents), next_instalment_number=number,
        partial_paid_cents=partial_cents,
    )  # fmt: skip
    expected = refusal_of(remaining_rows, terms=terms, opening=opening)
    assert refusal_of(refuse_unserviceable, terms=terms, opening=opening) == expected
