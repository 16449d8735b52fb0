"""What is asked of a registration before anything is stored, and how often an account may be tried."""

from datetime import timedelta

from chassis.errors import FieldError

VERIFICATION_LIFE = timedelta(minutes=60)
TRIES_PER_ACCOUNT_MAX = 5
TRIES_COUNTED_OVER = timedelta(hours=24)
UNSETTLED_KEPT = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=30)


def problem_with_terms(accepted_terms: str, *, current: str) -> FieldError | None:
    if accepted_terms == current:
        return None
    detail = f"The terms have changed. Read and accept version {current}, then send the registration again."
    return FieldError(pointer="/accepted_terms", code="terms_not_current", detail=detail)


def may_try(*, failures: int) -> bool:
    """Four digits of an SSN can be guessed in ten thousand tries, so an account gets few of them a day."""
    return failures < TRIES_PER_ACCOUNT_MAX
