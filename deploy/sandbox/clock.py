"""The business date of the stack that the sandbox belongs to: shown, and moved ahead on request."""

import re
from datetime import date
from typing import Any

from chassis.clock import ClockRefusal, MovableClock, Reading
from deploy.sandbox.controls import done
from deploy.sandbox.exchange import Reply, Request, Sandbox, error_reply, fields, json_reply
from deploy.sandbox.store import Document

_HOW = 'Give days as a whole number, or to as a date such as "2026-12-01".'


class MoveNotUnderstood(Exception):
    """What was asked for is neither a number of days nor a date."""


def show_clock(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:  # noqa: ARG001 - nothing to ask for
    """GET /_sandbox/clock → {wall_on, business_on, days_ahead}; 404 when the sandbox has no clock file."""
    return json_reply(_shown(sandbox.clock.read())) if sandbox.clock else _no_clock()


def advance_clock(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /_sandbox/clock {days} or {to: date} → the clock as it is now, and previous_business_on."""
    if sandbox.clock is None:
        return _no_clock()
    try:
        before = _advance(sandbox.clock, fields(request))
    except MoveNotUnderstood as refusal:
        return error_reply(400, "move_not_understood", str(refusal))
    except ClockRefusal as refusal:
        return error_reply(409, "clock_not_moved", str(refusal))
    moved = {**_shown(sandbox.clock.read()), "previous_business_on": str(before.business_on)}
    return done(request, moved, anchor="clock")


def _advance(clock: MovableClock, wanted: dict[str, Any]) -> Reading:
    if wanted.keys() == {"days"} and re.fullmatch("-?[0-9]{1,9}", str(wanted["days"])):
        return clock.advance(days=int(wanted["days"]))
    if wanted.keys() == {"to"}:
        return clock.advance_to(business_on=_date(wanted["to"]))
    raise MoveNotUnderstood(_HOW)


def _date(given: object) -> date:
    try:
        return date.fromisoformat(str(given))
    except ValueError as error:
        raise MoveNotUnderstood(_HOW) from error


def _shown(reading: Reading) -> Document:
    return {
        "wall_on": str(reading.wall_on),
        "business_on": str(reading.business_on),
        "days_ahead": reading.days_ahead,
    }


def _no_clock() -> Reply:
    return error_reply(404, "no_clock", "This sandbox was started without --clock-file and knows no business date.")
