"""A large file is read by another process: what comes of it is the same, and no process is left behind."""

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from deploy.portfolio import apart
from deploy.portfolio.apart import ReadingEnded, read_apart
from deploy.portfolio.errors import MalformedPortfolio
from deploy.portfolio.reading import read_placed
from deploy.portfolio.records import Placed
from deploy.portfolio.shift import Moved
from services.accounts.contract.portfolio import PortfolioAccountSchema
from tests.unit.portfolio.builders import a_loan_file, an_account

BUSINESS_ON = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _every_file_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(apart, "WORTH_BYTES", 0)
    yield
    assert active_children() == []


def a_file(folder: Path, count: int, *, wrong: Mapping[int, Any] | None = None) -> Path:
    """So many loans, one a line; `wrong` are lines by their number."""
    record: dict[str, Any] = PortfolioAccountSchema().dump(an_account())
    lines = [json.dumps({**record, "source_ref": f"loan/{number}", "parties": []}) for number in range(1, count + 1)]
    for number, line in (wrong or {}).items():
        lines[number - 1] = line
    path = folder / "portfolio.jsonl"
    path.write_text("\n".join(lines))
    return path


def told_by(reader: Callable[..., Iterator[Placed]], path: Path) -> list[str]:
    told: list[str] = []
    read = reader(
        path, business_on=BUSINESS_ON, demo_customers=True, refused=lambda refusal: told.append(str(refusal))
    )  # fmt: skip
    for placed in read:
        told.append(repr(placed))
    return told


def test_it_is_the_same_as_reading_it_here_refusals_and_all(tmp_path: Path) -> None:
    wrong = {1: "{", 600: '{"source_ref": "x"}', 1_300: "[]"}
    path = a_file(tmp_path, 1_300, wrong=wrong)
    here, there = (told_by(reader, path) for reader in (read_placed, read_apart))
    assert there == here
    assert len(here) == 1_300


@pytest.mark.parametrize("a_file", [lambda folder: a_file(folder, 3), a_loan_file])
def test_how_far_the_dates_move_is_told_once_wherever_a_file_is_read(
    a_file: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = a_file(tmp_path)
    here: list[Moved] = []
    there: list[Moved] = []
    list(read_placed(path, business_on=BUSINESS_ON, moved=here.append))
    list(read_apart(path, business_on=BUSINESS_ON, moved=there.append))
    assert there == here
    assert len(here) == 1


def test_a_published_pool_is_read_there_too(tmp_path: Path) -> None:
    path = a_loan_file(tmp_path, {"assetNumber": "1"}, {"assetNumber": "2", "paymentTypeCode": "1"})
    here, there = (told_by(reader, path) for reader in (read_placed, read_apart))
    assert there == here
    assert len(here) == 2


def test_refusals_come_between_the_accounts_they_stand_between(tmp_path: Path) -> None:
    told: list[Any] = []
    for placed in read_apart(a_file(tmp_path, 3, wrong={2: "{"}), refused=told.append):
        told.append(placed)
    assert [type(each) for each in told] == [Placed, MalformedPortfolio, Placed]
    assert told[1].place.line == 2


def test_a_file_that_cannot_be_read_to_its_end_says_so_here(tmp_path: Path) -> None:
    path = tmp_path / "portfolio.csv"
    path.write_text("source_ref,colour\n1,red\n")
    with pytest.raises(MalformedPortfolio, match="not known") as refusal:
        list(read_apart(path))
    assert (refusal.value.place.line, refusal.value.field) == (1, "colour")


def test_who_stops_taking_ends_the_process(tmp_path: Path) -> None:
    reading = read_apart(a_file(tmp_path, 5_000))
    next(reading)
    (reader,) = active_children()
    assert reader.is_alive()
    reading.close()  # type: ignore[attr-defined]


def test_a_reader_that_was_killed_is_not_taken_for_the_end_of_the_file(tmp_path: Path) -> None:
    reading = read_apart(a_file(tmp_path, 20_000))
    next(reading)
    (reader,) = active_children()
    assert reader.pid is not None
    os.kill(reader.pid, signal.SIGKILL)
    with pytest.raises(ReadingEnded):
        list(reading)


def test_a_small_file_needs_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_file(tmp_path, 2)
    monkeypatch.setattr(apart, "WORTH_BYTES", path.stat().st_size + 1)
    reading = read_apart(path)
    next(reading)
    assert active_children() == []
    assert len(list(reading)) == 1
