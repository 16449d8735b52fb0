"""A portfolio moves in time as a whole, and its invented people never change."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from phonenumbers import is_valid_number, parse

from deploy.portfolio.errors import MalformedPortfolio, Place
from deploy.portfolio.json_lines import JSON_LINES
from deploy.portfolio.people import invented_person, with_people
from deploy.portfolio.reading import read, read_placed
from deploy.portfolio.shift import Moved, months_to_shift, shifted
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioAccountSchema
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


def test_months_are_counted_both_ways() -> None:
    assert months_to_shift(last_opening_on=date(2025, 7, 1), business_on=date(2025, 1, 31)) == -6


def test_an_empty_pool_has_no_accounts_to_move(tmp_path: Path) -> None:
    path = a_loan_file(tmp_path)
    path.write_text(path.read_text().partition("<assets>")[0] + "</assetData>")
    assert list(read(path, business_on=date(2026, 2, 10))) == []


def as_lines(folder: Path, *records: PortfolioAccount | str) -> Path:
    path = folder / "portfolio.jsonl"
    path.write_text("\n".join(each if isinstance(each, str) else a_line(each) for each in records))
    return path


def a_line(account: PortfolioAccount) -> str:
    return json.dumps(PortfolioAccountSchema().dump(account))


def as_of(on: date, ref: str = "loan/1") -> PortfolioAccount:
    account = an_account()
    return replace(account, source_ref=ref, opening=replace(account.opening, as_of_on=on))


def test_the_last_month_is_that_of_a_record_that_can_be_read(tmp_path: Path) -> None:
    later = a_line(as_of(date(2026, 5, 1)))
    wrong = (
        later.replace('"actual/actual"', '"lunar"'), later.replace("}]", '}], "issuer": "twice"', 1),
        later.replace("2026-05-01", "05/01/2026"), later.replace('"2026-05-01"', "20260501"), "{", "[]",
    )  # fmt: skip
    path = as_lines(tmp_path, as_of(date(2025, 3, 1)), *wrong, as_of(date(2025, 4, 1), ref="loan/2"))
    refused: list[MalformedPortfolio] = []
    read = list(read_placed(path, business_on=date(2026, 7, 4), refused=refused.append))
    assert [placed.account.opening.as_of_on for placed in read if placed.place.line in (1, 8)] == [
        date(2026, 6, 1), date(2026, 7, 1),
    ]  # fmt: skip
    assert [refusal.place.line for refusal in refused] == [2, 3, 4, 5, 6, 7]


def test_a_file_of_one_month_is_read_whole_once(tmp_path: Path) -> None:
    path = as_lines(tmp_path, *(as_of(date(2025, 3, 1), ref=f"loan/{number}") for number in range(50)))
    read: list[Place] = []

    def account(place: Place, line: bytes) -> PortfolioAccount:
        read.append(place)
        return JSON_LINES.account(place, line)

    assert replace(JSON_LINES, account=account).last_opening_on(path) == date(2025, 3, 1)
    assert len(read) == 1


def test_a_record_that_would_be_moved_off_the_calendar_is_refused_alone(tmp_path: Path) -> None:
    distant = replace(as_of(date(2025, 3, 1), ref="loan/2"), opened_on=date(9999, 1, 1))
    path = as_lines(tmp_path, as_of(date(2025, 3, 1)), distant)
    refused: list[MalformedPortfolio] = []
    read = list(read_placed(path, business_on=date(2026, 7, 4), refused=refused.append))
    assert [placed.account.opening.as_of_on for placed in read] == [date(2026, 7, 1)]
    assert [str(refusal) for refusal in refused] == [
        "portfolio.jsonl, line 2: Moved by 16 months, as the file's last month is, a date leaves the calendar."
    ]


def test_how_far_a_file_is_moved_is_told_once(tmp_path: Path) -> None:
    path, told = as_lines(tmp_path, as_of(date(2025, 3, 1)), as_of(date(2025, 1, 1), ref="loan/2")), []
    assert len(list(read_placed(path, business_on=date(2025, 4, 4), moved=lambda how: told.append(str(how))))) == 2
    assert told == ["every date is moved 1 month forward: the file's last month is 2025-03"]


def test_a_file_of_this_month_tells_nothing(tmp_path: Path) -> None:
    told: list[Moved] = []
    list(read_placed(as_lines(tmp_path, as_of(date(2025, 3, 1))), business_on=date(2025, 3, 30), moved=told.append))
    assert told == []


@pytest.mark.parametrize("a_file", [lambda folder: as_lines(folder, as_of(date(2031, 1, 1))), a_loan_file])
def test_one_date_that_is_still_to_come_does_not_move_a_whole_file(
    a_file: Callable[[Path], Path], tmp_path: Path
) -> None:
    with pytest.raises(MalformedPortfolio, match=r"is still to come, and every date would be moved by it\. Correct"):
        list(read_placed(a_file(tmp_path), business_on=date(2020, 1, 20)))


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
