"""Stripe as the processor, by its official client: an intent is made, its id kept, and only then is it confirmed.

Stripe cannot be asked by our own key, so the intent's id is what an unknown outcome is settled by. The client never
tries again by itself: what may have acted is asked about, not repeated.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import stripe
from stripe import StripeClient

from chassis.errors import OutcomeUnknown, VendorDown
from services.payments.providers.connecting import CONNECT_SECONDS, READ_SECONDS, never_connected, private_session
from services.payments.providers.interface import (
    BankAccountSource,
    Card,
    Charge,
    ChargeOutcome,
    MadeCharge,
    RefundOrder,
    RefundOutcome,
    RequestMisunderstood,
    SourceRefused,
)

OWN_KEY = "key"
"""Under this name in the metadata of intents and refunds our own key is found again."""

REFUNDS_OF_ONE_MAX, PAGE = 100, 100
TAKEN = ("succeeded", "processing")
UNEXPECTED_STATE, MISSING = "payment_intent_unexpected_state", "resource_missing"

DECLINES: Mapping[str, str] = {
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "lost_card": "lost_or_stolen",
    "stolen_card": "lost_or_stolen",
    "card_velocity_exceeded": "limit_exceeded",
    "withdrawal_count_limit_exceeded": "limit_exceeded",
    "account_closed": "account_closed",
    "bank_account_closed": "account_closed",
    "no_account": "account_not_found",
    "bank_account_invalid_details": "account_not_found",
    "bank_account_unusable": "method_refused",
    "debit_not_authorized": "method_refused",
    "authentication_required": "method_refused",
}
"""Stripe's words for a decline and ours; every other one is a decline without a reason of its own."""

# What was used before is not sent along with the next request.
stripe.enable_telemetry = False


class StripeProcessor:
    """A Processor. `bank_verification` is how Stripe makes sure of a bank account that it has not seen before."""

    def __init__(
        self, *, base_url: str, api_key: str, bank_verification: str = "automatic", read_seconds: float = READ_SECONDS
    ) -> None:  # fmt: skip
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._bank_verification = bank_verification
        self._read_seconds = read_seconds

    def prepare(self, charge: Charge) -> str | None:
        with self._asking() as client:
            try:
                intent = client.v1.payment_intents.create(
                    self._intent_of(charge, client=client), options={"idempotency_key": charge.key}
                )
            except stripe.CardError as error:
                raise SourceRefused(error.code or "card_error") from error
            except stripe.InvalidRequestError as error:
                raise _refusal(error) from error
        return str(intent.id)

    def charge(self, charge: Charge) -> ChargeOutcome:
        assert charge.reference is not None, "an intent is prepared and kept before it is confirmed"
        params: Any = {"off_session": True, "error_on_requires_action": True}
        if isinstance(charge.source, BankAccountSource):
            params = {"mandate_data": {"customer_acceptance": {"type": "offline"}}}
        try:
            with self._acting() as client:
                intent = client.v1.payment_intents.confirm(
                    charge.reference, params, options={"idempotency_key": f"{charge.key}/confirm"}
                )
        except stripe.CardError as error:
            return _declined(charge.reference, error=error.error)
        except stripe.InvalidRequestError as error:
            if error.code == UNEXPECTED_STATE:
                # Confirmed, or given up, by a process that died before it could say so.
                return self.find(charge) or _given_up(charge.reference)
            if _is_about_source(error):
                return _declined(charge.reference, error=error.error)
            raise _refusal(error) from error
        return self._outcome(intent, charge=charge) or _given_up(charge.reference)

    def find(self, charge: Charge) -> ChargeOutcome | None:
        if charge.reference is None:
            return None
        with self._asking() as client:
            intent = client.v1.payment_intents.retrieve(charge.reference)
        return self._outcome(intent, charge=charge)

    def abandon(self, charge: Charge) -> ChargeOutcome | None:
        if charge.reference is None:
            return None
        with self._asking() as client:
            try:
                intent = client.v1.payment_intents.cancel(charge.reference)
            except stripe.InvalidRequestError:
                intent = client.v1.payment_intents.retrieve(charge.reference)
        return self._outcome(intent, charge=charge)

    def list_charges(self, *, since: datetime | None) -> Iterator[MadeCharge]:
        asked: Any = {"limit": PAGE} | ({} if since is None else {"created": {"gte": int(since.timestamp())}})
        with self._asking() as client:
            for intent in client.v1.payment_intents.list(asked).auto_paging_iter():
                if intent.status in TAKEN:
                    yield MadeCharge(key=_own_key(intent), reference=intent.id, amount_cents=intent.amount)

    def find_card(self, *, token: str) -> Card | None:
        with self._asking() as client:
            try:
                method = client.v1.payment_methods.retrieve(token)
            except stripe.InvalidRequestError as error:
                if error.code == MISSING:
                    return None
                raise VendorDown(f"Stripe does not show the card ({error.code})") from error
            if method.card is None:
                return None
            if method.customer is None:
                _keep(client, token=token)
        card = method.card
        return Card(brand=card.brand, last4=str(card.last4), exp_month=card.exp_month, exp_year=card.exp_year)

    def refund(self, order: RefundOrder) -> RefundOutcome:
        params: Any = {
            "payment_intent": order.charge_reference,
            "amount": order.amount_cents,
            "metadata": {OWN_KEY: order.key},
        }
        try:
            with self._acting() as client:
                refund = client.v1.refunds.create(params, options={"idempotency_key": order.key})
        except stripe.InvalidRequestError as error:
            return RefundOutcome(reference=None, failure_code=error.code or "charge_not_refundable")
        return _refunded(refund)

    def find_refund(self, order: RefundOrder) -> RefundOutcome | None:
        with self._asking() as client:
            made = client.v1.refunds.list(
                {"payment_intent": order.charge_reference, "limit": REFUNDS_OF_ONE_MAX}
            )  # fmt: skip
        ours = [refund for refund in made.data if _own_key(refund) == order.key]
        return _refunded(ours[0]) if ours else None

    def find_key(self, *, reference: str) -> str | None:
        """Our key of an intent, None where it is not ours. Raises VendorDown."""
        with self._asking() as client:
            try:
                intent = client.v1.payment_intents.retrieve(reference)
            except stripe.InvalidRequestError as error:
                if error.code == MISSING:
                    return None
                raise VendorDown(f"Stripe does not show the payment ({error.code})") from error
        return _own_key(intent)

    def _intent_of(self, charge: Charge, *, client: StripeClient) -> Any:
        common = {"amount": charge.amount_cents, "currency": "usd", "metadata": {OWN_KEY: charge.key}}
        if charge.description is not None:
            common["description"] = charge.description
        source = charge.source
        if isinstance(source, BankAccountSource):
            return {
                **common,
                "payment_method_types": ["us_bank_account"],
                "payment_method_data": {
                    "type": "us_bank_account",
                    "us_bank_account": {
                        "routing_number": source.routing_number, "account_number": source.account_number,
                        "account_type": source.account_type, "account_holder_type": "individual",
                    },
                    "billing_details": {"name": source.holder_name},
                },
                "payment_method_options": {"us_bank_account": {"verification_method": self._bank_verification}},
            }  # fmt: skip
        method = client.v1.payment_methods.retrieve(source.token)
        customer = {} if method.customer is None else {"customer": str(method.customer)}
        return {**common, "payment_method_types": ["card"], "payment_method": source.token, **customer}

    def _outcome(self, intent: Any, *, charge: Charge) -> ChargeOutcome | None:
        """What an intent says of the charge; None while nothing was charged and nothing was decided."""
        if _own_key(intent) != charge.key or intent.amount != charge.amount_cents:
            raise OutcomeUnknown("Stripe answered about another charge")
        match intent.status:
            case status if status in TAKEN:
                return ChargeOutcome(reference=intent.id, is_approved=True)
            case "canceled":
                return _given_up(intent.id)
            case "requires_action":
                # Nobody is there to act: microdeposits to look up, or a bank's page to open.
                return _declined(intent.id, error=None, code="method_refused")
            case "requires_payment_method" if intent.last_payment_error is not None:
                return _declined(intent.id, error=intent.last_payment_error)
        return None

    @contextmanager
    def _asking(self) -> Iterator[StripeClient]:
        """What moves no money: whatever goes wrong, it can be asked again. Refusals of the request itself pass."""
        try:
            with self._client() as client:
                yield client
        except (stripe.CardError, stripe.InvalidRequestError):
            raise
        except stripe.StripeError as error:
            raise VendorDown(f"Stripe did not answer ({type(error).__name__})") from error

    @contextmanager
    def _acting(self) -> Iterator[StripeClient]:
        """What moves money, under a key. Raises VendorDown where it certainly did not, OutcomeUnknown where it may."""
        try:
            with self._client() as client:
                yield client
        except (stripe.CardError, stripe.InvalidRequestError):
            raise
        except (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as error:
            raise VendorDown(f"Stripe takes nothing from us now ({type(error).__name__})") from error
        except stripe.StripeError as error:
            if isinstance(error, stripe.APIConnectionError) and never_connected(error.__cause__):
                raise VendorDown("Stripe cannot be reached") from error
            raise OutcomeUnknown(f"Stripe did not say what it did ({type(error).__name__})") from error

    @contextmanager
    def _client(self) -> Iterator[StripeClient]:
        with private_session() as session:
            transport = stripe.RequestsClient(
                timeout=(min(CONNECT_SECONDS, self._read_seconds), self._read_seconds), session=session
            )
            yield StripeClient(
                self._api_key, base_addresses={"api": self._base_url}, max_network_retries=0, http_client=transport
            )


def _own_key(about: Any) -> str | None:
    """Our key of an intent or a refund, where it carries one."""
    key = about.metadata.to_dict().get(OWN_KEY) if about.metadata is not None else None
    return None if key is None else str(key)


def _keep(client: StripeClient, *, token: str) -> None:
    """A card can be charged more than once only where it belongs to a customer."""
    customer = client.v1.customers.create({}, options={"idempotency_key": f"customer/{token}"})
    client.v1.payment_methods.attach(token, {"customer": customer.id})


def _refusal(error: stripe.InvalidRequestError) -> Exception:
    """Ours, or the customer's: a card or account that Stripe does not take is no defect of the request."""
    if _is_about_source(error):
        return SourceRefused(error.code or "invalid_request")
    return RequestMisunderstood(f"Stripe refused the request ({error.http_status}, {error.code})")


def _is_about_source(error: stripe.InvalidRequestError) -> bool:
    return str(error.param or "").startswith("payment_method") or error.code == MISSING


def _declined(reference: str, *, error: Any, code: str | None = None) -> ChargeOutcome:
    told = code or getattr(error, "decline_code", None) or getattr(error, "code", None) or ""
    return ChargeOutcome(reference=reference, is_approved=False, decline_code=DECLINES.get(told, told or None))


def _given_up(reference: str) -> ChargeOutcome:
    return ChargeOutcome(reference=reference, is_approved=False, decline_code="not_charged")


def _refunded(refund: Any) -> RefundOutcome:
    if refund.status in ("failed", "canceled"):
        return RefundOutcome(reference=refund.id, failure_code=refund.failure_reason or refund.status)
    return RefundOutcome(reference=refund.id)
