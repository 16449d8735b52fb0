"""Paying an account off: what it takes, a promise of it, and where the money may be mailed."""

from chassis.context import CUSTOMER
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import IssuePayoffQuote, PayoffDate
from services.accounts.contract import payoff

REFUSALS = ("good_through_out_of_range", "nothing_to_pay_off", "quote_kind_unfit")


@route(
    "GET", "/v1/accounts/{account_id}/payoff-quote", operation="previewPayoffQuote", tags=("accounts",),
    who=(CUSTOMER,), has_etag=True, query=PayoffDate, gives=payoff.PayoffPreview,
    summary="What would pay the loan off by a date", example=examples.PAYOFF_PREVIEW, errors=REFUSALS,
)  # fmt: skip
def preview_payoff_quote(call: HttpCall) -> Reply:
    """Nothing is promised: post to `payoff-quotes` for a sum that is sure to close the account."""
    return call.relay("accounts", "get_payoff_preview", account_id=call.path["account_id"], **call.query)


@route(
    "POST", "/v1/accounts/{account_id}/payoff-quotes", operation="issuePayoffQuote", status=201, tags=("accounts",),
    who=(CUSTOMER,), idempotent=True, takes=IssuePayoffQuote, gives=payoff.PayoffQuote, replies=("Location",),
    summary="Be promised a sum that pays the loan off", sends={"good_through": "2026-04-30"},
    example=examples.PAYOFF_QUOTE, errors=REFUSALS,
)  # fmt: skip
def issue_payoff_quote(call: HttpCall) -> Reply:
    """Money of this sum, effective by `good_through`, closes the account; name the quote as `quote_id` when you pay.

    Earlier money is met too, and what the days not needed would have cost is sent back. Should more turn out to be owed
    than a small limit, an unpaid quote is withdrawn and you are told.
    """
    answer = call.ask("accounts", "issue_payoff_quote", account_id=call.path["account_id"], **call.body)
    where = f"/v1/accounts/{answer.data['account_id']}/payoff-quotes/{answer.data['id']}"
    return Reply(answer.data, replayed=answer.replayed, headers={"Location": where})


@route(
    "GET", "/v1/accounts/{account_id}/payoff-quotes/{quote_id}", operation="getPayoffQuote", tags=("accounts",),
    who=(CUSTOMER,), has_etag=True, gives=payoff.PayoffQuote, summary="A payoff quote, and what became of it",
    example=examples.PAYOFF_QUOTE,
)  # fmt: skip
def get_payoff_quote(call: HttpCall) -> Reply:
    return call.relay(
        "accounts", "get_payoff_quote", account_id=call.path["account_id"], quote_id=call.path["quote_id"]
    )


@route(
    "GET", "/v1/accounts/{account_id}/payment-addresses", operation="listPaymentAddresses", tags=("accounts",),
    who=(CUSTOMER,), has_etag=True, gives=payoff.PostalAddresses, example=examples.PAYMENT_ADDRESSES,
    summary="Where payments and payoffs by mail go, by regular or overnight mail",
)  # fmt: skip
def list_payment_addresses(call: HttpCall) -> Reply:
    return call.relay("accounts", "list_payment_addresses", account_id=call.path["account_id"])


ROUTES = (preview_payoff_quote, issue_payoff_quote, get_payoff_quote, list_payment_addresses)
