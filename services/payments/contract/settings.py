"""What a company decides about payments: settings of the payments service."""

from chassis.settings import Setting

POLICY = (
    Setting("PAYMENT_CUT_OFF", "text", "Time of day, company zone, that closes orders for the next day", "17:00"),
    Setting("PAYMENT_DAYS_AHEAD_MAX", "number", "How many days ahead a payment may be scheduled", 180),
)
