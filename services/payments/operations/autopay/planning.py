"""The next drafts of an account as rows: planned from what accounts says, told in time, kept once they were told."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, update
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.payments.contract import events
from services.payments.models import autopay_drafts, autopay_enrolments, drafts_to_come, enrolments_shown
from services.payments.rules.drafts import (
    CANCELLED,
    PLANNED,
    Choices,
    PlannedDraft,
    notice_on,
    plan_drafts,
    stop_through_on,
)

_told = insert(autopay_drafts)
_drafts = autopay_drafts.c
_has_moved = _drafts.due_on != _told.excluded.due_on
_PLAN = _told.on_conflict_do_update(
    constraint="uq_autopay_drafts_instalment",
    set_={
        name: _told.excluded[name]
        for name in ("due_on", "draft_on", "amount_cents", "notified_cents", "notified_at", "status", "changed_at")
    },
    where=or_(
        _drafts.status == CANCELLED,
        # What was told stays as it was told, unless its instalment moved.
        and_(_drafts.status == PLANNED, or_(_drafts.notified_at.is_(None), _has_moved)),
    ),
)
_ENROLMENT = enrolments_shown.where(autopay_enrolments.c.account_id == bindparam("of_account"))


def find_enrolment(transaction: Transaction, *, account_id: UUID) -> Row | None:
    """The account's row of `models.enrolments_shown`, locked until the transaction ends; None where none ever was."""
    return transaction.one(_ENROLMENT.with_for_update(of=autopay_enrolments), {"of_account": account_id})


def read_drafts(transaction: Transaction, *, account_id: UUID) -> Sequence[Row]:
    """Those to come, and those that were skipped, by date."""
    return transaction.all(drafts_to_come, {"of_account": account_id})


def choices_of(enrolment: Mapping[str, Any]) -> Choices:
    return Choices(**{name: enrolment[name] for name in Choices.__dataclass_fields__})


def write_plan(
    transaction: Transaction, *, enrolment: Row, due: Mapping[str, Any], earliest_on: date, today: date, now: datetime
) -> None:
    """Bring the planned drafts to what accounts says, tell those whose notice is due, and set the next look."""
    account_id = enrolment["account_id"]
    from_on = enrolment["debits_from_on"] or earliest_on
    planned = plan_drafts(
        instalments=due["instalments"], choices=choices_of(enrolment), earliest_on=max(earliest_on, from_on),
        payoff_ceiling_cents=due["standing"]["payoff_ceiling_cents"],
    )  # fmt: skip
    for draft in planned:
        transaction.run(_PLAN, _row(draft, account_id=account_id, now=now))
    _forget_others(transaction, account_id=account_id, kept=[draft.instalment_number for draft in planned], now=now)
    waiting = []
    for row in read_drafts(transaction, account_id=account_id):
        told_on = notice_on(draft_on=row["draft_on"])
        if row["status"] == PLANNED and row["notified_at"] is None and told_on <= today:
            _tell_upcoming(transaction, draft=row, enrolment=enrolment, now=now)
        elif row["status"] == PLANNED:
            waiting.append(told_on)
    look_on = min((on for on in waiting if on > today), default=None)
    looked = update(autopay_enrolments).where(autopay_enrolments.c.account_id == account_id)
    transaction.run(looked.values(is_stale=False, look_on=look_on, claimed_until=None))


def cancel_drafts(transaction: Transaction, *, account_id: UUID, from_on: date | None, now: datetime) -> None:
    """Those to come will not be drawn; with `from_on`, only those of that date or later."""
    cancelled = update(autopay_drafts).where(_drafts.account_id == account_id, _drafts.status == PLANNED)
    if from_on is not None:
        cancelled = cancelled.where(_drafts.draft_on >= from_on)
    transaction.run(cancelled.values(status=CANCELLED, changed_at=now))


def _row(draft: PlannedDraft, *, account_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(at=now), "account_id": account_id, "instalment_number": draft.instalment_number,
        "due_on": draft.due_on, "draft_on": draft.draft_on, "amount_cents": draft.amount_cents,
        "notified_cents": None, "notified_at": None, "status": PLANNED, "changed_at": now,
    }  # fmt: skip


def _forget_others(transaction: Transaction, *, account_id: UUID, kept: Sequence[int], now: datetime) -> None:
    """What nobody was told of and accounts no longer names: the instalment is paid, or is gone."""
    transaction.run(
        update(autopay_drafts)
        .where(_drafts.account_id == account_id, _drafts.status == PLANNED, _drafts.notified_at.is_(None))
        .where(_drafts.instalment_number.not_in(kept))
        .values(status=CANCELLED, changed_at=now)
    )


def _tell_upcoming(transaction: Transaction, *, draft: Row, enrolment: Row, now: datetime) -> None:
    told = update(autopay_drafts).where(_drafts.id == draft["id"])
    transaction.run(told.values(notified_cents=draft["amount_cents"], notified_at=now))
    transaction.emit(
        events.autopay_draft_upcoming,
        subject=str(draft["account_id"]),
        data={
            "account_id": str(draft["account_id"]),
            **{name: draft[name] for name in ("instalment_number", "due_on", "draft_on", "amount_cents")},
            "stop_through_on": stop_through_on(draft_on=draft["draft_on"]),
            "method_type": enrolment["method_type"],
            "method_last4": enrolment["method_last4"],
        },
    )
