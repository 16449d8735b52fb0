"""Whose a payment method is, whether the company takes it, and whether a card can still be charged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chassis.context import AGENT, CallContext
from services.payments.contract.errors import CardsNotAccepted, ConsentRequired
from services.payments.contract.schemas import BANK_ACCOUNT, CARD, CHEQUE
from services.payments.rules.consents import PAYMENT_METHOD, TEXTS, require_current


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodPolicy:
    """What the company decides: whether cards are taken, and whether a method is kept only with consent."""

    accepts_cards: bool
    requires_consent: bool


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


def refuse_unaccepted(*, method_type: str, policy: MethodPolicy) -> None:
    """Raises CardsNotAccepted."""
    if method_type == CARD and not policy.accepts_cards:
        raise CardsNotAccepted()


def consent_kept(given: Mapping[str, Any] | None, *, policy: MethodPolicy, now: datetime) -> dict[str, Any]:
    """The columns of the consent to store a method, word for word. Raises ConsentRequired and ConsentNotCurrent."""
    if given is None:
        if policy.requires_consent:
            raise ConsentRequired()
        return {}
    require_current(given=given["version"], current=PAYMENT_METHOD)
    return {"consent_version": given["version"], "consent_text": TEXTS[given["version"]], "consent_at": now}
