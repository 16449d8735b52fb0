"""What holders of an account are told of autopay: the copy of their consent, the notice of a draft, why it paused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.notifications.operations.queueing import tell_holders


def tell_autopay_enrolled(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, enrolled: Mapping[str, Any]
) -> None:
    """The copy of the consent (payments.autopay_enrolled) that the law gives the customer, with the next drafts."""
    drafts = [
        {
            "draft_on": draft["draft_on"].isoformat(), "due_on": draft["due_on"].isoformat(),
            "amount_cents": draft["amount_cents"],
        }
        for draft in enrolled["drafts"]
    ]  # fmt: skip
    _tell(
        transaction, now=now, cipher=cipher, cause=cause, data=enrolled, template="autopay_enrolled",
        variables={"consent_text": enrolled["consent_text"], "drafts": drafts},
    )  # fmt: skip


def tell_draft_upcoming(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, draft: Mapping[str, Any]
) -> None:
    """The notice (payments.autopay_draft_upcoming) that must be out ten days before a draft."""
    dates = {name: draft[name].isoformat() for name in ("draft_on", "due_on", "stop_through_on")}
    plain = {name: draft[name] for name in ("amount_cents", "method_type", "method_last4")}
    _tell(
        transaction, now=now, cipher=cipher, cause=cause, data=draft, template="autopay_draft_upcoming",
        variables={**dates, **plain},
    )  # fmt: skip


def tell_autopay_paused(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, paused: Mapping[str, Any]
) -> None:
    """That nothing is drawn any more (payments.autopay_paused), and why."""
    _tell(
        transaction, now=now, cipher=cipher, cause=cause, data=paused, template="autopay_paused",
        variables={"pause_reason": paused["reason"]},
    )  # fmt: skip


def _tell(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, data: Mapping[str, Any], template: str,
    variables: Mapping[str, Any],
) -> None:  # fmt: skip
    tell_holders(
        transaction, now=now, cipher=cipher, cause=cause, account_id=UUID(data["account_id"]), template=template,
        variables=variables,
    )  # fmt: skip
