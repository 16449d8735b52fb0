"""Payment methods: bank accounts and cards, cards by the processor's token alone."""

from chassis.context import CUSTOMER
from chassis.schemas import Nothing
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Page
from services.payments.contract import schemas as payments


@route(
    "GET", "/v1/payment-methods", operation="listPaymentMethods", tags=("payments",), who=(CUSTOMER,), query=Page,
    gives=payments.PaymentMethods, summary="Your payment methods",
    example={**examples.page_of(examples.PAYMENT_METHOD), "consent_offer": examples.CONSENT_TO_METHOD},
)  # fmt: skip
def list_payment_methods(call: HttpCall) -> Reply:
    return call.relay("payments", "list_payment_methods", **call.query)


@route(
    "POST", "/v1/payment-methods", operation="addPaymentMethod", status=201, tags=("payments",), who=(CUSTOMER,),
    takes_key=True, steps_up=True, takes=payments.AddPaymentMethod, gives=payments.PaymentMethod,
    summary="Add a bank account, or a card by the processor's token",
    sends={
        "type": "bank_account", "routing_number": "021000021", "account_number": "123456789",
        "account_type": "checking", "holder_name": "Jane Driver", "consent": {"version": "payment-method-2026-11"},
    },
    example=examples.PAYMENT_METHOD, errors=(
        "card_number_refused", "card_token_unknown", "card_expired", "cards_not_accepted", "consent_required",
        "consent_not_current",
    ),
)  # fmt: skip
def add_payment_method(call: HttpCall) -> Reply:
    return call.relay("payments", "add_payment_method", **call.body)


@route(
    "DELETE", "/v1/payment-methods/{payment_method_id}", operation="removePaymentMethod", status=204,
    tags=("payments",), who=(CUSTOMER,), gives=Nothing, summary="Remove a payment method",
)  # fmt: skip
def remove_payment_method(call: HttpCall) -> Reply:
    """Payments already made with it stay as they are."""
    return call.relay("payments", "remove_payment_method", payment_method_id=call.path["payment_method_id"])


ROUTES = (list_payment_methods, add_payment_method, remove_payment_method)
