"""A loan repaid at any rhythm ends at zero, and its level payment pays for the real days."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.repayment import (
    FREQUENCIES,
    Frequency,
    due_dates,
    level_payment_over,
    repayment_rows,
)
from services.accounts.rules.schedule import ScheduleRow, level_payment_cents
from services.accounts.rules.terms import DayCount

ADVANCED_ON = date(2026, 1, 5)


def repaid(
    *,
    principal_cents: int = 1_825_000,
    rate: str = "6.49",
    count: int = 60,
    first_due_on: date = date(2026, 2, 5),
    day_count: DayCount = "actual/365",
    frequency: Frequency = "monthly",
    payment_cents: int | None = None,
) -> tuple[int, tuple[ScheduleRow, ...]]:
    dates = due_dates(first_due_on=first_due_on, frequency=frequency, payment_count=count)
    level = payment_cents or level_payment_over(
        principal_cents=principal_cents, annual_rate_percent=Decimal(rate), day_count=day_count,
        advanced_on=ADVANCED_ON, due_dates=dates,
    )  # fmt: skip
    return level, repayment_rows(
        principal_cents=principal_cents, annual_rate_percent=Decimal(rate), day_count=day_count,
        advanced_on=ADVANCED_ON, due_dates=dates, payment_cents=level,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("frequency", "first", "expected"),
    [
        ("monthly", "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("quarterly", "2026-11-30", ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30"]),
        ("weekly", "2026-12-28", ["2026-12-28", "2027-01-04", "2027-01-11", "2027-01-18"]),
        ("biweekly", "2026-12-28", ["2026-12-28", "2027-01-11", "2027-01-25", "2027-02-08"]),
        ("semimonthly", "2026-01-01", ["2026-01-01", "2026-01-16", "2026-02-01", "2026-02-16"]),
        ("semimonthly", "2026-01-16", ["2026-01-16", "2026-02-01", "2026-02-16", "2026-03-01"]),
        ("semimonthly", "2026-01-15", ["2026-01-15", "2026-01-30", "2026-02-15", "2026-02-28"]),
        ("semimonthly", "2026-01-31", ["2026-01-31", "2026-02-15", "2026-02-28", "2026-03-15"]),
    ],
)
def test_due_dates_keep_their_rhythm(frequency: Frequency, first: str, expected: list[str]) -> None:
    dates = due_dates(first_due_on=date.fromisoformat(first), frequency=frequency, payment_count=4)
    assert [due.isoformat() for due in dates] == expected


def test_in_equal_periods_the_level_payment_is_the_annuity() -> None:
    level, rows = repaid(day_count="30/360")
    annuity = level_payment_cents(principal_cents=1_825_000, annual_rate_percent=Decimal("6.49"), payment_count=60)
    assert level == annuity == 35_700
    assert rows[0].interest_cents == 9_870


def test_the_first_row_charges_the_days_of_the_first_period() -> None:
    _, rows = repaid(payment_cents=41_237)
    assert (rows[0].interest_cents, rows[0].principal_cents) == (10_060, 31_177)


def test_an_odd_first_period_is_paid_for_by_every_payment_alike() -> None:
    (usual, rows), (odd, odd_rows) = repaid(), repaid(first_due_on=date(2026, 3, 5))
    assert odd > usual
    assert odd_rows[0].interest_cents == 19_146
    assert max(abs(found[-1].payment_cents - level) for level, found in ((usual, rows), (odd, odd_rows))) < 60


def test_a_larger_payment_needs_fewer_rows_and_a_smaller_one_leaves_a_larger_last() -> None:
    _, fewer = repaid(payment_cents=100_000)
    assert len(fewer) == 20
    assert fewer[-1].payment_cents < 100_000
    _, late = repaid(payment_cents=5_000, count=12)
    assert len(late) == 12
    assert late[0].interest_cents == 5_000
    assert late[-1].payment_cents > 1_825_000
    assert late[-1].balance_cents == 0


def test_interest_that_was_not_covered_bears_no_interest() -> None:
    _, rows = repaid(payment_cents=1, count=12, first_due_on=date(2026, 2, 5))
    simple = Decimal(1_825_000) * Decimal("6.49") / 100
    assert abs(sum(row.interest_cents for row in rows) - simple) < 1


@given(
    rate=st.decimals("0", "35.99", places=2),
    principal_cents=st.integers(10_000, 9_000_000),
    count=st.integers(1, 84),
    first_due_on=st.dates(date(2026, 1, 6), date(2026, 5, 31)),
    day_count=st.sampled_from(["actual/365", "actual/actual", "30/360"]),
    frequency=st.sampled_from(FREQUENCIES),
)
def test_every_schedule_ends_at_zero_and_repays_the_principal(
    rate: Decimal,
    principal_cents: int,
    count: int,
    first_due_on: date,
    day_count: DayCount,
    frequency: Frequency,
) -> None:
    level, rows = repaid(
        principal_cents=principal_cents, rate=str(rate), count=count, first_due_on=first_due_on, day_count=day_count,
        frequency=frequency,
    )  # fmt: skip
    assert rows[-1].balance_cents == 0
    assert sum(row.principal_cents for row in rows) == principal_cents
    assert all(row.payment_cents == row.interest_cents + row.principal_cents for row in rows)
    assert all(row.payment_cents == level for row in rows[:-1])
    assert [row.due_on for row in rows] == sorted({row.due_on for row in rows})
