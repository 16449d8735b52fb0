"""What the stream tells: one line for each event. `python -m gateway.openapi` puts a new one into the contract."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from chassis.events import Event
from services.accounts.contract import events as accounts
from services.identity.contract import events as identity
from services.leases.contract import events as leases
from services.notifications.contract import events as notifications
from services.payments.contract import events as payments


class Audience(StrEnum):
    """Who hears of an event: who may see an account, one person, or all staff. The value is the field with the id."""

    ACCOUNT = "account_id"
    PERSON = "user_id"
    DESK = "desk_id"

    @property
    def column(self) -> str:
        """Where the id is remembered: that of the desk stands where those of accounts do, and no account has it."""
        return "account_id" if self is Audience.DESK else self.value


@dataclass(frozen=True)
class Told:
    """An event, who hears of it, and which of its fields are shown: all that its contract has, unless `only` some."""

    event: Event
    to: Audience = Audience.ACCOUNT
    only: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.event.name

    @cached_property
    def shown(self) -> tuple[str, ...]:
        return self.only or tuple(self.event.schema().fields)


# Without the reason: it may be in the words of staff.
REVERSED = ("account_id", "standing", "payment_id", "presentment_number", "amount_cents", "effective_on", "reversed_on")

# Without the reason: it is in the words of staff.
REFUNDED = ("payment_id", "account_id", "presentment_number", "amount_cents", "refund_id", "refunded_on")

TOLD = (
    Told(payments.payment_posted),
    Told(payments.payment_declined),
    Told(payments.payment_scheduled),
    Told(payments.payment_cancelled),
    Told(payments.autopay_enrolled, only=("account_id", "method_type", "method_last4", "drafts")),
    Told(payments.autopay_cancelled),
    Told(payments.autopay_paused),
    Told(payments.autopay_resumed),
    Told(payments.autopay_draft_upcoming),
    Told(payments.payment_settled),
    Told(payments.payment_returned),
    Told(payments.payment_refunded, only=REFUNDED),
    Told(payments.refund_paid),
    Told(accounts.payment_applied),
    Told(accounts.payment_reversed, only=REVERSED),
    Told(accounts.bill_issued),
    Told(accounts.payment_due_soon),
    Told(accounts.payment_past_due),
    Told(accounts.late_fee_assessed),
    Told(accounts.late_fee_reversed),
    Told(accounts.fee_waived),
    Told(accounts.schedule_changed),
    Told(accounts.payoff_quote_issued),
    Told(accounts.payoff_quote_withdrawn),
    Told(accounts.account_paid_off),
    Told(accounts.account_reopened),
    Told(accounts.account_closed),
    Told(accounts.refund_due),
    Told(accounts.statement_issued),
    Told(accounts.paperless_changed),
    Told(leases.lease_eligibility_changed),
    Told(leases.option_opened),
    Told(leases.option_closed),
    Told(leases.buyout_completed),
    Told(leases.turn_in_scheduled),
    Told(leases.vehicle_returned),
    Told(leases.extension_requested),
    # Without the reason: it may be in the words of staff.
    Told(leases.extension_decided, only=("account_id", "option_id", "decision", "ends_on")),
    Told(leases.extension_disclosed),
    Told(leases.extension_ended),
    Told(leases.renewal_ended),
    Told(leases.lease_end_approaching),
    Told(accounts.lease_extended),
    Told(identity.contact_changed, to=Audience.PERSON),
    Told(identity.password_changed, to=Audience.PERSON),
    Told(identity.session_opened, to=Audience.PERSON),
    Told(notifications.conversation_replied, to=Audience.PERSON),
    Told(notifications.conversation_changed, to=Audience.PERSON),
    Told(notifications.conversation_moved, to=Audience.DESK),
    Told(notifications.inbox_message_added, to=Audience.PERSON),
    Told(notifications.channel_opted_out, to=Audience.PERSON),
)
# Told at once to whoever listens, and remembered nowhere.
PASSING = ("conversation_typing",)


def told_of(event: Event) -> tuple[Told, ...]:
    """How the stream tells an event: in one way, or not at all."""
    return tuple(told for told in TOLD if told.event is event)


def unpromised() -> tuple[Event, ...]:
    """What the stream shows of the events that are between our own services."""
    return tuple(told.event for told in TOLD if not told.event.promised)


def names() -> Iterator[str]:
    """Under which names events are told."""
    return iter((*(told.name for told in TOLD), *PASSING))
