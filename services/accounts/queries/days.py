"""How business days stand, in numbers that an alarm can be set on."""

from datetime import date

from sqlalchemy import func, select

from chassis.store import Transaction
from services.accounts.models import business_days


def count_days_late(transaction: Transaction, *, today: date) -> dict[str, int]:
    """`behind`: dates before today that are not closed, once days run at all; `unconfirmed`: days that payments has not
    confirmed to this day, and that went on all the same.
    """
    closed = business_days.c.closed_at.is_not(None)
    is_unconfirmed = business_days.c.unconfirmed_at.is_not(None) & business_days.c.confirmed_at.is_(None)
    row = transaction.one(
        select(
            func.count().label("opened"),
            func.count().filter(closed).label("closed"),
            func.count().filter(is_unconfirmed).label("unconfirmed"),
            func.min(business_days.c.business_on).label("first_on"),
        )
    )
    assert row is not None, "an aggregate gives a row"
    if row["first_on"] is None:
        return {"behind": 0, "unconfirmed": 0}
    # Days follow each other without a gap: what is over and not among the closed ones is late.
    behind = (today - row["first_on"]).days - row["closed"]
    return {"behind": max(0, behind), "unconfirmed": row["unconfirmed"]}
