"""What a company decides about the days on which payments are booked: settings of the payments service."""

from chassis.settings import Setting

PAYMENT_DAY = (
    Setting("PAYMENT_CUT_OFF", "text", "When a day's payments end, HH:MM in the company's zone", "17:00"),
    Setting("PAYMENT_DAY_HOLD_SECONDS", "seconds", "How long a day waits for payments under way after that", 3600.0),
)
