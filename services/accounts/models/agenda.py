"""The columns of an account's state that say how far the days have come with it, and when one looks at it next."""

from collections.abc import Mapping
from typing import Any

from services.accounts.rules.agenda import Marks, NextAction, Stage

MARKS = ("reminded_on", "fees_considered_on", "bucket_due_on", "bucket_days")
AGENDA = ("next_action_on", "next_action_stage", *MARKS)


def marks_from_stored(row: Mapping[str, Any]) -> Marks | None:
    """None of an account that no day has looked at, and that an earlier release took over."""
    return None if row["reminded_on"] is None else Marks(**{name: row[name] for name in MARKS})


def next_action_from_stored(row: Mapping[str, Any]) -> NextAction | None:
    """None where no day ever has to look at the account."""
    if row["next_action_on"] is None:
        return None
    return NextAction(row["next_action_on"], Stage(row["next_action_stage"]))


def marks_as_stored(marks: Marks | None) -> dict[str, Any]:
    """No dates and no bucket for an account that no day has looked at."""
    if marks is None:
        return {**dict.fromkeys(MARKS), "bucket_days": 0}
    return {name: getattr(marks, name) for name in MARKS}


def agenda_as_stored(action: NextAction | None) -> dict[str, Any]:
    """When a day looks at the account next; it never does where nothing is left to do."""
    if action is None:
        return {"next_action_on": None, "next_action_stage": None}
    return {"next_action_on": action.on, "next_action_stage": int(action.stage)}
