"""Whose a payment method is, whether the company takes it, and whether a card can still be charged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.context import AGENT, CallContext
from services.accounts.contract.business_days import business_days_after
from services.payments.contract.errors import CardsNotAccepted, ConsentRequired, PaymentDateNotPossible
from services.payments.contract.schemas import BANK_ACCOUNT, CARD, CHEQUE
from services.payments.rules.consents import PAYMENT_METHOD, TEXTS, require_current
from services.payments.rules.returns import written_on

PRENOTE, PRENOTE_BUSINESS_DAYS = "prenote", 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodPolicy:
    """What the company decides: whether cards are taken, and whether a method is kept only with consent.

    `sends_prenotes`: whether a new bank account is tried with an entry of no money before it is debited.
    """

    accepts_cards: bool
    requires_consent: bool
    sends_prenotes: bool = False


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


def prenote_key(method_id: UUID) -> str:
    """By which the prenote of a bank account is known among the entries of our files."""
    return f"{PRENOTE}:{method_id}"


def method_of_prenote(key: str) -> UUID | None:
    """The method that such a key names; None for another key."""
    kind, _, identifier = key.partition(":")
    return UUID(identifier) if kind == PRENOTE else None


def debits_from_on(*, today: date) -> date:
    """When a bank account whose prenote is queued today may be debited.

    The prenote settles on the next business day, and its bank has three business days from then on to object.
    """
    return business_days_after(on=today, count=1 + PRENOTE_BUSINESS_DAYS)


def refuse_too_early(*, method: Mapping[str, Any], on: date) -> None:
    """Raises PaymentDateNotPossible where the bank may still object to the account."""
    from_on = method["debits_from_on"]
    if from_on is not None and on < from_on:
        raise PaymentDateNotPossible(
            f"This bank account is new, and its bank is asked about it until then: it can be debited from "
            f"{written_on(from_on)} on. Choose that date or a later one, or pay with another method."
        )


def consent_kept(given: Mapping[str, Any] | None, *, policy: MethodPolicy, now: datetime) -> dict[str, Any]:
    """The columns of the consent to store a method, word for word. Raises ConsentRequired and ConsentNotCurrent."""
    if given is None:
        if policy.requires_consent:
            raise ConsentRequired()
        return {}
    require_current(given=given["version"], current=PAYMENT_METHOD)
    return {"consent_version": given["version"], "consent_text": TEXTS[given["version"]], "consent_at": now}
