"""What a purchase would cost on a day, from the contract here and accounts' figures: for a look, and for a promise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.bus.rpc import Asks
from chassis.context import CallContext
from chassis.store import Database, Row
from services.accounts.contract.errors import GoodThroughOutOfRange
from services.leases.contract.errors import BuyerNotAllowed, NotFound, StatePolicyMissing
from services.leases.models import leases
from services.leases.operations.figures import ask_figures
from services.leases.rules.options import usual_good_through
from services.leases.rules.prices import Price, PriceLine, buyout_price, figures_of, purchase_lines
from services.leases.rules.state_policies import StatePolicy, state_policy

LESSEE, SALES_TAX = "lessee", "sales_tax"


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """A purchase that was priced: `added` is what accounts does not know of, `price` everything together."""

    account_id: str
    buyer: str
    good_through: date
    added: tuple[PriceLine, ...]
    price: Price

    @property
    def shown_price(self) -> dict[str, Any]:
        notes = ["You pay for no miles and no wear."]
        if self.buyer != LESSEE:
            notes.append("A buyer other than the lessee pays sales tax to the state, not to us.")
        return self.price.shown(notes=notes)

    @property
    def preview(self) -> dict[str, Any]:
        """What buying would cost, as it is shown; nothing is promised."""
        return {
            "account_id": self.account_id, "buyer": self.buyer, "good_through": self.good_through,
            "price": self.shown_price,
        }  # fmt: skip


def price_purchase(
    store: Database, *, accounts: Asks, caller: CallContext, account_id: str, good_through: date | None, buyer: str,
    today: date,
) -> Purchase:  # fmt: skip
    """What buying costs by the day, or by the usual one.

    Raises NotFound, GoodThroughOutOfRange, BuyerNotAllowed, StatePolicyMissing, and NeighbourSilent or NeighbourAbsent.
    """
    lease = _lease(store, caller=caller, account_id=account_id)
    told = ask_figures(accounts=accounts, caller=caller, account_id=account_id, on=good_through or today)
    if good_through is None:
        good_through = usual_good_through(today=today, next_due_on=told["next_due_on"])
        told = ask_figures(accounts=accounts, caller=caller, account_id=account_id, on=good_through)
    _require_quotable(good_through, today=today, last=told["quote_until_on"])
    figures, policy = figures_of(told), _policy(told, buyer=buyer)
    added = purchase_lines(
        lease_balance_cents=figures.lease_balance_cents, is_at_end=figures.instalments_to_come == 0,
        option_fee_cents=lease["purchase_option_fee_cents"] or 0, policy=policy,
    )  # fmt: skip
    added = tuple(line for line in added if buyer == LESSEE or line.code != SALES_TAX)
    price = buyout_price(figures=figures, added=added)
    return Purchase(account_id=account_id, buyer=buyer, good_through=good_through, added=added, price=price)


def _lease(store: Database, *, caller: CallContext, account_id: str) -> Row:
    caller.require(account_id)
    try:
        of_account = leases.c.account_id == UUID(account_id)
    except ValueError:
        raise NotFound() from None
    with store.reading() as transaction:
        row = transaction.one(select(leases).where(of_account))
    if row is None:
        raise NotFound()
    return row


def _require_quotable(good_through: date, *, today: date, last: date | None) -> None:
    """A price is shown for those days alone that it can be promised for."""
    if last is not None and not today <= good_through <= last:
        raise GoodThroughOutOfRange.unless_between(first=today, last=last)


def _policy(told: Mapping[str, Any], *, buyer: str) -> StatePolicy:
    policy = state_policy(state=told["state"])
    if policy is None:
        raise StatePolicyMissing()
    if buyer != LESSEE and not policy.third_parties_may_buy:
        raise BuyerNotAllowed()
    return policy
