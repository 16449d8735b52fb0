"""What a company decides about payments: settings of the payments service."""

from chassis.settings import Setting

CUT_OFF = Setting("PAYMENT_CUT_OFF", "text", "When a day's payments end, HH:MM in the company's zone", "17:00")

PAYMENT_DAY = (
    CUT_OFF,
    Setting("PAYMENT_DAY_HOLD_SECONDS", "seconds", "How long a day waits for payments under way after that", 3600.0),
)
POLICY = (
    CUT_OFF,
    Setting("PAYMENT_DAYS_AHEAD_MAX", "number", "How many days ahead a payment may be scheduled", 180),
    Setting("CARDS_ACCEPTED", "flag", "Whether customers may pay by card", True),
    Setting(
        "CARD_FEES",
        "text",
        "What paying by card costs, in cents by the account's state, as TX:295,OH:300; by default "
        "nothing, nor in a state that is not named",
        "",
    ),
    Setting(
        "PRENOTES",
        "flag",
        "Whether a new bank account is tried with an entry of no money first, where debits go in files",
        False,
    ),
    Setting("METHOD_CONSENT_REQUIRED", "flag", "Whether a payment method is stored only with a consent", False),
)
