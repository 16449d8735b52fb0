"""JSON Lines and CSV carry the same record, and say where they are wrong."""

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deploy.portfolio.csv_table import COLUMNS
from deploy.portfolio.demo import demo_portfolio
from deploy.portfolio.errors import MalformedPortfolio
from deploy.portfolio.reading import read
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioAccountSchema
from tests.unit.portfolio.builders import FIXTURES, an_account

ACCOUNTS = [an_account(), *demo_portfolio(on=date(2026, 3, 10)), *read(FIXTURES / "example_leases_2025-06.xml")]


def as_data(account: PortfolioAccount) -> dict[str, Any]:
    dumped: dict[str, Any] = PortfolioAccountSchema().dump(account)
    return dumped


def as_row(account: PortfolioAccount) -> dict[str, Any]:
    data = as_data(account)
    row = {name: value for name, value in data.items() if not isinstance(value, (dict, list))}
    row |= {f"vehicle_{name}": value for name, value in data["vehicle"].items()}
    row |= data["terms"] | (data["lease"] or {})
    row |= {f"opening_{name}": value for name, value in data["opening"].items()}
    for party in data["parties"]:
        address = party.pop("mailing_address") or {}
        row |= {f"{party['role']}_{name}": value for name, value in party.items() if name != "role"}
        row |= {f"{party['role']}_mailing_{name}": value for name, value in address.items()}
    row.pop("lease", None)
    return row


def a_lines_file(folder: Path, *records: Mapping[str, Any] | str) -> Path:
    path = folder / "portfolio.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records) + "\n")
    return path


def a_table(folder: Path, *rows: Mapping[str, Any]) -> Path:
    path = folder / "portfolio.csv"
    with path.open("w", newline="") as stream:
        table = csv.DictWriter(stream, fieldnames=COLUMNS, restval="")
        table.writeheader()
        table.writerows(rows)
    return path


def test_every_account_survives_json_lines(tmp_path: Path) -> None:
    path = a_lines_file(tmp_path, *(as_data(account) for account in ACCOUNTS))
    assert list(read(path)) == ACCOUNTS


def test_every_account_survives_csv(tmp_path: Path) -> None:
    assert list(read(a_table(tmp_path, *(as_row(account) for account in ACCOUNTS)))) == ACCOUNTS


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "portfolio.jsonl"
    path.write_bytes(b"\xef\xbb\xbf\r\n" + json.dumps(as_data(an_account())).encode() + b"\r\n\r\n")
    assert list(read(path)) == [an_account()]


def test_a_rate_is_written_as_text_in_percent() -> None:
    assert as_data(an_account())["terms"]["annual_rate_percent"] == "6.49"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"terms": {**as_data(an_account())["terms"], "annual_rate_percent": 6.49}}, "terms.annual_rate_percent"),
        ({"terms": {**as_data(an_account())["terms"], "payment_cents": 412.37}}, "terms.payment_cents"),
        ({"terms": {**as_data(an_account())["terms"], "due_day": 32}}, "terms"),
        ({"opening": {**as_data(an_account())["opening"], "principal_cents": -1}}, "opening.principal_cents"),
        ({"parties": [{**as_data(an_account())["parties"][0], "phone": "214-555-0142"}]}, "parties.0.phone"),
        ({"vehicle": {"gross_weight_rating_pounds": 0}}, "vehicle.gross_weight_rating_pounds"),
        ({"vehicle": {"gross_weight_rating_pounds": "16001"}}, "vehicle.gross_weight_rating_pounds"),
        ({"product": "lease"}, "terms"),
        ({"status": "frozen"}, "status"),
        ({"opened_on": "01/31/2025"}, "opened_on"),
        ({"status": "closed"}, None),
    ],
)
def test_a_wrong_field_is_named_with_its_line(tmp_path: Path, change: dict[str, Any], field: str | None) -> None:
    path = a_lines_file(tmp_path, as_data(an_account()), {**as_data(an_account()), **change})
    with pytest.raises(MalformedPortfolio) as refusal:
        list(read(path))
    assert refusal.value.place.line == 2
    assert (refusal.value.field or "").startswith(field or "")
    assert str(refusal.value).startswith("portfolio.jsonl, line 2")


@pytest.mark.parametrize("line", ["{", "[1]", '{"a": 1, "a": 2}', "7", '{"a":' * 100_000])
def test_a_line_that_is_not_one_object_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(MalformedPortfolio, match="not one JSON object"):
        list(read(a_lines_file(tmp_path, as_data(an_account()), line)))


def test_a_line_longer_than_any_account_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedPortfolio, match="longer than"):
        list(read(a_lines_file(tmp_path, '{"a": "' + "x" * 1_000_001)))


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "portfolio.csv"
    path.write_text("source_ref,colour\n1,red\n")
    with pytest.raises(MalformedPortfolio, match="not known") as refusal:
        list(read(path))
    assert (refusal.value.place.line, refusal.value.field) == (1, "colour")


@pytest.mark.parametrize("text", ["account_number\nA-1\n", "source_ref,source_ref\n1,1\n", ""])
def test_a_header_without_the_key_or_with_a_column_twice_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "portfolio.csv"
    path.write_text(text)
    with pytest.raises(MalformedPortfolio):
        list(read(path))


@pytest.mark.parametrize("row", ["1", "1,2,3", '1,"2'])
def test_a_row_that_does_not_fit_the_header_names_its_line(tmp_path: Path, row: str) -> None:
    path = tmp_path / "portfolio.csv"
    path.write_text(f"source_ref,issuer\n{row}\n")
    with pytest.raises(MalformedPortfolio) as refusal:
        list(read(path))
    assert refusal.value.place.line in (2, 3)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("opening_principal_cents", "a lot"), ("vehicle_vin", "IOQ"), ("day_count", "365"), ("lease_type", "open_end"),
        ("borrower_phone", "972"), ("borrower_mailing_state", "ZZ"), ("product", "boat"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_the_name_of_its_column(column: str, cell: str, tmp_path: Path) -> None:
    lease = next(each for each in ACCOUNTS if each.product == "lease" and each.parties)
    row = as_row(lease if column == "lease_type" else an_account())
    address = {"line_1": "1 Main St", "city": "Dallas", "state": "TX", "postal_code": "75265"}
    row |= {f"borrower_mailing_{name}": value for name, value in address.items()}
    with pytest.raises(MalformedPortfolio) as refusal:
        list(read(a_table(tmp_path, {**row, column: cell})))
    assert (refusal.value.place.line, refusal.value.field) == (2, column)
    assert "expected pattern" not in refusal.value.sentence


def test_a_cell_that_cannot_be_names_line_and_column(tmp_path: Path) -> None:
    path = a_table(tmp_path, as_row(an_account()), {**as_row(an_account()), "payment_cents": "412.37"})
    with pytest.raises(MalformedPortfolio) as refusal:
        list(read(path))
    assert (refusal.value.place.line, refusal.value.field) == (3, "payment_cents")


def test_a_file_of_no_known_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "portfolio.bin"
    path.write_bytes(b"\x00\x01")
    with pytest.raises(MalformedPortfolio, match="neither"):
        list(read(path))


def test_a_table_is_known_by_its_header_whatever_its_name(tmp_path: Path) -> None:
    path = a_table(tmp_path, as_row(an_account())).rename(tmp_path / "portfolio.txt")
    assert list(read(path)) == [an_account()]


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({"gross_capitalized_cost_cents": 3_300_001}, "less its reduction is not the adjusted"),
        ({"capitalized_cost_reduction_cents": None}, "told together, or neither is"),
        ({"lease_type": "open_end"}, "Only closed-end leases are serviced"),
    ],
)
def test_a_lease_of_another_kind_or_with_costs_that_do_not_add_up_is_refused(
    tmp_path: Path, details: dict[str, Any], sentence: str
) -> None:
    lease = next(as_data(account) for account in demo_portfolio(on=date(2026, 3, 10)) if account.product == "lease")
    wrong = {**lease, "lease": {**lease["lease"], **details}}
    with pytest.raises(MalformedPortfolio, match=sentence):
        list(read(a_lines_file(tmp_path, wrong)))
