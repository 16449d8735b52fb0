"""The examples beside the readers are what the readers take, and the page names every column."""

import re

import pytest

from deploy.catalogue import ROOT
from deploy.portfolio.csv_table import COLUMNS
from deploy.portfolio.reading import read

FOLDER = ROOT / "deploy" / "portfolio"


@pytest.mark.parametrize("name", ["portfolio.jsonl", "portfolio.csv"])
def test_the_example_is_read(name: str) -> None:
    accounts = list(read(FOLDER / "examples" / name))
    assert [account.product for account in accounts] == ["loan", "lease"]


def test_both_forms_say_the_same() -> None:
    assert list(read(FOLDER / "examples" / "portfolio.jsonl")) == list(read(FOLDER / "examples" / "portfolio.csv"))


def test_the_page_names_every_column_and_no_other() -> None:
    listed = (FOLDER / "README.md").read_text().partition("## Columns")[2]
    assert sorted(re.findall(r"`(\w+)`", listed)) == sorted(COLUMNS)
