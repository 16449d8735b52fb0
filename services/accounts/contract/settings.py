"""What a company decides about payoffs, refunds and days, and where its mail goes: settings of the accounts service."""

from chassis.settings import Setting

# Printed in the source document under "Payoff Address", for retail and lease alike.
PUBLISHED_REGULAR = "Kia Finance America; P.O. Box 650805; Dallas, TX 75265-0805"
PUBLISHED_OVERNIGHT = "Kia Finance America; Box 650805; 1501 North Plano Rd., Suite 100; Richardson, TX 75081"
NOT_PUBLISHED = ""

SPEEDS = ("regular", "overnight")
PURPOSES = {"loan": ("payment", "payoff"), "lease": ("payment", "payoff", "lease_purchase")}
"""What a product's holder may have to mail money for."""

POLICY = (
    Setting("PAYOFF_QUOTE_DAYS_MAX", "number", "How many days ahead a payoff quote may be good", 30),
    Setting("PAYOFF_DRIFT_CENTS_MAX", "number", "What a payoff quote may cost us by what we find out after it", 1_000),
    Setting("REFUND_CREDIT_UP_TO_ONE_DOLLAR", "flag", "Also refund a credit of a dollar or less after a payoff", False),
)

PAPERLESS_VERSIONS = Setting(
    "PAPERLESS_VERSIONS", "text",
    "Disclosures of paperless statements that a consent may rest on, separated by commas; the last is shown",
    "2026-11-01",
)  # fmt: skip


BUSINESS_DAY = (
    Setting("BUSINESS_DAY_WAIT_SECONDS", "seconds", "How long a day waits for payments to confirm it", 7200.0),
)


def address_setting(*, product: str, purpose: str, speed: str) -> str:
    """The name of the setting that holds one address: `MAIL_LOAN_PAYOFF_OVERNIGHT`, `MAIL_LEASE_PURCHASE_REGULAR`."""
    named = purpose if purpose.startswith(product) else f"{product}_{purpose}"
    return f"MAIL_{named}_{speed}".upper()


def _address(product: str, purpose: str, speed: str) -> Setting:
    published = PUBLISHED_REGULAR if speed == "regular" else PUBLISHED_OVERNIGHT
    return Setting(
        address_setting(product=product, purpose=purpose, speed=speed),
        "text",
        f"Where {speed} mail goes, {product}, {purpose.replace('_', ' ')}: lines separated by semicolons",
        NOT_PUBLISHED if purpose == "lease_purchase" else published,
    )


ADDRESSES = tuple(
    _address(product, purpose, speed)
    for product, purposes in PURPOSES.items()
    for purpose in purposes
    for speed in SPEEDS
)
