"""Refusals of the leases service. An account that is not a lease, or not yours, answers NotFound."""

from chassis.errors import Kind, NotFound, Refusal

__all__ = [
    "AppointmentOutOfRange",
    "BuyerNotAllowed",
    "DisputeWindowOver",
    "NotALessee",
    "NotFound",
    "OdometerRunsBack",
    "OptionAlreadyOpen",
    "OptionNotOpen",
    "OptionStepNotPossible",
    "ReadingDateOutOfRange",
    "RenewsAlready",
    "ServicememberNotOnRecord",
    "ServicememberNoticeGiven",
    "ServicememberNoticeStands",
    "ServicememberOrdersDoNotFit",
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


class OptionStepNotPossible(Refusal):
    """It is not that far yet, or further than that already."""

    code = "option_step_not_possible"
    kind = Kind.CONFLICT
    title = "This step cannot be taken now"
    detail = "What is under way is not at this step. Read it again: its status says what comes next."


class AppointmentOutOfRange(Refusal):
    code = "appointment_out_of_range"
    kind = Kind.UNPROCESSABLE
    title = "No appointment can be made for this day"
    detail = "A vehicle is returned by the last day of its lease. Choose an earlier day, or extend the lease first."


class DisputeWindowOver(Refusal):
    code = "dispute_window_over"
    kind = Kind.CONFLICT
    title = "The time to object has passed"
    detail = "A bill can be objected to for thirty days. Call us: a person looks at it all the same."


class NotALessee(Refusal):
    """Only who signed the lease accepts a change of it."""

    code = "not_a_lessee"
    kind = Kind.FORBIDDEN
    title = "Only a lessee can accept this"
    detail = "Each lessee accepts for themselves. Sign in as the lessee who has not accepted yet."


class RenewsAlready(Refusal):
    code = "renews_already"
    kind = Kind.CONFLICT
    title = "The lease goes on from month to month"
    detail = "It is extended by itself each month. Give notice first if you want other terms."


class ServicememberNotOnRecord(Refusal):
    code = "servicemember_not_on_record"
    kind = Kind.CONFLICT
    title = "The account has no servicemember flag"
    detail = "Set the servicemember flag with the orders first: it is what the end without a charge rests on."


class ServicememberNoticeGiven(Refusal):
    code = "servicemember_notice_given"
    kind = Kind.CONFLICT
    title = "You have given notice already"
    detail = "Your notice as a servicemember stands; read it again. To give another one, withdraw it first."


class ServicememberNoticeStands(Refusal):
    """An end with the full charge would use the notice up that ends the lease without one."""

    code = "servicemember_notice_stands"
    kind = Kind.CONFLICT
    title = "A servicemember's notice stands on the lease"
    detail = (
        "The lessee gave notice on military orders. End the lease with those orders; where they do not hold, the "
        "lessee takes the notice back first, or it lapses."
    )


class ServicememberOrdersDoNotFit(Refusal):
    """The dates of orders, notice and return are not those of the law; the sentence says which."""

    code = "servicemember_orders_do_not_fit"
    kind = Kind.UNPROCESSABLE
    title = "These orders do not end the lease without a charge"
    detail = "Orders come after the lease was signed, the notice after them, and the vehicle within 15 days of it."
