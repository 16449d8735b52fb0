"""Own money that may not be in the balance yet, and what accounts says is due with it counted in.

Accounts is asked without a lock. Under the lock of the account's row it is then seen whether anything has changed
since: whoever pays, or brings news of the account, holds that row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE
from sqlalchemy import bindparam, select

from chassis.bus.rpc import Asks
from chassis.context import as_service
from chassis.store import Database, Row, Transaction
from services.accounts.contract.drafts import AmountDue
from services.payments.models import account_standings, is_to_come, payments

ASK_SECONDS = 2.5
_SEQUENCE = select(account_standings.c.sequence).where(account_standings.c.account_id == bindparam("of_account"))
_shown = ("id", "presentment_number", "amount_cents", "effective_on", "extra")
_TO_COME = (
    select(*(payments.c[name] for name in _shown))
    .where(payments.c.account_id == bindparam("of_account"), is_to_come)
    .order_by(payments.c.id)
)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What an answer of accounts rests on: the last event that was known here, and our own payments to come."""

    sequence: int | None
    payments: tuple[Row, ...]

    def through(self, on: date) -> list[dict[str, Any]]:
        """The payments that arrive by a day, as accounts is told of them."""
        return [
            {
                "payment_id": str(payment["id"]),
                **{name: payment[name] for name in _shown if name != "id"},
                "effective_on": payment["effective_on"].isoformat(),
            }
            for payment in self.payments
            if payment["effective_on"] <= on
        ]


def read_counted(transaction: Transaction, *, account_id: UUID) -> Counted:
    sequence = transaction.value(_SEQUENCE, {"of_account": account_id})
    return Counted(sequence=sequence, payments=tuple(transaction.all(_TO_COME, {"of_account": account_id})))


def ask_amount_due(
    store: Database, *, accounts: Asks, account_id: UUID, on: date, counted: Counted, through_on: date
) -> Mapping[str, Any]:
    """The AmountDue of accounts' contract, loaded. Raises NotFound, and NeighbourSilent or NeighbourAbsent."""
    reply = accounts.ask(
        "get_amount_due",
        request={"account_id": str(account_id), "on": on.isoformat(), "counting": counted.through(through_on)},
        context=as_service(store.service),
        timeout_seconds=ASK_SECONDS,
    )
    loaded: Mapping[str, Any] = AmountDue(unknown=EXCLUDE).load(reply.data)
    return loaded
