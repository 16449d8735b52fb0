"""The part of the door that runs business days: what payments tells of them, and the clock."""

from datetime import timedelta

from chassis.doors import EventCall, Service, reaction, timer
from services.accounts import operations, queries
from services.accounts.providers.figures import show_days
from services.accounts.providers.wiring import DayWait
from services.payments.contract import events as payments_events

HOUR_SECONDS, MINUTE_SECONDS = 3600, 60
HALF_A_SECOND = 0.5


class Days(Service):
    """Each date is opened, billed, confirmed and closed."""

    day_wait: timedelta = DayWait()

    @reaction(payments_events.payment_day_closed)
    def on_payment_day_closed(self, call: EventCall) -> None:
        operations.note_payments_closed(call.transaction, told=call.data, now=self.clock.now())

    @timer(every_seconds=HALF_A_SECOND)
    def every_half_second_run_the_business_day(self) -> None:
        operations.run_business_days(self.store, clock=self.clock, wait=self.day_wait)

    @timer(every_seconds=HOUR_SECONDS)
    def every_hour_forget_old_days(self) -> None:
        operations.forget_old_days(self.store, today=self.clock.today())

    @timer(every_seconds=MINUTE_SECONDS)
    def every_minute_count_days_late(self) -> None:
        with self.store.reading() as transaction:
            show_days(queries.count_days_late(transaction, today=self.clock.today()))
