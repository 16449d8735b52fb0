"""How long somebody has to touch a passkey, and how many one person may have."""

from datetime import timedelta

CEREMONY_LIFE = timedelta(minutes=5)
PASSKEYS_MAX = 20
ADD, SIGN_IN = "add", "sign_in"


def may_add(*, held: int) -> bool:
    return held < PASSKEYS_MAX
