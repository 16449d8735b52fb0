"""Whose a payment method is, and whether a card can still be charged."""

from datetime import date

from chassis.context import AGENT, CallContext
from services.payments.contract.schemas import BANK_ACCOUNT, CHEQUE


def told_type(method_type: str) -> str:
    """How events name it: a cheque is money from a bank account, told apart by its number."""
    return BANK_ACCOUNT if method_type == CHEQUE else method_type


def owner_of(caller: CallContext) -> str:
    """The user whose methods are meant: the caller, or the customer for whom staff act."""
    if caller.role == AGENT and caller.on_behalf_of:
        return caller.on_behalf_of
    return caller.subject


def is_expired(*, exp_month: int, exp_year: int, today: date) -> bool:
    """A card is good to the last day of its month."""
    return (exp_year, exp_month) < (today.year, today.month)
