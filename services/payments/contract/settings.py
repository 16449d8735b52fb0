"""What a company decides about payments: settings of the payments service."""

from chassis.settings import Setting

POLICY = (
    Setting("PAYMENT_CUT_OFF", "text", "Time of day, company zone, that closes orders for the next day", "17:00"),
    Setting("PAYMENT_DAYS_AHEAD_MAX", "number", "How many days ahead a payment may be scheduled", 180),
    Setting("CARDS_ACCEPTED", "flag", "Whether customers may pay by card", True),
    Setting("METHOD_CONSENT_REQUIRED", "flag", "Whether a payment method is stored only with a consent", False),
)
