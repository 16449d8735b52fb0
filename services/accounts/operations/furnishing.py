"""A month's facts are frozen for every account, in batches; what proves wrong is corrected by another version."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, cast, exists, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_or_pass

from chassis.context import CallContext, as_service
from chassis.store import Database, Row, Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import MonthNotFrozen
from services.accounts.models import (
    account_events,
    account_flags,
    account_states,
    accounts,
    allocations,
    contract_terms,
    furnishing_facts,
    furnishing_months,
    history_from_stored,
    state_from_stored,
    terms_from_stored,
)
from services.accounts.operations.locking import lock_for
from services.accounts.operations.telling import tell
from services.accounts.rules.furnishing import (
    Waiting,
    facts_of,
    first_delinquent_on,
    months_to_freeze,
    states_through,
)
from services.accounts.rules.shown import CLOSED

BATCH = 200
_ONCE = insert_or_pass(furnishing_facts).on_conflict_do_nothing(constraint="pk_furnishing_facts")


def freeze_due_months(store: Database, *, now: datetime, today: date) -> int:
    """Freeze every month that has ended and is not frozen; gives the number of accounts whose facts were written.

    Safe in many processes, and goes on where one was killed. An account that is being written waits for the next run.
    """
    with store.reading() as reading:
        last_frozen_on = reading.value(select(func.max(furnishing_months.c.month_end_on)))
    frozen = 0
    for month_end_on in months_to_freeze(last_frozen_on=last_frozen_on, today=today):
        frozen += _freeze(store, month_end_on=month_end_on, now=now)
    return frozen


def correct_furnishing(
    transaction: Transaction, *, account_id: str, month_end_on: date, reason: str, caller: CallContext, now: datetime,
    today: date, **corrected: Any,
) -> dict[str, Any]:  # fmt: skip
    """Another version of a frozen month, which no later run can undo; tells `furnishing_corrected`.

    `corrected` names what replaces the newest version. Raises NotFound, MonthNotFrozen.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    of_month = (furnishing_facts.c.account_id == account.id) & (furnishing_facts.c.month_end_on == month_end_on)
    newest = transaction.one(select(furnishing_facts).where(of_month).order_by(furnishing_facts.c.version.desc()))
    if newest is None:
        raise MonthNotFrozen()
    version = {
        **newest, **corrected, "version": newest["version"] + 1, "reason": reason, "recorded_by": caller.subject,
        "recorded_at": now, "rests_on_number": account.version,
    }  # fmt: skip
    transaction.run(insert(furnishing_facts).values(version))
    data = {"month_end_on": month_end_on, "version": version["version"]}
    tell(transaction, event=events.furnishing_corrected, account=account, today=today, data=data)
    return version


def _freeze(store: Database, *, month_end_on: date, now: datetime) -> int:
    """The whole month, a batch in each transaction; the month is closed once no account is left."""
    frozen, is_busy = 0, True
    recorded_by = as_service(store.service).subject
    while is_busy:
        with store.writing() as transaction:
            batch = transaction.all(
                _unfrozen(month_end_on=month_end_on).with_for_update(of=account_states, skip_locked=True).limit(BATCH)
            )
            rows = _facts(transaction, batch, on=month_end_on)
            stamped = [{**row, "recorded_by": recorded_by, "recorded_at": now} for row in rows]
            frozen += len(stamped)
            is_busy = bool(stamped)
            if is_busy:
                transaction.run(_ONCE, stamped)
            elif transaction.one(_unfrozen(month_end_on=month_end_on).limit(1)) is None:
                month = insert_or_pass(furnishing_months).on_conflict_do_nothing()
                transaction.run(month.values(month_end_on=month_end_on, frozen_at=now))
    return frozen


def _unfrozen(*, month_end_on: date) -> Select[Any]:
    """The accounts of which facts of that month are due: in our books by then, and not closed in an earlier month."""
    as_of_on = cast(account_states.c.state["opening"]["as_of_on"].astext, Date)
    is_frozen = exists().where(
        furnishing_facts.c.account_id == accounts.c.id, furnishing_facts.c.month_end_on == month_end_on
    )
    newest = select(func.max(contract_terms.c.version)).where(contract_terms.c.account_id == accounts.c.id)
    return (
        select(
            accounts.c.id, accounts.c.product, accounts.c.status, accounts.c.closed_on, contract_terms.c.terms,
            account_states.c.state, account_states.c.version,
        )
        .join(account_states, account_states.c.account_id == accounts.c.id)
        .join(contract_terms, contract_terms.c.account_id == accounts.c.id)
        .where(
            contract_terms.c.version == newest.correlate(accounts).scalar_subquery(),
            as_of_on <= month_end_on,
            or_(accounts.c.status != CLOSED, accounts.c.closed_on >= month_end_on.replace(day=1)),
            ~is_frozen,
        )
        .order_by(accounts.c.id)
    )  # fmt: skip


def _facts(transaction: Transaction, batch: Sequence[Row], *, on: date) -> list[dict[str, Any]]:
    ids = [row["id"] for row in batch]
    events_of = _by_account(transaction, select(account_events).where(account_events.c.account_id.in_(ids)))
    deferments_of = _by_account(
        transaction,
        select(allocations.c.account_id, allocations.c.effective_on, allocations.c.explanation).where(
            allocations.c.account_id.in_(ids), allocations.c.kind == "instalments_deferred"
        ),
    )
    flags_of = _by_account(transaction, _flags_standing(ids, on=on))
    return [
        _facts_of_one(
            row, history=events_of[row["id"]], deferments=deferments_of.get(row["id"], ()),
            flags=[flag["kind"] for flag in flags_of.get(row["id"], ())], on=on,
        )
        for row in batch
    ]  # fmt: skip


def _flags_standing(ids: Sequence[UUID], *, on: date) -> Select[Any]:
    flags = account_flags.c
    return select(flags.account_id, flags.kind).where(
        flags.account_id.in_(ids),
        flags.from_on <= on,
        or_(flags.through_on.is_(None), flags.through_on >= on),
        or_(flags.cleared_on.is_(None), flags.cleared_on > on),
    )


def _facts_of_one(
    row: Row, *, history: Sequence[Row], deferments: Sequence[Row], flags: Sequence[str], on: date
) -> dict[str, Any]:
    terms = terms_from_stored(row["product"], row["terms"])
    known = history_from_stored(history, explanations={})
    events = [event for event in known.events if event.source_key not in known.held]
    opening = state_from_stored(row["state"]).opening
    states = states_through(terms=terms, opening=opening, events=events, on=on)
    facts = facts_of(
        product=row["product"], status=row["status"], closed_on=row["closed_on"], terms=terms, state=states[-1],
        first_delinquent_on=first_delinquent_on(terms=terms, states=states, on=on),
        deferments=[_waiting(deferment) for deferment in deferments], flags=flags, on=on,
    )  # fmt: skip
    return {
        "account_id": row["id"], "month_end_on": on, "version": 1, **asdict(facts), "flags": list(facts.flags),
        "rests_on_number": row["version"], "reason": None,
    }  # fmt: skip


def _waiting(deferment: Mapping[str, Any]) -> Waiting:
    explanation = deferment["explanation"]
    return Waiting(
        effective_on=deferment["effective_on"],
        due_on_before=date.fromisoformat(explanation["due_on_before"]),
        due_on=date.fromisoformat(explanation["due_on"]),
    )


def _by_account(transaction: Transaction, statement: Select[Any]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in transaction.all(statement):
        found.setdefault(row["account_id"], []).append(row)
    return found
