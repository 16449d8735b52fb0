"""Refusals of the leases service. An account that is not a lease, or not yours, answers NotFound."""

from chassis.errors import Kind, NotFound, Refusal

__all__ = ["NotFound", "OdometerRunsBack", "ReadingDateOutOfRange"]


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
