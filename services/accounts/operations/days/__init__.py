"""The business day: its order, the work of its two stages, and who runs it."""

from services.accounts.operations.days.forgetting import forget_old_days
from services.accounts.operations.days.protocol import note_payments_closed
from services.accounts.operations.days.running import run_business_days, take_step

__all__ = ["forget_old_days", "note_payments_closed", "run_business_days", "take_step"]
