"""What payments stores: its tables, and which of their rows mean what."""

from services.payments.models.autopay import (
    autopay_consents,
    autopay_drafts,
    autopay_enrolments,
    drafts_to_come,
    due_work,
    enrolments_shown,
    is_drawable,
)
from services.payments.models.tables import (
    account_standings,
    is_pending,
    is_scheduled,
    is_to_come,
    metadata,
    payment_methods,
    payment_returns,
    payments,
    payments_shown,
    refunds,
    work_items,
)

__all__ = [
    "account_standings",
    "autopay_consents",
    "autopay_drafts",
    "autopay_enrolments",
    "drafts_to_come",
    "due_work",
    "enrolments_shown",
    "is_drawable",
    "is_pending",
    "is_scheduled",
    "is_to_come",
    "metadata",
    "payment_methods",
    "payment_returns",
    "payments",
    "payments_shown",
    "refunds",
    "work_items",
]
