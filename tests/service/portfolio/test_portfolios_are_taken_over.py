"""The good records of a file are taken over, the bad ones are named, and a file that breaks off leaves nothing."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from deploy.catalogue import SERVICES
from deploy.cli.import_ import command
from deploy.ledger_check import check
from deploy.portfolio.csv_table import COLUMNS
from deploy.portfolio.errors import MalformedPortfolio
from deploy.stack import variable_of
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioAccountSchema
from tests.builders.accounts import a_closed_loan, a_lease, a_loan, an_opening
from tests.service.portfolio.stage import Stage
from tests.unit.portfolio.builders import a_loan_file
from tests.unit.portfolio.test_tables_and_lines import as_row


def a_lines_file(folder: Path, *records: PortfolioAccount | dict[str, Any] | str) -> Path:
    path = folder / "portfolio.jsonl"
    lines = [record if isinstance(record, str) else json.dumps(as_plain(record)) for record in records]
    path.write_text("\n".join(lines) + "\n")
    return path


def as_plain(record: PortfolioAccount | dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = record if isinstance(record, dict) else PortfolioAccountSchema().dump(record)
    return plain


def a_table(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "portfolio.csv"
    with path.open("w", newline="") as stream:
        table = csv.DictWriter(stream, fieldnames=COLUMNS, restval="")
        table.writeheader()
        table.writerows(rows)
    return path


def test_a_reference_that_stands_again_for_another_number_is_named(stage: Stage, tmp_path: Path) -> None:
    """In one file and from one file to the next; the same account again is no fault."""
    first = replace(a_loan(source_ref="pool/1"), account_number="1000000042")
    why = "pool/1 is known already with an account number that ends in 0042, not in {}. Correct the number or"
    assert stage.take(a_lines_file(tmp_path, first, first, replace(first, account_number="1000000043"))).created == 1
    assert [why.format("0043") in refusal for refusal in stage.refused()] == [True]
    assert stage.refused()[0].startswith("portfolio.jsonl, line 3, account_number: ")
    stage.take(a_lines_file(tmp_path, replace(first, account_number="1000000044")))
    assert [why.format("0044") in refusal for refusal in stage.refused()] == [True]
    stage.take(a_lines_file(tmp_path, first))
    assert stage.refused() == []
    assert stage.account_refs() == {"pool/1"}


def test_wrong_lines_are_named_and_the_others_taken_over(stage: Stage, tmp_path: Path) -> None:
    wrong_cents = as_plain(a_loan(source_ref="pool/wrong"))
    wrong_cents["opening"] |= {"principal_cents": 182.5}
    path = a_lines_file(tmp_path, a_loan(source_ref="pool/1"), wrong_cents, "{", "", a_lease(source_ref="pool/2"))
    taken = stage.take(path)
    assert (taken.created, taken.leases, taken.by_status) == (2, 1, {"open": 2})
    assert stage.refused() == [
        "portfolio.jsonl, line 2, opening.principal_cents: Not a valid integer.",
        "portfolio.jsonl, line 3: The line is not one JSON object.",
    ]
    assert stage.account_refs() == {"pool/1", "pool/2"}
    assert check(stage.accounts) == []


def test_wrong_rows_of_a_table_are_named_and_the_others_taken_over(stage: Stage, tmp_path: Path) -> None:
    good, bad = as_row(a_loan(source_ref="pool/1")), as_row(a_loan(source_ref="pool/2"))
    path = a_table(tmp_path, good, {**bad, "due_day": "32"}, {**bad, "product": "boat"}, as_row(a_closed_loan()))
    assert stage.take(path).created == 2
    assert stage.refused() == [
        "portfolio.csv, line 3, due_day: The due day must be 1 to 31.",
        "portfolio.csv, line 4, product: Must be one of: loan, lease.",
    ]
    assert check(stage.accounts) == []


def test_wrong_records_of_a_published_pool_are_named_by_line_and_element(stage: Stage, tmp_path: Path) -> None:
    path = a_loan_file(
        tmp_path, {}, {"assetNumber": "2", "originationDate": "13/2023"}, {"assetNumber": "3", "paymentTypeCode": "1"},
        {"assetNumber": "4"},
    )  # fmt: skip
    path.write_text(path.read_text().replace("<assets>", "\n<assets>"))
    assert stage.take(path).created == 2
    assert stage.refused() == [
        "pool_2025-06.xml, line 3, record 2, originationDate: '13/2023' is not a value this element can have.",
        "pool_2025-06.xml, line 4, record 3, paymentTypeCode: Only loans paid monthly can be serviced.",
    ]


def test_records_that_only_the_books_refuse_are_named_by_their_line_too(stage: Stage, tmp_path: Path) -> None:
    partly_paid = an_opening(principal_cents=2_800_000, next_instalment_number=11, partial_paid_cents=100)
    endless = a_loan(source_ref="pool/4", account_number="A-4")
    endless = replace(endless, terms=replace(endless.terms, first_due_on=endless.terms.first_due_on.replace(year=9998)))
    path = a_lines_file(
        tmp_path,
        a_loan(source_ref="pool/1", account_number="A-1"),
        a_loan(source_ref="pool/2", account_number="A-1"),
        a_lease(source_ref="pool/3", account_number="A-3", opening=partly_paid),
        endless,
        a_lease(source_ref="pool/5", account_number="A-5"),
    )
    taken = stage.take(path)
    assert (taken.created, taken.refused, taken.leases) == (2, 3, 1)
    assert [(refusal.place.line, refusal.sentence.partition(" (")[0][:45]) for refusal in stage.refusals] == [
        (2, "The account number of pool/2"),
        (3, "pool/3: A lease opened on a balance of its ow"),
        (4, "pool/4: The contract ends beyond the calendar"),
    ]
    assert stage.account_refs() == {"pool/1", "pool/5"}


def test_a_record_that_is_refused_is_named_by_its_own_line_though_the_file_has_it_twice(
    stage: Stage, tmp_path: Path
) -> None:
    unserviceable = a_lease(source_ref="pool/1", opening=an_opening(partial_paid_cents=100))
    path = a_lines_file(tmp_path, a_loan(source_ref="pool/0", account_number="A-0"), unserviceable, unserviceable)
    taken = stage.take(path)
    assert (taken.created, taken.skipped, taken.refused) == (1, 1, 1)
    assert [refusal.place.line for refusal in stage.refusals] == [2]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issuer": "Auto\x00Trust"}, "issuer"),
        ({"vehicle": {"vin": None, "year": 2024, "make": "Kia \ud800", "model": None}}, "vehicle.make"),
        ({"opening": {**as_plain(a_loan())["opening"], "principal_cents": 10**19}}, "opening.principal_cents"),
        ({"charged_off_cents": 10**13}, "charged_off_cents"),
    ],
)
def test_what_no_database_holds_is_one_bad_record_among_good_ones(
    stage: Stage, tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    path = a_lines_file(tmp_path, {**as_plain(a_loan()), **change}, a_lease())
    assert stage.take(path).created == 1
    assert [refusal.field for refusal in stage.refusals] == [field]


def test_a_file_that_breaks_off_leaves_nothing(stage: Stage, tmp_path: Path) -> None:
    path = a_loan_file(tmp_path, *({"assetNumber": str(number)} for number in range(1_500)))
    path.write_text(path.read_text()[:-30])
    with pytest.raises(MalformedPortfolio, match="cut off"):
        stage.take(path)
    assert stage.account_refs() == set()


def test_a_second_import_changes_nothing(stage: Stage, tmp_path: Path) -> None:
    path = a_lines_file(tmp_path, a_loan(), a_lease(), a_closed_loan())
    stage.take(path)
    again = stage.take(path)
    assert (again.created, again.skipped, again.leases, again.by_status) == (0, 3, 0, {"open": 2, "closed": 1})


def test_leases_that_an_import_did_not_reach_come_in_with_the_next(stage: Stage, tmp_path: Path) -> None:
    path = a_lines_file(tmp_path, a_lease(source_ref="pool/1"), a_lease(source_ref="pool/2"))
    assert stage.take(path).leases == 2
    with stage.leases.writing() as transaction:
        transaction.run(text("TRUNCATE leases CASCADE"))
    again = stage.take(path)
    assert (again.created, again.skipped, again.leases, stage.lease_count()) == (0, 2, 2, 2)


def test_more_accounts_than_fit_a_batch_all_come_in_in_order(stage: Stage, tmp_path: Path) -> None:
    records = [a_loan(source_ref=f"pool/{number}", parties=()) for number in range(2_300)]
    records += [a_lease(source_ref=f"pool/lease/{number}", parties=()) for number in range(30)]
    taken = stage.take(a_lines_file(tmp_path, *records), business_on=stage.clock.today())
    assert (taken.created, taken.leases, len(stage.account_refs())) == (2_330, 30, 2_330)


def test_the_command_names_what_it_refused_and_exits_with_1(
    stage: Stage, migrated: Callable[[str], str], tmp_path: Path
) -> None:
    path = a_lines_file(tmp_path, a_loan(), "{")
    named = {variable_of(service): stage.urls.get(service, stage.urls["accounts"]) for service in SERVICES}
    environment = {**named, "KEYS_DIR": str(stage.keys)}
    first = CliRunner().invoke(command, [str(path), "--data", str(tmp_path / "data")], env=environment)
    assert (first.exit_code, first.stderr) == (
        1, "refused portfolio.jsonl, line 2: The line is not one JSON object.\n",
    )  # fmt: skip
    assert "imported 1 accounts, 0 were here already" in first.stdout
    assert "records refused: 1" in first.stdout
    path.write_text(path.read_text().partition("\n")[0])
    second = CliRunner().invoke(command, [str(path), "--data", str(tmp_path / "data")], env=environment)
    assert (second.exit_code, second.stderr) == (0, "")
