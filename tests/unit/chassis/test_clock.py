"""The business date moves ahead when a sandbox stack is told to; the wall clock never does."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import DAYS_AHEAD_MAX, ClockRefusal, FixedClock, MovableClock, WallClock, company_clock

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
WALL_ON = date(2026, 11, 23)


def in_thirty_days() -> date:
    return WALL_ON + timedelta(days=30)


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    return tmp_path / "business-date"


@pytest.fixture
def a_process(clock_file: Path, clock: FixedClock) -> Callable[[], MovableClock]:
    """Gives the clock of one more process of the same stack."""
    return lambda: MovableClock(wall=clock, clock_file=clock_file)


class TestMoving:
    def test_an_unmoved_clock_shows_the_calendars_date(self, a_process: Callable[[], MovableClock]) -> None:
        assert a_process().today() == WALL_ON

    def test_the_business_date_moves_and_the_instant_does_not(self, a_process: Callable[[], MovableClock]) -> None:
        moved = a_process()
        before = moved.advance(days=30)
        assert (before.business_on, moved.today()) == (WALL_ON, in_thirty_days())
        assert moved.now() == NOW

    def test_every_running_process_follows_every_move(self, a_process: Callable[[], MovableClock]) -> None:
        mover, other = a_process(), a_process()
        for total in range(1, 20):
            mover.advance(days=1)
            assert other.today() == WALL_ON + timedelta(days=total)

    def test_a_process_started_later_is_at_the_same_date(self, a_process: Callable[[], MovableClock]) -> None:
        a_process().advance_to(business_on=in_thirty_days())
        assert a_process().today() == in_thirty_days()

    def test_a_moved_date_goes_on_with_the_calendar(
        self, a_process: Callable[[], MovableClock], clock: FixedClock
    ) -> None:
        moved = a_process()
        moved.advance(days=30)
        clock.move_to(NOW + timedelta(days=2))
        assert moved.today() == in_thirty_days() + timedelta(days=2)

    def test_moves_at_the_same_moment_all_count(self, clock_file: Path) -> None:
        program = (
            "import sys; from pathlib import Path; from chassis.clock import *\n"
            "clock = MovableClock(wall=WallClock(zone_name='UTC'), clock_file=Path(sys.argv[1]))\n"
            "for _ in range(25): clock.advance(days=1)"
        )
        command = [sys.executable, "-c", program, str(clock_file)]
        for running in [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]:
            assert running.wait(30) == 0
        assert clock_file.read_text() == "75\n"

    def test_the_file_can_be_read_by_all_whatever_the_callers_mask(
        self, a_process: Callable[[], MovableClock], clock_file: Path
    ) -> None:
        mask = os.umask(0o077)
        try:
            a_process().advance(days=1)
        finally:
            os.umask(mask)
        assert clock_file.stat().st_mode & 0o777 == 0o644
        assert [path.name for path in clock_file.parent.iterdir()] == [clock_file.name]


class TestRefusals:
    @pytest.mark.parametrize("days", [0, -1, -(10**9)])
    def test_there_is_no_way_back(self, a_process: Callable[[], MovableClock], days: int) -> None:
        moved = a_process()
        moved.advance(days=30)
        with pytest.raises(ClockRefusal, match=r"2026-12-23 and only moves forward"):
            moved.advance(days=days)
        assert moved.today() == in_thirty_days()

    def test_a_date_that_has_come_already_is_refused(self, a_process: Callable[[], MovableClock]) -> None:
        moved = a_process()
        moved.advance(days=30)
        for passed in (in_thirty_days(), WALL_ON, date.min):
            with pytest.raises(ClockRefusal, match="only moves forward"):
                moved.advance_to(business_on=passed)

    def test_the_furthest_date_is_reached_and_not_passed(self, a_process: Callable[[], MovableClock]) -> None:
        moved = a_process()
        latest_on = WALL_ON + timedelta(days=DAYS_AHEAD_MAX)
        for too_far in (DAYS_AHEAD_MAX + 1, 10**30):
            with pytest.raises(ClockRefusal, match=str(latest_on)):
                moved.advance(days=too_far)
        moved.advance_to(business_on=latest_on)
        with pytest.raises(ClockRefusal, match=str(latest_on)):
            moved.advance(days=1)
        assert moved.today() == latest_on

    def test_a_file_in_no_folder_cannot_be_moved(self, tmp_path: Path, clock: FixedClock) -> None:
        lost = MovableClock(wall=clock, clock_file=tmp_path / "absent" / "business-date")
        with pytest.raises(ClockRefusal, match="cannot be used"):
            lost.advance(days=1)


MALFORMED = ["", "soon", "-1", "1.5", "1 2", "3661", "٣", "9" * 5000]


class TestMalformedFiles:
    @pytest.mark.parametrize("text", MALFORMED)
    def test_stop_a_process_that_starts(
        self, a_process: Callable[[], MovableClock], clock_file: Path, text: str
    ) -> None:
        clock_file.write_text(text)
        with pytest.raises(ValueError, match=str(clock_file)):
            a_process()

    @pytest.mark.parametrize("text", MALFORMED)
    def test_leave_a_running_process_where_it_is(
        self, a_process: Callable[[], MovableClock], clock_file: Path, text: str
    ) -> None:
        running = a_process()
        running.advance(days=30)
        assert running.today() == in_thirty_days()
        clock_file.write_text(text)
        assert running.today() == in_thirty_days()
        with pytest.raises(ClockRefusal, match=str(clock_file)):
            running.advance(days=1)

    def test_are_followed_again_once_mended(self, a_process: Callable[[], MovableClock], clock_file: Path) -> None:
        running = a_process()
        clock_file.write_text("soon")
        assert running.today() == WALL_ON
        clock_file.write_text("30")
        assert running.today() == in_thirty_days()

    def test_a_removed_file_takes_no_running_process_back(
        self, a_process: Callable[[], MovableClock], clock_file: Path
    ) -> None:
        running = a_process()
        running.advance(days=30)
        assert running.today() == in_thirty_days()
        clock_file.unlink()
        assert running.today() == in_thirty_days()

    def test_a_folder_is_no_clock_file(self, tmp_path: Path, clock: FixedClock) -> None:
        with pytest.raises(ClockRefusal, match="cannot be read"):
            MovableClock(wall=clock, clock_file=tmp_path)


class TestCompanyClock:
    def test_without_a_file_it_has_no_way_to_be_moved(self) -> None:
        production = company_clock(zone_name="America/Chicago", clock_file="")
        assert type(production) is WallClock
        assert not hasattr(production, "advance")

    def test_with_a_file_it_follows_that_file(self, clock_file: Path) -> None:
        clock_file.write_text("30\n")
        moved = company_clock(zone_name="America/Chicago", clock_file=str(clock_file))
        assert isinstance(moved, MovableClock)
        assert moved.read().days_ahead == 30
        assert abs(moved.now() - datetime.now(UTC)) < timedelta(minutes=1)

    @pytest.mark.parametrize("zone_name", ["", "Atlantis/Centre", "../etc/passwd", "America"])
    def test_a_zone_that_there_is_not_is_refused_in_words(self, zone_name: str) -> None:
        with pytest.raises(ClockRefusal, match="is no time zone"):
            company_clock(zone_name=zone_name, clock_file="")
