"""Which way out of a lease is open on a day, and what would change the answer. Sample policy, labelled as such."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from chassis.money import format_dollars, round_half_up_cents

EXTENSION, BUYOUT, TURN_IN, EARLY_TERMINATION = "extension", "buyout", "turn_in", "early_termination"

# Sample policy: lease-end kits go out four months before the end (servicing.md 2.19), extensions are offered then.
WINDOW_DAYS = 120

# What a customer has done when a way out is under way, and what opens the other ones again.
CHOSEN = {
    BUYOUT: ("You have chosen to buy the vehicle.", "Cancel the purchase, or let its price lapse."),
    TURN_IN: ("You have an appointment to return the vehicle.", "Cancel the appointment."),
    EXTENSION: ("You have chosen the extension.", "Withdraw the extension, or let its offer lapse."),
    EARLY_TERMINATION: ("You have given notice as a servicemember.", "Withdraw your notice, or let it lapse."),
}


@dataclass(frozen=True)
class Reason:
    """Why an option is closed, and what would open it."""

    code: str
    detail: str
    what_would_change_it: str


@dataclass(frozen=True)
class Facts:
    """What the answer rests on. `in_transit_cents` is money posted by payments and not yet in accounts' standing.

    `open_option` is the way out that somebody has taken already; `is_returned` says that we have the vehicle.
    """

    ends_on: date
    status: str
    past_due_cents: int
    in_transit_cents: int
    open_option: str | None = None
    is_returned: bool = False

    @property
    def open_past_due_cents(self) -> int:
        return max(0, self.past_due_cents - self.in_transit_cents)


def evaluate(*, facts: Facts, on: date) -> Mapping[str, tuple[Reason, ...]]:
    """The reasons that close each option; an option without a reason is open."""
    if facts.status != "open":
        closed = (Reason("account_not_open", "The lease account is closed.", "Nothing: the lease has ended."),)
        return {EXTENSION: closed, BUYOUT: closed, TURN_IN: closed}
    if facts.is_returned:
        back = (Reason("vehicle_returned", "The vehicle is back with us.", "Nothing: the lease has ended."),)
        return {EXTENSION: back, BUYOUT: back, TURN_IN: back}
    past_due, early, ended = _past_due(facts), _too_early(facts, on), _ended(facts, on)
    found = {EXTENSION: past_due + early + ended, BUYOUT: (), TURN_IN: early}
    return {option: _taken(facts, option) + reasons for option, reasons in found.items()}


def monthly_disclosure(
    *, adjusted_capitalized_cost_cents: int, residual_cents: int, base_payment_cents: int, term_months: int
) -> tuple[int, int]:
    """Depreciation and rent charge a month, in cents (Regulation M, 12 CFR 1013.4(f): the average over the term)."""
    depreciation = round_half_up_cents(Decimal(adjusted_capitalized_cost_cents - residual_cents) / Decimal(term_months))
    return depreciation, base_payment_cents - depreciation


def _taken(facts: Facts, option: str) -> tuple[Reason, ...]:
    """A lease ends in one way at a time; the one that is under way is closed to a second start too."""
    if facts.open_option is None:
        return ()
    if facts.open_option == option:
        return (Reason("already_open", "You have chosen this already.", "Go on with it, or cancel it."),)
    detail, change = CHOSEN[facts.open_option]
    return (Reason("other_option_open", detail, change),)


def _past_due(facts: Facts) -> tuple[Reason, ...]:
    if not facts.open_past_due_cents:
        return ()
    owed = format_dollars(facts.open_past_due_cents)
    return (Reason("past_due", f"{owed} is past due.", f"Pay the {owed} that is past due."),)


def _too_early(facts: Facts, on: date) -> tuple[Reason, ...]:
    opens_on = facts.ends_on - timedelta(days=WINDOW_DAYS)
    if on >= opens_on:
        return ()
    return (
        Reason(
            "too_early",
            f"This opens {WINDOW_DAYS} days before the lease ends on {facts.ends_on:%Y-%m-%d}.",
            f"Come back on {opens_on:%Y-%m-%d}.",
        ),
    )


def _ended(facts: Facts, on: date) -> tuple[Reason, ...]:
    if on <= facts.ends_on:
        return ()
    return (
        Reason(
            "lease_ended",
            f"The lease ended on {facts.ends_on:%Y-%m-%d}.",
            "Call us: a lease that has ended can be bought or turned in.",
        ),
    )
