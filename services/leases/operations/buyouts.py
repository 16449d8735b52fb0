"""A lessee buys: accounts promises a price, money that meets it ends the lease there, and the title follows here."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE

from chassis.bus.rpc import Asks
from chassis.context import CallContext, as_service
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.accounts.contract.payoff import PayoffQuote
from services.leases.contract import events
from services.leases.models import statement_since
from services.leases.operations.evaluating import lock_lease
from services.leases.operations.options import (
    find_newest,
    find_open,
    move_option,
    open_option,
    read_option,
    require_open,
)
from services.leases.operations.purchase import Purchase
from services.leases.operations.readings import lock_lease_for
from services.leases.rules.options import BUYOUT, STEPS, VEHICLE_BACK
from services.leases.rules.told import buyout_as_told

ASK_SECONDS = 2.5
FOLLOWING: Mapping[str, str] = {"account_paid_off": "paid", "account_closed": "completed", "account_reopened": "undone"}
"""What a purchase becomes when accounts tells that."""


def promise_price(
    store: Database, *, accounts: Asks, caller: CallContext, purchase: Purchase, key: str, today: date
) -> Mapping[str, Any]:
    """Accounts' promise of the price, once per key; nothing is asked for where no purchase could be opened.

    Raises OptionAlreadyOpen, OptionNotOpen, what accounts refuses, and NeighbourSilent or NeighbourAbsent.
    """
    with store.reading() as transaction:
        require_open(transaction, account_id=UUID(purchase.account_id), option=BUYOUT, today=today)
    lines = [
        {"code": line.code, "description": line.description, "amount_cents": line.amount_cents}
        for line in purchase.added
    ]
    request = {
        "account_id": purchase.account_id, "kind": "lease_purchase", "good_through": purchase.good_through,
        "lines": lines, "source_ref": f"buyout:{key}"[:100],
    }  # fmt: skip
    reply = accounts.ask(
        "issue_payoff_quote", request=request, context=as_service("leases", request_id=caller.request_id),
        key=f"buyout:{purchase.account_id}:{key}"[:255], timeout_seconds=ASK_SECONDS,
    )  # fmt: skip
    loaded: Mapping[str, Any] = PayoffQuote(unknown=EXCLUDE).load(reply.data)
    return loaded


def start_buyout(
    transaction: Transaction, *, caller: CallContext, purchase: Purchase, quote: Mapping[str, Any], now: datetime,
    today: date,
) -> dict[str, Any]:  # fmt: skip
    """Open the purchase on accounts' promise. Raises NotFound, OptionAlreadyOpen, OptionNotOpen."""
    lease = lock_lease_for(transaction, caller=caller, account_id=purchase.account_id)
    require_open(transaction, account_id=lease["account_id"], option=BUYOUT, today=today)
    price = {**purchase.shown_price, "on": purchase.price.on.isoformat()}
    details = {
        "buyer": purchase.buyer, "quote_id": quote["id"], "payoff_cents": quote["payoff_cents"],
        "good_through": purchase.good_through.isoformat(), "price": price,
    }  # fmt: skip
    row = open_option(
        transaction, option_id=new_id(at=now), account_id=lease["account_id"], option=BUYOUT,
        ends_on=purchase.good_through, details=details, opened_by=caller.subject, now=now, today=today,
    )  # fmt: skip
    return buyout_as_told(vehicle=lease["vehicle"], row=row, statement=None, today=today)


def cancel_buyout(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, now: datetime, today: date
) -> dict[str, Any]:
    """The lessee thinks better of it; the promise is kept to its last day all the same. Raises NotFound."""
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    row = read_option(transaction, account_id=lease["account_id"], option_id=option_id, option=BUYOUT)
    if row["status"] == "quoted":
        row = move_option(transaction, row=row, to="cancelled", now=now, today=today)
    statement = transaction.one(statement_since(account_id=row["account_id"], opened_at=row["opened_at"]))
    return buyout_as_told(vehicle=lease["vehicle"], row=row, statement=statement, today=today)


def follow_purchase(
    transaction: Transaction, *, name: str, told: Mapping[str, Any], now: datetime, today: date
) -> None:
    """What accounts tells of a lease that was bought: money came, it is good, or it has gone back."""
    account_id = UUID(told["account_id"])
    if lock_lease(transaction, account_id=account_id) is None:
        return
    other = find_open(transaction, account_id=account_id)
    is_under_way = other is not None and other["option"] == BUYOUT
    bought = other if is_under_way else find_newest(transaction, account_id=account_id, option=BUYOUT)
    if bought is None or not is_step(bought, FOLLOWING.get(name)):
        return
    if not is_under_way and _is_back(transaction, account_id=account_id):
        # What is told is about the bill of a vehicle that we have.
        return
    if other is not None and not is_under_way:
        # A promise was kept although the customer had gone another way since: that way is over.
        move_option(transaction, row=other, to="superseded", now=now, today=today)
    moved = move_option(
        transaction, row=bought, to=FOLLOWING[name], now=now, today=today,
        details={f"{FOLLOWING[name]}_on": today.isoformat()},
    )  # fmt: skip
    if moved["status"] == "completed":
        _tell_completed(transaction, row=moved, today=today)


def _is_back(transaction: Transaction, *, account_id: UUID) -> bool:
    """Whether the vehicle has come back, in whatever way, and however far its bill has come since."""
    newest = [find_newest(transaction, account_id=account_id, option=option) for option in VEHICLE_BACK]
    return any(row is not None and row["status"] in VEHICLE_BACK[row["option"]] for row in newest)


def is_step(row: Row, to: str | None) -> bool:
    """Whether the row may become that now: what is told twice, or of another way out, moves nothing."""
    return to is not None and to in STEPS[BUYOUT][row["status"]]


def _tell_completed(transaction: Transaction, *, row: Row, today: date) -> None:
    data = {
        "account_id": str(row["account_id"]), "option_id": str(row["id"]), "quote_id": row["details"]["quote_id"],
        "buyer": row["details"]["buyer"], "payoff_cents": row["details"]["payoff_cents"], "completed_on": today,
    }  # fmt: skip
    transaction.emit(events.buyout_completed, subject=str(row["account_id"]), data=data)
