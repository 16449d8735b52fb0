"""The payoff quote that a payment names, as accounts knows it: one that is no longer good is not paid by mistake."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE

from chassis.bus.rpc import Asks
from chassis.context import CallContext, as_service
from chassis.errors import NotFound, Refusal
from chassis.store import Database
from services.accounts.contract.payoff import PayoffQuote
from services.payments.contract.errors import PayoffQuoteNotGood
from services.payments.operations.standings import ASK_SECONDS

LIVE = "live"


def learn_quote(
    store: Database, *, accounts: Asks, caller: CallContext, account_id: UUID, quote_id: UUID | None
) -> Mapping[str, Any]:
    """What is left to pay of the quote (`quoted_cents`); empty where a payment names none.

    Raises NotFound for a quote of another account too, PayoffQuoteNotGood, and NeighbourSilent or NeighbourAbsent.
    """
    if quote_id is None:
        return {}
    caller.require(str(account_id))
    context = as_service(store.service, request_id=caller.request_id)
    request = {"account_id": str(account_id), "quote_id": str(quote_id)}
    try:
        reply = accounts.ask("get_payoff_quote", request=request, context=context, timeout_seconds=ASK_SECONDS)
    except NotFound:
        raise NotFound("This account has no such payoff quote. Check quote_id.", money_moved="no") from None
    except Refusal as refusal:
        refusal.money_moved = "no"
        raise
    quote = PayoffQuote(unknown=EXCLUDE).load(reply.data)
    if quote["status"] != LIVE:
        raise PayoffQuoteNotGood(money_moved="no")
    return {"quoted_cents": max(0, quote["payoff_cents"] - quote["received_cents"])}
