"""Money of accounts in the hands of staff: fees, payments taken and undone, rates, and the end of hope."""

from dataclasses import replace

from chassis.context import AGENT
from chassis.errors import NotFound
from gateway.api import examples, staff_examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Page
from gateway.staff_schemas import (
    AccelerateBalance,
    AssessFee,
    AssessLateFee,
    ChangeRate,
    ChargeOffAccount,
    ReversePayment,
    StaffPayment,
    WaiveFee,
)
from services.accounts.contract import schemas as accounts
from services.payments.contract import schemas as payments

PATH = "/v1/staff/accounts/{account_id}"
STAFF, TAGS = (AGENT,), ("staff",)
NO_HOLDER = "That customer does not hold this account. Look at the account's holders."


@route(
    "POST", f"{PATH}/payments", operation="takePayment", status=201, tags=TAGS, who=STAFF, steps_up=True,
    idempotent=True,
    moves_money=True, takes=StaffPayment, gives=payments.Payment, summary="Take a payment for a customer",
    sends={"amount_cents": 41235, "payment_method_id": examples.METHOD_ID, "on_behalf_of": examples.USER_ID},
    example=examples.PAYMENT, replies=("Location",),
    errors=(
        "amount_too_small", "amount_too_large", "account_takes_no_payments", "card_expired", "payoff_quote_not_good",
    ),
)  # fmt: skip
def take_payment(call: HttpCall) -> Reply:
    """By a method that the customer has with us, with their word; who acted for whom is on record."""
    asked = {name: value for name, value in call.body.items() if name != "on_behalf_of"}
    customer, account_id = str(call.body["on_behalf_of"]), call.path["account_id"]
    holders = call.ask("identity", "list_account_holders", account_id=account_id).data["data"]
    if customer not in [holder["user_id"] for holder in holders]:
        raise NotFound(NO_HOLDER, money_moved="no")
    answer = _for(call, customer).ask("payments", "submit_payment", account_id=account_id, **asked)
    return Reply(answer.data, replayed=answer.replayed, headers={"Location": f"/v1/payments/{answer.data['id']}"})


@route(
    "GET", "/v1/staff/customers/{user_id}/payment-methods", operation="listCustomerPaymentMethods", tags=TAGS,
    who=STAFF, query=Page, gives=payments.PaymentMethods, summary="The payment methods of a customer",
    example={**examples.page_of(examples.PAYMENT_METHOD), "consent_offer": examples.CONSENT_TO_METHOD},
)  # fmt: skip
def list_customer_payment_methods(call: HttpCall) -> Reply:
    return _for(call, call.path["user_id"]).relay("payments", "list_payment_methods", **call.query)


@route(
    "POST", f"{PATH}/payment-reversals", operation="reversePayment", tags=TAGS, who=STAFF, steps_up=True,
    idempotent=True,
    takes=ReversePayment, gives=accounts.ChangedAccount, summary="Undo a payment, as had it never been",
    sends={"payment_id": examples.PAYMENT_ID, "reason": "posted to the wrong account"},
    example=staff_examples.CHANGED_ACCOUNT, errors=("payment_not_applied", "payment_already_reversed"),
)  # fmt: skip
def reverse_payment(call: HttpCall) -> Reply:
    """In the books alone: nothing is sent back to the customer's bank or card by this."""
    return call.relay("accounts", "reverse_payment", account_id=call.path["account_id"], **call.body)


@route(
    "POST", f"{PATH}/late-fees", operation="assessLateFee", tags=TAGS, who=STAFF, idempotent=True,
    takes=AssessLateFee, gives=accounts.ChangedAccount, summary="Charge the late fee of one instalment",
    sends={"instalment_number": 11}, example=staff_examples.CHANGED_ACCOUNT,
    errors=("account_not_open", "late_fee_not_chargeable", "late_fee_already_assessed"),
)  # fmt: skip
def assess_late_fee(call: HttpCall) -> Reply:
    return call.relay("accounts", "assess_late_fee", account_id=call.path["account_id"], **call.body)


@route(
    "POST", f"{PATH}/fees", operation="assessFee", tags=TAGS, who=STAFF, idempotent=True, takes=AssessFee,
    gives=accounts.ChangedAccount, summary="Charge a fee that the contract allows",
    sends={"kind": "other_fee", "amount_cents": 500, "reason": "copy of the contract", "fee_reference": "copy/1"},
    example=staff_examples.CHANGED_ACCOUNT, errors=("account_not_open", "fee_stopped", "fee_above_cap"),
)  # fmt: skip
def assess_fee(call: HttpCall) -> Reply:
    return call.relay("accounts", "assess_fee", account_id=call.path["account_id"], **call.body)


@route(
    "POST", f"{PATH}/fee-waivers", operation="waiveFee", tags=TAGS, who=STAFF, steps_up=True,
    idempotent=True, takes=WaiveFee,
    gives=accounts.ChangedAccount, summary="Give up what is unpaid of a fee",
    sends={"fee_id": examples.EVENT_ID, "reason": "first time late"}, example=staff_examples.CHANGED_ACCOUNT,
    errors=("fee_not_found", "fee_not_due"),
)  # fmt: skip
def waive_fee(call: HttpCall) -> Reply:
    """`fee_id` is in the account's transactions."""
    return call.relay("accounts", "waive_fee", account_id=call.path["account_id"], **call.body)


@route(
    "POST", f"{PATH}/rate-changes", operation="changeRate", tags=TAGS, who=STAFF, steps_up=True,
    idempotent=True, takes=ChangeRate,
    gives=accounts.ChangedAccount, summary="Let a loan bear another rate from a date on",
    sends={"annual_rate_percent": "5.49", "effective_on": "2026-11-05", "reason": "modification"},
    example=staff_examples.CHANGED_ACCOUNT, errors=("account_not_open", "change_not_possible"),
)  # fmt: skip
def change_rate(call: HttpCall) -> Reply:
    """The date may lie back: what was posted since is corrected."""
    return call.relay("accounts", "change_rate", account_id=call.path["account_id"], **call.body)


@route(
    "POST", f"{PATH}/acceleration", operation="accelerateBalance", tags=TAGS, who=STAFF, steps_up=True,
    idempotent=True,
    takes=AccelerateBalance, gives=accounts.ChangedAccount, summary="Call the whole balance of a loan due",
    sends={"balance_cents": 1878839, "reason": "default under section 9"}, example=staff_examples.CHANGED_ACCOUNT,
    errors=("account_not_open", "balance_not_confirmed", "change_not_possible"),
)  # fmt: skip
def accelerate_balance(call: HttpCall) -> Reply:
    """No late fee is charged from then on."""
    return call.relay("accounts", "accelerate_balance", account_id=call.path["account_id"], **call.body)


@route(
    "POST", f"{PATH}/charge-off", operation="chargeOff", tags=TAGS, who=STAFF, steps_up=True,
    idempotent=True,
    takes=ChargeOffAccount, gives=accounts.ChangedAccount, summary="Give up in the books what an account owes",
    sends={"balance_cents": 1878839, "reason": "120 days past due"}, example=staff_examples.CHANGED_ACCOUNT,
    errors=("account_not_open", "balance_not_confirmed", "change_not_possible"),
)  # fmt: skip
def charge_off(call: HttpCall) -> Reply:
    """The customer goes on owing it: money that still comes is recovery. Not while a payoff quote is good."""
    return call.relay("accounts", "charge_off", account_id=call.path["account_id"], **call.body)


def _for(call: HttpCall, customer: str) -> HttpCall:
    """The same call, by staff on behalf of a customer."""
    return replace(call, context=replace(call.context, on_behalf_of=customer))


ROUTES = (
    take_payment,
    list_customer_payment_methods,
    reverse_payment,
    assess_late_fee,
    assess_fee,
    waive_fee,
    change_rate,
    accelerate_balance,
    charge_off,
)
