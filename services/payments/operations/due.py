"""What is to be sent on a business day: payments that were scheduled for it, and the drafts of autopay."""

from datetime import date

from sqlalchemy import func, select

from chassis.bus.rpc import Asks
from chassis.clock import Clock
from chassis.store import Database, Transaction
from services.payments.models import due_work, payment_days
from services.payments.operations.autopay.drafting import run_autopay
from services.payments.operations.scheduled import send_due_payments

_NEWEST = select(func.max(payment_days.c.business_on))


def send_due(store: Database, *, accounts: Asks, clock: Clock, on: date) -> int:
    """Send what is due by a business day, each payment and each draft once; gives the number of those decided.

    Scheduled payments go first, so that a draft sees what they cover. Raises NeighbourSilent or NeighbourAbsent where
    accounts does not answer: what is left is taken up again.
    """
    sent = send_due_payments(store, accounts=accounts, clock=clock, on=on)
    return sent + run_autopay(store, accounts=accounts, clock=clock, on=on)


def send_due_of_open_day(store: Database, *, accounts: Asks, clock: Clock) -> int:
    """The same for the newest day that accounts has opened; before it has opened any, for the business date."""
    with store.reading() as transaction:
        opened_on: date | None = transaction.value(_NEWEST)
    return send_due(store, accounts=accounts, clock=clock, on=opened_on or clock.today())


def is_anything_due(transaction: Transaction, *, on: date) -> bool:
    """Whether a scheduled payment or a draft of that business day, or of one before, is not sent yet."""
    return bool(transaction.value(due_work, {"on_day": on}))
