"""Autopay as the customer sets it: enrolled, changed and resumed with consent, skipped once, switched off."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.bus.rpc import Asks
from chassis.context import CallContext
from chassis.errors import FieldError, NotFound, PreconditionFailed
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.payments.contract import events
from services.payments.contract.errors import AutopayNotEnrolled, DraftNotStoppable, ExtraPrincipalNotPossible
from services.payments.models import autopay_consents, autopay_drafts, autopay_enrolments
from services.payments.operations.autopay.counting import ask_amount_due, read_counted
from services.payments.operations.autopay.pausing import stop
from services.payments.operations.autopay.planning import find_enrolment, read_drafts, write_plan
from services.payments.operations.standings import Wish, learn_standing, locked_standing
from services.payments.operations.submitting import own_method
from services.payments.rules import autopay_wording
from services.payments.rules.autopay_wording import ACTIVE, BY_CUSTOMER, CANCELLED, PAUSED, REASONS
from services.payments.rules.consents import AUTOPAY, autopay_text, require_current
from services.payments.rules.drafts import PLANNED, SKIPPED, earliest_with_consent, is_stoppable
from services.payments.rules.limits import refuse_unpayable
from services.payments.rules.methods import owner_of

STOPPED_BY_STAFF = "Stopped on the customer's word."
CHOSEN = ("day_offset", "fixed_amount_cents", "extra_principal_cents", "maximum_cents")


def learn_plan(
    store: Database, *, accounts: Asks, caller: CallContext, account_id: UUID, today: date
) -> Mapping[str, Any]:
    """What accounts says is to come on an account, own payments counted in, and its standing where it is unknown.

    Raises NotFound, and NeighbourSilent or NeighbourAbsent.
    """
    wish = Wish(account_id=account_id, amount_cents=0, on=today, is_later=False, quoted_cents=None, minds_cover=False)
    answers = learn_standing(store, accounts=accounts, caller=caller, wish=wish)
    with store.reading() as transaction:
        counted = read_counted(transaction, account_id=account_id)
    due = ask_amount_due(
        store, accounts=accounts, account_id=account_id, on=today, counted=counted, through_on=date.max
    )  # fmt: skip
    return {**answers, "due": due, "counted": counted}


def put_autopay(
    transaction: Transaction, *, now: datetime, today: date, caller: CallContext, answers: Mapping[str, Any],
    request: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Enrol, change or resume, by a consent that is kept with its proof; gives autopay with the next drafts.

    Raises NotFound (account or method), PreconditionFailed, ConsentNotCurrent, ExtraPrincipalNotPossible, and
    AccountTakesNoPayments.
    """
    account_id: UUID = request["account_id"]
    caller.require(str(account_id))
    standing = locked_standing(transaction, account_id=account_id, answers=answers)
    before = find_enrolment(transaction, account_id=account_id)
    if (before["version"] if before else 0) not in request["if_versions"]:
        raise PreconditionFailed()
    refuse_unpayable(standing=standing, pending_cents=0, amount_cents=0)
    require_current(given=request["consent"]["version"], current=AUTOPAY)
    if request["extra_principal_cents"] and answers["due"]["product"] == "lease":
        raise ExtraPrincipalNotPossible()
    method = own_method(transaction, caller=caller, payment_method_id=request["payment_method_id"])
    consent = _keep_consent(
        transaction, account_id=account_id, caller=caller, kind="given", now=now,
        text=autopay_text(choices=request, method=method),
    )  # fmt: skip
    _enrol(transaction, request=request, method=method, consent=consent, version=1 + _version(before), now=now)
    enrolment = find_enrolment(transaction, account_id=account_id)
    assert enrolment is not None
    _plan_anew(transaction, enrolment=enrolment, answers=answers, today=today, now=now)
    _tell_enrolled(transaction, enrolment=enrolment, consent=consent)
    if before is not None and before["status"] == PAUSED:
        tell_resumed(transaction, enrolment=enrolment)
    return _shown(transaction, account_id=account_id, today=today)


def remove_autopay(
    transaction: Transaction, *, now: datetime, today: date, caller: CallContext, account_id: UUID
) -> dict[str, Any]:
    """Switch autopay off: every draft that can still be stopped is. Switched off again, it is answered as it stands.

    Raises NotFound.
    """
    caller.require(str(account_id))
    enrolment = find_enrolment(transaction, account_id=account_id)
    if enrolment is not None and enrolment["status"] != CANCELLED:
        _keep_consent(
            transaction, account_id=account_id, caller=caller, kind="withdrawn", now=now, text=REASONS[BY_CUSTOMER]
        )
        stop(
            transaction, enrolment=enrolment, code=BY_CUSTOMER, reason=REASONS[BY_CUSTOMER], now=now,
            spares_before=today,
        )  # fmt: skip
    return _shown(transaction, account_id=account_id, today=today)


def skip_draft(
    transaction: Transaction, *, now: datetime, today: date, caller: CallContext, account_id: UUID,
    instalment_number: int | None,
) -> dict[str, Any]:  # fmt: skip
    """The next draft that can still be stopped, or that of one instalment, is not drawn; the instalment stays due.

    Raises NotFound (also where autopay lists no draft of the instalment), AutopayNotEnrolled and DraftNotStoppable.
    """
    caller.require(str(account_id))
    enrolment = find_enrolment(transaction, account_id=account_id)
    if enrolment is None or enrolment["status"] != ACTIVE:
        raise AutopayNotEnrolled()
    drafts = read_drafts(transaction, account_id=account_id)
    meant = [draft for draft in drafts if instalment_number in (None, draft["instalment_number"])]
    stoppable = [
        draft for draft in meant if draft["status"] == PLANNED and is_stoppable(draft_on=draft["draft_on"], today=today)
    ]  # fmt: skip
    if not meant and instalment_number is not None:
        raise _no_draft_of_it()
    if not stoppable:
        raise DraftNotStoppable()
    _skip(transaction, draft=stoppable[0], enrolment=enrolment, now=now)
    return _shown(transaction, account_id=account_id, today=today)


def stop_draft(
    transaction: Transaction, *, now: datetime, today: date, caller: CallContext, account_id: UUID,
    instalment_number: int | None, ends_autopay: bool, note: str,
) -> dict[str, Any]:  # fmt: skip
    """Staff stop a draft on the customer's word, also within the last three business days, until it is drawn.

    The word is kept as a consent withdrawn. Raises NotFound, AutopayNotEnrolled and DraftNotStoppable.
    """
    caller.require(str(account_id))
    enrolment = find_enrolment(transaction, account_id=account_id)
    if enrolment is None:
        raise AutopayNotEnrolled()
    drafts = read_drafts(transaction, account_id=account_id)
    meant = [
        draft
        for draft in drafts
        if draft["status"] == PLANNED and instalment_number in (None, draft["instalment_number"])
    ]
    if not meant and not (ends_autopay and enrolment["status"] != CANCELLED):
        raise DraftNotStoppable(
            "No such draft is planned: it was drawn, skipped or stopped before. A payment that was drawn can be "
            "refunded once it has settled."
        )
    said = f"{REASONS[BY_CUSTOMER] if ends_autopay else STOPPED_BY_STAFF} {note}"
    _keep_consent(
        transaction, account_id=account_id, caller=caller, kind="withdrawn", now=now, text=said,
        user_id=enrolment["user_id"],
    )  # fmt: skip
    if ends_autopay and enrolment["status"] != CANCELLED:
        reason = REASONS[BY_CUSTOMER]
        stop(transaction, enrolment=enrolment, code=BY_CUSTOMER, reason=reason, now=now, spares_before=None)
    else:
        for draft in meant if ends_autopay else meant[:1]:
            _skip(transaction, draft=draft, enrolment=enrolment, now=now)
    return _shown(transaction, account_id=account_id, today=today)


def _no_draft_of_it() -> NotFound:
    wrong = FieldError(pointer="/instalment_number", code="not_found", detail="Autopay lists no draft of it.")
    return NotFound("No such draft is planned. Name an instalment that autopay lists under drafts.", errors=[wrong])


def _skip(transaction: Transaction, *, draft: Row, enrolment: Row, now: datetime) -> None:
    skipped = update(autopay_drafts).where(autopay_drafts.c.id == draft["id"])
    transaction.run(skipped.values(status=SKIPPED, changed_at=now))
    changed = update(autopay_enrolments).where(autopay_enrolments.c.account_id == draft["account_id"])
    transaction.run(changed.values(version=enrolment["version"] + 1, is_stale=True, changed_at=now))


def tell_resumed(transaction: Transaction, *, enrolment: Row) -> None:
    transaction.emit(
        events.autopay_resumed,
        subject=str(enrolment["account_id"]),
        data={
            "account_id": str(enrolment["account_id"]),
            "method_type": enrolment["method_type"],
            "method_last4": enrolment["method_last4"],
        },
    )


def _version(before: Row | None) -> int:
    return int(before["version"]) if before else 0


def _keep_consent(
    transaction: Transaction, *, account_id: UUID, caller: CallContext, kind: str, text: str, now: datetime,
    user_id: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Append what was said, by whom, in which session and since when they were signed in."""
    consent = {
        "id": new_id(at=now), "account_id": account_id, "user_id": user_id or owner_of(caller), "kind": kind,
        "version": AUTOPAY, "text": text, "recorded_at": now,
        "proof": {
            "subject": caller.subject, "role": caller.role, "session_id": caller.session_id,
            "auth_time": caller.auth_time, "request_id": caller.request_id,
        },
    }  # fmt: skip
    transaction.run(insert(autopay_consents).values(consent))
    return consent


def _enrol(
    transaction: Transaction, *, request: Mapping[str, Any], method: Row, consent: Mapping[str, Any], version: int,
    now: datetime,
) -> None:  # fmt: skip
    row = {
        "account_id": request["account_id"], "version": version, "status": ACTIVE, "user_id": consent["user_id"],
        "payment_method_id": method["id"], **{name: request[name] for name in CHOSEN}, "consent_id": consent["id"],
        "reason_code": None, "reason": None, "resumes_on": None, "is_stale": False, "look_on": None, "changed_at": now,
    }  # fmt: skip
    told = upsert(autopay_enrolments).values(row)
    transaction.run(told.on_conflict_do_update(index_elements=["account_id"], set_=row))


def _plan_anew(
    transaction: Transaction, *, enrolment: Row, answers: Mapping[str, Any], today: date, now: datetime
) -> None:
    """With other choices, what was told of is planned again too, as long as it can still be stopped."""
    account_id = enrolment["account_id"]
    for draft in read_drafts(transaction, account_id=account_id):
        if draft["status"] == PLANNED and is_stoppable(draft_on=draft["draft_on"], today=today):
            untold = update(autopay_drafts).where(autopay_drafts.c.id == draft["id"])
            transaction.run(untold.values(notified_cents=None, notified_at=None))
    earliest_on = earliest_with_consent(today=today)
    write_plan(transaction, enrolment=enrolment, due=answers["due"], earliest_on=earliest_on, today=today, now=now)
    if read_counted(transaction, account_id=account_id) != answers["counted"]:
        stale = update(autopay_enrolments).where(autopay_enrolments.c.account_id == account_id)
        transaction.run(stale.values(is_stale=True))


def _tell_enrolled(transaction: Transaction, *, enrolment: Row, consent: Mapping[str, Any]) -> None:
    told = ("instalment_number", "due_on", "draft_on", "amount_cents")
    drafts = read_drafts(transaction, account_id=enrolment["account_id"])
    transaction.emit(
        events.autopay_enrolled,
        subject=str(enrolment["account_id"]),
        data={
            "account_id": str(enrolment["account_id"]),
            "consent_id": str(consent["id"]),
            "consent_version": consent["version"],
            "consent_text": consent["text"],
            "method_type": enrolment["method_type"],
            "method_last4": enrolment["method_last4"],
            "drafts": [{name: draft[name] for name in told} for draft in drafts if draft["status"] == PLANNED],
        },
    )


def _shown(transaction: Transaction, *, account_id: UUID, today: date) -> dict[str, Any]:
    enrolment = find_enrolment(transaction, account_id=account_id)
    drafts = read_drafts(transaction, account_id=account_id)
    return autopay_wording.as_told(enrolment, account_id=account_id, drafts=drafts, today=today)
