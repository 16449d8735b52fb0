"""Business days for tests of accounts: the clock moves, payments closes its day, and what the day did is read."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from chassis.clock import FixedClock
from chassis.doors import Outcome
from services.accounts.models import business_days
from services.accounts.operations.days.protocol import booked
from services.accounts.service import AccountsService
from services.payments.contract import events as payments_events
from tests.builders.wiring import an_event, deliver, emitted

DAY = timedelta(days=1)


def run_now(service: AccountsService) -> None:
    """What the timer does."""
    service.every_half_second_run_the_business_day()


def payments_closes(service: AccountsService, on: date, **changed: Any) -> None:
    """Payments tells of a day what accounts has of it, unless `count` or `cents` say otherwise."""
    with service.store.reading() as transaction:
        count, cents = booked(transaction, on=on)
    data = {"business_on": on, "count": count, "cents": cents, "unconfirmed_account_ids": [], **changed}
    event = an_event(payments_events.payment_day_closed, clock=service.clock, subject=on.isoformat(), data=data)
    assert deliver(service.on_payment_day_closed, event) == Outcome.DONE


def run_day(service: AccountsService, **told: Any) -> None:
    """The day of the clock from its opening to its closing."""
    run_now(service)
    payments_closes(service, service.clock.today(), **told)
    run_now(service)


def run_through(service: AccountsService, clock: FixedClock, on: date) -> None:
    """Each day up to that date, one after the other; today too, unless it is over."""
    for day in days_from(clock.today(), on):
        if is_closed(service, day):
            continue
        clock.move_to(clock.now(), today=day)
        run_day(service)


def catch_up(service: AccountsService) -> None:
    """What happens when days were missed: payments closes each of them as soon as it is opened."""
    run_now(service)
    while (day := open_day(service)) is not None:
        payments_closes(service, day)
        run_now(service)


def days_from(first: date, last: date) -> Iterator[date]:
    return (first + DAY * number for number in range((last - first).days + 1))


def open_day(service: AccountsService) -> date | None:
    with service.store.reading() as transaction:
        is_open = business_days.c.closed_at.is_(None)
        found: date | None = transaction.value(select(business_days.c.business_on).where(is_open))
    return found


def is_closed(service: AccountsService, on: date) -> bool:
    closed = select(business_days.c.closed_at).where(business_days.c.business_on == on)
    with service.store.reading() as transaction:
        return transaction.value(closed) is not None


def told_of(service: AccountsService, name: str) -> list[dict[str, Any]]:
    """What was told under a name, without the standing, which is of the moment."""
    envelopes = emitted(service.store, name=name)
    return [{key: value for key, value in envelope.data.items() if key != "standing"} for envelope in envelopes]
