"""Where money that comes by mail goes: by product, by what it is for and by how fast the mail is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.accounts.contract.settings import PURPOSES, SPEEDS, address_setting

LINE_END = ";"
NOTE = "Write your account number on the check."


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAddress:
    """One postal address, line by line."""

    product: str
    purpose: str
    speed: str
    lines: tuple[str, ...]


def configured_addresses(settings: Mapping[str, Any]) -> tuple[PaymentAddress, ...]:
    """Every address that is known; what the company has not published is absent, never guessed."""
    found = (
        PaymentAddress(product=product, purpose=purpose, speed=speed, lines=_lines(settings, product, purpose, speed))
        for product, purposes in PURPOSES.items()
        for purpose in purposes
        for speed in SPEEDS
    )
    return tuple(address for address in found if address.lines)


def mail_to(addresses: tuple[PaymentAddress, ...], *, product: str, purpose: str) -> dict[str, list[str] | None]:
    """The lines for each speed, None where no address is known."""
    known = {
        address.speed: list(address.lines)
        for address in addresses
        if (address.product, address.purpose) == (product, purpose)
    }
    return {speed: known.get(speed) for speed in SPEEDS}


def _lines(settings: Mapping[str, Any], product: str, purpose: str, speed: str) -> tuple[str, ...]:
    text = settings[address_setting(product=product, purpose=purpose, speed=speed)]
    return tuple(line.strip() for line in text.split(LINE_END) if line.strip())
