"""Taking a payment in: everything that can be refused is refused here, before anyone is charged."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from chassis.context import CallContext
from chassis.errors import ConstraintViolated, NotFound, Refusal
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.payments.contract import events
from services.payments.contract.errors import AmountTooSmall, PaymentMethodDisabled
from services.payments.models import payment_methods, payments
from services.payments.operations.standings import locked_standing, pending_cents
from services.payments.rules.limits import refuse_unpayable, with_quote
from services.payments.rules.methods import owner_of
from services.payments.rules.presenting import FIRST_PRESENTMENT
from services.payments.rules.states import SUBMITTING
from services.payments.rules.wording import as_told

_OWN_METHOD = (
    select(payment_methods)
    .where(payment_methods.c.id == bindparam("method_id"), payment_methods.c.user_id == bindparam("owner"))
    .where(payment_methods.c.removed_at.is_(None))
    .with_for_update(read=True)
)
_NEW = insert(payments)

NOTHING_YET = dict.fromkeys(
    (
        "applied_at", "decline_code", "settled_on", "returned_on", "return_code", "present_again_on", "reversed_on",
        "refunded_on",
    )
)  # fmt: skip

_REFUSED_BY: dict[str, type[Refusal]] = {"ck_payments_amount_minimum": AmountTooSmall}


def submit_payment(
    transaction: Transaction, *, now: datetime, today: date, caller: CallContext, answers: Mapping[str, Any],
    account_id: UUID, amount_cents: int, payment_method_id: UUID, extra: str | None, quote_id: UUID | None,
) -> dict[str, Any]:  # fmt: skip
    """Create a payment that is about to be charged, effective today, and tell so in the same transaction.

    Raises NotFound (account or method absent, removed or someone else's), PaymentMethodDisabled,
    AccountTakesNoPayments, AmountTooSmall and AmountTooLarge; none of them moves money.
    """
    with _no_money_moved():
        caller.require(str(account_id))
        method = _own_method(transaction, caller=caller, payment_method_id=payment_method_id)
        standing = locked_standing(transaction, account_id=account_id, answers=answers)
        pending = pending_cents(transaction, account_id=account_id)
        payable = with_quote(standing, quoted_cents=answers.get("quoted_cents"))
        refuse_unpayable(standing=payable, pending_cents=pending, amount_cents=amount_cents)
        payment = {
            "id": new_id(at=now),
            "account_id": account_id,
            "payer_id": owner_of(caller),
            "payment_method_id": payment_method_id,
            "amount_cents": amount_cents,
            "effective_on": today,
            "extra": extra,
            "status": SUBMITTING,
            "presentment_number": FIRST_PRESENTMENT,
            "created_at": now,
            "quote_id": quote_id,
        }
        transaction.run(_NEW, payment)
    _tell(transaction, payment=payment, method=method)
    return as_told({**payment, **NOTHING_YET, "method_type": method["type"], "method_last4": method["last4"]})


def _tell(transaction: Transaction, *, payment: Mapping[str, Any], method: Row) -> None:
    transaction.emit(
        events.payment_submitted,
        subject=str(payment["account_id"]),
        data={
            "payment_id": str(payment["id"]),
            "account_id": str(payment["account_id"]),
            "amount_cents": payment["amount_cents"],
            "method_type": method["type"],
        },
    )


def _own_method(transaction: Transaction, *, caller: CallContext, payment_method_id: UUID) -> Row:
    """Locked for sharing, so that it cannot be removed between this look and the commit."""
    method = transaction.one(_OWN_METHOD, {"method_id": payment_method_id, "owner": owner_of(caller)})
    if method is None:
        raise NotFound("No payment method of yours has this id. Choose one of your methods, or add a new one.")
    if method["disabled_at"] is not None:
        raise PaymentMethodDisabled(method["disabled_because"])
    return method


@contextmanager
def _no_money_moved() -> Iterator[None]:
    try:
        yield
    except ConstraintViolated as violation:
        refused = _REFUSED_BY.get(violation.constraint)
        if refused is None:
            raise
        raise refused(money_moved="no") from violation
    except Refusal as refusal:
        refusal.money_moved = "no"
        raise
