"""How long a link to a new password lives, and how many mails one person may be sent because somebody asks for them."""

from datetime import datetime, timedelta

RESET_LIFE = timedelta(minutes=60)
MAILS_MAX = 3
MAILS_COUNTED_OVER = timedelta(hours=1)
UNSETTLED_KEPT = timedelta(days=1)

PASSWORD, USER_ID = "password", "user_id"
TEMPLATE_OF = {PASSWORD: "reset_password", USER_ID: "user_id_reminder"}


def may_mail(*, sent: int) -> bool:
    """Whoever knows an address can ask for mails to it, so their number is limited; what was sent before stays good."""
    return sent < MAILS_MAX


def is_over(*, now: datetime, expires_at: datetime) -> bool:
    return expires_at <= now
