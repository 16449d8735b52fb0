"""Payments in the hands of staff: sent back as a whole, and what a person has to look at."""

from typing import Any

from chassis.context import AGENT
from chassis.schemas import Nothing
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Autopay, ClosePaymentWorkItem, Page, RefundPayment
from gateway.staff_schemas import AchNoticePage, CloseAchNotice, StopDraft
from services.payments.contract import notices
from services.payments.contract import schemas as payments

STAFF, TAGS = (AGENT,), ("staff",)
WORK_PATH = "/v1/staff/payment-work-items"
NOTICES_PATH = "/v1/staff/ach-notices"
NOTICE: dict[str, Any] = {
    "id": "0193584d-5b30-7a2f-9c81-7e6d5c4b3a29",
    "kind": "change",
    "code": "C04",
    "trace_number": "111000020000018",
    "amount_cents": 0,
    "outcome": "waiting",
    "waits_because": "not_clear",
    "corrected": "JANE Q DRIVER",
    "file_name": "returns-2026-11-24.ach",
    "taken_at": "2026-11-24T15:30:00.000Z",
    "payment_method_id": examples.METHOD_ID,
    "account_id": examples.ACCOUNT_ID,
}


@route(
    "POST", "/v1/staff/payments/{payment_id}/refunds", operation="refundPayment", status=201, tags=TAGS, who=STAFF,
    steps_up=True, idempotent=True, moves_money=True, takes=RefundPayment, gives=payments.PaymentRefund,
    summary="Send a whole payment back to where it came from",
    errors=("payment_not_refundable", "card_number_refused"),
    sends={"reason": "Paid twice by mistake"}, example=examples.PAYMENT_REFUND,
)  # fmt: skip
def refund_payment(call: HttpCall) -> Reply:
    """Only a payment that has settled goes back, once. The account is then as had it never been paid."""
    return call.relay("payments", "refund_payment", payment_id=call.path["payment_id"], **call.body)


@route(
    "GET", WORK_PATH, operation="listPaymentWorkItems", tags=TAGS, who=STAFF, query=Page,
    gives=payments.PaymentWorkItems, summary="What a person has to look at, the newest first",
    example=examples.page_of(examples.PAYMENT_WORK_ITEM),
)  # fmt: skip
def list_payment_work_items(call: HttpCall) -> Reply:
    return call.relay("payments", "list_work_items", **call.query)


@route(
    "POST", f"{WORK_PATH}/{{work_item_id}}/close", operation="closePaymentWorkItem", status=204, tags=TAGS, who=STAFF,
    takes=ClosePaymentWorkItem, gives=Nothing, summary="A person has looked",
    sends={"note": "Called the customer, who pays by card."}, errors=("card_number_refused",),
)  # fmt: skip
def close_payment_work_item(call: HttpCall) -> Reply:
    return call.relay("payments", "close_work_item", work_item_id=call.path["work_item_id"], **call.body)


@route(
    "POST", "/v1/staff/accounts/{account_id}/autopay/stops", operation="stopDraft", tags=TAGS, who=STAFF,
    idempotent=True, takes=StopDraft, gives=Autopay, summary="Stop a draft on the customer's word",
    sends={"note": "Called at 10:40 and asked us not to draw in December."}, example=examples.AUTOPAY,
    errors=("autopay_not_enrolled", "draft_not_stoppable", "card_number_refused"),
)  # fmt: skip
def stop_draft(call: HttpCall) -> Reply:
    """Also within the last three business days, until it is drawn; the instalment stays due.

    The next draft, or that of `instalment_number`; with `ends_autopay` every one from now on.
    """
    return call.relay("payments", "stop_draft", account_id=call.path["account_id"], **call.body)


@route(
    "GET", NOTICES_PATH, operation="listAchNotices", tags=TAGS, who=STAFF, query=AchNoticePage,
    gives=notices.AchNotices, summary="Returns and corrections that banks sent in ACH files, the newest first",
    example=examples.page_of(NOTICE),
)  # fmt: skip
def list_ach_notices(call: HttpCall) -> Reply:
    """What waits for a person; with `outcome=done` what was acted on by itself, as corrected account numbers."""
    return call.relay("payments", "list_ach_notices", **call.query)


@route(
    "POST", f"{NOTICES_PATH}/{{notice_id}}/close", operation="closeAchNotice", status=204, tags=TAGS, who=STAFF,
    takes=CloseAchNotice, gives=Nothing, summary="A person has looked at a notice",
    sends={"note": "The name was corrected in our books."}, errors=("card_number_refused",),
)  # fmt: skip
def close_ach_notice(call: HttpCall) -> Reply:
    return call.relay("payments", "close_ach_notice", notice_id=call.path["notice_id"], **call.body)


ROUTES = (
    list_ach_notices,
    close_ach_notice,
    stop_draft,
    refund_payment,
    list_payment_work_items,
    close_payment_work_item,
)
