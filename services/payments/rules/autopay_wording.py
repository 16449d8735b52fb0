"""What a customer is told of autopay: why it stands still, and the view of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.payments.rules.consents import AUTOPAY, offer
from services.payments.rules.drafts import PLANNED, SKIPPED, stop_through_on
from services.payments.rules.returns import written_on

NOT_ENROLLED, ACTIVE, PAUSED, CANCELLED = "not_enrolled", "active", "paused", "cancelled"

DEFERMENT, METHOD_REMOVED, DRAFT_DECLINED, PAYMENT_RETURNED = (
    "deferment", "payment_method_removed", "draft_declined", "payment_returned",
)  # fmt: skip
BY_CUSTOMER, ACCOUNT_FINISHED, CHARGED_OFF = "by_customer", "account_finished", "charged_off"
BANKRUPTCY, DECEASED = "bankruptcy", "deceased"
PAUSING_FLAGS = frozenset({BANKRUPTCY, DECEASED})
"""Flags of accounts that pause autopay: what was agreed to before is not acted on without a new word."""

REASONS: Mapping[str, str] = {
    DEFERMENT: (
        "Your instalments were deferred, so nothing is drawn meanwhile. Autopay goes on by itself with the first "
        "instalment after that, and you are told at least ten days before."
    ),
    METHOD_REMOVED: (
        "The payment method that autopay drew from was removed. Choose another one to switch autopay on again, and pay "
        "the next instalment yourself until then."
    ),
    BY_CUSTOMER: "You switched autopay off.",
    BANKRUPTCY: (
        "We were told of a bankruptcy, so nothing is drawn by itself. Nothing is asked of you. If you want to go on "
        "paying by autopay, switch it on again, or call us."
    ),
    DECEASED: (
        "We were told that a holder of this account has died, so nothing is drawn by itself. Please contact us about "
        "how the account goes on."
    ),
    CHARGED_OFF: (
        "The account was charged off and is no longer paid here, so nothing more is drawn. Contact us about what is "
        "still owed."
    ),
    ACCOUNT_FINISHED: "The account is no longer open, so nothing more is drawn.",
}


def declined_reason(*, reason: str) -> str:
    """Why a draft that was declined pauses autopay; `reason` is the decline in plain words."""
    return (
        f"The last draft was declined and nothing was taken. {reason} "
        "Pay this instalment yourself, then switch autopay on again."
    )


def returned_reason(*, reason: str, next_step: str) -> str:
    """Why a payment that came back stops autopay; both are of `rules.returns`."""
    return f"Your bank returned a payment: {reason}. {next_step} Switch autopay on again when that is done."


def as_told(
    enrolment: Mapping[str, Any] | None, *, account_id: Any, drafts: Sequence[Mapping[str, Any]], today: date
) -> dict[str, Any]:
    """The Autopay of the contract; `enrolment` is a row of `models.enrolments_shown`, `drafts` those to come."""
    shown = [_draft(draft) for draft in drafts if _is_to_come(draft, today=today)]
    if enrolment is None:
        return {
            "account_id": account_id, "version": 0, "status": NOT_ENROLLED, "payment_method": None, "day_offset": 0,
            "fixed_amount_cents": None, "extra_principal_cents": 0, "maximum_cents": None, "paused": None,
            "drafts": [], "consent": None, "consent_offer": offer(AUTOPAY),
            "message": "Autopay is off. It is your choice: nothing depends on it.",
        }  # fmt: skip
    return {
        **enrolment,
        "payment_method": {
            "id": enrolment["payment_method_id"], "type": enrolment["method_type"],
            "last4": enrolment["method_last4"],
        },
        "paused": _pause(enrolment) if enrolment["status"] == PAUSED else None,
        "drafts": shown,
        "consent": {"version": enrolment["consent_version"], "given_at": enrolment["consent_at"]},
        "consent_offer": offer(AUTOPAY),
        "message": _message(enrolment, drafts=shown),
    }  # fmt: skip


def _is_to_come(draft: Mapping[str, Any], *, today: date) -> bool:
    is_shown = draft["status"] == PLANNED or (draft["status"] == SKIPPED and draft["due_on"] >= today)
    return bool(is_shown and draft["amount_cents"] > 0)


def _draft(draft: Mapping[str, Any]) -> dict[str, Any]:
    return {**draft, "stop_through_on": stop_through_on(draft_on=draft["draft_on"])}


def _pause(enrolment: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": enrolment["reason_code"], "reason": enrolment["reason"], "resumes_on": enrolment["resumes_on"],
    }  # fmt: skip


def _message(enrolment: Mapping[str, Any], *, drafts: Sequence[Mapping[str, Any]]) -> str:
    planned = [draft for draft in drafts if draft["status"] == PLANNED]
    match enrolment["status"]:
        case "active" if planned:
            return f"Autopay is on. The next draft is on {written_on(planned[0]['draft_on'])}."
        case "active":
            return "Autopay is on. No draft is planned now."
        case "paused":
            return f"Autopay is paused. {enrolment['reason']}"
        case _ if planned:
            return (
                f"Autopay is off. {enrolment['reason']} The draft of {written_on(planned[0]['draft_on'])} can no "
                "longer be stopped and is still drawn; call us about it."
            )
        case _:
            return f"Autopay is off. {enrolment['reason']}"
