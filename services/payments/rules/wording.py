"""What a customer is told of a payment: one true sentence for each state, and decline codes in plain words."""

from collections.abc import Mapping
from typing import Any

from chassis.money import format_dollars
from services.payments.contract.schemas import AFTER_CUT_OFF, BANK_ACCOUNT, CHEQUE
from services.payments.rules import states
from services.payments.rules.returns import Decision, consequence_of, written_on
from services.payments.rules.scheduling import why_dated_later

BY_CUSTOMER, NOTHING_LEFT_TO_PAY, MORE_THAN_IS_LEFT = "by_customer", "nothing_left_to_pay", "more_than_is_left"
METHOD_REMOVED = "payment_method_removed"

CANCEL_REASONS = {
    BY_CUSTOMER: "You cancelled it.",
    METHOD_REMOVED: "Its payment method was removed. Pay with another one.",
    NOTHING_LEFT_TO_PAY: "Nothing was left to pay on the account when its day came. No payment is needed.",
    MORE_THAN_IS_LEFT: "It was more than the account could take when its day came. Look at what is left and pay that.",
}

NOT_CHARGED, DECLINED_WITHOUT_REASON = "not_charged", "declined_without_reason"

DECLINE_REASONS = {
    "insufficient_funds": "There was not enough money or credit available. Use a smaller amount or another method.",
    "account_closed": "The bank says this account is closed. Use another method.",
    "account_not_found": "The bank cannot find this account. Check the numbers and add it again.",
    "expired_card": "The card has expired. Add a card that is still valid.",
    "lost_or_stolen": "The card was reported lost or stolen. Use another method.",
    "limit_exceeded": "The amount is over the limit of the card or account. Use a smaller amount or call the bank.",
    "method_refused": "The processor cannot charge this card or account. Add it again or use another one.",
    NOT_CHARGED: "The bank's network did not answer, and we have made sure that nothing was charged. Pay again.",
    DECLINED_WITHOUT_REASON: "The bank declined without giving a reason. Call the bank or use another method.",
}


def decline_code(reported: str | None) -> str:
    """The stable code for what the processor reported; one for everything that has no words of its own."""
    return reported if reported in DECLINE_REASONS else DECLINED_WITHOUT_REASON


def as_told(payment: Mapping[str, Any]) -> dict[str, Any]:
    """The Payment of the contract from a row of `models.payments_shown`."""
    code = payment["decline_code"]
    return {
        **payment,
        "method": {"type": payment["method_type"], "last4": payment["method_last4"]},
        "message": message(payment),
        "dated_later_because": _why_later(payment),
        "decline": {"code": code, "reason": DECLINE_REASONS[code]} if code else None,
        "returned": returned(payment),
    }


def returned(payment: Mapping[str, Any]) -> dict[str, Any] | None:
    """Why a bank sent the payment back and what happens next; None where it did not."""
    if payment["return_code"] is None:
        return None
    again_on = payment["present_again_on"]
    decided = Decision(consequence=consequence_of(payment["return_code"]), present_again_on=again_on)
    return {
        "code": payment["return_code"],
        "reason": decided.consequence.reason,
        "next_step": decided.next_step,
        "returned_on": payment["returned_on"],
        "present_again_on": again_on,
    }


def message(payment: Mapping[str, Any]) -> str:
    """The answer to "did my payment go through"."""
    money, source = _money(payment), _source(payment)
    if payment["refunded_on"] is not None:
        return f"It was paid back: {money} went back to {source} on {written_on(payment['refunded_on'])}."
    match payment["status"]:
        case states.SUBMITTING:
            later = _dated_later(payment)
            return f"Not yet: we are charging {money} to {source} now. Look again in a moment.{later}"
        case states.UNKNOWN:
            return (
                f"We do not know yet whether {money} was charged to {source}: the bank's network did not answer, and "
                "we are asking. Please do not pay again until this says yes or no."
            )
        case states.POSTED | states.SETTLED:
            return _charged(payment, money=money, source=source)
        case states.RETURNED:
            why = returned(payment)
            assert why is not None, "a payment that was returned keeps the code of its return"
            back_on = written_on(why["returned_on"])
            return f"No: {money} from {source} came back on {back_on}: {why['reason']}. {why['next_step']}"
        case states.SCHEDULED:
            return f"Not yet: {money} will be charged to {source} on {written_on(payment['effective_on'])}."
        case states.CANCELLED:
            return f"No: {money} was not charged to {source}. {CANCEL_REASONS[payment['cancel_code']]}"
        case states.DECLINED:
            return f"No: {money} was not charged to {source}. {DECLINE_REASONS[payment['decline_code']]}"
        case status:
            raise LookupError(f"no words for a {status} payment")


def _charged(payment: Mapping[str, Any], *, money: str, source: str) -> str:
    if payment["reversed_on"] is not None:
        undone_on = written_on(payment["reversed_on"])
        return f"No longer: {money} from {source} was taken out of your balance on {undone_on}. Contact us about it."
    if payment["applied_at"] is None:
        on_its_way = f"Yes: {_came_in(payment, money=money, source=source)} and is on its way into your balance."
        return f"{on_its_way}{_dated_later(payment)}"
    credited = format_dollars(payment["amount_cents"])
    in_balance = f"Yes: {credited} from {source} is in your balance as of {written_on(payment['effective_on'])}"
    return f"{in_balance}, and the bank has paid it." if payment["status"] == states.SETTLED else f"{in_balance}."


def _came_in(payment: Mapping[str, Any], *, money: str, source: str) -> str:
    """A cheque is not charged by us: it comes."""
    return f"{source} of {money} came in" if payment["method_type"] == CHEQUE else f"{money} was charged to {source}"


def _source(payment: Mapping[str, Any]) -> str:
    if payment["method_type"] == CHEQUE:
        return f"your cheque number {payment['cheque_number']}"
    noun = "bank account" if payment["method_type"] == BANK_ACCOUNT else "card"
    return f"your {noun} ending in {payment['method_last4']}"


def _money(payment: Mapping[str, Any]) -> str:
    """What is charged: the amount, and the fee where a card bears one."""
    amount, fee_cents = format_dollars(payment["amount_cents"]), payment["card_fee_cents"]
    return f"{amount} and the card fee of {format_dollars(fee_cents)}" if fee_cents else amount


def _why_later(payment: Mapping[str, Any]) -> str | None:
    made_on = payment["made_on"]
    return None if made_on is None else why_dated_later(made_on=made_on, effective_on=payment["effective_on"])


def _dated_later(payment: Mapping[str, Any]) -> str:
    """A sentence for a payment that counts from a later day than that on which it was made."""
    why = _why_later(payment)
    if why is None:
        return ""
    what = "was made after the cut-off" if why == AFTER_CUT_OFF else "was not made on a business day"
    return f" It {what}, so it counts from {written_on(payment['effective_on'])}."
