"""What every question about one lease names."""

from marshmallow import fields

from chassis.schemas import Strict


class OneLease(Strict):
    """Asks about the lease of one account."""

    account_id = fields.String(required=True)
