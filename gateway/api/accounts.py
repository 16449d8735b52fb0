"""Accounts: the view of accounts, and beside it what payments has accepted and accounts has not applied yet."""

from collections.abc import Iterable, Mapping
from typing import Any

from chassis import logs
from chassis.context import CUSTOMER
from chassis.errors import DependencyDown
from gateway.admission import Rank
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Account, Accounts, Page
from gateway.slicing import ACCOUNTS, Slice, sliced
from services.accounts.contract import schemas as accounts

OfPayments = Mapping[str, Any]

log = logs.logger(__name__)


@route(
    "GET", "/v1/accounts", operation="listAccounts", tags=("accounts",), who=(CUSTOMER,), query=Slice, gives=Accounts,
    summary="Your accounts", example=examples.page_of(examples.ACCOUNT),
)  # fmt: skip
def list_accounts(call: HttpCall) -> Reply:
    """Every account that your access token names; an account linked since appears with the next token."""
    mine = [grant.id for grant in call.context.accounts]
    if not mine:
        return Reply(sliced([], query=call.query, order=ACCOUNTS))
    pending = pending_payments(call, mine)
    found = call.ask("accounts", "list_accounts", account_ids=mine).data["data"]
    page = sliced(found, query=call.query, order=ACCOUNTS)
    return Reply({**page, "data": [composed(view, pending) for view in page["data"]]})


@route(
    "GET", "/v1/accounts/{account_id}", operation="getAccount", rank=Rank.READ,
    tags=("accounts",), who=(CUSTOMER,), has_etag=True,
    gives=Account, summary="One account: balance, what is due, what is pending", example=examples.ACCOUNT,
)  # fmt: skip
def get_account(call: HttpCall) -> Reply:
    account_id = call.path["account_id"]
    pending = pending_payments(call, [account_id])
    view = call.ask("accounts", "get_account", account_id=account_id).data
    return Reply(composed(view, pending))


@route(
    "GET", "/v1/accounts/{account_id}/transactions", operation="listTransactions", tags=("accounts",),
    who=(CUSTOMER,), query=Page, gives=accounts.Transactions, summary="What happened on the account, newest first",
    example=examples.page_of(examples.TRANSACTION, next_cursor="MTguMDE5"),
)  # fmt: skip
def list_transactions(call: HttpCall) -> Reply:
    return call.relay("accounts", "list_transactions", account_id=call.path["account_id"], **call.query)


@route(
    "GET", "/v1/accounts/{account_id}/schedule", operation="getSchedule", rank=Rank.READ,
    tags=("accounts",), who=(CUSTOMER,),
    has_etag=True, gives=accounts.Schedule, summary="The instalments to come", example=examples.SCHEDULE,
)  # fmt: skip
def get_schedule(call: HttpCall) -> Reply:
    return call.relay("accounts", "get_schedule", account_id=call.path["account_id"])


def composed(view: Mapping[str, Any], told: OfPayments | None) -> dict[str, Any]:
    """The account as its holder sees it. Without an answer of payments, what it knows is null: unknown, not none."""
    if told is None:
        unknown = {"pending_payments": None, "amount_due_after_pending_cents": None}
        return {**view, **unknown, "autopay_enabled": False}
    mine = [payment for payment in told["data"] if payment["account_id"] == view["id"]]
    return {
        **view,
        "autopay_enabled": view["id"] in told["autopay_account_ids"],
        "pending_payments": mine,
        "amount_due_after_pending_cents": _due_after(view, mine),
    }


def _due_after(view: Mapping[str, Any], pending: Iterable[Mapping[str, Any]]) -> int:
    """What is due once everything on its way has arrived. What is scheduled for later than it is due is not in time."""
    late = [
        payment for payment in pending
        if payment["status"] == "scheduled" and payment["effective_on"] > (view["next_due_on"] or "")
    ]  # fmt: skip
    pending_cents: int = sum(payment["amount_cents"] for payment in pending if payment not in late)
    due_cents: int = view["amount_due_cents"]
    return max(0, due_cents - pending_cents)


def pending_payments(call: HttpCall, account_ids: list[str]) -> OfPayments | None:
    """Asked before the account: a payment applied in between is then seen twice for a moment, never not at all."""
    try:
        found: OfPayments = call.ask_beside("payments", "list_pending_payments", account_ids=account_ids).data
    except DependencyDown as error:
        log.warning("account shown without what payments knows", error=type(error).__name__)
        return None
    return found


ROUTES = (list_accounts, get_account, list_transactions, get_schedule)
