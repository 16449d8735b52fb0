"""`captive clock`, and by which clock the commands beside a stack go."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.catalogue import SERVICES
from deploy.cli import captive
from deploy.launch import Options, lay_out, programs_of
from deploy.stack import EMBEDDED_BUS, DataFolder, StackProblem, StackRecord, clock_of, variable_of
from tests.service.deploy.stacks import named_databases

NO_ENVIRONMENT: Mapping[str, str] = {}
AHEAD = 30


@pytest.fixture
def folder(home: Path) -> DataFolder:
    """A data folder on which a stack was started once."""
    made = DataFolder(home / "data")
    made.prepare()
    made.write_database_urls({service: f"postgresql://localhost/{service}" for service in SERVICES})
    return made


@contextmanager
def a_stack_running_on(folder: DataFolder, **changed: str) -> Iterator[None]:
    """As far as other commands can tell: its record is there, and the folder is held."""
    record = StackRecord(
        process=1, url="http://localhost:8000", port=8000, sandbox_url="http://127.0.0.1:8090", bus=EMBEDDED_BUS,
        keys=str(folder.keys), database_urls={}, ops_ports={}, children={}, is_serving=True,
        clock_file=str(folder.clock_file),
    )  # fmt: skip
    with folder.held():
        folder.write_record(replace(record, **changed))  # type: ignore[arg-type]
        yield


def run(folder: DataFolder, *arguments: str) -> Result:
    """The date alone: there is nobody to run the days."""
    options = ["--no-wait"] if arguments[0] == "advance" else []
    return CliRunner().invoke(captive, ["clock", *arguments, *options, "--data", str(folder.path)])


def days_ahead(folder: DataFolder, **environment: str) -> int:
    moved, calendar = clock_of(folder, environment=environment), clock_of(folder, environment={"CLOCK_FILE": ""})
    return (moved.today() - calendar.today()).days


class TestCommand:
    def test_the_date_is_moved_and_shown(self, folder: DataFolder) -> None:
        with a_stack_running_on(folder):
            calendar_on = clock_of(folder, environment=NO_ENVIRONMENT).today()
            moved_on = calendar_on + timedelta(days=AHEAD)
            moved = run(folder, "advance", str(AHEAD))
            shown = run(folder, "show")
        assert moved.output == f"business date  {calendar_on} -> {moved_on} ({AHEAD} days ahead)\n"
        assert shown.output.split() == [
            "wall", "date", str(calendar_on), "business", "date", str(moved_on), f"({AHEAD}", "days", "ahead)",
        ]  # fmt: skip

    def test_a_date_may_be_named(self, folder: DataFolder) -> None:
        with a_stack_running_on(folder):
            wanted = clock_of(folder, environment=NO_ENVIRONMENT).today() + timedelta(days=AHEAD)
            assert run(folder, "advance", "--to", str(wanted)).exit_code == 0
        assert clock_of(folder, environment=NO_ENVIRONMENT).today() == wanted

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["-5"], "only moves forward"),
            (["0"], "only moves forward"),
            (["--to", "2020-01-01"], "only moves forward"),
            (["3661"], "3660 days ahead of the calendar at most"),
            ([], "Say how far to go"),
            (["1", "--to", "2999-01-01"], "Say how far to go"),
        ],
    )
    def test_what_is_no_move_ahead_is_refused_and_moves_nothing(
        self, folder: DataFolder, arguments: list[str], sentence: str
    ) -> None:
        with a_stack_running_on(folder):
            refused = run(folder, "advance", *arguments)
        assert isinstance(refused.exception, StackProblem)
        assert sentence in str(refused.exception)
        assert days_ahead(folder) == 0

    @pytest.mark.parametrize("arguments", [["soon"], ["--to", "soon"], ["1.5"]])
    def test_what_is_no_number_or_date_is_a_usage_error(self, folder: DataFolder, arguments: list[str]) -> None:
        with a_stack_running_on(folder):
            assert run(folder, "advance", *arguments).exit_code == 2

    @pytest.mark.parametrize("arguments", [["show"], ["advance", "1"]])
    def test_it_needs_a_running_stack(self, folder: DataFolder, arguments: list[str]) -> None:
        assert "No stack is running" in str(run(folder, *arguments).exception)

    @pytest.mark.parametrize("arguments", [["show"], ["advance", "1"]])
    def test_a_stack_without_a_clock_file_cannot_be_moved(self, folder: DataFolder, arguments: list[str]) -> None:
        with a_stack_running_on(folder, clock_file=""):
            assert "started without a clock file" in str(run(folder, *arguments).exception)
        assert not folder.clock_file.exists()

    def test_the_record_of_an_older_version_counts_as_one_without(self, folder: DataFolder) -> None:
        with a_stack_running_on(folder):
            record = folder.find_record()
            assert record is not None
            told = {name: value for name, value in asdict(record).items() if name not in ("clock_file", "time_zone")}
            (folder.path / "stack.json").write_text(json.dumps(told))
            assert "started without a clock file" in str(run(folder, "show").exception)

    def test_a_malformed_clock_file_is_one_sentence(self, folder: DataFolder) -> None:
        folder.clock_file.write_text("soon")
        with a_stack_running_on(folder):
            assert str(folder.clock_file) in str(run(folder, "show").exception)
        with pytest.raises(StackProblem, match="must hold a number of days"):
            clock_of(folder, environment=NO_ENVIRONMENT)


class TestClockOfFolder:
    @pytest.fixture(autouse=True)
    def moved(self, folder: DataFolder) -> None:
        folder.clock_file.write_text(str(AHEAD))

    def test_commands_go_by_the_stacks_business_date(self, folder: DataFolder) -> None:
        assert days_ahead(folder) == AHEAD

    def test_databases_named_as_at_the_last_start_are_still_the_stacks(self, folder: DataFolder) -> None:
        assert days_ahead(folder, **{variable_of(name): url for name, url in folder.database_urls().items()}) == AHEAD

    def test_databases_of_somebody_else_go_by_the_calendar(self, folder: DataFolder) -> None:
        assert days_ahead(folder, **named_databases("postgresql://elsewhere/captive")) == 0

    def test_a_clock_file_that_is_named_wins(self, folder: DataFolder, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.write_text("7")
        assert days_ahead(folder, CLOCK_FILE=str(other)) == 7

    def test_the_zone_is_the_stacks_own_unless_one_is_named(self, folder: DataFolder) -> None:
        with a_stack_running_on(folder, time_zone="Pacific/Kiritimati"):
            far_east = clock_of(folder, environment={"CLOCK_FILE": ""}).today()
            far_west = clock_of(folder, environment={"CLOCK_FILE": "", "COMPANY_TIME_ZONE": "Etc/GMT+12"}).today()
        assert far_east > far_west

    def test_forgetting_everything_forgets_the_move(self, folder: DataFolder) -> None:
        folder.empty()
        assert days_ahead(folder) == 0


def test_every_program_of_a_stack_is_told_the_same_clock_file(folder: DataFolder) -> None:
    layout = lay_out(
        options=Options(data=folder.path, port=8000),
        folder=folder,
        host="127.0.0.1",
        scale=dict.fromkeys(SERVICES, 1),
        database_urls=folder.database_urls(),
        environment={"PATH": "/usr/bin", "CLOCK_FILE": "/somewhere/else"},
    )
    programs = programs_of(layout)
    assert {program.environment["CLOCK_FILE"] for program in programs} == {str(folder.clock_file)}
    (sandbox,) = [program for program in programs if program.name == "sandbox"]
    assert str(folder.clock_file) in sandbox.arguments
