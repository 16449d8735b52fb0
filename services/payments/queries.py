"""Questions about payment methods and payments; lists are newest first, and a page ends with a cursor.

A cursor names the last row that was shown. What is added later stands before it, so nothing comes twice or is missed.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Column, Select, bindparam, select

from chassis.context import CallContext
from chassis.errors import FieldError, InvalidRequest, NotFound
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.payments.contract.receipts import WAITING
from services.payments.contract.schemas import CARD
from services.payments.models import (
    ach_notices,
    autopay_enrolments,
    drafts_to_come,
    enrolments_shown,
    is_to_come,
    lockbox_receipts,
    notice_as_told,
    notices_shown,
    payment_methods,
    payments,
    payments_shown,
    receipt_as_told,
    receipts_shown,
    work_items,
)
from services.payments.rules import autopay_wording
from services.payments.rules.autopay_wording import ACTIVE
from services.payments.rules.card_fees import card_fee_cents
from services.payments.rules.consents import PAYMENT_METHOD, offer
from services.payments.rules.methods import owner_of
from services.payments.rules.policy import Policy
from services.payments.rules.scheduling import counts_from, first_possible_on, last_possible_on, why_dated_later
from services.payments.rules.wording import as_told

NIL = UUID(int=0)
_shown = ("id", "account_id", "amount_cents", "effective_on", "status")
_of_accounts: BindParameter[Any] = bindparam("account_ids", expanding=True)
_pending = (
    select(*(payments.c[name] for name in _shown)).where(payments.c.account_id.in_(_of_accounts), is_to_come).subquery()
)
_enrolled = (
    select(autopay_enrolments.c.account_id)
    .where(autopay_enrolments.c.account_id.in_(_of_accounts), autopay_enrolments.c.status == ACTIVE)
    .subquery()
)
# Both in one question: every page of an account asks it. Either side may have no row.
_TO_COME = (
    select(*_pending.c, _enrolled.c.account_id.label("enrolled_id"))
    .select_from(_pending.join(_enrolled, _enrolled.c.account_id == _pending.c.account_id, full=True))
    .order_by(_pending.c.id.desc())
)


def list_payment_methods(
    transaction: Transaction, *, caller: CallContext, limit: int, cursor: str | None
) -> dict[str, Any]:
    """The caller's methods that are not removed."""
    mine = select(payment_methods).where(
        payment_methods.c.user_id == owner_of(caller), payment_methods.c.removed_at.is_(None)
    )
    rows = transaction.all(_page_of(mine, key=payment_methods.c.id, limit=limit, cursor=cursor))
    return {**_page(rows, limit=limit), "consent_offer": offer(PAYMENT_METHOD)}


def get_payment_options(
    *, now: datetime, today: date, policy: Policy, answers: Mapping[str, Any], account_id: UUID
) -> dict[str, Any]:
    """What paying now, later or by card would mean for an account that is the caller's."""
    on = counts_from(today=today, now=now, policy=policy.schedule)
    return {
        "account_id": account_id,
        "cards_accepted": policy.methods.accepts_cards,
        "card_fee_cents": card_fee_cents(fees=policy.card_fees, method_type=CARD, state=answers["state"]),
        "effective_on": on,
        "dated_later_because": why_dated_later(made_on=today, effective_on=on),
        "first_scheduled_on": first_possible_on(today=today, now=now, policy=policy.schedule),
        "last_scheduled_on": last_possible_on(today=today, policy=policy.schedule),
    }


def get_payment(transaction: Transaction, *, caller: CallContext, payment_id: UUID) -> dict[str, Any]:
    """One payment as it stands. Raises NotFound, also for a payment of an account that is not the caller's."""
    payment = transaction.one(payments_shown.where(payments.c.id == payment_id))
    if payment is None:
        raise NotFound()
    caller.require(str(payment["account_id"]))
    return as_told(payment)


def list_payments(
    transaction: Transaction, *, caller: CallContext, account_id: UUID, limit: int, cursor: str | None
) -> dict[str, Any]:
    """The payments of an account, whoever paid. Raises NotFound for an account that is not the caller's."""
    caller.require(str(account_id))
    of_account = payments_shown.where(payments.c.account_id == account_id)
    rows = transaction.all(_page_of(of_account, key=payments.c.id, limit=limit, cursor=cursor))
    return _page([as_told(row) for row in rows], limit=limit)


def list_pending_payments(
    transaction: Transaction, *, caller: CallContext, account_ids: Sequence[UUID]
) -> dict[str, Any]:
    """On their way or scheduled, and not in the balance yet. Raises NotFound unless all accounts are the caller's."""
    for account_id in account_ids:
        caller.require(str(account_id))
    rows = transaction.all(_TO_COME, {"account_ids": list(account_ids)})
    enrolled = dict.fromkeys(row["enrolled_id"] for row in rows if row["enrolled_id"] is not None)
    return {"data": [row for row in rows if row["id"] is not None], "autopay_account_ids": list(enrolled)}


def get_autopay(transaction: Transaction, *, caller: CallContext, account_id: UUID, today: date) -> dict[str, Any]:
    """Autopay of an account with the next drafts; not being enrolled is an answer too. Raises NotFound."""
    caller.require(str(account_id))
    enrolment = transaction.one(enrolments_shown.where(autopay_enrolments.c.account_id == account_id))
    drafts = transaction.all(drafts_to_come, {"of_account": account_id})
    return autopay_wording.as_told(enrolment, account_id=account_id, drafts=drafts, today=today)


def list_work_items(transaction: Transaction, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """What a person has to look at, the newest first."""
    waiting = select(work_items).where(work_items.c.closed_at.is_(None))
    return _page(transaction.all(_page_of(waiting, key=work_items.c.id, limit=limit, cursor=cursor)), limit=limit)


def list_unmatched_receipts(
    transaction: Transaction, *, cipher: FieldCipher, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Mailed cheques for which a person has to find the account, the newest first."""
    waiting = receipts_shown.where(lockbox_receipts.c.status == WAITING)
    rows = transaction.all(_page_of(waiting, key=lockbox_receipts.c.id, limit=limit, cursor=cursor))
    return _page([receipt_as_told(cipher, row) for row in rows], limit=limit)


def list_notices(
    transaction: Transaction, *, cipher: FieldCipher, outcome: str, limit: int, cursor: str | None
) -> dict[str, Any]:
    """What banks sent back, the newest first; of what waits only what no person has looked at."""
    wanted = notices_shown.where(ach_notices.c.outcome == outcome, ach_notices.c.closed_at.is_(None))
    rows = transaction.all(_page_of(wanted, key=ach_notices.c.id, limit=limit, cursor=cursor))
    return _page([notice_as_told(cipher, row) for row in rows], limit=limit)


def list_ach_notices(transaction: Transaction) -> list[Row]:
    """What came back in ACH files and waits for a person, the oldest first."""
    waiting = (ach_notices.c.outcome == "waiting") & ach_notices.c.closed_at.is_(None)
    return transaction.all(select(ach_notices).where(waiting).order_by(ach_notices.c.id))


def _page_of(statement: Select[Any], *, key: Column[UUID], limit: int, cursor: str | None) -> Select[Any]:
    """One row more than the page, which tells whether there is another."""
    if cursor is not None:
        statement = statement.where(key < _read_cursor(cursor))
    return statement.order_by(key.desc()).limit(limit + 1)


def _page(rows: Sequence[Row | Mapping[str, Any]], *, limit: int) -> dict[str, Any]:
    page = list(rows[:limit])
    return {"data": page, "next_cursor": _cursor(page[-1]["id"]) if len(rows) > limit else None}


def _cursor(identifier: UUID) -> str:
    return urlsafe_b64encode(identifier.bytes).decode().rstrip("=")


def _read_cursor(cursor: str) -> UUID:
    """The row that the cursor names. Raises InvalidRequest for a text that this list never gave."""
    try:
        found = UUID(bytes=urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    except ValueError:
        found = NIL
    if _cursor(found) != cursor:
        wrong = FieldError(pointer="/cursor", code="invalid", detail="Not a cursor of this list.")
        raise InvalidRequest("Take the cursor from next_cursor of the page before.", errors=[wrong])
    return found
