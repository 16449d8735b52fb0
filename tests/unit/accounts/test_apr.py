"""The annual percentage rate is the one that Regulation Z publishes for its own examples."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.apr import (
    AnnualPercentageRate,
    CashFlow,
    RateNotSolvable,
    UnitPeriod,
    annual_percentage_rate,
    unit_periods_between,
)
from services.accounts.rules.repayment import Frequency, due_dates, level_payment_over, repayment_rows

MONTH = UnitPeriod(unit="months")
HALF_MONTH = UnitPeriod(unit="semimonth")


def days(count: int) -> UnitPeriod:
    return UnitPeriod(unit="days", count=count)


def months(count: int) -> UnitPeriod:
    return UnitPeriod(unit="months", count=count)


def on(text: str) -> date:
    return date.fromisoformat(text)


def flow(when: str, cents: int) -> CashFlow:
    return CashFlow(on=on(when), amount_cents=cents)


def level(first: str, count: int, cents: int, frequency: Frequency = "monthly") -> list[CashFlow]:
    dates = due_dates(first_due_on=on(first), frequency=frequency, payment_count=count)
    return [CashFlow(on=due, amount_cents=cents) for due in dates]


def every(days_apart: int, first: str, count: int, cents: int) -> list[CashFlow]:
    start = on(first).toordinal()
    return [CashFlow(on=date.fromordinal(start + days_apart * number), amount_cents=cents) for number in range(count)]


def rate(advance: CashFlow | list[CashFlow], payments: list[CashFlow], unit_period: UnitPeriod) -> AnnualPercentageRate:
    advances = advance if isinstance(advance, list) else [advance]
    return annual_percentage_rate(advances=advances, payments=payments, unit_period=unit_period)


# 12 CFR 1026, Appendix J (c): the published examples by their paragraph.
PUBLISHED = [
    ("1i", flow("1978-01-10", 500_000), level("1978-02-10", 24, 23_000), MONTH, "9.69", 12),
    ("1ii", flow("1978-02-10", 600_000), level("1978-04-01", 36, 20_000), MONTH, "11.82", 12),
    ("1iii", flow("1978-02-23", 500_000), level("1978-03-01", 24, 21_917, "semimonthly"), HALF_MONTH, "10.34", 24),
    ("1iv", flow("1978-05-23", 1_000_000), level("1978-10-01", 40, 38_500, "quarterly"), months(3), "8.97", 4),
    ("1v", flow("1978-03-20", 50_000), level("1978-04-21", 30, 1_760, "weekly"), days(7), "14.96", 52),
    (
        "2i", flow("1978-01-10", 500_000), [flow("1978-02-10", 25_000), *level("1978-03-10", 23, 23_000)],
        MONTH, "10.08", 12,
    ),
    (
        "2ii", flow("1978-03-18", 40_000), [flow("1978-04-20", 3_950), *every(28, "1978-05-18", 11, 3_831)],
        days(28), "28.50", 13,
    ),
    (
        "3i", flow("1978-01-10", 500_000), [*level("1978-02-10", 23, 23_000), flow("1980-01-10", 28_000)],
        MONTH, "10.50", 12,
    ),
    (
        "3ii", flow("1978-04-03", 20_000), [*every(14, "1978-04-11", 19, 950), flow("1979-01-02", 3_000)],
        days(14), "12.22", 26,
    ),
    (
        "4i", flow("1978-01-10", 500_000),
        [flow("1978-02-10", 25_000), *level("1978-03-10", 22, 23_000), flow("1980-01-10", 28_000)],
        MONTH, "10.90", 12,
    ),
    (
        "4ii", flow("1978-01-10", 800_000),
        [flow("1978-03-01", 44_936), *level("1978-05-01", 36, 46_500)[::2], flow("1981-05-01", 20_000)],
        months(2), "7.30", 6,
    ),
    ("5i", flow("1978-01-03", 100_000), [flow("1978-09-15", 108_000)], days(255), "11.45", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("paragraph", "advance", "payments", "unit_period", "percent", "per_year"),
    PUBLISHED,
    ids=lambda value: str(value)[:4],
)
def test_the_published_examples_come_out_as_published(
    paragraph: str,
    advance: CashFlow,
    payments: list[CashFlow],
    unit_period: UnitPeriod,
    percent: str,
    per_year: int | None,
) -> None:
    found = rate(advance, payments, unit_period)
    assert abs(found.percent - Decimal(percent)) <= Decimal("0.005")
    assert abs(found.unit_periods_per_year - (per_year or Decimal(365) / 255)) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("payment", "unit_period", "percent", "per_year"),
    [
        (flow("1978-07-03", 104_400), months(6), "8.80", 2),
        (flow("1979-07-03", 113_519), months(12), "8.76", 1),
        (flow("1980-01-03", 124_000), months(12), "11.36", 1),
        (flow("1978-01-31", 100_500), days(28), "6.52", None),
    ],
)
def test_a_single_payment_is_measured_by_its_term(
    payment: CashFlow, unit_period: UnitPeriod, percent: str, per_year: int | None
) -> None:
    found = rate(flow("1978-01-03", 100_000), [payment], unit_period)
    assert str(round(found.percent, 2)) == percent
    assert abs(found.unit_periods_per_year - (per_year or Decimal(365) / 28)) < Decimal("1e-20")


def test_two_advances_and_their_payments_meet_at_the_rate() -> None:
    """1,000.00 at once and 1,000.00 a month later at 1 % a month: two months on, 2,030.10 is owed."""
    advances = [flow("2026-01-10", 100_000), flow("2026-02-10", 100_000)]
    found = rate(advances, [flow("2026-03-10", 203_010)], MONTH)
    assert abs(found.percent - 12) < Decimal("1e-9")


@pytest.mark.parametrize(
    ("start", "end", "unit_period", "periods", "fraction"),
    [
        ("1978-02-10", "1978-04-01", MONTH, 1, Decimal(19) / 30),
        ("1978-02-23", "1978-03-01", HALF_MONTH, 0, Decimal(6) / 15),
        ("1978-05-23", "1978-10-01", months(3), 1, Decimal(39) / 90),
        ("1978-03-20", "1978-04-21", days(7), 4, Decimal(4) / 7),
        ("1978-01-03", "1979-07-03", months(12), 1, Decimal(6) / 12),
        ("2023-10-26", "2024-11-30", months(12), 1, Decimal(35) / 365),
        ("2026-01-31", "2026-03-31", MONTH, 2, Decimal(0)),
    ],
)
def test_unit_periods_are_counted_as_the_appendix_says(
    start: str, end: str, unit_period: UnitPeriod, periods: int, fraction: Decimal
) -> None:
    found = unit_periods_between(start=on(start), end=on(end), unit_period=unit_period)
    assert found[0] == periods
    assert abs(found[1] - fraction) < Decimal("1e-20")


def test_payments_at_each_months_end_are_whole_months_apart() -> None:
    by_end = rate(flow("2025-12-31", 500_000), level("2026-01-31", 24, 23_000), MONTH)
    by_tenth = rate(flow("2026-01-10", 500_000), level("2026-02-10", 24, 23_000), MONTH)
    assert abs(by_end.percent - by_tenth.percent) < Decimal("1e-9")


def test_payments_that_only_repay_the_advance_cost_nothing() -> None:
    assert rate(flow("2026-01-10", 240_000), level("2026-02-10", 12, 20_000), MONTH).percent == 0


@pytest.mark.parametrize(
    ("payments", "sentence"),
    [
        (level("2026-02-10", 11, 20_000), "do not repay"),
        ([flow("2026-01-10", 250_000)], "at no rate"),
        ([flow("2026-01-09", 250_000)], "before the first advance"),
    ],
)
def test_payments_without_a_rate_are_refused(payments: list[CashFlow], sentence: str) -> None:
    with pytest.raises(RateNotSolvable, match=sentence):
        rate(flow("2026-01-10", 240_000), payments, MONTH)


@given(
    percent=st.decimals("0.50", "35.99", places=2),
    principal_cents=st.integers(500_000, 9_000_000),
    count=st.integers(6, 84),
    advanced_on=st.dates(date(2024, 1, 1), date(2028, 12, 28)).filter(lambda day: day.day <= 28),
    rhythm=st.sampled_from([("monthly", MONTH, 1), ("quarterly", months(3), 3)]),
)
def test_a_schedule_without_odd_days_has_its_own_rate(
    percent: Decimal,
    principal_cents: int,
    count: int,
    advanced_on: date,
    rhythm: tuple[Frequency, UnitPeriod, int],
) -> None:
    frequency, unit_period, months_apart = rhythm
    year, month = divmod(advanced_on.year * 12 + advanced_on.month - 1 + months_apart, 12)
    dates = due_dates(first_due_on=date(year, month + 1, advanced_on.day), frequency=frequency, payment_count=count)
    payment = level_payment_over(
        principal_cents=principal_cents, annual_rate_percent=percent, day_count="30/360", advanced_on=advanced_on,
        due_dates=dates,
    )  # fmt: skip
    rows = repayment_rows(
        principal_cents=principal_cents, annual_rate_percent=percent, day_count="30/360", advanced_on=advanced_on,
        due_dates=dates, payment_cents=payment,
    )  # fmt: skip
    found = rate(
        CashFlow(on=advanced_on, amount_cents=principal_cents),
        [CashFlow(on=row.due_on, amount_cents=row.payment_cents) for row in rows],
        unit_period,
    )
    assert abs(found.percent - percent) <= Decimal("0.005")
