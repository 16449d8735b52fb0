"""The drafts of a day, each drawn once, and the accounts whose plan has to be looked at again.

Rows are claimed by a lease: processes share them, and what one leaves behind when it dies is taken up by the next. What
is due is asked of accounts between the claim and the decision; the decision is made under the lock of the account, and
only if nothing has changed since accounts was asked.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, insert, or_, select, update

from chassis.bus.rpc import Asks
from chassis.clock import Clock
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction, run_contended
from services.payments.models import autopay_drafts, autopay_enrolments, is_drawable, payments
from services.payments.operations.autopay.counting import Counted, ask_amount_due, read_counted
from services.payments.operations.autopay.enrolling import tell_resumed
from services.payments.operations.autopay.pausing import pause_autopay, stop
from services.payments.operations.autopay.planning import choices_of, find_enrolment, write_plan
from services.payments.operations.standings import locked_standing
from services.payments.operations.submitting import tell_submitted
from services.payments.rules.autopay_wording import (
    ACCOUNT_FINISHED,
    ACTIVE,
    CANCELLED,
    METHOD_REMOVED,
    PAUSED,
    REASONS,
)
from services.payments.rules.drafts import CANCELLED as CANCELLED_DRAFT
from services.payments.rules.drafts import (
    COVERED,
    DRAFTED,
    PLANNED,
    draft_cents,
    earliest_with_notice,
    has_moved,
)
from services.payments.rules.limits import FINISHED_ACCOUNTS
from services.payments.rules.presenting import FIRST_PRESENTMENT
from services.payments.rules.states import SUBMITTING

CLAIMED_AT_ONCE_MAX = 50
CLAIM_SECONDS = 30
TRIES = 5

_drafts, _enrolments = autopay_drafts.c, autopay_enrolments.c
_DUE = (
    select(_drafts.id)
    .where(is_drawable, _drafts.draft_on <= bindparam("on_day"))
    .where(or_(_drafts.claimed_until.is_(None), _drafts.claimed_until < bindparam("at")))
    .order_by(_drafts.draft_on, _drafts.id)
    .limit(CLAIMED_AT_ONCE_MAX)
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(autopay_drafts)
    .where(_drafts.id.in_(_DUE))
    .values(claimed_until=bindparam("until"))
    .returning(_drafts.id, _drafts.account_id, _drafts.due_on)
)
_TO_LOOK_AT = (
    select(_enrolments.account_id)
    .where(
        or_(
            and_(_enrolments.status == ACTIVE, _enrolments.is_stale),
            and_(_enrolments.status != CANCELLED, _enrolments.look_on <= bindparam("on_day")),
        )
    )
    .where(or_(_enrolments.claimed_until.is_(None), _enrolments.claimed_until < bindparam("at")))
    .order_by(_enrolments.account_id)
    .limit(CLAIMED_AT_ONCE_MAX)
    .with_for_update(skip_locked=True)
)
_CLAIM_LOOKS = (
    update(autopay_enrolments)
    .where(_enrolments.account_id.in_(_TO_LOOK_AT))
    .values(claimed_until=bindparam("until"))
    .returning(_enrolments.account_id)
)
_DRAFT = select(autopay_drafts).where(_drafts.id == bindparam("of_draft")).with_for_update()


def run_autopay(store: Database, *, accounts: Asks, clock: Clock, on: date) -> int:
    """Draw what is due by a business day, then plan and tell what comes next; gives the number of drafts decided.

    Raises NeighbourSilent or NeighbourAbsent where accounts does not answer; what is left is taken up again.
    """
    decided = 0
    while claimed := _claimed(store, _CLAIM, now=clock.now(), on=on):
        for draft in claimed:
            decided += _draw(store, accounts=accounts, draft=draft, on=on, now=clock.now())
    while claimed := _claimed(store, _CLAIM_LOOKS, now=clock.now(), on=on):
        for row in claimed:
            _look(store, accounts=accounts, account_id=row["account_id"], on=on, now=clock.now())
    return decided


def _claimed(store: Database, claim: Any, *, now: datetime, on: date) -> list[Row]:
    until = now + timedelta(seconds=CLAIM_SECONDS)
    with store.writing() as transaction:
        return transaction.all(claim, {"on_day": on, "at": now, "until": until})


def _draw(store: Database, *, accounts: Asks, draft: Row, on: date, now: datetime) -> int:
    """1 when the draft was decided; 0 when the account would not stand still, so that it waits for the next claim."""
    account_id = draft["account_id"]
    for _ in range(TRIES):
        with store.reading() as transaction:
            counted = read_counted(transaction, account_id=account_id)
        due = ask_amount_due(
            store, accounts=accounts, account_id=account_id, on=on, counted=counted, through_on=draft["due_on"]
        )  # fmt: skip
        if run_contended(partial(_decide, store, draft=draft, due=due, counted=counted, on=on, now=now)):
            return 1
    return 0


def _decide(store: Database, *, draft: Row, due: Mapping[str, Any], counted: Counted, on: date, now: datetime) -> bool:
    """False where something has changed since accounts was asked; then nothing was done."""
    account_id = draft["account_id"]
    with store.writing() as transaction:
        locked_standing(transaction, account_id=account_id, answers={})
        if read_counted(transaction, account_id=account_id) != counted:
            return False
        enrolment = find_enrolment(transaction, account_id=account_id)
        found = transaction.one(_DRAFT, {"of_draft": draft["id"]})
        if enrolment is None or found is None or found["status"] != PLANNED:
            return True
        if enrolment["method_removed_at"] is not None or enrolment["method_disabled_at"] is not None:
            _give_up(transaction, enrolment=enrolment, draft=found, now=now)
            return True
        moved = has_moved(
            instalment_number=found["instalment_number"], due_on=found["due_on"], instalments=due["instalments"]
        )
        if moved:
            # Its event is on the way to us: the draft is planned anew for the new date, and told in time.
            _close(transaction, draft=found, status=CANCELLED_DRAFT, now=now)
            return True
        cents = draft_cents(
            standing=due["standing"], instalment_number=found["instalment_number"], choices=choices_of(enrolment),
            notified_cents=found["notified_cents"],
        )  # fmt: skip
        _close(transaction, draft=found, status=DRAFTED if cents else COVERED, now=now)
        if cents:
            _submit(transaction, draft=found, enrolment=enrolment, cents=cents, on=on, now=now)
    return True


def _submit(transaction: Transaction, *, draft: Row, enrolment: Row, cents: int, on: date, now: datetime) -> None:
    payment = {
        "id": new_id(at=now), "account_id": draft["account_id"], "payer_id": enrolment["user_id"],
        "payment_method_id": enrolment["payment_method_id"], "amount_cents": cents, "effective_on": on,
        "extra": choices_of(enrolment).extra, "status": SUBMITTING, "presentment_number": FIRST_PRESENTMENT,
        "created_at": now, "quote_id": None, "draft_id": draft["id"], "consent_id": enrolment["consent_id"],
    }  # fmt: skip
    transaction.run(insert(payments).values(payment))
    tell_submitted(transaction, payment={**payment, "method_type": enrolment["method_type"]})


def _close(transaction: Transaction, *, draft: Row, status: str, now: datetime) -> None:
    """The draft is decided; the plan goes on behind it."""
    transaction.run(update(autopay_drafts).where(_drafts.id == draft["id"]).values(status=status, changed_at=now))
    stale = update(autopay_enrolments).where(_enrolments.account_id == draft["account_id"])
    transaction.run(stale.values(is_stale=True))


def _give_up(transaction: Transaction, *, enrolment: Row, draft: Row, now: datetime) -> None:
    """The method is gone. Where autopay was off already, only this draft was left."""
    account_id = draft["account_id"]
    _close(transaction, draft=draft, status=CANCELLED, now=now)
    if enrolment["status"] == ACTIVE:
        pause_autopay(
            transaction, account_id=account_id, code=METHOD_REMOVED, reason=REASONS[METHOD_REMOVED], now=now
        )  # fmt: skip


def _look(store: Database, *, accounts: Asks, account_id: UUID, on: date, now: datetime) -> None:
    for _ in range(TRIES):
        with store.reading() as transaction:
            counted = read_counted(transaction, account_id=account_id)
        due = ask_amount_due(
            store, accounts=accounts, account_id=account_id, on=on, counted=counted, through_on=date.max
        )  # fmt: skip
        if run_contended(partial(_replan, store, account_id=account_id, due=due, counted=counted, on=on, now=now)):
            return


def _replan(
    store: Database, *, account_id: UUID, due: Mapping[str, Any], counted: Counted, on: date, now: datetime
) -> bool:
    with store.writing() as transaction:
        locked_standing(transaction, account_id=account_id, answers={})
        if read_counted(transaction, account_id=account_id) != counted:
            return False
        enrolment = find_enrolment(transaction, account_id=account_id)
        if enrolment is None or enrolment["status"] == CANCELLED:
            return True
        if due["standing"]["status"] in FINISHED_ACCOUNTS:
            reason = REASONS[ACCOUNT_FINISHED]
            stop(transaction, enrolment=enrolment, code=ACCOUNT_FINISHED, reason=reason, now=now, spares_before=None)
            return True
        if enrolment["status"] == PAUSED:
            enrolment = _resume(transaction, enrolment=enrolment, now=now)
        earliest_on = earliest_with_notice(today=on)
        write_plan(transaction, enrolment=enrolment, due=due, earliest_on=earliest_on, today=on, now=now)
    return True


def _resume(transaction: Transaction, *, enrolment: Row, now: datetime) -> Row:
    """The pause had its day: autopay goes on as it was agreed."""
    active = {
        "status": ACTIVE, "version": enrolment["version"] + 1, "reason_code": None, "reason": None,
        "resumes_on": None, "changed_at": now,
    }  # fmt: skip
    changed = update(autopay_enrolments).where(_enrolments.account_id == enrolment["account_id"])
    transaction.run(changed.values(active))
    tell_resumed(transaction, enrolment=enrolment)
    return {**enrolment, **active}
