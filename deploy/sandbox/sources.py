"""Checks what a charge may be made to: a card token, or a bank account, and turns a card number into a token."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeGuard

from deploy.sandbox.outcomes import CARD_NUMBERS
from deploy.sandbox.store import Document

_BRANDS = (
    ("visa", re.compile(r"4")),
    ("mastercard", re.compile(r"5[1-5]|2[2-7]")),
    ("amex", re.compile(r"3[47]")),
    ("discover", re.compile(r"6(?:011|4|5)")),
)
_ACCOUNT_TYPES = ("checking", "savings")


class InvalidField(Exception):
    """A field that the processor refuses: where it is, a stable code, and a sentence that never repeats the value."""

    def __init__(self, param: str, code: str, message: str) -> None:
        super().__init__(message)
        self.param, self.code, self.message = param, code, message


def require_fields(body: object, *, needed: tuple[str, ...], at: str, allowed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The object itself; refused unless it has all the needed fields and no others than the allowed ones."""
    if not isinstance(body, dict):
        raise InvalidField(at.rstrip("."), "object_required", "Give a JSON object here.")
    for name in needed:
        if name not in body:
            raise InvalidField(f"{at}{name}", "field_required", "This field is required.")
    for name in body:
        if name not in (*needed, *allowed):
            known = ", ".join((*needed, *allowed))
            raise InvalidField(f"{at}{name}", "unknown_field", f"Only these fields are known here: {known}.")
    return body


def known_source(source: Any) -> Document:
    """The checked source with its `type` named: `card` (token) or `bank_account` (routing and account number)."""
    if isinstance(source, dict) and "token" in source:
        require_fields(source, needed=("token",), at="source.")
        if not isinstance(source["token"], str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,200}", source["token"]):
            raise InvalidField("source.token", "invalid_token", "Give the token of a card as the processor made it.")
        return {"type": "card", "token": source["token"]}
    needed, allowed = ("routing_number", "account_number"), ("account_type", "holder_name")
    require_fields(source, needed=needed, allowed=allowed, at="source.")
    if not _is_routing_number(source["routing_number"]):
        raise InvalidField("source.routing_number", "invalid_routing_number", "Give the nine digits of a US bank.")
    if not _is_digits(source["account_number"], shortest=4, longest=17):
        raise InvalidField("source.account_number", "invalid_account_number", "Give 4 to 17 digits.")
    if source.get("account_type", "checking") not in _ACCOUNT_TYPES:
        raise InvalidField("source.account_type", "invalid_account_type", "Say checking or savings.")
    if not isinstance(source.get("holder_name", ""), str):
        raise InvalidField("source.holder_name", "invalid_holder_name", "Give the name as text.")
    return {"type": "bank_account", **{name: source[name] for name in (*needed, *allowed) if name in source}}


def token_from_card(card: Any, *, today: date, new_hex: Callable[[], str]) -> Document:
    """A fresh token with what may be shown of the card: brand, last four digits, month and year of expiry."""
    require_fields(card, needed=("number", "exp_month", "exp_year"), at="card.")
    number = card["number"].replace(" ", "") if isinstance(card["number"], str) else ""
    if not _is_digits(number, shortest=12, longest=19) or not _passes_luhn(number):
        raise InvalidField("card.number", "invalid_card_number", "The card number has a wrong digit or length.")
    month, year = card["exp_month"], card["exp_year"]
    if type(month) is not int or not 1 <= month <= 12:
        raise InvalidField("card.exp_month", "invalid_expiry", "Give the month as a number from 1 to 12.")
    if type(year) is not int or not 2000 <= year <= 2100:
        raise InvalidField("card.exp_year", "invalid_expiry", "Give the year in four digits.")
    if (year, month) < (today.year, today.month):
        raise InvalidField("card.exp_year", "expired_card", "The card has expired.")
    return {
        "token": f"{CARD_NUMBERS.get(number, 'tok_card')}_{new_hex()}",
        "brand": next((brand for brand, prefix in _BRANDS if prefix.match(number)), "unknown"),
        "last4": number[-4:],
        "exp_month": month,
        "exp_year": year,
    }


def _is_digits(value: object, *, shortest: int, longest: int) -> TypeGuard[str]:
    return isinstance(value, str) and shortest <= len(value) <= longest and value.isascii() and value.isdigit()


def _is_routing_number(value: object) -> bool:
    if not _is_digits(value, shortest=9, longest=9):
        return False
    return sum(int(digit) * weight for digit, weight in zip(value, (3, 7, 1) * 3, strict=True)) % 10 == 0


def _passes_luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
