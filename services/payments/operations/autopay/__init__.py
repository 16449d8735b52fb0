"""Autopay: enrolled by consent, planned ahead, told before it is drawn, paused when something is wrong."""

from services.payments.operations.autopay.drafting import run_autopay
from services.payments.operations.autopay.enrolling import (
    learn_plan,
    put_autopay,
    remove_autopay,
    skip_draft,
    stop_draft,
)
from services.payments.operations.autopay.pausing import (
    cancel_autopay,
    note_charged_off,
    note_declined,
    note_flagged,
    note_schedule_changed,
    pause_autopay,
    pause_for_method,
    revive_drafts,
)

__all__ = [
    "cancel_autopay",
    "learn_plan",
    "note_charged_off",
    "note_declined",
    "note_flagged",
    "note_schedule_changed",
    "pause_autopay",
    "pause_for_method",
    "put_autopay",
    "remove_autopay",
    "revive_drafts",
    "run_autopay",
    "skip_draft",
    "stop_draft",
]
