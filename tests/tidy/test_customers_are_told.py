"""Every fact that a service tells is told to the customer whom it concerns, or there is a reason why not."""

from chassis.assembly import service_class
from chassis.events import Event
from deploy.catalogue import SERVICES
from deploy.topology import bindings
from services.notifications.operations import telling
from tests.tidy.test_call_graph import declared_events

# Why nobody is written to about it, or by what they are.
UNTOLD = {
    "account_accelerated": "a letter that a lawyer has seen says so; a mail beside it would only differ from it",
    "account_charged_off": "a letter that a lawyer has seen says so",
    "account_flagged": "staff's own; it decides what is told, and is not told",
    "account_linked": "whoever links an account has just proven that it is theirs, and sees it at once",
    "account_opened": "nobody has online access yet; registering is answered by identity's own mail",
    "account_unflagged": "as account_flagged",
    "account_unlinked": "only where one registration replaces another that was never verified; nobody had access",
    "bill_issued": "the statement that carries the bill is announced, and what falls due is reminded of",
    "business_day_closed": "a day of ours",
    "business_day_opened": "a day of ours",
    "change_awaited": "identity writes approval_asked by secure mail to everybody who has to agree",
    "change_decided": "identity writes approval_decided by secure mail to every party",
    "contact_change_asked": "identity's own step; both ends are asked by secure mail or text",
    "contact_changed": "identity writes contact_changed by secure mail to the old end and the new one",
    "email_verified": "who opened the link knows",
    "end_bill_credited": "a step between two services; the next statement shows what came off the bill",
    "end_bill_itemised": "a step between two services; the bill itself is announced as a statement",
    "extension_accepted": "a step between two services; lease_extended tells what came of it",
    "extension_ended": "what follows is told: another extension, renewal_ended, a purchase or the vehicle's return",
    "furnishing_corrected": "what credit bureaus are told; the answer to a dispute goes by letter",
    "lease_eligibility_changed": "changes as facts come in; the account shows it, lease_end_approaching invites",
    "channel_opted_out": "who said STOP knows, and a text confirms it",
    "conversation_changed": "our own gateway shows it on open pages",
    "conversation_moved": "our own gateway shows it to the desk",
    "inbox_message_added": "it is the message itself, where it can be read",
    "mail_queued": "a message of ours",
    "text_queued": "a message of ours",
    "message_written": "identity's own step",
    "notification_delivered": "a message of ours",
    "notification_failed": "a message of ours",
    "notification_sent": "a message of ours",
    "option_opened": (
        "each way out begins with a fact that says more: extension_requested, turn_in_scheduled, vehicle_returned, "
        "and for a purchase the price, as payoff_quote_issued"
    ),
    "password_changed": "identity writes password_changed by secure mail",
    "payment_applied": "payment_posted has told it already; where the money went is on the statement",
    "payment_day_closed": "a day of ours",
    "payment_method_corrected": "nothing for the payer to do; the method shows the bank's own numbers from then on",
    "payment_method_disabled": "the method itself says why nothing can be paid with it, as does every attempt",
    "payment_settled": "payment_posted has told it already; nothing changes for the payer",
    "payment_submitted": "a step of ours; posted or declined follows at once",
    "recovery_requested": "identity's own step; the mail with the link follows",
    "refund_due": "refund_paid or refund_failed follows and says what became of it",
    "refund_requested": "a step of ours; refund_paid, payment_refunded or refund_failed follows",
    "registration_received": "identity's own step; the mail with the link follows",
    "session_opened": "identity writes new_sign_in by secure mail where the device is a new one",
    "user_registered": "identity has sent verify_email by secure mail",
}

# Heard, but to know it: nobody is written to.
KEPT = {"account_flagged", "account_unflagged"}


def heard() -> set[str]:
    """What a handler of notifications tells people of."""
    ours = {
        binding.event.name for binding in bindings() if f"--notifications.on_{binding.event.name}." in binding.queue
    }
    return ours - KEPT - {"mail_queued", "text_queued"}


def untold(events: list[Event], *, told: set[str]) -> set[str]:
    return {event.name for event in events} - told - set(UNTOLD)


def test_every_fact_is_told_or_there_is_a_reason() -> None:
    assert untold(declared_events(), told=heard()) == set()


def test_a_fact_without_either_is_found() -> None:
    assert untold(declared_events(), told=heard() - {"payment_past_due"}) == {"payment_past_due"}


def test_no_reason_is_left_over() -> None:
    assert not set(UNTOLD) & heard()
    assert set(UNTOLD) <= {event.name for event in declared_events()}


def test_every_announcement_is_used_by_the_door() -> None:
    door = service_class(SERVICES["notifications"])
    announcements = set(telling.__all__) - {"Announcement", "tell_people"}
    assert len(announcements) == len(heard()) > 0
    assert door.name == "notifications"
