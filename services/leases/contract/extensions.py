"""More months after the last one: asked for, offered, accepted by every lessee, active."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict, Text
from services.leases.contract.options import GetOption
from services.leases.contract.requests import OneLease

EXTENSION_STATUSES = (
    "requested", "offered", "accepted", "active", "declined", "withdrawn", "lapsed", "superseded",
)  # fmt: skip
MONTHS_MAX = 6


class RequestExtension(OneLease):
    """One to six months; month to month is one month at a time."""

    months = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MONTHS_MAX))


class DecideExtension(GetOption):
    """What staff decide about a request that policy leaves to a person; a refusal has its reason."""

    decision = fields.String(required=True, validate=validate.OneOf(("offer", "decline")))
    reason = Text(required=True, longest=500)


class ExtensionTerms(Strict):
    """What is offered. `new_disclosure`: 12 CFR 1013.5(b) asks for new disclosures with this extension."""

    months = fields.Integer(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    instalment_cents = Cents(required=True, minimum=0)
    total_cents = Cents(required=True, minimum=0)
    added_miles = fields.Integer(required=True, allow_none=True)
    extended_months_so_far = fields.Integer(required=True)
    new_disclosure = fields.Boolean(required=True)
    disclosure = fields.String(required=True)


class Extension(Strict):
    """An extension as far as it has come; it is active once accounts has appended its instalments."""

    id = fields.String(required=True)
    account_id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(EXTENSION_STATUSES))
    terms = fields.Nested(ExtensionTerms, required=True)
    offered_until_on = fields.Date(required=True, allow_none=True)
    must_accept = fields.List(fields.String(), required=True)
    have_accepted = fields.List(fields.String(), required=True)
    reason = fields.String(required=True, allow_none=True)
    opened_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)
