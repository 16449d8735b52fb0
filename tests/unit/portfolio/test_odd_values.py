"""Whatever stands in one record of a file, that record alone is refused, or taken: nothing ends the reading."""

import csv
import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import parse

import pytest

from deploy.portfolio import apart
from deploy.portfolio.apart import read_apart
from deploy.portfolio.csv_table import COLUMNS
from deploy.portfolio.demo import demo_portfolio
from deploy.portfolio.errors import MalformedPortfolio
from deploy.portfolio.reading import read_placed
from services.accounts.contract.portfolio import PortfolioAccount
from tests.unit.portfolio.builders import FIXTURES, an_account
from tests.unit.portfolio.test_tables_and_lines import a_lines_file, as_data, as_row

BUSINESS_ON = date(2026, 11, 23)
A_LEASE = next(account for account in demo_portfolio(on=date(2026, 3, 10)) if account.product == "lease")
ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 7.5, 10**30, 1e308, float("nan"), float("inf"), "", " ", "\x00", "\ud800", "x" * 600,
    "2026-02-30", "2026-11-23T00:00:00Z", "99999999", "1e5", [], [None], [[]], {}, {"a": {}}, ["2026-01-01"],
)  # fmt: skip
ODD_TEXTS = (
    "", "0", "-1", "7.5", "99999999", "99999999999999999999", "0.00000001", "-99999999.99", "12/9999", "01/0001", "1/1",
    "12-31-9999", "01-01-0001", "02-30-2025", "abc", "true", "\u0663", "x" * 600, "1e5", "12/2028", "06-30-2025",
)  # fmt: skip
ODD_CELLS = (*(text for text in ODD_TEXTS if "9999" not in text), "9999", "2026-02-30", " ", "[]", "null", "NaN")


def told_of(path: Path) -> tuple[list[str], list[str]]:
    """The accounts that were read, and what was said of the others; every date moves, so each is glanced at."""
    refused: list[str] = []
    placed = read_placed(path, business_on=BUSINESS_ON, refused=lambda refusal: refused.append(str(refusal)))
    return [each.account.source_ref for each in placed], refused


def assert_only_the_odd_may_be_refused(path: Path, *, sound: Sequence[str], odd_count: int) -> None:
    taken, refused = told_of(path)
    assert len(taken) + len(refused) == len(sound) + odd_count
    assert set(sound) <= set(taken)
    assert refused


def places_in(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inside:
        yield from places_in(one, (*at, name))


def changed(record: dict[str, Any], at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    record = deepcopy(record)
    home: Any = record
    for name in at[:-1]:
        home = home[name]
    home[at[-1]] = value
    return record


@pytest.mark.parametrize("account", [an_account(), A_LEASE], ids=["loan", "lease"])
def test_of_json_lines(account: PortfolioAccount, tmp_path: Path) -> None:
    record = as_data(account)
    odd = [json.dumps(changed(record, at, value)) for at in places_in(record) for value in ODD_VALUES]
    path = a_lines_file(tmp_path, {**record, "source_ref": "first"}, *odd, {**record, "source_ref": "last"})
    assert_only_the_odd_may_be_refused(path, sound=("first", "last"), odd_count=len(odd))


def a_table_of(folder: Path, *rows: Sequence[Any]) -> Path:
    """A table whose rows have as many cells as they are given."""
    path = folder / "portfolio.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows((COLUMNS, *rows))
    return path


def cells_of(account: PortfolioAccount, **changes: Any) -> list[Any]:
    row = {**as_row(account), **changes}
    return [row.get(column, "") for column in COLUMNS]


@pytest.mark.parametrize("account", [an_account(), A_LEASE], ids=["loan", "lease"])
def test_of_a_table(account: PortfolioAccount, tmp_path: Path) -> None:
    whole = cells_of(account)
    # An empty row is none.
    short = [whole[:count] for count in range(1, len(whole))]
    odd = [cells_of(account, **{column: text}) for column in COLUMNS for text in ODD_CELLS]
    odd += [*short, [*whole, ""], [*whole, "1", "2"]]
    first, last = (cells_of(account, source_ref=name) for name in ("first", "last"))
    path = a_table_of(tmp_path, first, *odd, last)
    assert_only_the_odd_may_be_refused(path, sound=("first", "last"), odd_count=len(odd))


def a_published_file(folder: Path, records: Sequence[dict[str, str]], *, namespace: str) -> Path:
    bodies = ("".join(f"<{name}>{text}</{name}>" for name, text in record.items()) for record in records)
    path = folder / "pool_2025-06.xml"
    assets = "".join(f"<assets>{body}</assets>\n" for body in bodies)
    path.write_text(f'<assetData xmlns="{namespace}">{assets}</assetData>')
    return path


def published(example: str) -> tuple[str, list[dict[str, str]]]:
    """The namespace of an example, and its records."""
    root = parse(FIXTURES / example).getroot()
    records = [{child.tag.rpartition("}")[2]: child.text or "" for child in asset} for asset in root]
    return root.tag[1:].partition("}")[0], records


@pytest.mark.parametrize("example", ["example_pool_2025-06.xml", "example_leases_2025-06.xml"])
def test_of_a_published_pool(example: str, tmp_path: Path) -> None:
    namespace, assets = published(example)
    names = sorted({name for asset in assets for name in asset})
    odd = [{**asset, name: text} for asset in assets for name in names for text in ODD_TEXTS]
    sound = [{**asset, "assetNumber": f"sound-{number}"} for number, asset in enumerate(assets)]
    path = a_published_file(tmp_path, [*sound, *odd], namespace=namespace)
    kept = [f"Example Motor Credit/pool/{record['assetNumber']}" for record in sound]
    assert_only_the_odd_may_be_refused(path, sound=kept, odd_count=len(odd))


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"currentDelinquencyStatus": "99999999"}, "currentDelinquencyStatus", "before the calendar begins"),
        ({"reportingPeriodEndDate": "12-31-9999"}, None, "cannot be reckoned with: date value out of range"),
        ({"reportingPeriodScheduledPaymentAmount": "99999999"}, "acquisitionCost", "more than 100 percent a month"),
    ],
)
def test_a_lease_that_cannot_be_reckoned_with_says_why(
    change: dict[str, str], field: str | None, sentence: str, tmp_path: Path
) -> None:
    namespace, assets = published("example_leases_2025-06.xml")
    refused: list[MalformedPortfolio] = []
    path = a_published_file(tmp_path, [assets[0], {**assets[0], **change}, assets[1]], namespace=namespace)
    assert len(list(read_placed(path, refused=refused.append))) == 2
    (refusal,) = refused
    assert (refusal.place.record, refusal.field) == (2, field)
    assert sentence in refusal.sentence


@pytest.mark.parametrize("is_large", [False, True])
def test_a_short_row_is_refused_by_its_line_and_first_missing_column_and_the_rest_is_read(
    is_large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "WORTH_BYTES", 0 if is_large else apart.WORTH_BYTES)
    first, second = (cells_of(an_account(), source_ref=name) for name in ("first", "second"))
    path = a_table_of(tmp_path, first, cells_of(an_account())[:3], second)
    refused: list[str] = []
    placed = read_apart(path, business_on=BUSINESS_ON, refused=lambda refusal: refused.append(str(refusal)))
    assert [each.account.source_ref for each in placed] == ["first", "second"]
    assert refused == [f"portfolio.csv, line 3, {COLUMNS[3]}: The row has not as many cells as the header."]
