"""Mailed cheques that wait, in the hands of staff: payments audits each question and each decision."""

from typing import Any

from chassis.context import AGENT
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Page, ResolveReceipt, SendReceiptBack
from services.payments.contract import receipts

PATH = "/v1/staff/unmatched-receipts"
STAFF, TAGS = (AGENT,), ("staff",)
RECEIPT_ID = "0193584d-4b30-7a2f-9c81-7e6d5c4b3a29"
RECEIPT: dict[str, Any] = {
    "id": RECEIPT_ID,
    "status": "waiting",
    "waits_because": "unknown_account",
    "received_on": "2026-11-23",
    "amount_cents": 41235,
    "account_number": "5500123465",
    "cheque_number": "1043",
    "drawn_on_last4": examples.LAST4,
    "remitter": "Jane Driver",
    "file_name": "lockbox-2026-11-23.csv",
    "line": 18,
    "payment_id": None,
    "decided_at": None,
    "note": None,
}
NOTE = "The remitter's name is that of the borrower; the last two digits were swapped."
RESOLVED = {
    **RECEIPT, "status": "booked", "payment_id": examples.PAYMENT_ID, "note": NOTE,
    "decided_at": "2026-11-24T15:30:00.000Z",
}  # fmt: skip


@route(
    "GET", PATH, operation="listUnmatchedReceipts", tags=TAGS, who=STAFF, query=Page, gives=receipts.Receipts,
    summary="Mailed cheques whose account has to be found, newest first", example=examples.page_of(RECEIPT),
)  # fmt: skip
def list_unmatched_receipts(call: HttpCall) -> Reply:
    """`waits_because`: no account number could be read, no account has it, or the same cheque has come before."""
    return call.relay("payments", "list_unmatched_receipts", **call.query)


@route(
    "POST", f"{PATH}/{{receipt_id}}/resolve", operation="resolveReceipt", tags=TAGS, who=STAFF, steps_up=True,
    idempotent=True, moves_money=True, takes=ResolveReceipt, gives=receipts.Receipt,
    summary="Book a waiting cheque on an account",
    sends={"account_id": examples.ACCOUNT_ID, "note": NOTE}, example=RESOLVED,
    errors=("receipt_not_waiting", "card_number_refused"),
)  # fmt: skip
def resolve_receipt(call: HttpCall) -> Reply:
    """The payment is posted at once, effective on the day on which the bank received the cheque."""
    return call.relay("payments", "resolve_receipt", receipt_id=call.path["receipt_id"], **call.body)


@route(
    "POST", f"{PATH}/{{receipt_id}}/send-back", operation="sendReceiptBack", tags=TAGS, who=STAFF, steps_up=True,
    idempotent=True, moves_money=True, takes=SendReceiptBack, gives=receipts.Receipt,
    summary="Note that a cheque goes back",
    sends={"note": "Meant for another lender."}, errors=("receipt_not_waiting", "card_number_refused"),
    example={
        **RECEIPT, "status": "sent_back", "note": "Meant for another lender.",
        "decided_at": "2026-11-24T15:30:00.000Z",
    },
)  # fmt: skip
def send_receipt_back(call: HttpCall) -> Reply:
    """Nothing is booked: the money was never the customer's here."""
    return call.relay("payments", "send_receipt_back", receipt_id=call.path["receipt_id"], **call.body)


ROUTES = (list_unmatched_receipts, resolve_receipt, send_receipt_back)
