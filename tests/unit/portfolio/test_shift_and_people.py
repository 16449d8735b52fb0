"""A portfolio moves in time as a whole, and its invented people never change."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from phonenumbers import is_valid_number, parse

from deploy.portfolio.people import invented_person, with_people
from deploy.portfolio.reading import read
from deploy.portfolio.shift import months_to_shift, shifted
from tests.unit.portfolio.builders import FIXTURES, a_loan_file, an_account

POOL = FIXTURES / "example_pool_2025-06.xml"


def test_the_last_reported_month_becomes_the_last_full_one_before_the_date() -> None:
    for business_on in (date(2026, 11, 1), date(2026, 11, 23), date(2026, 11, 30)):
        assert {account.opening.as_of_on for account in read(POOL, business_on=business_on)} == {date(2026, 11, 1)}


def test_a_file_of_the_last_month_does_not_move() -> None:
    assert list(read(POOL, business_on=date(2025, 7, 20))) == list(read(POOL))


def test_all_records_move_together_by_the_files_last_month(tmp_path: Path) -> None:
    path = a_loan_file(tmp_path, {"reportingPeriodEndingDate": "05-31-2025"}, {})
    moved = [account.opening.as_of_on for account in read(path, business_on=date(2026, 7, 4))]
    assert moved == [date(2026, 6, 1), date(2026, 7, 1)]


def test_every_date_moves_and_no_amount_does() -> None:
    reported, moved = next(read(POOL)), next(read(POOL, business_on=date(2026, 2, 10)))
    assert moved.opened_on == date(2024, 6, 1)
    assert moved.terms.first_due_on == date(2024, 8, 14)
    assert moved.opening.interest_paid_through_on == date(2026, 1, 14)
    assert moved.opening.principal_cents == reported.opening.principal_cents
    assert moved.vehicle == reported.vehicle


def test_a_first_due_date_in_a_short_month_finds_its_due_day_again() -> None:
    assert shifted(an_account(), months=1).terms.first_due_on == date(2025, 3, 31)
    assert shifted(an_account(), months=2).terms.first_due_on == date(2025, 4, 30)


def test_a_file_may_be_newer_than_the_business_date() -> None:
    assert months_to_shift(last_opening_on=date(2025, 7, 1), business_on=date(2025, 1, 31)) == -6


def test_an_empty_pool_has_no_accounts_to_move(tmp_path: Path) -> None:
    path = a_loan_file(tmp_path)
    path.write_text(path.read_text().partition("<assets>")[0] + "</assetData>")
    assert list(read(path, business_on=date(2026, 2, 10))) == []


def test_invented_people_depend_on_the_account_alone() -> None:
    first, again = (list(read(POOL, demo_customers=True)) for _ in range(2))
    assert [account.parties for account in first] == [account.parties for account in again]
    assert [len(account.parties) for account in first] == [2, 1, 1, 1]
    assert len({account.parties[0].email for account in first}) == 4


def test_people_whom_the_file_names_stay() -> None:
    named = an_account()
    assert with_people(named) is named
    assert replace(named, parties=()) != named


def test_every_invented_phone_number_is_valid_and_kept_free_for_fiction() -> None:
    for number in range(300):
        person = invented_person(source_ref=f"pool/{number}", role="borrower")
        assert is_valid_number(parse(person.phone)), person.phone
        assert person.phone[5:10] == "55501"
        assert person.email is not None
        assert person.email.endswith("@example.com")
        assert 1 <= int(person.ssn_last4) <= 9999


def test_borrower_and_co_borrower_are_two_people() -> None:
    borrower, co_borrower = an_account().parties
    assert borrower.email != co_borrower.email
    assert [borrower.role, co_borrower.role] == ["borrower", "co_borrower"]
