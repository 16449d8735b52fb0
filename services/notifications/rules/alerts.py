"""What people are told about: alerts that they choose by channel, and the templates that belong to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.notifications.rules.kinds import COUNTED, Channel, Kind


class Alert(StrEnum):
    """What a person chooses channels for, all of its templates together."""

    PAYMENT_DUE_SOON = "payment_due_soon"
    PAYMENT_CONFIRMATION = "payment_confirmation"
    PAYMENT_PROBLEM = "payment_problem"
    PAST_DUE = "past_due"
    LATE_FEE = "late_fee"
    STATEMENT_READY = "statement_ready"
    AUTOPAY = "autopay"
    AUTOPAY_DRAFT = "autopay_draft"
    PAYOFF = "payoff"
    ACCOUNT_CHANGES = "account_changes"
    LEASE_END = "lease_end"
    LEASE_DISCLOSURES = "lease_disclosures"
    CONVERSATION = "conversation"
    SECURITY = "security"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The channels of one alert: those that are on for who has chosen nothing, and those that nobody can change."""

    by_default: frozenset[Channel]
    locked: frozenset[Channel] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What one template is about, and why it is sent; what somebody asked for a moment ago is no alert of the table."""

    alert: Alert | None
    kind: Kind


_EVERYWHERE = frozenset(Channel)
_NO_TEXT = frozenset({Channel.EMAIL, Channel.INBOX})

# A locked cell keeps its default. The mail about a draft is the notice of 12 CFR 1005.10(d), that about disclosures is
# what 12 CFR 1013.5(b) wants a lessee to have. What keeps people safe goes by mail and to the inbox whatever they
# chose; codes are texted because they were asked for, not by this table.
OFFERS: Mapping[Alert, Offer] = {
    Alert.PAYMENT_DUE_SOON: Offer(by_default=_EVERYWHERE),
    Alert.PAYMENT_CONFIRMATION: Offer(by_default=_EVERYWHERE),
    Alert.PAYMENT_PROBLEM: Offer(by_default=_EVERYWHERE),
    Alert.PAST_DUE: Offer(by_default=_EVERYWHERE),
    Alert.LATE_FEE: Offer(by_default=_NO_TEXT),
    Alert.STATEMENT_READY: Offer(by_default=_NO_TEXT),
    Alert.AUTOPAY: Offer(by_default=_EVERYWHERE),
    Alert.AUTOPAY_DRAFT: Offer(by_default=_EVERYWHERE, locked=frozenset({Channel.EMAIL})),
    Alert.PAYOFF: Offer(by_default=_NO_TEXT),
    Alert.ACCOUNT_CHANGES: Offer(by_default=_NO_TEXT),
    Alert.LEASE_END: Offer(by_default=_NO_TEXT),
    Alert.LEASE_DISCLOSURES: Offer(by_default=_NO_TEXT, locked=frozenset({Channel.EMAIL})),
    Alert.CONVERSATION: Offer(by_default=_NO_TEXT),
    Alert.SECURITY: Offer(by_default=_NO_TEXT, locked=_EVERYWHERE),
}

DUE_SOON_DAYS = (10, 7, 5, 3, 1)
DUE_SOON_DAYS_BY_DEFAULT = (7, 1)


def _of(alert: Alert | None, kind: Kind, *templates: str) -> dict[str, Occasion]:
    return {template: Occasion(alert=alert, kind=kind) for template in templates}


OCCASIONS: Mapping[str, Occasion] = {
    **_of(Alert.PAYMENT_DUE_SOON, Kind.DEMAND, "payment_due_soon"),
    **_of(Alert.PAYMENT_CONFIRMATION, Kind.ANSWER, "payment_received", "payment_scheduled", "payment_cancelled"),
    **_of(Alert.PAYMENT_CONFIRMATION, Kind.ROUTINE, "refund_paid", "payment_refunded"),
    **_of(Alert.PAYMENT_PROBLEM, Kind.ANSWER, "payment_declined"),
    **_of(Alert.PAYMENT_PROBLEM, Kind.ROUTINE, "payment_returned", "refund_failed", "payment_disputed"),
    **_of(Alert.PAST_DUE, Kind.DEMAND, "payment_past_due"),
    **_of(Alert.LATE_FEE, Kind.DEMAND, "late_fee_assessed"),
    **_of(Alert.LATE_FEE, Kind.ROUTINE, "late_fee_reversed", "fee_waived", "fee_forgiven"),
    **_of(Alert.STATEMENT_READY, Kind.ROUTINE, "statement_ready"),
    **_of(Alert.AUTOPAY, Kind.ANSWER, "autopay_enrolled", "autopay_cancelled"),
    **_of(Alert.AUTOPAY, Kind.ROUTINE, "autopay_paused", "autopay_resumed"),
    **_of(Alert.AUTOPAY_DRAFT, Kind.NOTICE, "autopay_draft_upcoming"),
    **_of(Alert.PAYOFF, Kind.ANSWER, "payoff_quote_issued"),
    **_of(
        Alert.PAYOFF, Kind.ROUTINE, "payoff_quote_withdrawn", "account_paid_off", "account_closed",
        "account_reopened", "title_released",
    ),
    **_of(Alert.ACCOUNT_CHANGES, Kind.ROUTINE, "schedule_changed", "payment_reversed", "paperless_changed"),
    **_of(Alert.LEASE_END, Kind.ANSWER, "extension_requested", "turn_in_scheduled"),
    **_of(
        Alert.LEASE_END, Kind.ROUTINE, "lease_end_approaching", "option_closed", "extension_decided",
        "lease_extended", "renewal_ended", "buyout_completed", "vehicle_returned",
    ),
    **_of(Alert.LEASE_DISCLOSURES, Kind.NOTICE, "extension_disclosed"),
    **_of(Alert.CONVERSATION, Kind.ANSWER, "conversation_replied"),
    **_of(Alert.CONVERSATION, Kind.ROUTINE, "conversation_begun"),
    **_of(
        Alert.SECURITY, Kind.SECURITY, "verify_email", "already_registered", "reset_password", "user_id_reminder",
        "password_changed", "new_sign_in", "confirm_new_email", "approve_contact_change", "contact_changed",
        "second_factor_changed", "approval_asked", "approval_decided",
    ),
    **_of(None, Kind.SECURITY, "security_code"),
    **_of(None, Kind.ANSWER, "test_message"),
    **_of(None, Kind.CONFIRMATION, "texts_stopped", "texts_started", "texts_help"),
}  # fmt: skip
# Whoever has the link can act with it: it goes to the mailbox that is to be proven, and is kept nowhere.
SECRET_TEMPLATES = frozenset({"verify_email", "reset_password", "confirm_new_email", "approve_contact_change"})
COUNTED_TEMPLATES = tuple(name for name, occasion in OCCASIONS.items() if occasion.kind in COUNTED)

# By alert, the channels that a person turned on.
Matrix = Mapping[str, Sequence[str]]


def is_wanted(matrix: Matrix, *, alert: Alert | None, channel: Channel) -> bool:
    """Whether a person who chose so is told of it that way; what they did not choose, or cannot, has its default."""
    if alert is None:
        return True
    offer = OFFERS[alert]
    if channel in offer.locked or alert not in matrix:
        return channel in offer.by_default
    return channel in matrix[alert]


def goes_whatever_they_chose(*, alert: Alert | None, channel: Channel) -> bool:
    """Whether the cell is locked, and on."""
    return alert is not None and channel in OFFERS[alert].locked & OFFERS[alert].by_default


def whole_matrix(matrix: Matrix) -> Mapping[Alert, Mapping[Channel, bool]]:
    """Every cell as it counts."""
    return {alert: {channel: is_wanted(matrix, alert=alert, channel=channel) for channel in Channel} for alert in Alert}


def locked_cells_in(wanted: Mapping[str, Mapping[str, bool]]) -> list[tuple[str, str]]:
    """The cells (alert, channel) that somebody wants otherwise than they are locked."""
    return [
        (alert, channel)
        for alert, cells in wanted.items()
        for channel, is_on in cells.items()
        if channel in OFFERS[Alert(alert)].locked and is_on != (channel in OFFERS[Alert(alert)].by_default)
    ]
