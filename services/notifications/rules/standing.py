"""How people are shown what they chose, what stands in the way, and what a rule means for them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.notifications.rules import consents
from services.notifications.rules.alerts import DUE_SOON_DAYS_BY_DEFAULT, OCCASIONS, OFFERS, whole_matrix
from services.notifications.rules.states import Reason

EXPLANATIONS: Mapping[Reason, str] = {
    Reason.ALLOWED: "It is on its way.",
    Reason.QUIET_HOURS: "It goes when quiet hours are over: we text between 8 in the morning and 9 in the evening.",
    Reason.NO_ADDRESS: "We have no address for this channel. Give us one (PATCH /v1/me) and verify it.",
    Reason.NO_CONSENT: "You have not agreed to texts. Agree first (POST /v1/me/consents).",
    Reason.OPTED_OUT: "Texts to your number were stopped. Text START to us from it.",
    Reason.ADDRESS_FAILS: "What we send there comes back. Give us another address (PATCH /v1/me).",
}


PROOFS = ("session_id", "request_id", "text_id")


class Texts(StrEnum):
    """Whether texts can go to a person."""

    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    STOPPED = "stopped"
    NUMBER_FAILS = "number_fails"
    NO_NUMBER = "no_number"


class Mails(StrEnum):
    """Whether mails arrive at a person."""

    WORKS = "works"
    FAILS = "fails"
    NO_ADDRESS = "no_address"


def explain(reason: str) -> str:
    """The sentence for a rule that a message to try may meet."""
    return EXPLANATIONS[Reason(reason)]


def shown_alerts(
    *, choice: Mapping[str, Any] | None, contact: Mapping[str, Any] | None, phone: str | None,
    consent_said_at: datetime | None, brand: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Every cell as it counts, those that are locked, and how texts and mails stand.

    `choice` and `contact` are rows, None where there is none; `phone` is in clear.
    """
    matrix = {} if choice is None else choice["matrix"]
    return {
        "version": 0 if choice is None else choice["version"],
        "matrix": whole_matrix(matrix),
        "locked": [
            {"alert": alert, "channels": sorted(offer.locked)} for alert, offer in OFFERS.items() if offer.locked
        ],
        "due_soon_days": list(DUE_SOON_DAYS_BY_DEFAULT) if choice is None else choice["due_soon_days"],
        "texts": {
            "state": _texts(contact, phone=phone), "number_masked": phone and f"•••• {phone[-4:]}",
            "changed_at": consent_said_at,
            "consent_offer": {"version": consents.SMS_VERSION, "text": consents.sms_wording(brand=brand)},
        },
        "mails": {"state": _mails(contact)},
    }  # fmt: skip


def shown_item(row: Mapping[str, Any], *, title: str, text: str) -> Mapping[str, Any]:
    """A message of the inbox; `row` has the message's columns and `read_at`."""
    occasion = OCCASIONS.get(row["template"])
    return {**row, "title": title, "text": text, "alert": occasion and occasion.alert}


def shown_consent(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """One word about a consent, its proof with a place for everything that may prove one."""
    return {**said, "proof": {name: said["proof"].get(name) for name in PROOFS}}


def has_agreed(contact: Mapping[str, Any]) -> bool:
    """Whether the person agrees to texts: by their own word, else by the one that came with the account."""
    chosen = contact["sms_consent_chosen"]
    return bool(contact["sms_consent"] if chosen is None else chosen)


def _texts(contact: Mapping[str, Any] | None, *, phone: str | None) -> Texts:
    if contact is None or phone is None:
        return Texts.NO_NUMBER
    if contact["sms_opted_out_at"] is not None:
        return Texts.STOPPED
    if contact["phone_dead_at"] is not None:
        return Texts.NUMBER_FAILS
    return Texts.AGREED if has_agreed(contact) else Texts.NOT_AGREED


def _mails(contact: Mapping[str, Any] | None) -> Mails:
    if contact is None:
        return Mails.NO_ADDRESS
    return Mails.WORKS if contact["email_dead_at"] is None else Mails.FAILS
