"""A way out of a lease is opened, goes step by step, and is closed; never two at a time."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.errors import ConstraintViolated
from chassis.store import Row, Transaction
from services.leases.contract import events
from services.leases.contract.errors import NotFound, OptionAlreadyOpen, OptionNotOpen, OptionStepNotPossible
from services.leases.models import facts_of, lease_options, option_of, option_under_way
from services.leases.operations.evaluating import evaluate_lease
from services.leases.rules import Facts, evaluate
from services.leases.rules.options import ENDED, IllegalStep, first_status, require_step

ONE_AT_A_TIME = "uq_lease_options_open"


def require_open(transaction: Transaction, *, account_id: UUID, option: str, today: date) -> None:
    """Raises OptionAlreadyOpen where one is under way, OptionNotOpen with every reason of the evaluation."""
    facts = Facts(**(transaction.one(facts_of(account_id)) or {}))
    if facts.open_option is not None:
        raise OptionAlreadyOpen()
    reasons = evaluate(facts=facts, on=today)[option]
    if reasons:
        raise OptionNotOpen(" ".join(f"{reason.detail} {reason.what_would_change_it}" for reason in reasons))


def open_option(
    transaction: Transaction, *, option_id: UUID, account_id: UUID, option: str, ends_on: date,
    details: Mapping[str, Any], opened_by: str, now: datetime, today: date, status: str | None = None,
) -> Row:  # fmt: skip
    """Begin it, and tell `option_opened`; the lease is locked. `status`: it begins further on than with the first.

    Raises OptionAlreadyOpen.
    """
    row = {
        "id": option_id, "account_id": account_id, "option": option, "status": status or first_status(option=option),
        "ends_on": ends_on, "details": dict(details), "opened_by": opened_by, "opened_on": today, "opened_at": now,
        "closed_on": None, "closed_at": None,
    }  # fmt: skip
    try:
        transaction.run(insert(lease_options).values(row))
    except ConstraintViolated as violated:
        if violated.constraint != ONE_AT_A_TIME:
            raise
        raise OptionAlreadyOpen() from violated
    transaction.emit(
        events.option_opened, subject=str(account_id),
        data={"account_id": str(account_id), "option_id": str(option_id), "option": option, "opened_on": today},
    )  # fmt: skip
    evaluate_lease(transaction, account_id=account_id, cause=None, now=now, today=today)
    return row


def move_option(
    transaction: Transaction, *, row: Row, to: str, now: datetime, today: date, ends_on: date | None = None,
    details: Mapping[str, Any] | None = None,
) -> Row:  # fmt: skip
    """The next status, with what is known besides; one that ends the option tells `option_closed`.

    Raises IllegalStep. The lease is locked.
    """
    require_step(option=row["option"], status=row["status"], to=to)
    ends = to in ENDED
    changed = {
        "status": to, "details": {**row["details"], **(details or {})}, "ends_on": ends_on or row["ends_on"],
        "closed_on": today if ends else None, "closed_at": now if ends else None,
    }  # fmt: skip
    transaction.run(update(lease_options).where(lease_options.c.id == row["id"]).values(changed))
    account_id = str(row["account_id"])
    if ends:
        transaction.emit(
            events.option_closed, subject=account_id,
            data={
                "account_id": account_id, "option_id": str(row["id"]), "option": row["option"], "outcome": to,
                "closed_on": today,
            },
        )  # fmt: skip
    evaluate_lease(transaction, account_id=row["account_id"], cause=None, now=now, today=today)
    return {**row, **changed}


def step_option(
    transaction: Transaction, *, row: Row, to: str, now: datetime, today: date, ends_on: date | None = None,
    details: Mapping[str, Any] | None = None,
) -> Row:  # fmt: skip
    """The next status where a caller asks for it. Raises OptionStepNotPossible."""
    try:
        return move_option(transaction, row=row, to=to, ends_on=ends_on, details=details, now=now, today=today)
    except IllegalStep as error:
        raise OptionStepNotPossible() from error


def keep_details(transaction: Transaction, *, row: Row, details: Mapping[str, Any]) -> Row:
    """What is known of an option besides, at the step where it is."""
    kept = {**row["details"], **details}
    transaction.run(update(lease_options).where(lease_options.c.id == row["id"]).values(details=kept))
    return {**row, "details": kept}


def find_open(transaction: Transaction, *, account_id: UUID) -> Row | None:
    """The way out that is under way."""
    return transaction.one(option_under_way(account_id))


def find_newest(transaction: Transaction, *, account_id: UUID, option: str) -> Row | None:
    """The last of its kind, under way or over."""
    of_lease = (lease_options.c.account_id == account_id) & (lease_options.c.option == option)
    return transaction.one(select(lease_options).where(of_lease).order_by(lease_options.c.id.desc()).limit(1))


def read_option(transaction: Transaction, *, account_id: UUID, option_id: str, option: str) -> Row:
    """Raises NotFound for another lease's, another kind and none alike."""
    row = transaction.one(option_of(account_id=account_id, option_id=option_id, option=option))
    if row is None:
        raise NotFound()
    return row
