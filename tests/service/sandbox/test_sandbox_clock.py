"""The business date of the sandbox's stack: shown on the page and over HTTP, and moved from there."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from chassis.clock import MovableClock, WallClock
from tests.fixtures.sandbox import ANSWER_SECONDS_MAX, RunningSandbox, start_sandbox

Start = Callable[..., RunningSandbox]


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    return tmp_path / "business-date"


@pytest.fixture
def stacks_own(start: Start, clock_file: Path) -> RunningSandbox:
    """A sandbox that belongs to a stack."""
    return start("--clock-file", str(clock_file))


@pytest.fixture
def a_service(clock_file: Path) -> MovableClock:
    """The clock of another process of that stack."""
    return MovableClock(wall=WallClock(zone_name="America/Chicago"), clock_file=clock_file)


def test_the_clock_is_shown_moved_and_followed(stacks_own: RunningSandbox, a_service: MovableClock) -> None:
    before = stacks_own.get("/_sandbox/clock")
    assert (before["wall_on"], before["days_ahead"]) == (before["business_on"], 0)

    moved = stacks_own.post("/_sandbox/clock", {"days": 30}).json()

    in_thirty_days = date.fromisoformat(moved["wall_on"]) + timedelta(days=30)
    assert moved["previous_business_on"] == before["business_on"]
    assert (moved["business_on"], moved["days_ahead"]) == (str(in_thirty_days), 30)
    assert a_service.read().days_ahead == 30


def test_a_date_may_be_named(stacks_own: RunningSandbox, a_service: MovableClock) -> None:
    wanted = a_service.today() + timedelta(days=7)
    assert stacks_own.post("/_sandbox/clock", {"to": str(wanted)}).json()["business_on"] == str(wanted)
    assert a_service.today() == wanted


def test_the_form_on_the_page_moves_it_and_the_page_says_so(
    stacks_own: RunningSandbox, a_service: MovableClock
) -> None:
    a_service.advance(days=29)
    (form,) = re.findall(r'<form method="post" action="/_sandbox/clock".*?</form>', stacks_own.page(), flags=re.DOTALL)
    (given,) = re.findall(r'<input [^>]*name="days"[^>]* value="(\d+)">', form)

    answer = requests.post(
        f"{stacks_own.url}/_sandbox/clock",
        data={"days": given},
        headers={"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Site": "same-origin"},
        timeout=ANSWER_SECONDS_MAX,
        allow_redirects=False,
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/_sandbox#clock")
    page = stacks_own.page()
    assert str(a_service.today()) in page
    assert "30 days ahead of the calendar" in page


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({"days": 0}, 409, "clock_not_moved"),
        ({"days": -3}, 409, "clock_not_moved"),
        ({"days": 3661}, 409, "clock_not_moved"),
        ({"to": "1999-12-31"}, 409, "clock_not_moved"),
        ({"to": "9999-12-31"}, 409, "clock_not_moved"),
        ({"to": "soon"}, 400, "move_not_understood"),
        ({"to": 5}, 400, "move_not_understood"),
        ({"days": "many"}, 400, "move_not_understood"),
        ({"days": 1.5}, 400, "move_not_understood"),
        ({"days": True}, 400, "move_not_understood"),
        ({"days": "9" * 5000}, 400, "move_not_understood"),
        ({"days": 1, "to": "2999-01-01"}, 400, "move_not_understood"),
        ({}, 400, "move_not_understood"),
    ],
    ids=repr,
)
def test_what_is_no_move_ahead_is_refused_and_moves_nothing(
    stacks_own: RunningSandbox, wanted: dict[str, Any], status: int, code: str
) -> None:
    answer = stacks_own.post("/_sandbox/clock", wanted)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert stacks_own.get("/_sandbox/clock")["days_ahead"] == 0


def test_a_reset_leaves_the_business_date(stacks_own: RunningSandbox) -> None:
    stacks_own.post("/_sandbox/clock", {"days": 30})
    stacks_own.post("/_sandbox/reset")
    assert stacks_own.get("/_sandbox/clock")["days_ahead"] == 30


def test_another_site_cannot_move_it(stacks_own: RunningSandbox) -> None:
    answer = stacks_own.post("/_sandbox/clock", {"days": 1}, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert stacks_own.get("/_sandbox/clock")["days_ahead"] == 0


def test_a_sandbox_without_a_clock_file_says_so_everywhere(sandbox: RunningSandbox) -> None:
    asked = requests.get(f"{sandbox.url}/_sandbox/clock", timeout=ANSWER_SECONDS_MAX)
    told = sandbox.post("/_sandbox/clock", {"days": 1})
    assert [answer.json()["error"]["code"] for answer in (asked, told)] == ["no_clock", "no_clock"]
    assert 'action="/_sandbox/clock"' not in sandbox.page()
    assert "no stack whose business date could move" in sandbox.page()


def test_a_clock_file_of_something_else_is_refused_at_the_start(tmp_path: Path, clock_file: Path) -> None:
    clock_file.write_text("dear diary\n")
    process = start_sandbox(tmp_path / "state.jsonl", "--clock-file", str(clock_file))
    _, said = process.communicate(timeout=ANSWER_SECONDS_MAX)
    assert (process.returncode, said.count("\n")) == (2, 1)
    assert str(clock_file) in said
    assert clock_file.read_text() == "dear diary\n"
