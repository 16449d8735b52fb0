"""What stops autopay by itself: a payment that came back or was declined, a deferment, a method or account that ended.

Locks are taken in one order everywhere: the account's standing, its enrolment, its drafts.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.store import Row, Transaction
from services.payments.contract import events
from services.payments.models import autopay_drafts, autopay_enrolments
from services.payments.operations.autopay.planning import cancel_drafts, choices_of, find_enrolment
from services.payments.operations.standings import note_standing
from services.payments.rules.autopay_wording import (
    ACTIVE,
    CANCELLED,
    CHARGED_OFF,
    DEFERMENT,
    DRAFT_DECLINED,
    METHOD_REMOVED,
    PAUSED,
    PAUSING_FLAGS,
    REASONS,
    declined_reason,
)
from services.payments.rules.drafts import COVERED, DECLINED, PLANNED, draft_on, is_stoppable, notice_on
from services.payments.rules.wording import DECLINE_REASONS


def pause_autopay(
    transaction: Transaction, *, account_id: UUID, code: str, reason: str, now: datetime,
    resumes_on: date | None = None,
) -> bool:  # fmt: skip
    """Nothing is drawn from now on, and `reason` says why in plain words; False where autopay is not active.

    A pause that would have ended by itself gives way to one that does not. For whoever learns that a payment came back,
    in the same transaction.
    """
    enrolment = find_enrolment(transaction, account_id=account_id)
    if enrolment is None or not _may_pause(enrolment, resumes_on=resumes_on):
        return False
    _stand_still(
        transaction, enrolment=enrolment, status=PAUSED, code=code, reason=reason, resumes_on=resumes_on, now=now
    )
    cancel_drafts(transaction, account_id=account_id, from_on=None, now=now)
    transaction.emit(
        events.autopay_paused,
        subject=str(account_id),
        data={
            "account_id": str(account_id), "reason_code": code, "reason": reason, "resumes_on": resumes_on,
        },
    )  # fmt: skip
    return True


def _may_pause(enrolment: Row, *, resumes_on: date | None) -> bool:
    ends_by_itself = enrolment["status"] == PAUSED and enrolment["resumes_on"] is not None
    return enrolment["status"] == ACTIVE or (ends_by_itself and resumes_on is None)


def cancel_autopay(transaction: Transaction, *, account_id: UUID, code: str, reason: str, now: datetime) -> None:
    """Autopay ends, with every draft: the account is finished, or the bank says that nobody agreed to it."""
    enrolment = find_enrolment(transaction, account_id=account_id)
    if enrolment is not None and enrolment["status"] != CANCELLED:
        stop(transaction, enrolment=enrolment, code=code, reason=reason, now=now, spares_before=None)


def stop(
    transaction: Transaction, *, enrolment: Row, code: str, reason: str, now: datetime, spares_before: date | None
) -> None:
    """End a locked enrolment. With `spares_before` (today), drafts that are too near to be stopped are still drawn."""
    account_id = enrolment["account_id"]
    _stand_still(transaction, enrolment=enrolment, status=CANCELLED, code=code, reason=reason, resumes_on=None, now=now)
    cancel_drafts(
        transaction, account_id=account_id, now=now,
        from_on=None if spares_before is None else _first_stoppable_on(today=spares_before),
    )  # fmt: skip
    transaction.emit(
        events.autopay_cancelled,
        subject=str(account_id),
        data={"account_id": str(account_id), "reason_code": code, "reason": reason},
    )


def note_schedule_changed(
    transaction: Transaction, *, sequence: int, data: Mapping[str, Any], today: date, now: datetime
) -> None:
    """The drafts follow the new dates; a deferment pauses them until the notice of the first instalment after it."""
    note_standing(transaction, sequence=sequence, data=data)
    account_id, next_due_on = UUID(data["account_id"]), data["standing"]["next_due_on"]
    if data["reason"] != DEFERMENT or next_due_on is None:
        return
    enrolment = find_enrolment(transaction, account_id=account_id)
    if enrolment is None or enrolment["status"] != ACTIVE:
        return
    on = draft_on(due_on=next_due_on, day_offset=choices_of(enrolment).day_offset, earliest_on=today) or next_due_on
    pause_autopay(
        transaction, account_id=account_id, code=DEFERMENT, reason=REASONS[DEFERMENT], now=now,
        resumes_on=max(today, notice_on(draft_on=on)),
    )  # fmt: skip


def note_flagged(
    transaction: Transaction, *, sequence: int, data: Mapping[str, Any], today: date, now: datetime
) -> None:
    """Staff set a flag on the account: a bankruptcy or a death pauses autopay, until somebody agrees anew."""
    note_standing(transaction, sequence=sequence, data=data)
    is_over = data["through_on"] is not None and data["through_on"] < today
    if data["kind"] in PAUSING_FLAGS and not is_over:
        kind: str = data["kind"]
        pause_autopay(transaction, account_id=UUID(data["account_id"]), code=kind, reason=REASONS[kind], now=now)


def note_charged_off(transaction: Transaction, *, sequence: int, data: Mapping[str, Any], now: datetime) -> None:
    """The account is given up in the books and takes no payments: autopay ends, with every draft."""
    note_standing(transaction, sequence=sequence, data=data)
    account_id = UUID(data["account_id"])
    cancel_autopay(transaction, account_id=account_id, code=CHARGED_OFF, reason=REASONS[CHARGED_OFF], now=now)


def pause_for_method(transaction: Transaction, *, payment_method_id: UUID, now: datetime) -> None:
    """A method was removed or disabled: autopay that draws from it stands still."""
    drawing = select(autopay_enrolments.c.account_id).where(
        autopay_enrolments.c.payment_method_id == payment_method_id, autopay_enrolments.c.status == ACTIVE
    )
    for row in transaction.all(drawing.order_by(autopay_enrolments.c.account_id)):
        pause_autopay(
            transaction, account_id=row["account_id"], code=METHOD_REMOVED, reason=REASONS[METHOD_REMOVED], now=now
        )


def note_declined(transaction: Transaction, *, payment: Row, code: str, today: date, now: datetime) -> None:
    """A draft was not paid: it is not tried again by itself, and autopay waits for the customer.

    Other money that was declined may have covered an instalment, which is then drawn after all.
    """
    if payment["draft_id"] is None:
        revive_drafts(transaction, account_id=payment["account_id"], today=today, now=now)
        return
    declined = update(autopay_drafts).where(autopay_drafts.c.id == payment["draft_id"])
    transaction.run(declined.values(status=DECLINED, changed_at=now))
    pause_autopay(
        transaction, account_id=payment["account_id"], code=DRAFT_DECLINED, now=now,
        reason=declined_reason(reason=DECLINE_REASONS[code]),
    )  # fmt: skip


def revive_drafts(transaction: Transaction, *, account_id: UUID, today: date, now: datetime) -> None:
    """Money that had covered an instalment did not come after all: what is not past due yet is drawn, as was told."""
    transaction.run(
        update(autopay_drafts)
        .where(autopay_drafts.c.account_id == account_id, autopay_drafts.c.status == COVERED)
        .where(autopay_drafts.c.due_on >= today)
        .values(status=PLANNED, claimed_until=None, changed_at=now)
    )


def _stand_still(
    transaction: Transaction, *, enrolment: Row, status: str, code: str, reason: str, resumes_on: date | None,
    now: datetime,
) -> None:  # fmt: skip
    changed = update(autopay_enrolments).where(autopay_enrolments.c.account_id == enrolment["account_id"])
    transaction.run(
        changed.values(
            status=status, version=enrolment["version"] + 1, reason_code=code, reason=reason, resumes_on=resumes_on,
            look_on=resumes_on, is_stale=False, changed_at=now,
        )
    )  # fmt: skip


def _first_stoppable_on(*, today: date) -> date:
    """The first date of a draft that can still be stopped."""
    on = today
    while not is_stoppable(draft_on=on, today=today):
        on = date.fromordinal(on.toordinal() + 1)
    return on
