"""Codes of an app (RFC 6238: SHA-1, six digits, half a minute) and the picture from which the app learns its secret."""

from datetime import datetime

import pyotp
import segno

STEP_SECONDS = 30
# An app's clock may be half a minute off, and a person half a minute slow.
STEPS_AROUND = (0, -1, 1)
PICTURE_SCALE = 4


class OneTimeCodes:
    """Makes secrets and says which half minute a code belongs to; `issuer` is the name that the app shows."""

    def __init__(self, *, issuer: str) -> None:
        self._issuer = issuer

    def new_secret(self) -> str:
        """160 bits in base32."""
        return pyotp.random_base32()

    def address(self, secret: str, *, name: str) -> str:
        """The otpauth URI of a secret."""
        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=self._issuer)

    def picture(self, address: str) -> str:
        """The QR code of an address, as SVG."""
        return str(segno.make(address, error="m").svg_inline(scale=PICTURE_SCALE))

    def step_of(self, code: str, *, secret: str, now: datetime) -> int | None:
        """The half minute of this code, counted from 1970; None where it belongs to none near now."""
        current = int(now.timestamp()) // STEP_SECONDS
        totp = pyotp.TOTP(secret)
        for around in STEPS_AROUND:
            if pyotp.utils.strings_equal(code, totp.generate_otp(current + around)):
                return current + around
        return None
