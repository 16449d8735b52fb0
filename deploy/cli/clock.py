"""Show the business date of a running sandbox stack, or move it ahead."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.stack import DataFolder, StackProblem

# Of a day with every draft and message of a large portfolio.
DAY_SECONDS_MAX = 600.0

if TYPE_CHECKING:
    from chassis.clock import MovableClock, Reading


@click.group(name="clock", cls=Group)
def command() -> None:
    """Show the business date of a running sandbox stack, or move it ahead.

    Tokens, timeouts and instants go by the wall clock, which never moves.
    """


@command.command(name="show")
@data_option
def show(data: Path) -> None:
    """Print the date of the wall clock and the business date."""
    reading = _clock_of_running_stack(data).read()
    click.echo(f"wall date      {reading.wall_on}")
    click.echo(f"business date  {reading.business_on} ({_ahead(reading)})")


# A leading minus is a number here, so that going back is refused in words and not as an option.
@command.command(name="advance", context_settings={"ignore_unknown_options": True})
@click.argument("days", required=False, type=int)
@click.option("--to", type=click.DateTime(formats=["%Y-%m-%d"]), metavar="DATE", help="Go to this date, YYYY-MM-DD.")
@click.option("--no-wait", is_flag=True, help="Move at once; the days in between are then run one after the other.")
@data_option
def advance(days: int | None, to: datetime | None, no_wait: bool, data: Path) -> None:
    """Move the business date DAYS ahead, or to a date; there is no way back but deploy/up --fresh.

    It goes day by day, and each day is waited for: its bills, drafts, fees and reminders. What each did is printed.
    Figures that are computed from the date (interest, days past due, lease windows) follow at once.
    """
    from chassis.clock import ClockRefusal

    clock = _clock_of_running_stack(data)
    try:
        if days is not None and to is None:
            target = clock.read().business_on + timedelta(days=days)
        elif to is not None and days is None:
            target = to.date()
        else:
            raise StackProblem("Say how far to go: DAYS, or --to DATE.")
        before = clock.read()
        if no_wait:
            clock.advance_to(business_on=target)
        else:
            _go_day_by_day(clock, target=target, data=data)
        after = clock.read()
    except (ClockRefusal, OverflowError) as refusal:
        raise StackProblem(str(refusal)) from refusal
    click.echo(f"business date  {before.business_on} -> {after.business_on} ({_ahead(after)})")


def _go_day_by_day(clock: "MovableClock", *, target: date, data: Path) -> None:
    from deploy.cli.day import accounts_database
    from deploy.days.watching import closed_days, is_billed, wait_until

    clock.refuse(business_on=target)
    with accounts_database(DataFolder(data)) as database:

        def has_billed() -> bool:
            return is_billed(database, on=clock.today())

        wait_until(has_billed, seconds=DAY_SECONDS_MAX, what=f"{clock.today()} is not billed")
        while (today := clock.today()) < target:
            clock.advance(days=1)
            for day in closed_days(database, first_on=today, through_on=today, seconds=DAY_SECONDS_MAX):
                click.echo(day.line())
        wait_until(has_billed, seconds=DAY_SECONDS_MAX, what=f"{target} is not billed")


def _ahead(reading: "Reading") -> str:
    return f"{reading.days_ahead} {'day' if reading.days_ahead == 1 else 'days'} ahead"


def _clock_of_running_stack(data: Path) -> "MovableClock":
    from chassis.clock import ClockRefusal, MovableClock, company_clock

    record = DataFolder(data).running_stack()
    try:
        clock = company_clock(zone_name=record.time_zone, clock_file=record.clock_file)
    except ClockRefusal as refusal:
        raise StackProblem(str(refusal)) from refusal
    if not isinstance(clock, MovableClock):
        raise StackProblem("The running stack was started without a clock file; stop it and start it with deploy/up.")
    return clock
