"""What lessees are told of the end of their lease, and of the way out that they took."""

from chassis.doors import EventCall
from services.notifications.operations.telling.announcing import Announcement, to_holders

# How a way out ends without another event that says so: what was completed, extended, declined or replaced has one.
_UNTOLD_OUTCOMES = frozenset({"lapsed", "undone", "cancelled", "withdrawn"})
_ACTIVE = "active"
_RENEWED_NO_MORE = frozenset({"notice", "not_renewed"})


def lease_end_approaching(news: EventCall) -> Announcement:
    """So many days are left (leases.lease_end_approaching)."""
    facts = ("ends_on", "milestone_days", "days_left")
    return to_holders(news, template="lease_end_approaching", facts=facts)


def option_closed(news: EventCall) -> Announcement | None:
    """A way out came to nothing (leases.option_closed); one that came about is told by what it came to."""
    if news.data["outcome"] not in _UNTOLD_OUTCOMES:
        return None
    return to_holders(news, template="option_closed", facts=("option", "outcome", "closed_on"))


def extension_requested(news: EventCall) -> Announcement:
    """Somebody asked for more months (leases.extension_requested)."""
    return to_holders(news, template="extension_requested", facts=("months",))


def extension_decided(news: EventCall) -> Announcement | None:
    """More months were offered, or refused (leases.extension_decided). One that began is told as `lease_extended`."""
    if news.data["decision"] == _ACTIVE:
        return None
    return to_holders(news, template="extension_decided", facts=("decision", "reason", "ends_on"))


def lease_extended(news: EventCall) -> Announcement:
    """The lease goes on (accounts.lease_extended)."""
    return to_holders(news, template="lease_extended", facts=("months", "maturity_on"))


def extension_disclosed(news: EventCall) -> Announcement:
    """New disclosures of an extended lease can be read, with their figures (leases.extension_disclosed)."""
    figures = ("months", "instalment_cents", "total_cents", "starts_on", "ends_on")
    return to_holders(news, template="extension_disclosed", facts=("month_number", "disclosed_on", *figures))


def renewal_ended(news: EventCall) -> Announcement | None:
    """The lease is not renewed any more (leases.renewal_ended); one that ended otherwise is told by that."""
    if news.data["because"] not in _RENEWED_NO_MORE:
        return None
    return to_holders(news, template="renewal_ended", facts=("lease_ends_on",))


def buyout_completed(news: EventCall) -> Announcement:
    """The vehicle is bought (leases.buyout_completed)."""
    return to_holders(news, template="buyout_completed", facts=("buyer", "payoff_cents", "completed_on"))


def turn_in_scheduled(news: EventCall) -> Announcement:
    """There is an appointment to return the vehicle (leases.turn_in_scheduled)."""
    return to_holders(news, template="turn_in_scheduled", facts=("dealer_name", "appointment_on"))


def vehicle_returned(news: EventCall) -> Announcement:
    """The vehicle is back and the lease has ended (leases.vehicle_returned)."""
    return to_holders(news, template="vehicle_returned", facts=("way", "returned_on", "due_through_on", "miles"))
