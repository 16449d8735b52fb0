"""What lessees are told of the end of their lease, and of the way out that they took."""

from chassis.store import Transaction
from services.notifications.operations.telling.news import News, tell

# How a way out ends without another event that says so: what was completed, extended, declined or replaced has one.
_UNTOLD_OUTCOMES = frozenset({"lapsed", "undone", "cancelled", "withdrawn"})
_ACTIVE = "active"
_RENEWED_NO_MORE = frozenset({"notice", "not_renewed"})


def tell_lease_end_approaching(transaction: Transaction, *, news: News) -> None:
    """So many days are left (leases.lease_end_approaching)."""
    facts = ("ends_on", "milestone_days", "days_left")
    tell(transaction, news=news, template="lease_end_approaching", facts=facts)


def tell_option_closed(transaction: Transaction, *, news: News) -> None:
    """A way out came to nothing (leases.option_closed); one that came about is told by what it came to."""
    if news.data["outcome"] in _UNTOLD_OUTCOMES:
        tell(transaction, news=news, template="option_closed", facts=("option", "outcome", "closed_on"))


def tell_extension_requested(transaction: Transaction, *, news: News) -> None:
    """Somebody asked for more months (leases.extension_requested)."""
    tell(transaction, news=news, template="extension_requested", facts=("months",))


def tell_extension_decided(transaction: Transaction, *, news: News) -> None:
    """More months were offered, or refused (leases.extension_decided). One that began is told as `lease_extended`."""
    if news.data["decision"] != _ACTIVE:
        tell(transaction, news=news, template="extension_decided", facts=("decision", "reason", "ends_on"))


def tell_lease_extended(transaction: Transaction, *, news: News) -> None:
    """The lease goes on (accounts.lease_extended)."""
    tell(transaction, news=news, template="lease_extended", facts=("months", "maturity_on"))


def tell_extension_disclosed(transaction: Transaction, *, news: News) -> None:
    """New disclosures of an extended lease can be read, with their figures (leases.extension_disclosed)."""
    figures = ("months", "instalment_cents", "total_cents", "starts_on", "ends_on")
    tell(transaction, news=news, template="extension_disclosed", facts=("month_number", "disclosed_on", *figures))


def tell_renewal_ended(transaction: Transaction, *, news: News) -> None:
    """The lease is not renewed any more (leases.renewal_ended); one that ended otherwise is told by that."""
    if news.data["because"] in _RENEWED_NO_MORE:
        tell(transaction, news=news, template="renewal_ended", facts=("lease_ends_on",))


def tell_buyout_completed(transaction: Transaction, *, news: News) -> None:
    """The vehicle is bought (leases.buyout_completed)."""
    tell(transaction, news=news, template="buyout_completed", facts=("buyer", "payoff_cents", "completed_on"))


def tell_turn_in_scheduled(transaction: Transaction, *, news: News) -> None:
    """There is an appointment to return the vehicle (leases.turn_in_scheduled)."""
    tell(transaction, news=news, template="turn_in_scheduled", facts=("dealer_name", "appointment_on"))


def tell_vehicle_returned(transaction: Transaction, *, news: News) -> None:
    """The vehicle is back and the lease has ended (leases.vehicle_returned)."""
    tell(transaction, news=news, template="vehicle_returned", facts=("way", "returned_on", "due_through_on", "miles"))
