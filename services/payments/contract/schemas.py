"""Requests and replies of payments: amounts in USD cents, ids as UUID text, no card number anywhere."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from chassis.errors import NotFound
from chassis.schemas import Cents, Instant, Strict, Text, YesOrNo
from services.payments.contract.errors import CardNumberRefused
from services.payments.contract.numbers import holds_card_number, is_routing_number, token_holds_card_number

BANK_ACCOUNT, CARD = "bank_account", "card"
METHOD_TYPES = (BANK_ACCOUNT, CARD)
CHEQUE = "cheque"
"""How money may also come, but no method that anybody keeps with us: see MethodShown."""
ACCOUNT_TYPES = ("checking", "savings")
REFUND_STATUSES = ("requested", "unknown", "paid", "failed", "cancelled")
EXTRA_MODES = ("principal", "paid_ahead")
STATUSES = (
    "scheduled", "submitting", "posted", "settled", "declined", "returned", "unknown", "cancelled",
)  # fmt: skip
AFTER_CUT_OFF, NO_BUSINESS_DAY = "after_cut_off", "no_business_day"
DATED_LATER_BECAUSE = (AFTER_CUT_OFF, NO_BUSINESS_DAY)
LIMIT_DEFAULT, LIMIT_MAX = 20, 100
TEXT_LENGTH_MAX = 10_000

_NEEDED = {
    BANK_ACCOUNT: ("routing_number", "account_number", "account_type", "holder_name"),
    CARD: ("processor_token",),
}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Request(Strict):
    """The base of every request: looked through for card numbers before anything else is said about it."""

    @pre_load
    def _refuse_card_numbers(self, data: Any, **_: Any) -> Any:
        texts = list(_texts(data))
        # Nothing that is asked here is longer, and the search costs time that grows with the text.
        if sum(len(text) for _, text in texts) > TEXT_LENGTH_MAX:
            raise ValidationError("The request is too long.")
        if any(map(_is_card_number, texts)):
            raise CardNumberRefused()
        return data


class Identifier(fields.String):
    """The id of something of ours, as a UUID. A text that cannot be one names nothing: NotFound."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        if not _UUID.fullmatch(text):
            raise NotFound()
        return UUID(text)


class RoutingNumber(fields.String):
    """Nine digits of a US bank."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if not is_routing_number(text):
            raise ValidationError("No US bank has this routing number. Check the nine digits on a cheque.")
        return text


class GivenConsent(Request):
    """Which text the customer agreed to: the `version` of the offer that was shown."""

    version = Text(required=True, longest=64)


class AddPaymentMethod(Request):
    """A bank account, or a card by the token that the processor made of it; each type has its own fields.

    `consent` names the text that was agreed to; the company may require it.
    """

    type = fields.String(required=True, validate=validate.OneOf(METHOD_TYPES))
    routing_number = RoutingNumber()
    # The last four are shown and stored in the clear, so they must not be the whole number.
    account_number = fields.String(validate=validate.Regexp(r"\A[0-9]{5,17}\Z", error="Must be 5 to 17 digits."))
    account_type = fields.String(validate=validate.OneOf(ACCOUNT_TYPES))
    holder_name = Text(longest=100)
    processor_token = fields.String(
        validate=validate.Regexp(r"\A[A-Za-z0-9_-]{1,200}\Z", error="Must be a token of the processor.")
    )

    consent = fields.Nested(GivenConsent, allow_none=True)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _require_fields_of_type(self, data: Any, original: Any, **_: Any) -> None:
        needed = _NEEDED.get(data.get("type")) if isinstance(original, Mapping) else None
        if needed is None:
            return
        others = {name for names in _NEEDED.values() for name in names} - set(needed)
        missing = {name: ["Missing data for required field."] for name in needed if name not in original}
        foreign = {name: ["Unknown field."] for name in others if name in original}
        if missing or foreign:
            raise ValidationError({**missing, **foreign})


class PaymentMethod(Strict):
    """What may be shown of a method; `account_type` and `holder_name` are a bank account's, the rest a card's.

    `disabled_because` says why nothing can be paid with it any more, and is null while it can. A bank account that its
    bank is still asked about can be debited from `debits_from_on` on.
    """

    id = fields.UUID(required=True)
    type = fields.String(required=True)
    last4 = fields.String(required=True)
    account_type = fields.String(allow_none=True)
    holder_name = fields.String(allow_none=True)
    brand = fields.String(allow_none=True)
    exp_month = fields.Integer(allow_none=True)
    exp_year = fields.Integer(allow_none=True)
    created_at = Instant(required=True)
    disabled_because = fields.String(allow_none=True)
    debits_from_on = fields.Date(allow_none=True)


class ListPaymentMethods(Request):
    limit = fields.Integer(strict=True, load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MAX))
    cursor = Text(load_default=None, allow_none=True)


class ConsentOffer(Strict):
    """The text to show before it is agreed to."""

    version = fields.String(required=True)
    text = fields.String(required=True)


class PaymentMethods(Strict):
    """`consent_offer` is the text to agree to when another one is added."""

    data = fields.List(fields.Nested(PaymentMethod), required=True)
    consent_offer = fields.Nested(ConsentOffer, required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class RemovePaymentMethod(Request):
    payment_method_id = Identifier(required=True)


class SubmitPayment(Request):
    """Pay now, or `on` a business day to come. `extra` says what becomes of money beyond what is due.

    The account's own rule where `extra` is left out. `quote_id` names the payoff quote that the money is meant to meet.
    `pay_anyway`: also where what is due is covered by a payment that was made before. `card_fee_cents` is the fee that
    the payer was shown and agrees to; it is charged on top, and 0 or left out where there is none.
    """

    account_id = Identifier(required=True)
    amount_cents = Cents(required=True)
    payment_method_id = Identifier(required=True)
    extra = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(EXTRA_MODES))
    quote_id = Identifier(load_default=None, allow_none=True)
    on = fields.Date(load_default=None, allow_none=True)
    pay_anyway = YesOrNo(load_default=False)
    card_fee_cents = Cents(load_default=0, minimum=0)


class MethodShown(Strict):
    """With what a payment was made: one of the methods, or `cheque` for one that came by mail.

    `last4` of a cheque are of the account it is drawn on or, where the bank did not read that, of the cheque's number.
    """

    type = fields.String(required=True)
    last4 = fields.String(required=True)


class Decline(Strict):
    code = fields.String(required=True)
    reason = fields.String(required=True)


class ReturnShown(Strict):
    """Why a bank sent a payment back, and what happens next; `present_again_on` is null where nothing more is tried."""

    code = fields.String(required=True)
    reason = fields.String(required=True)
    next_step = fields.String(required=True)
    returned_on = fields.Date(required=True)
    present_again_on = fields.Date(required=True, allow_none=True)


class Payment(Strict):
    """A payment in its true state. `posted`: handed to the ledger; `applied_at`: since then it is in the balance.

    A scheduled one is sent when the day `effective_on` opens. `settled`: the bank has paid it. `returned`: the bank
    took it back, and it is in no balance any more. `message` answers "did my payment go through" in one sentence.
    `amount_cents` is what the account is credited with, `card_fee_cents` what is charged besides for paying by card.
    `dated_later_because`: a payment made after the cut-off, or on a day on which banks do not work, counts from the
    next business day.
    """

    id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    amount_cents = Cents(required=True)
    card_fee_cents = Cents(required=True, minimum=0)
    effective_on = fields.Date(required=True)
    dated_later_because = fields.String(required=True, allow_none=True, validate=validate.OneOf(DATED_LATER_BECAUSE))
    applied_at = Instant(required=True, allow_none=True)
    method = fields.Nested(MethodShown, required=True)
    created_at = Instant(required=True)
    message = fields.String(required=True)
    decline = fields.Nested(Decline, required=True, allow_none=True)
    settled_on = fields.Date(required=True, allow_none=True)
    returned = fields.Nested(ReturnShown, required=True, allow_none=True)
    refunded_on = fields.Date(required=True, allow_none=True)


class GetPaymentOptions(Request):
    account_id = Identifier(required=True)


class PaymentOptions(Strict):
    """What to show before a payment is made. A payment made now counts from `effective_on`.

    It is later than today where `dated_later_because` says so. `card_fee_cents` is charged on top of a payment by
    card; from a bank account nothing is. A later payment is dated from `first_scheduled_on` to `last_scheduled_on`, on
    business days.
    """

    account_id = fields.UUID(required=True)
    cards_accepted = fields.Boolean(required=True)
    card_fee_cents = Cents(required=True, minimum=0)
    effective_on = fields.Date(required=True)
    dated_later_because = fields.String(required=True, allow_none=True, validate=validate.OneOf(DATED_LATER_BECAUSE))
    first_scheduled_on = fields.Date(required=True)
    last_scheduled_on = fields.Date(required=True)


class GetPayment(Request):
    payment_id = Identifier(required=True)


class CancelPayment(Request):
    payment_id = Identifier(required=True)


class ListPayments(Request):
    account_id = Identifier(required=True)
    limit = fields.Integer(strict=True, load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MAX))
    cursor = Text(load_default=None, allow_none=True)


class Payments(Strict):
    data = fields.List(fields.Nested(Payment), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class RecordProcessorEvents(Strict):
    """The processor's webhook as it came: the body byte for byte, and the header that signs it."""

    body = fields.String(required=True)
    signature = fields.String(required=True)


class RefundPayment(Request):
    """Pay the whole of a payment back; the reason is for the record and the customer."""

    payment_id = Identifier(required=True)
    reason = Text(required=True, longest=200)


class PaymentRefund(Strict):
    """Money on its way back. `paid`: handed to the bank or the card's network; `failed`: a person has to act."""

    id = fields.UUID(required=True)
    payment_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    amount_cents = Cents(required=True)
    status = fields.String(required=True, validate=validate.OneOf(REFUND_STATUSES))
    created_at = Instant(required=True)


class ListPaymentWorkItems(Request):
    limit = fields.Integer(strict=True, load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MAX))
    cursor = Text(load_default=None, allow_none=True)


class PaymentWorkItem(Strict):
    """Something that a person has to look at; `details` are plain facts, by `reason`."""

    id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    payment_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True)
    details = fields.Dict(required=True)
    opened_at = Instant(required=True)


class PaymentWorkItems(Strict):
    data = fields.List(fields.Nested(PaymentWorkItem), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ClosePaymentWorkItem(Request):
    work_item_id = Identifier(required=True)
    note = Text(required=True, longest=500)


class ListPendingPayments(Request):
    account_ids = fields.List(Identifier(), required=True, validate=validate.Length(min=0, max=100))


class PendingPayment(Strict):
    """Accepted, still on its way or scheduled, and not in the balance yet."""

    id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    amount_cents = Cents(required=True)
    effective_on = fields.Date(required=True)
    status = fields.String(required=True)


class PendingPayments(Strict):
    """`autopay_account_ids`: the accounts among those asked for on which autopay is on."""

    data = fields.List(fields.Nested(PendingPayment), required=True)
    autopay_account_ids = fields.List(fields.UUID(), required=True)


def _texts(request: Any) -> Iterator[tuple[str, str]]:
    """Every text in a request with the name of its field, the names themselves too; a number is read as its digits."""
    waiting = [("", request)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(str(key), item) for key, item in value.items()]
            waiting += [("", str(key)) for key in value]
        elif isinstance(value, list):
            waiting += [(name, item) for item in value]
        elif isinstance(value, str | int | float):
            yield name, str(value)


def _is_card_number(named: tuple[str, str]) -> bool:
    name, text = named
    if name == "processor_token":
        return token_holds_card_number(text)
    return not _UUID.fullmatch(text) and holds_card_number(text)
