"""A published pool becomes accounts that can be serviced; what it does not say stays unsaid."""

import tracemalloc
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from deploy.portfolio.errors import MalformedPortfolio
from deploy.portfolio.reading import pool_named_by, read
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.contract.terms import LeaseTerms, LoanTerms
from services.accounts.rules.engine import replay
from services.accounts.rules.standing import standing
from tests.unit.portfolio.builders import FIXTURES, LEASE_NAMESPACE, LOAN_NAMESPACE, a_loan_file


def only_account(path: Path) -> PortfolioAccount:
    (account,) = read(path)
    return account


def loan_terms(path: Path) -> LoanTerms:
    terms = only_account(path).terms
    assert isinstance(terms, LoanTerms)
    return terms


def test_a_current_loan_is_taken_over_as_reported() -> None:
    account = next(read(FIXTURES / "example_pool_2025-06.xml"))
    assert account.source_ref == "Example Motor Credit/example_pool/7001"
    assert account.account_number == "EMC-7001"
    assert (account.product, account.status, account.state, account.has_co_borrower) == ("loan", "open", "TX", True)
    assert account.vehicle.model == "SORENTO"
    assert account.vehicle.vin is None
    assert account.opening.as_of_on == date(2025, 7, 1)
    assert account.opening.principal_cents == 1_748_031
    assert account.terms == LoanTerms(
        annual_rate_percent=Decimal("6.49"),
        day_count="actual/365",
        payment_cents=46_947,
        payment_count=60,
        first_due_on=date(2024, 1, 14),
        due_day=14,
        grace_days=15,
    )


def test_less_due_next_than_an_instalment_means_that_part_is_paid() -> None:
    account = next(read(FIXTURES / "example_pool_2025-06.xml"))
    found = standing(
        terms=account.terms,
        state=replay(terms=account.terms, opening=account.opening, payments=[]),
        on=date(2025, 7, 1),
    )
    assert (found.next_due_on, found.amount_due_cents, found.days_past_due) == (date(2025, 7, 14), 36_947, 0)


def test_nothing_due_next_means_that_the_coming_instalment_is_paid(tmp_path: Path) -> None:
    account = only_account(a_loan_file(tmp_path, {"nextReportingPeriodPaymentAmountDue": "0"}))
    assert account.opening.next_instalment_number == 20
    assert account.opening.partial_paid_cents == 0


def test_a_delinquent_loan_is_as_many_days_past_due_as_reported_and_owes_its_fees() -> None:
    account = list(read(FIXTURES / "example_pool_2025-06.xml"))[1]
    state = replay(terms=account.terms, opening=account.opening, payments=[])
    found = standing(terms=account.terms, state=state, on=date(2025, 6, 30))
    assert (found.days_past_due, found.next_due_on) == (40, date(2025, 5, 21))
    assert (found.past_due_cents, found.fees_due_cents) == (2 * 30_115, 4_517)
    assert account.account_number == "EMC-7002-A"
    assert account.opening.interest_paid_through_on == date(2025, 4, 21)


def test_what_the_file_does_not_say_stays_unsaid() -> None:
    account = list(read(FIXTURES / "example_pool_2025-06.xml"))[1]
    assert (account.state, account.has_co_borrower, account.parties) == (None, None, ())
    assert (account.vehicle.year, account.vehicle.make, account.vehicle.model) == (None, None, None)


def test_a_charged_off_loan_stays_charged_off_and_a_paid_one_closed() -> None:
    _, _, charged_off, paid = read(FIXTURES / "example_pool_2025-06.xml")
    assert (charged_off.status, charged_off.charged_off_cents) == ("charged_off", 289_012)
    assert charged_off.closed_on == date(2025, 5, 31)
    assert (paid.status, paid.charged_off_cents, paid.closed_on) == ("closed", None, date(2025, 6, 30))
    assert charged_off.opening.principal_cents == paid.opening.principal_cents == 0


def test_a_lease_is_taken_over_with_its_yield_and_its_inferred_tax() -> None:
    account = next(read(FIXTURES / "example_leases_2025-06.xml"))
    assert account.terms == LeaseTerms(
        adjusted_capitalized_cost_cents=3_150_000,
        residual_cents=1_890_000,
        term_months=36,
        base_payment_cents=44_979,
        tax_cents=3_261,
        first_due_on=date(2023, 11, 9),
        due_day=9,
        grace_days=10,
    )
    assert (account.opening.next_instalment_number, account.opening.principal_cents) == (21, 2_472_291)
    assert account.lease is not None
    assert account.lease.mileage_allowance_miles is None


def test_a_book_value_out_of_reach_gives_way_to_the_agreed_balance() -> None:
    account = list(read(FIXTURES / "example_leases_2025-06.xml"))[1]
    assert account.opening.next_instalment_number == 20
    assert account.opening.principal_cents == 2_507_470
    state = replay(terms=account.terms, opening=account.opening, payments=[])
    assert standing(terms=account.terms, state=state, on=date(2025, 6, 30)).days_past_due == 21


def test_a_late_leases_next_amount_due_says_nothing_of_its_tax(tmp_path: Path) -> None:
    path = tmp_path / "late.xml"
    text = (FIXTURES / "example_leases_2025-06.xml").read_text()
    late = text.replace("<currentDelinquencyStatus>0<", "<currentDelinquencyStatus>21<")
    path.write_text(late)
    assert path.read_text() != text
    terms = next(read(path)).terms
    assert isinstance(terms, LeaseTerms)
    assert terms.tax_cents == 0


def test_a_book_value_below_the_residual_opens_at_the_residual(tmp_path: Path) -> None:
    path = tmp_path / "low.xml"
    path.write_text((FIXTURES / "example_leases_2025-06.xml").read_text().replace("24722.91", "18000.00"))
    assert next(read(path)).opening.principal_cents == 1_890_000


def test_a_terminated_lease_stays_closed() -> None:
    account = list(read(FIXTURES / "example_leases_2025-06.xml"))[2]
    assert (account.status, account.closed_on, account.opening.principal_cents) == ("closed", date(2025, 6, 30), 0)


def test_california_republic_writes_rates_in_percent(tmp_path: Path) -> None:
    path = a_loan_file(tmp_path, {"originatorName": "Mechanics Bank", "originalInterestRatePercentage": "12.99"})
    assert loan_terms(path).annual_rate_percent == Decimal("12.99")


@pytest.mark.parametrize(
    ("originator", "day_count"),
    [("Ford Credit", "actual/actual"), ("CarMax", "actual/365"), ("An Unknown Lender", "actual/365")],
)
def test_the_day_count_is_the_issuers(tmp_path: Path, originator: str, day_count: str) -> None:
    assert loan_terms(a_loan_file(tmp_path, {"originatorName": originator})).day_count == day_count


def test_a_current_rate_of_zero_counts_only_while_no_interest_was_collected(tmp_path: Path) -> None:
    zero = {"reportingPeriodInterestRatePercentage": "0.00000000"}
    collected = {**zero, "actualInterestCollectedAmount": "88.01"}
    assert loan_terms(a_loan_file(tmp_path, zero)).annual_rate_percent == 0
    assert loan_terms(a_loan_file(tmp_path, collected)).annual_rate_percent == Decimal("6.49")


def test_a_loan_without_a_first_payment_is_due_on_the_first_and_accrues_from_the_month_end(tmp_path: Path) -> None:
    record = {"interestPaidThroughDate": None, "originationDate": "06/2025", "originalFirstPaymentDate": "08/2025"}
    account = only_account(a_loan_file(tmp_path, record))
    assert account.opening.interest_paid_through_on == date(2025, 6, 30)
    assert (account.opening.next_instalment_number, account.terms.first_due_on) == (1, date(2025, 8, 1))


def test_a_delinquency_counted_from_before_the_first_month_is_about_the_first_instalment(tmp_path: Path) -> None:
    record = {"originalFirstPaymentDate": "06/2025", "currentDelinquencyStatus": "31"}
    account = only_account(a_loan_file(tmp_path, record))
    assert (account.opening.next_instalment_number, account.terms.first_due_on) == (1, date(2025, 6, 1))


def test_a_loan_past_its_maturity_owes_everything_as_its_last_instalment(tmp_path: Path) -> None:
    record = {"loanMaturityDate": "04/2025", "currentDelinquencyStatus": "9"}
    account = only_account(a_loan_file(tmp_path, record))
    found = standing(
        terms=account.terms,
        state=replay(terms=account.terms, opening=account.opening, payments=[]),
        on=date(2025, 7, 1),
    )
    assert found.past_due_cents == found.payoff_ceiling_cents > 1_748_031


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("reportingPeriodActualEndBalanceAmount", None, "missing"),
        ("reportingPeriodActualEndBalanceAmount", "-4.00", "negative"),
        ("reportingPeriodActualEndBalanceAmount", "17,480.31", "not a value"),
        ("reportingPeriodEndingDate", "2025-06-30", "not a value"),
        ("reportingPeriodEndingDate", "02-30-2025", "not a value"),
        ("originationDate", "13/2023", "not a value"),
        ("coObligorIndicator", "yes", "not a value"),
        ("currentDelinquencyStatus", "-1", "not a value"),
        ("originalInterestRatePercentage", None, "missing"),
        ("assetNumber", None, "missing"),
        ("paymentTypeCode", "1", "monthly"),
        ("interestCalculationTypeCode", "98", "simple-interest"),
        ("reportingPeriodScheduledPaymentAmount", None, "no payment amount"),
    ],
)
def test_a_value_that_cannot_be_is_named_by_record_and_field(
    tmp_path: Path, field: str, value: str | None, sentence: str
) -> None:
    path = a_loan_file(tmp_path, {}, {field: value})
    with pytest.raises(MalformedPortfolio, match=sentence) as refusal:
        list(read(path))
    assert refusal.value.place.record == 2
    assert refusal.value.field == field
    assert f"pool_2025-06.xml, line 1, record 2, {field}: " in str(refusal.value)


def test_an_element_given_twice_where_one_may_stand_is_refused(tmp_path: Path) -> None:
    path = a_loan_file(tmp_path)
    path.write_text(path.read_text().replace("<assetNumber>", "<assetNumber>8</assetNumber><assetNumber>"))
    with pytest.raises(MalformedPortfolio, match="more than once"):
        list(read(path))


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE assetData [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<assetData xmlns="{LOAN_NAMESPACE}"><assets><assetNumber>&b;</assetNumber></assets></assetData>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE assetData [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    f'<assetData xmlns="{LOAN_NAMESPACE}"><assets><assetNumber>&a;</assetNumber></assets></assetData>'
)


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, f'<!DOCTYPE a><assetData xmlns="{LEASE_NAMESPACE}"/>'])
def test_entities_and_document_types_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text(text)
    with pytest.raises(MalformedPortfolio, match="document type or entities"):
        list(read(path))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<html><body/></html>", "not assetData"),
        ("<assetData/>", "not assetData"),
        (f'<assetData xmlns="{LOAN_NAMESPACE}"><loan/></assetData>', "Expected an assets element"),
        (f'<assetData xmlns="{LOAN_NAMESPACE}"><assets><a><b/></a></assets></assetData>', "more elements"),
        (f'<assetData xmlns="{LOAN_NAMESPACE}"><assets>{"<a/>" * 301}</assets></assetData>', "more elements"),
        (f'<assetData xmlns="{LOAN_NAMESPACE}"><assets><a>{"x" * 501}</a></assets></assetData>', "longer than"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "other.xml"
    path.write_text(text)
    with pytest.raises(MalformedPortfolio, match=sentence):
        list(read(path))


def test_a_file_cut_off_in_the_middle_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_text((FIXTURES / "example_pool_2025-06.xml").read_text()[:2_000])
    with pytest.raises(MalformedPortfolio, match="cut off") as refusal:
        list(read(path))
    assert refusal.value.place.line is not None
    assert refusal.value.place.line > 10


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak_bytes(records: int) -> int:
        path = a_loan_file(tmp_path, *({"assetNumber": str(number)} for number in range(records)))
        tracemalloc.start()
        assert sum(1 for _ in read(path)) == records
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert peak_bytes(3_000) < 2 * peak_bytes(300)


@pytest.mark.parametrize(
    ("name", "pool"),
    [
        ("ford_2017-A_2017-01.xml", "ford_2017-A"),
        ("amcar_2023-1_2026-06_ex102_excerpt.xml", "amcar_2023-1"),
        ("ford_lease_2017-A_2017-02.xml", "ford_lease_2017-A"),
        ("pool.xml", "pool"),
    ],
)
def test_two_months_of_one_pool_have_one_name(name: str, pool: str) -> None:
    assert pool_named_by(Path(name)) == pool
