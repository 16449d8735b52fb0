"""What a notification of change asks for: the places of its 29 characters, code by code."""

import re
from dataclasses import dataclass

from services.payments.contract.numbers import is_routing_number
from services.payments.rules.nacha.transaction_codes import AccountType, known_code

_ACCOUNT_NUMBER = re.compile(r"[0-9]{4,17}", re.ASCII)

_PLACES = {
    "C01": {"account_number": slice(0, 17)},
    "C02": {"routing_number": slice(0, 9)},
    "C03": {"routing_number": slice(0, 9), "account_number": slice(12, 29)},
    "C05": {"transaction_code": slice(0, 2)},
    "C06": {"account_number": slice(0, 17), "transaction_code": slice(20, 22)},
    "C07": {"routing_number": slice(0, 9), "account_number": slice(9, 26), "transaction_code": slice(26, 28)},
}
"""The other codes are about names and about us, and are for a person to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What to write instead from now on; None where it stays as it is."""

    routing_number: str | None = None
    account_number: str | None = None
    account_type: AccountType | None = None


def correction_of(*, code: str, corrected: str) -> Correction | None:
    """The correction; None where a person has to read it: another code, or characters that cannot be what they say."""
    places = _PLACES.get(code)
    if places is None:
        return None
    found = {name: corrected[place].strip() for name, place in places.items()}
    number = found.pop("transaction_code", None)
    account_type = None if number is None else _account_type(number)
    is_clear = (
        (number is None or account_type is not None)
        and ("routing_number" not in found or is_routing_number(found["routing_number"]))
        and ("account_number" not in found or _ACCOUNT_NUMBER.fullmatch(found["account_number"]) is not None)
    )
    return Correction(**found, account_type=account_type) if is_clear else None


def _account_type(number: str) -> AccountType | None:
    code = known_code(int(number)) if number.isascii() and number.isdigit() else None
    return code.account_type if code else None
