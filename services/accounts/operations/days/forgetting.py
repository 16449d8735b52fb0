"""What days leave behind is kept for as long as somebody looks at it."""

from datetime import date, timedelta

from sqlalchemy import delete

from chassis.store import Database
from services.accounts.models import business_day_batches
from services.accounts.operations.days.reminders import forget_reminders

# As far back as `captive day status` shows days. The days themselves stay for good.
BATCHES_KEPT = timedelta(days=400)
# Missed days are caught up within this time: what fell due before is told no more.
REMINDERS_KEPT = timedelta(days=60)


def forget_old_days(store: Database, *, today: date) -> int:
    """Delete the batches of days long past, and the reminders of what fell due long ago; gives the number of both."""
    with store.writing() as transaction:
        old = delete(business_day_batches).where(business_day_batches.c.business_on < today - BATCHES_KEPT)
        return transaction.run(old) + forget_reminders(transaction, before=today - REMINDERS_KEPT)
