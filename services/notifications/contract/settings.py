"""Who speaks to customers, in messages and on paper alike: settings that more than one service reads."""

from chassis.settings import Setting

BRAND_NAME = Setting("BRAND_NAME", "text", "The lender's name in every message", "Kia Finance America")
BRAND_PHONE = Setting("BRAND_PHONE", "text", "The telephone number of customer service", "1-855-885-7600")
BRAND_ADDRESS = Setting(
    "BRAND_ADDRESS", "text", "The postal address of the lender, at the foot of every mail",
    "P.O. Box 650805, Dallas, TX 75265-0805",
)  # fmt: skip

# The zone is COMPANY_TIME_ZONE. What this page follows names no hours, so these are ours.
SUPPORT_HOURS = Setting(
    "SUPPORT_HOURS", "text", "When the desk is open, such as mon-fri 08:00-20:00; sat 09:00-16:00",
    "mon-fri 08:00-20:00; sat 09:00-16:00",
)  # fmt: skip
SUPPORT_CLOSED_ON = Setting(
    "SUPPORT_CLOSED_ON", "text", "Dates on which the desk is closed besides bank holidays, by comma", ""
)
