"""Refusals of the leases service. An account that is not a lease, or not yours, answers NotFound."""

from chassis.errors import Kind, NotFound, Refusal

__all__ = [
    "BuyerNotAllowed",
    "NotFound",
    "OdometerRunsBack",
    "OptionAlreadyOpen",
    "OptionNotOpen",
    "ReadingDateOutOfRange",
    "StatePolicyMissing",
]


class OdometerRunsBack(Refusal):
    """More miles on an earlier day, or fewer on a later one, are on record."""

    code = "odometer_runs_back"
    kind = Kind.UNPROCESSABLE
    title = "The odometer would have run back"
    detail = "Another reading contradicts this one. Read the odometer again; call us if the one on record is wrong."


class ReadingDateOutOfRange(Refusal):
    code = "reading_date_out_of_range"
    kind = Kind.UNPROCESSABLE
    title = "A reading cannot be of this day"
    detail = "A reading is of a day of the lease that has come. Correct the date and send it again."


class OptionAlreadyOpen(Refusal):
    code = "option_already_open"
    kind = Kind.CONFLICT
    title = "Another way out of the lease is open"
    detail = "A lease ends in one way at a time. Finish or cancel the one that is under way, then choose another."


class OptionNotOpen(Refusal):
    """The evaluation says no; the reasons are in the sentence."""

    code = "option_not_open"
    kind = Kind.CONFLICT
    title = "This way out of the lease is not open"
    detail = "The lease-end page says why, and what would change it."


class BuyerNotAllowed(Refusal):
    code = "buyer_not_allowed"
    kind = Kind.UNPROCESSABLE
    title = "This buyer cannot be sold to directly"
    detail = "In this state the vehicle is sold to the lessee alone. Buy it yourself, or call us."


class StatePolicyMissing(Refusal):
    code = "state_policy_missing"
    kind = Kind.UNPROCESSABLE
    title = "No price can be given by itself"
    detail = "We have no tax table for the state of this contract. Call us: a person works the price out."
