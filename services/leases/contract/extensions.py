"""More months after the last one: asked for, offered, accepted by every lessee, active."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from chassis.schemas import Cents, Instant, Strict, Text, YesOrNo
from services.leases.contract.options import GetOption
from services.leases.contract.requests import OneLease

EXTENSION_STATUSES = (
    "requested", "offered", "accepted", "active", "ended", "declined", "withdrawn", "lapsed", "superseded",
)  # fmt: skip
RENEWAL_STATUSES = ("running", "ended")
RENEWAL_ENDS = ("notice", "vehicle_returned", "account_closed", "not_renewed")
MONTHS_MAX = 6


class RequestExtension(OneLease):
    """One to six months. `renews`: month to month, one month at a time until a lessee gives notice."""

    months = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MONTHS_MAX))
    renews = YesOrNo(load_default=False)

    @validates_schema
    def check_months(self, data: dict[str, Any], **_: Any) -> None:
        if data["renews"] and data["months"] != 1:
            raise ValidationError("Month to month is one month at a time: ask for 1.", "months")


class DecideExtension(GetOption):
    """What staff decide about a request that policy leaves to a person; a refusal has its reason."""

    decision = fields.String(required=True, validate=validate.OneOf(("offer", "decline")))
    reason = Text(required=True, longest=500)


class LeaseDisclosure(Strict):
    """One of the disclosures of Regulation M, and the paragraph that asks for it."""

    code = fields.String(required=True)
    source = fields.String(required=True)
    words = fields.String(required=True)


class ExtensionTerms(Strict):
    """What is offered. `new_disclosure`: 12 CFR 1013.5(b) asks for new disclosures with this extension; they are
    `disclosures`, which else is empty. `renews`: it goes on from month to month after that.
    """

    months = fields.Integer(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    instalment_cents = Cents(required=True, minimum=0)
    total_cents = Cents(required=True, minimum=0)
    added_miles = fields.Integer(required=True, allow_none=True)
    extended_months_so_far = fields.Integer(required=True)
    new_disclosure = fields.Boolean(required=True)
    disclosure = fields.String(required=True)
    disclosures = fields.List(fields.Nested(LeaseDisclosure), required=True)
    renews = fields.Boolean(required=True)


class Renewal(Strict):
    """A lease that goes on from month to month; `extension_id` is the extension that agreed to it.

    `months` were begun so far. The next one is begun on `renews_on`, unless notice is given before that day; a lease of
    which it is null ends on `lease_ends_on`.
    """

    extension_id = fields.String(required=True)
    account_id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(RENEWAL_STATUSES))
    agreed_on = fields.Date(required=True)
    months = fields.Integer(required=True)
    lease_ends_on = fields.Date(required=True)
    renews_on = fields.Date(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)
    ended_because = fields.String(required=True, allow_none=True, validate=validate.OneOf(RENEWAL_ENDS))


class Extension(Strict):
    """An extension as far as it has come; it is active once accounts has appended its instalments.

    It has ended after its last day, or when the lease has. `must_accept` names every lessee: where several have one
    role, the second is `co_borrower_2`, and each of them accepts for themselves.
    """

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
