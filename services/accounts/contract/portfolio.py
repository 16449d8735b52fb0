"""One account as every portfolio reader yields it, whatever the file looked like: what is absent stays absent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from marshmallow import ValidationError, fields, post_load, validate

from chassis.schemas import CENTS_MAX, Strict, schema_of
from services.accounts.contract.states import POSTAL_STATES, STATE_WANTED
from services.accounts.contract.terms import (
    BILL_LEAD_DAYS,
    DAY_COUNTS,
    EXTRA_MODES,
    WATERFALLS,
    InvalidTerms,
    LeaseTerms,
    LoanTerms,
    Opening,
    Terms,
)

PortfolioProduct = Literal["loan", "lease"]
PortfolioStatus = Literal["open", "closed", "charged_off"]
PartyRole = Literal["borrower", "co_borrower"]
LeaseType = Literal["closed_end"]
POUNDS_MAX = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioVehicle:
    """The vehicle as reported; pools name no VIN. The weight is the manufacturer's gross vehicle weight rating."""

    vin: str | None
    year: int | None
    make: str | None
    model: str | None
    gross_weight_rating_pounds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioMailingAddress:
    """Where letters go, in the United States."""

    line_1: str = field(repr=False)
    line_2: str | None = field(repr=False)
    city: str = field(repr=False)
    state: str
    postal_code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioParty:
    """A person who owes; phone in E.164. Without `mailing_address` letters go to what the person tells us online."""

    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    ssn_last4: str = field(repr=False)
    phone: str = field(repr=False)
    sms_consent: bool
    email: str | None = field(repr=False)
    role: PartyRole
    mailing_address: PortfolioMailingAddress | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioLease:
    """What only a lease has; None means the file does not say. The capitalized cost is told gross and with what
    reduced it (12 CFR 1013.4(f)), or not at all: both or neither.
    """

    mileage_allowance_miles: int | None
    excess_mile_cents: int | None
    purchase_option_fee_cents: int | None
    disposition_fee_cents: int | None
    start_miles: int | None = None
    gross_capitalized_cost_cents: int | None = None
    capitalized_cost_reduction_cents: int | None = None
    lease_type: LeaseType = "closed_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioAccount:
    """An account to take over; `source_ref` is issuer/pool/asset and never means two accounts.

    `has_co_borrower` is what the file reports even where it names nobody. An account that is not open owes nothing.
    """

    source_ref: str
    account_number: str
    product: PortfolioProduct
    status: PortfolioStatus
    state: str | None
    issuer: str
    opened_on: date | None
    closed_on: date | None
    charged_off_cents: int | None
    has_co_borrower: bool | None
    vehicle: PortfolioVehicle
    terms: Terms
    opening: Opening
    parties: tuple[PortfolioParty, ...]
    lease: PortfolioLease | None

    def __post_init__(self) -> None:
        _require(
            (self.product == "loan") == isinstance(self.terms, LoanTerms),
            "The terms are of another product.",
            field="terms",
        )
        _require(self.product == "lease" or self.lease is None, "A loan has no lease details.", field="lease")
        if isinstance(self.terms, LeaseTerms) and self.lease is not None:
            _require_costs(self.lease, adjusted_cents=self.terms.adjusted_capitalized_cost_cents)
        if self.status == "open":
            _require(self.closed_on is None, "An open account has no closing date.", field="closed_on")
        else:
            _require(
                self.opening.principal_cents == 0,
                "An account that is not open cannot owe principal.",
                field="opening.principal_cents",
            )
        left = self.opening.next_instalment_number <= self.terms.payment_count
        _require(
            left or self.product == "lease" or self.opening.principal_cents == 0,
            "A loan with principal outstanding must have an instalment left to pay.",
            field="opening.next_instalment_number",
        )


def _require_costs(lease: PortfolioLease, *, adjusted_cents: int) -> None:
    gross, reduction = lease.gross_capitalized_cost_cents, lease.capitalized_cost_reduction_cents
    if gross is None and reduction is None:
        return
    _require(
        gross is not None and reduction is not None,
        "The gross capitalized cost and its reduction are told together, or neither is.",
        field="lease.gross_capitalized_cost_cents",
    )
    assert gross is not None, "it was required"
    assert reduction is not None, "it was required"
    _require(
        gross - reduction == adjusted_cents,
        "The gross capitalized cost less its reduction is not the adjusted capitalized cost.",
        field="lease.gross_capitalized_cost_cents",
    )


def _require(holds: bool, sentence: str, *, field: str) -> None:
    if not holds:
        raise InvalidTerms(sentence, field=field)


def _cents(**options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=0, max=CENTS_MAX), **options)


class _Percent(fields.Decimal):
    """A rate travels as a string: a binary fraction has already lost the rate it stood for."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError('A rate is a string such as "6.49".')
        return super()._deserialize(value, attr, data, **kwargs)


class _Record(Strict):
    def build(self, data: dict[str, Any], record: type[Any]) -> Any:
        try:
            return record(**data)
        except InvalidTerms as refusal:
            raise ValidationError(_at(refusal.field, sentence=str(refusal))) from refusal


def _at(field: str | None, *, sentence: str) -> Any:
    """The messages of marshmallow for a sentence about one field, which may lie deeper."""
    messages: Any = [sentence]
    for name in reversed(field.split(".") if field else ["_schema"]):
        messages = {name: messages}
    return messages


class _CalendarSchema(_Record):
    first_due_on = fields.Date(required=True)
    due_day = fields.Integer(required=True, strict=True)
    grace_days = fields.Integer(required=True, strict=True)
    waterfall = fields.String(load_default="fees_last", validate=validate.OneOf(WATERFALLS))
    returned_payment_fee_cents = _cents(load_default=0)
    late_fee_pack = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=20))
    due_date_changes_per_year = fields.Integer(load_default=1, strict=True)
    deferments_per_year = fields.Integer(load_default=1, strict=True)
    deferments_max = fields.Integer(load_default=6, strict=True)
    deferment_months_max = fields.Integer(load_default=2, strict=True)
    bill_lead_days = fields.Integer(load_default=BILL_LEAD_DAYS, strict=True)
    grace_rolls = fields.Boolean(load_default=False)


class LoanTermsSchema(_CalendarSchema):
    """The shape of LoanTerms."""

    annual_rate_percent = _Percent(required=True, as_string=True)
    day_count = fields.String(required=True, validate=validate.OneOf(DAY_COUNTS))
    payment_cents = _cents(required=True)
    payment_count = fields.Integer(required=True, strict=True)
    extra_default = fields.String(load_default="principal", validate=validate.OneOf(EXTRA_MODES))

    @post_load
    def to_terms(self, data: dict[str, Any], **_: Any) -> Any:
        return self.build(data, LoanTerms)


class LeaseTermsSchema(_CalendarSchema):
    """The shape of LeaseTerms."""

    adjusted_capitalized_cost_cents = _cents(required=True)
    residual_cents = _cents(required=True)
    term_months = fields.Integer(required=True, strict=True)
    base_payment_cents = _cents(required=True)
    tax_cents = _cents(required=True)

    @post_load
    def to_terms(self, data: dict[str, Any], **_: Any) -> Any:
        return self.build(data, LeaseTerms)


class OpeningSchema(_Record):
    """The shape of Opening."""

    as_of_on = fields.Date(required=True)
    principal_cents = _cents(required=True)
    accrued_interest_cents = _cents(load_default=0)
    interest_paid_through_on = fields.Date(required=True)
    next_instalment_number = fields.Integer(required=True, strict=True)
    partial_paid_cents = _cents(load_default=0)
    fees_due_cents = _cents(load_default=0)
    unapplied_cents = _cents(load_default=0)
    payments_made = _cents(required=True)

    @post_load
    def to_opening(self, data: dict[str, Any], **_: Any) -> Any:
        return self.build(data, Opening)


class PortfolioVehicleSchema(_Record):
    """The shape of PortfolioVehicle."""

    vin = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(
            r"[A-HJ-NPR-Z0-9]{17}\Z", error="A VIN has 17 characters: digits, and capital letters but for I, O and Q."
        ),
    )
    year = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1900, max=2100))
    make = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=60))
    model = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=60))
    gross_weight_rating_pounds = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=POUNDS_MAX)
    )

    @post_load
    def to_vehicle(self, data: dict[str, Any], **_: Any) -> Any:
        return PortfolioVehicle(**data)


class PortfolioMailingAddressSchema(_Record):
    """The shape of PortfolioMailingAddress."""

    line_1 = fields.String(required=True, validate=validate.Length(min=1, max=100))
    line_2 = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=100))
    city = fields.String(required=True, validate=validate.Length(min=1, max=60))
    state = fields.String(required=True, validate=validate.OneOf(POSTAL_STATES, error=STATE_WANTED))
    postal_code = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[0-9]{5}(?:-[0-9]{4})?\Z", error='A postal code is five digits, or nine as "75265-0805".'
        ),
    )

    @post_load
    def to_address(self, data: dict[str, Any], **_: Any) -> Any:
        return PortfolioMailingAddress(**data)


class PortfolioPartySchema(_Record):
    """The shape of PortfolioParty."""

    first_name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    last_name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    ssn_last4 = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[0-9]{4}\Z", error="The last four digits of a social security number are four digits."
        ),
    )
    phone = fields.String(
        required=True,
        validate=validate.Regexp(
            r"\+[1-9][0-9]{6,14}\Z", error='A phone number begins with + and the country\'s code, as "+12145550123".'
        ),
    )
    sms_consent = fields.Boolean(required=True)
    email = fields.Email(load_default=None, allow_none=True)
    role = fields.String(required=True, validate=validate.OneOf(("borrower", "co_borrower")))
    mailing_address = fields.Nested(PortfolioMailingAddressSchema, load_default=None, allow_none=True)

    @post_load
    def to_party(self, data: dict[str, Any], **_: Any) -> Any:
        return PortfolioParty(**data)


class PortfolioLeaseSchema(_Record):
    """The shape of PortfolioLease."""

    mileage_allowance_miles = _cents(load_default=None, allow_none=True)
    excess_mile_cents = _cents(load_default=None, allow_none=True)
    purchase_option_fee_cents = _cents(load_default=None, allow_none=True)
    disposition_fee_cents = _cents(load_default=None, allow_none=True)
    start_miles = _cents(load_default=None, allow_none=True)
    gross_capitalized_cost_cents = _cents(load_default=None, allow_none=True)
    capitalized_cost_reduction_cents = _cents(load_default=None, allow_none=True)
    lease_type = fields.String(
        load_default="closed_end",
        validate=validate.OneOf(("closed_end",), error="Only closed-end leases are serviced: 12 CFR 1013.4(m)."),
    )

    @post_load
    def to_lease(self, data: dict[str, Any], **_: Any) -> Any:
        return PortfolioLease(**data)


class _TermsField(fields.Field[Terms]):
    """The product says which terms are meant."""

    def _serialize(self, value: Terms | None, *_: Any, **__: Any) -> Any:
        return schema_of(LoanTermsSchema if isinstance(value, LoanTerms) else LeaseTermsSchema).dump(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:  # noqa: ARG002
        product = (data or {}).get("product")
        return schema_of(LeaseTermsSchema if product == "lease" else LoanTermsSchema).load(value)


class PortfolioAccountSchema(_Record):
    """The shape of PortfolioAccount; loading answers the dataclass, unknown fields are refused."""

    source_ref = fields.String(required=True, validate=validate.Length(min=1, max=200))
    account_number = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[A-Za-z0-9][A-Za-z0-9+/=_.-]{2,59}\Z",
            error="An account number has 3 to 60 letters, digits and + / = _ . - and begins with a letter or digit.",
        ),
    )
    product = fields.String(required=True, validate=validate.OneOf(("loan", "lease")))
    status = fields.String(required=True, validate=validate.OneOf(("open", "closed", "charged_off")))
    state = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(POSTAL_STATES, error=STATE_WANTED)
    )
    issuer = fields.String(required=True, validate=validate.Length(min=1, max=100))
    opened_on = fields.Date(load_default=None, allow_none=True)
    closed_on = fields.Date(load_default=None, allow_none=True)
    charged_off_cents = _cents(load_default=None, allow_none=True)
    has_co_borrower = fields.Boolean(load_default=None, allow_none=True)
    vehicle = fields.Nested(PortfolioVehicleSchema, required=True)
    terms = _TermsField(required=True)
    opening = fields.Nested(OpeningSchema, required=True)
    parties = fields.List(fields.Nested(PortfolioPartySchema), load_default=list)
    lease = fields.Nested(PortfolioLeaseSchema, load_default=None, allow_none=True)

    @post_load
    def to_account(self, data: dict[str, Any], **_: Any) -> Any:
        return self.build({**data, "parties": tuple(data["parties"])}, PortfolioAccount)
