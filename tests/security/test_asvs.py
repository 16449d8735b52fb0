"""The table of ASVS items is whole, and what it names is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.figures import Report

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).parent / "ASVS.md"
# What was chosen of the 345 items for an interface and a bus.
CHOSEN = """
1.2.4 1.2.5 1.3.6 1.3.7 1.3.11 1.4.2 1.5.2 2.2.1 2.2.2 2.2.3 2.3.1 2.3.2 2.3.3 2.3.4 2.4.1 3.3.1 3.3.2 3.3.3
3.3.4 3.4.1 3.4.2 3.4.3 3.4.4 3.4.5 3.4.6 3.5.3 4.1.1 4.1.3 4.2.1 6.1.1 6.1.2 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5
6.2.8 6.2.9 6.2.10 6.2.11 6.2.12 6.3.1 6.3.2 6.3.3 6.4.1 6.4.2 6.4.3 6.4.4 6.5.1 6.5.3 6.5.4 6.5.5 6.6.1
6.6.2 6.6.3 7.2.1 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.5 7.5.1 7.5.2 8.1.1 8.2.1 8.2.2 8.2.3 8.3.1
9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 10.4.5 10.4.8 11.2.1 11.3.2 11.4.1 11.4.2 11.5.1 12.1.1 12.3.1 12.3.2
13.2.1 13.2.2 13.2.3 13.2.4 13.3.1 13.4.1 13.4.2 13.4.4 13.4.5 14.1.1 14.2.1 14.2.4 14.3.2 15.1.1 15.1.2
15.2.1 15.2.2 15.2.3 15.3.1 15.3.2 15.3.3 15.3.7 16.2.1 16.2.2 16.2.5 16.3.1 16.3.2 16.3.3 16.4.1 16.5.1
16.5.2 16.5.3
"""
UNTESTED = "none: "
UNTESTED_MAX = 0

Rows = list[tuple[list[str], str]]


def rows(table: str) -> Rows:
    """The items of each row, and what is said to test them."""
    lines = [line.split("|") for line in table.splitlines() if re.match(r"\| \d", line)]
    return [(line[1].replace(" ", "").split(","), line[3].strip().strip("`")) for line in lines]


def absent(found: Rows) -> Iterator[str]:
    """Every test that is named and is not there."""
    for _, test in found:
        if test.startswith(UNTESTED):
            continue
        file, _, name = test.partition("::")
        path = ROOT / file
        if not path.exists() or (name and name not in _functions(path)):
            yield test


def _functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


@pytest.fixture(scope="module")
def table() -> Rows:
    return rows(TABLE.read_text())


def test_every_chosen_item_is_there_once(table: Rows) -> None:
    listed = [item for items, _ in table for item in items]
    assert sorted(listed) == sorted(CHOSEN.split())


def test_every_test_that_is_named_is_there(table: Rows) -> None:
    assert list(absent(table)) == []


def test_a_test_that_is_not_there_is_seen() -> None:
    planted = rows(
        "| 1.2.3 | held | `tests/security/test_asvs.py::test_of_nothing` |\n| 1.2.4 | held | `tests/none.py` |"
    )
    assert len(list(absent(planted))) == 2


def test_what_nothing_tests_says_why(table: Rows, report: Report) -> None:
    untested = [(items, test.removeprefix(UNTESTED)) for items, test in table if test.startswith(UNTESTED)]
    report(f"ASVS: {sum(len(items) for items, _ in table)} items, {sum(len(items) for items, _ in untested)} untested")
    assert all(len(why) > 10 for _, why in untested)
    assert sum(len(items) for items, _ in untested) <= UNTESTED_MAX
