"""Money that names a lease's purchase quote is set aside for it, and ends the lease once the quote is met."""

from datetime import date

from sqlalchemy import select

from chassis.store import Row, Transaction
from services.accounts.models import payoff_quotes, received_cents
from services.accounts.operations.allocating import Arrived
from services.accounts.operations.closing import (
    LEASE_END,
    Money,
    Settlement,
    record_following,
    set_aside_refund,
)
from services.accounts.operations.locking import LockedAccount
from services.accounts.operations.quoting import mark_met, payable_quotes, promise_of
from services.accounts.rules.events import Charge, LeaseEnd
from services.accounts.rules.payoff import LEASE_PURCHASE, PayoffPolicy, is_met
from services.accounts.rules.shown import OPEN, PAID_OFF

VEHICLE = frozenset({"vehicle_price", "residual"})
"""The line of a purchase quote that is the vehicle's price."""


def cited_purchase(
    transaction: Transaction, *, account: LockedAccount, money: Money, effective_on: date
) -> Row | None:  # fmt: skip
    """The purchase quote that money names, while the lease runs and the quote may be met."""
    if account.product != "lease" or money.quote_id is None or account.status != OPEN or account.state.lease_end:
        return None
    quotes = payable_quotes(transaction, account_id=account.id, on=effective_on)
    return next((each for each in quotes if str(each["id"]) == money.quote_id and each["kind"] == LEASE_PURCHASE), None)


def settle_purchase(
    transaction: Transaction, *, account: LockedAccount, quote: Row, arrived: Arrived, money: Money,
    policy: PayoffPolicy,
) -> Settlement:  # fmt: skip
    """End the lease if its purchase quote is met by now; what was paid beyond the price becomes a refund.

    `account` has the payment in it and is locked; only its events, allocations and postings are written here.
    """
    paid = transaction.one(select(payoff_quotes, received_cents()).where(payoff_quotes.c.id == quote["id"]))
    assert paid is not None, "the quote was read a moment ago"
    if not is_met(promise=promise_of(paid), effective_on=arrived.event.effective_on):
        return Settlement(account=account)
    end = _end(quote, account=account, money=money)
    account = record_following(
        transaction, account=account, event=end, kind=LEASE_END, details={"quote_id": str(quote["id"])},
        arrived=arrived,
    )  # fmt: skip
    mark_met(transaction, account_id=account.id, quote_id=quote["id"], payment_key=money.source_key, now=arrived.now)
    if account.status != PAID_OFF:
        return Settlement(account=account)
    return set_aside_refund(transaction, account=account, arrived=arrived, money=money, policy=policy)


def _end(quote: Row, *, account: LockedAccount, money: Money) -> LeaseEnd:
    lines = [line for line in quote["lines"] if line["amount_cents"]]
    return LeaseEnd(
        source_key=f"lease_end:{money.source_key.partition(':')[2]}",
        effective_on=account.state.last_effective_on,
        way="purchase",
        due_through_on=quote["good_through"],
        vehicle_cents=sum(line["amount_cents"] for line in lines if line["code"] in VEHICLE),
        charges=tuple(Charge(**line) for line in lines if line["code"] not in VEHICLE),
        payment_key=money.source_key,
        drift_limit_cents=quote["drift_limit_cents"],
    )
