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
from services.payments.contract.errors import AmountTooSmall, InstalmentAlreadyCovered, PaymentMethodDisabled
from services.payments.models import payment_methods, payments
from services.payments.operations.standings import Wish, locked_standing, read_on_the_way, used_cents
from services.payments.rules.card_fees import card_fee_cents, require_agreed
from services.payments.rules.limits import refuse_unpayable, with_quote
from services.payments.rules.methods import owner_of, refuse_too_early, refuse_unaccepted
from services.payments.rules.policy import Policy
from services.payments.rules.presenting import FIRST_PRESENTMENT
from services.payments.rules.scheduling import counts_from, is_covered, require_schedulable
from services.payments.rules.states import SCHEDULED, SUBMITTING
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
        "refunded_on", "cancel_code",
    )
)  # fmt: skip

_REFUSED_BY: dict[str, type[Refusal]] = {"ck_payments_amount_minimum": AmountTooSmall}


def wish_of(
    request: Mapping[str, Any], *, now: datetime, today: date, policy: Policy, quoted_cents: int | None
) -> Wish:  # fmt: skip
    """What a request to pay asks for. A payment for something that the payer names is not the instalment twice.

    Made now, it counts from today, or from the next business day; what is meant to meet a quote counts from today, for
    a quote is good to the end of its last day.
    """
    is_now = request["on"] is None or request["on"] == today
    is_named = request["extra"] is not None or request["quote_id"] is not None
    on = request["on"] or today
    if is_now and request["quote_id"] is None:
        on = counts_from(today=today, now=now, policy=policy.schedule)
    return Wish(
        account_id=request["account_id"], amount_cents=request["amount_cents"], on=on, is_later=not is_now,
        quoted_cents=quoted_cents, minds_cover=not (request["pay_anyway"] or is_named),
        needs_state=bool(policy.card_fees),
    )  # fmt: skip


def submit_payment(
    transaction: Transaction, *, now: datetime, today: date, caller: CallContext, policy: Policy,
    answers: Mapping[str, Any], request: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Create a payment that is about to be charged, or waits for its business day, and tell so in one transaction.

    Raises NotFound (account or method absent, removed or someone else's), PaymentMethodDisabled, CardsNotAccepted,
    AccountTakesNoPayments, AmountTooSmall, AmountTooLarge, PaymentDateNotPossible, InstalmentAlreadyCovered and
    CardFeeNotAgreed; none of them moves money.
    """
    wish = wish_of(request, now=now, today=today, policy=policy, quoted_cents=answers.get("quoted_cents"))
    with _no_money_moved():
        caller.require(str(wish.account_id))
        if wish.is_later:
            require_schedulable(on=wish.on, today=today, now=now, policy=policy.schedule)
        method = own_method(transaction, caller=caller, payment_method_id=request["payment_method_id"])
        refuse_unaccepted(method_type=method["type"], policy=policy.methods)
        refuse_too_early(method=method, on=wish.on)
        standing = _require_wanted(transaction, wish=wish, answers=answers)
        fee_cents = card_fee_cents(fees=policy.card_fees, method_type=method["type"], state=standing["state"])
        require_agreed(agreed_cents=request["card_fee_cents"], fee_cents=fee_cents)
        payment = {
            "id": new_id(at=now), "account_id": wish.account_id, "payer_id": owner_of(caller),
            "payment_method_id": method["id"], "amount_cents": wish.amount_cents, "effective_on": wish.on,
            "extra": request["extra"], "status": SCHEDULED if wish.is_later else SUBMITTING,
            "presentment_number": FIRST_PRESENTMENT, "created_at": now, "quote_id": request["quote_id"],
            "made_on": None if wish.is_later else today, "card_fee_cents": fee_cents,
        }  # fmt: skip
        transaction.run(_NEW, payment)
    shown = {**payment, "method_type": method["type"], "method_last4": method["last4"]}
    if wish.is_later:
        tell_scheduled(transaction, payment=shown)
    else:
        tell_submitted(transaction, payment=shown)
    return as_told({**NOTHING_YET, **shown})


def _require_wanted(transaction: Transaction, *, wish: Wish, answers: Mapping[str, Any]) -> Row:
    """The account's standing, locked until the end. Raises what it says against the payment."""
    standing = locked_standing(transaction, account_id=wish.account_id, answers=answers)
    on_the_way = read_on_the_way(transaction, account_id=wish.account_id, near=wish.on)
    refuse_unpayable(
        standing=with_quote(standing, quoted_cents=wish.quoted_cents),
        pending_cents=used_cents(on_the_way, is_later=wish.is_later), amount_cents=wish.amount_cents,
    )  # fmt: skip
    if wish.minds_cover and is_covered(
        standing=standing, near_cents=int(on_the_way["near_cents"]), is_paid_near=on_the_way["is_paid_near"]
    ):
        raise InstalmentAlreadyCovered()
    return standing


def tell_submitted(transaction: Transaction, *, payment: Mapping[str, Any]) -> None:
    """The payment, a row of `models.payments_shown`, is to be charged now."""
    transaction.emit(
        events.payment_submitted,
        subject=str(payment["account_id"]),
        data={
            "payment_id": str(payment["id"]),
            "account_id": str(payment["account_id"]),
            "amount_cents": payment["amount_cents"],
            "method_type": payment["method_type"],
        },
    )


def tell_scheduled(transaction: Transaction, *, payment: Mapping[str, Any]) -> None:
    """The payment, a row of `models.payments_shown`, waits for its day."""
    told = ("amount_cents", "effective_on", "method_type", "method_last4")
    transaction.emit(
        events.payment_scheduled,
        subject=str(payment["account_id"]),
        data={
            "payment_id": str(payment["id"]),
            "account_id": str(payment["account_id"]),
            **{name: payment[name] for name in told},
        },
    )


def own_method(transaction: Transaction, *, caller: CallContext, payment_method_id: UUID) -> Row:
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
