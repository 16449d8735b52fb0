"""What can be set on the HTTP side."""

from chassis.settings import Setting
from services.identity.contract.settings import PUBLIC_URL
from services.notifications.contract.settings import SUPPORT_CLOSED_ON, SUPPORT_HOURS

# Notifications declares these two as well: one value for the house, so name, meaning and default must stay the same.
BRAND_NAME = Setting("BRAND_NAME", "text", "The lender's name in every message", "Kia Finance America")
BRAND_PHONE = Setting("BRAND_PHONE", "text", "The telephone number of customer service", "1-855-885-7600")

WEBHOOK_PORTS = Setting("WEBHOOK_PORTS", "text", "Ports on which partners' webhooks are called, by comma", "443")
WEBHOOK_LOOPBACK_ALLOWED = Setting(
    "WEBHOOK_LOOPBACK_ALLOWED", "flag",
    "Sandbox stacks: webhooks may be on this machine, on any port and over http too", False,
)  # fmt: skip
WEBHOOK_CA_FILE = Setting(
    "WEBHOOK_CA_FILE", "text", "Certificates that partners' servers are verified against; empty: the public ones", ""
)

DECLARED = (
    PUBLIC_URL,
    Setting("CORS_ORIGINS", "text", "Origins whose pages may call the API, separated by commas; empty for none", ""),
    Setting("TRUSTED_PROXIES", "number", "How many proxies stand before the gateway and append X-Forwarded-For", 0),
    Setting("METRICS_TOKEN", "text", "Bearer token for /metrics; empty: the path does not exist", "", secret=True),
    Setting("SESSIONS_PER_MINUTE", "number", "Sign-ins and refreshes from one address in a minute", 60),
    Setting("REGISTRATIONS_PER_MINUTE", "number", "Registrations and verifications from one address in a minute", 30),
    Setting("REQUESTS_PER_MINUTE", "number", "Requests of one person who has signed in, in a minute", 1200),
    Setting("TYPING_PER_MINUTE", "number", "How often a person may say in a minute that they are writing", 60),
    Setting("TEST_MESSAGES_PER_HOUR", "number", "Messages that a person may have sent to try alerts, in an hour", 10),
    WEBHOOK_PORTS,
    WEBHOOK_LOOPBACK_ALLOWED,
    WEBHOOK_CA_FILE,
    BRAND_NAME,
    BRAND_PHONE,
    SUPPORT_HOURS,
    SUPPORT_CLOSED_ON,
    Setting("SUPPORT_EMAIL", "text", "The e-mail address of customer service; empty where none is published", ""),
    Setting(
        "SUPPORT_MAIL_REGULAR", "text", "Postal address for payments, lines separated by semicolons",
        "Kia Finance America; P.O. Box 650805; Dallas, TX 75265-0805",
    ),
    Setting(
        "SUPPORT_MAIL_OVERNIGHT", "text", "Postal address for overnight payments, lines separated by semicolons",
        "Kia Finance America; Box 650805; 1501 North Plano Rd., Suite 100; Richardson, TX 75081",
    ),
    Setting(
        "SUPPORT_MAIL_PAYOFF", "text", "Postal address for payoffs by mail, lines separated by semicolons",
        "Kia Finance America; P.O. Box 650805; Dallas, TX 75265-0805",
    ),
    Setting("SUPPORT_MAIL_INSURANCE", "text", "Postal address for proofs of insurance; empty where there is none", ""),
    Setting("SUPPORT_MAIL_TITLE", "text", "Postal address for titles; empty where there is none", ""),
)  # fmt: skip
