"""Stripe behind the processor's interface: the official client against a server that speaks what Stripe documents."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import stripe

from chassis.context import NOBODY
from chassis.doors import Outcome
from chassis.errors import OutcomeUnknown, VendorDown
from chassis.settings import Settings, SettingsInvalid
from services.accounts.contract import events as accounts_events
from services.payments.contract.errors import ProcessorSignatureInvalid
from services.payments.providers.interface import BankAccountSource, CardSource, Charge, RefundOrder, SourceRefused
from services.payments.providers.sandbox_processor import SandboxProcessor
from services.payments.providers.sandbox_reports import SandboxReports
from services.payments.providers.stripe_processor import StripeProcessor
from services.payments.providers.stripe_reports import StripeReports
from services.payments.providers.wiring import processor_of, reports_of
from tests.builders.payments import AN_ACCOUNT, a_standing
from tests.builders.wiring import an_event, call, deliver, emitted
from tests.fixtures.ports import free_port
from tests.fixtures.processes import ROOT
from tests.service.payments.counter import Counter
from tests.service.payments.stripe_server import API_KEY, NO_ACCOUNT, StripeServer, serve

SECRET = "whsec_0123456789abcdef0123456789abcdef"
A_REFUND = "01900000-0000-7000-8000-00000000f001"
CARD = CardSource(token="pm_card_visa")
BANK = BankAccountSource(
    routing_number="110000000", account_number="000123456789", account_type="checking", holder_name="Ada Lovelace"
)
A_CHARGE = Charge(key="k-1", amount_cents=41_235, source=CARD)


@pytest.fixture
def stripe_server() -> Iterator[StripeServer]:
    known = StripeServer()
    server = serve(known)
    yield known
    server.shutdown()
    server.server_close()


@pytest.fixture
def by_stripe(stripe_server: StripeServer) -> StripeProcessor:
    return StripeProcessor(base_url=stripe_server.url, api_key=API_KEY, read_seconds=0.5)


@pytest.fixture
def till(counter: Counter, by_stripe: StripeProcessor) -> Counter:
    """The counter, with Stripe behind it in place of the sandbox."""
    counter.service.processor = by_stripe
    counter.service.reports = StripeReports(secret=SECRET, find_key=lambda it: by_stripe.find_key(reference=it))
    return counter


def prepared(processor: StripeProcessor, charge: Charge) -> Charge:
    return replace(charge, reference=processor.prepare(charge))


def wait_for_the_check(counter: Counter) -> None:
    counter.clock.move_to(counter.clock.now() + timedelta(seconds=5), today=counter.clock.today())


class TestACharge:
    @pytest.mark.parametrize(("source", "status"), [(CARD, "succeeded"), (BANK, "processing")])
    def test_is_prepared_then_confirmed_and_carries_our_key(
        self, stripe_server: StripeServer, by_stripe: StripeProcessor, source: Any, status: str
    ) -> None:
        charge = prepared(by_stripe, replace(A_CHARGE, source=source, description="RETRY PYMT"))
        assert stripe_server.charged() == []
        outcome = by_stripe.charge(charge)
        (intent,) = stripe_server.charged()
        assert (outcome.is_approved, outcome.reference, intent["status"]) == (True, charge.reference, status)
        assert (intent["metadata"], intent["amount"], intent["currency"]) == ({"key": "k-1"}, 41_235, "usd")
        assert intent["description"] == "RETRY PYMT"
        assert by_stripe.find(charge) == outcome

    def test_under_one_key_is_one_intent_and_confirmed_once(
        self, stripe_server: StripeServer, by_stripe: StripeProcessor
    ) -> None:
        first, second = prepared(by_stripe, A_CHARGE), prepared(by_stripe, A_CHARGE)
        assert first.reference == second.reference
        assert by_stripe.charge(first) == by_stripe.charge(second)
        assert len(stripe_server.intents) == 1

    @pytest.mark.parametrize(
        ("token", "code"),
        [
            ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
            ("pm_card_chargeDeclinedLostCard", "lost_or_stolen"),
            ("pm_card_authenticationRequired", "method_refused"),
        ],
    )
    def test_that_is_declined_says_why_in_our_words_and_the_same_when_asked(
        self, by_stripe: StripeProcessor, token: str, code: str
    ) -> None:
        charge = prepared(by_stripe, replace(A_CHARGE, source=CardSource(token=token)))
        outcome = by_stripe.charge(charge)
        assert (outcome.is_approved, outcome.decline_code) == (False, code)
        assert by_stripe.find(charge) == outcome

    def test_to_an_account_that_there_is_none_of_is_declined(self, by_stripe: StripeProcessor) -> None:
        charge = prepared(by_stripe, replace(A_CHARGE, source=replace(BANK, account_number=NO_ACCOUNT)))
        assert by_stripe.charge(charge).decline_code == "account_not_found"

    def test_of_a_card_that_stripe_does_not_know_is_refused(self, by_stripe: StripeProcessor) -> None:
        with pytest.raises(SourceRefused):
            by_stripe.prepare(replace(A_CHARGE, source=CardSource(token="pm_gone")))

    def test_that_was_not_confirmed_is_not_found_and_can_be_given_up_for_good(
        self, stripe_server: StripeServer, by_stripe: StripeProcessor
    ) -> None:
        charge = prepared(by_stripe, A_CHARGE)
        assert by_stripe.find(charge) is None
        given_up = by_stripe.abandon(charge)
        assert given_up is not None
        assert (given_up.is_approved, given_up.decline_code) == (False, "not_charged")
        assert by_stripe.charge(charge).decline_code == "not_charged"
        assert stripe_server.charged() == []

    def test_that_came_through_cannot_be_given_up(self, by_stripe: StripeProcessor) -> None:
        charge = prepared(by_stripe, A_CHARGE)
        by_stripe.charge(charge)
        found = by_stripe.abandon(charge)
        assert found is not None
        assert found.is_approved

    def test_of_another_key_or_amount_is_not_taken_for_ours(self, by_stripe: StripeProcessor) -> None:
        charge = prepared(by_stripe, A_CHARGE)
        for other in (replace(charge, key="k-2"), replace(charge, amount_cents=1)):
            with pytest.raises(OutcomeUnknown):
                by_stripe.find(other)


class TestStripeThatFails:
    def test_while_preparing_has_charged_nobody(self, stripe_server: StripeServer, by_stripe: StripeProcessor) -> None:
        for status in (429, 500, 503, 401):
            stripe_server.refusals.append(status)
            with pytest.raises(VendorDown):
                by_stripe.prepare(A_CHARGE)
        stripe_server.silences.append("/payment_intents")
        with pytest.raises(VendorDown):
            by_stripe.prepare(A_CHARGE)
        assert stripe_server.charged() == []

    def test_with_429_has_certainly_not_charged(self, stripe_server: StripeServer, by_stripe: StripeProcessor) -> None:
        charge = prepared(by_stripe, A_CHARGE)
        stripe_server.refusals.append(429)
        with pytest.raises(VendorDown):
            by_stripe.charge(charge)

    @pytest.mark.parametrize("status", [500, 502, 503, 409])
    def test_otherwise_may_have_charged(
        self, stripe_server: StripeServer, by_stripe: StripeProcessor, status: int
    ) -> None:
        charge = prepared(by_stripe, A_CHARGE)
        stripe_server.refusals.append(status)
        with pytest.raises(OutcomeUnknown):
            by_stripe.charge(charge)

    def test_silently_may_have_charged_and_is_asked_once(
        self, stripe_server: StripeServer, by_stripe: StripeProcessor
    ) -> None:
        charge = prepared(by_stripe, A_CHARGE)
        stripe_server.silences.append("/confirm")
        with pytest.raises(OutcomeUnknown):
            by_stripe.charge(charge)
        assert [path for _, path, _ in stripe_server.heard if path.endswith("/confirm")] == [
            f"/v1/payment_intents/{charge.reference}/confirm"
        ]

    def test_by_not_being_there_has_charged_nobody(self) -> None:
        nobody = StripeProcessor(base_url=f"http://127.0.0.1:{free_port()}", api_key=API_KEY)
        with pytest.raises(VendorDown):
            nobody.charge(replace(A_CHARGE, reference="pi_1"))
        with pytest.raises(VendorDown):
            nobody.find(replace(A_CHARGE, reference="pi_1"))

    def test_silently_keeps_nobody_else_waiting(self, stripe_server: StripeServer) -> None:
        stripe_server.silences.append("/confirm")
        command = [sys.executable, "-W", "ignore", "-m", "tests.service.payments.green_stripe", stripe_server.url]
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stderr
        told = json.loads(found.stdout)
        assert told["outcome"] == "unknown"
        assert told["turns"] >= 10

    def test_because_of_our_key_waits_for_a_person(self, stripe_server: StripeServer) -> None:
        stranger = StripeProcessor(base_url=stripe_server.url, api_key="sk_wrong")
        with pytest.raises(VendorDown):
            stranger.charge(replace(A_CHARGE, reference="pi_1"))


class TestAPaymentByStripe:
    def pays(self, till: Counter, **request: Any) -> dict[str, Any]:
        if "payment_method_id" not in request:
            request["payment_method_id"] = till.add_card("pm_card_visa")
        return till.pay(**request)

    def test_is_charged_with_its_intent_on_record_before(self, till: Counter, stripe_server: StripeServer) -> None:
        payment = self.pays(till)
        till.dies_while_charging(at="vendor.before_call")
        (intent,) = stripe_server.intents.values()
        assert intent["id"] in till.everything_stored()
        assert stripe_server.charged() == []
        assert till.charge() is Outcome.DONE
        assert (till.get(payment)["status"], len(stripe_server.intents)) == ("posted", 1)

    @pytest.mark.parametrize("at", ["vendor.before_call", "vendor.after_call"])
    def test_is_charged_once_by_a_process_that_dies_around_the_confirmation(
        self, till: Counter, stripe_server: StripeServer, at: str
    ) -> None:
        payment = self.pays(till)
        till.dies_while_charging(at=at)
        assert till.charge() is Outcome.DONE
        assert till.get(payment)["status"] == "posted"
        assert len(stripe_server.charged()) == len(till.told("payment_posted")) == 1

    def test_whose_confirmation_is_not_answered_is_settled_by_asking_for_its_intent(
        self, till: Counter, stripe_server: StripeServer
    ) -> None:
        payment = self.pays(till)
        stripe_server.silences.append("/confirm")
        assert till.charge() is Outcome.UNKNOWN
        assert "Please do not pay again" in till.get(payment)["message"]
        assert till.charge(again=True) is Outcome.DONE
        assert till.get(payment)["status"] == "posted"
        assert len(stripe_server.charged()) == 1

    def test_whose_confirmation_never_arrived_is_given_up_for_good(
        self, till: Counter, stripe_server: StripeServer
    ) -> None:
        payment = self.pays(till)
        stripe_server.lost.append("/confirm")
        assert till.charge() is Outcome.UNKNOWN
        assert till.charge(again=True) is Outcome.UNKNOWN
        wait_for_the_check(till)
        assert till.charge(again=True) is Outcome.DONE
        found = till.get(payment)
        assert (found["status"], found["decline"]["code"]) == ("declined", "not_charged")
        assert [intent["status"] for intent in stripe_server.intents.values()] == ["canceled"]

    def test_with_a_card_that_has_gone_is_declined(self, till: Counter, stripe_server: StripeServer) -> None:
        payment = self.pays(till)
        with till.service.store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE payment_methods SET processor_token = 'pm_gone'")
        assert till.charge() is Outcome.DONE
        assert till.get(payment)["decline"]["code"] == "method_refused"

    def test_keeps_a_card_for_the_next_time(self, till: Counter, stripe_server: StripeServer) -> None:
        till.add_card("pm_card_visa")
        till.add_card("pm_card_visa")
        assert list(stripe_server.customers_of) == ["pm_card_visa"]
        assert len([path for _, path, _ in stripe_server.heard if path == "/v1/customers"]) == 1


class TestWhatStripeTells:
    def tells(
        self, till: Counter, name: str, about: dict[str, Any], *, secret: str = SECRET, seconds_ago: float = 0
    ) -> None:
        event = {"id": "evt_1", "object": "event", "type": name, "data": {"object": about}}
        body = json.dumps({**event, "data": {"object": {k: v for k, v in about.items() if not k.startswith("_")}}})
        timestamp = int(till.clock.now().timestamp() - seconds_ago)
        signature = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp=timestamp)
        request = {"body": body, "signature": signature}
        call(till.service.record_processor_events, request=request, context=NOBODY)

    def debited(self, till: Counter, stripe_server: StripeServer) -> tuple[dict[str, Any], str]:
        payment = till.pay()
        assert till.charge() is Outcome.DONE
        return payment, stripe_server.charged()[-1]["id"]

    def test_a_debit_under_way_comes_in(self, till: Counter, stripe_server: StripeServer) -> None:
        payment, intent_id = self.debited(till, stripe_server)
        assert till.get(payment)["status"] == "posted"
        for _ in range(2):
            self.tells(till, "payment_intent.succeeded", stripe_server.succeeds(intent_id))
        assert till.get(payment)["status"] == "settled"
        assert len(till.told("payment_settled")) == 1

    @pytest.mark.parametrize(
        ("network_code", "code", "means"),
        [("R01", "insufficient_funds", "R01"), (None, "account_closed", "R02"), ("X9", "debit_not_authorized", "R10")],
    )
    def test_a_debit_under_way_comes_back_by_its_code(
        self, till: Counter, stripe_server: StripeServer, network_code: str, code: str, means: str
    ) -> None:
        payment, intent_id = self.debited(till, stripe_server)
        failed = stripe_server.fails(intent_id, network_code=network_code, code=code)
        self.tells(till, "payment_intent.payment_failed", failed)
        assert till.get(payment)["returned"]["code"] == means

    def test_a_debit_that_is_presented_again_is_another_intent(
        self, till: Counter, stripe_server: StripeServer
    ) -> None:
        payment, intent_id = self.debited(till, stripe_server)
        failed = stripe_server.fails(intent_id, network_code="R01", code="insufficient_funds")
        self.tells(till, "payment_intent.payment_failed", failed)
        till.clock.move_to(till.clock.now() + timedelta(days=4), today=till.clock.today() + timedelta(days=4))
        till.service.every_ten_seconds_present_again()
        assert till.charge() is Outcome.DONE
        (again,) = stripe_server.charged()
        assert (again["metadata"]["key"], again["description"]) == (f"{payment['id']}/2", "RETRY PYMT")

    def test_a_card_that_is_declined_was_never_charged_and_comes_back_from_nowhere(
        self, till: Counter, stripe_server: StripeServer
    ) -> None:
        payment = till.pay(payment_method_id=till.add_card("pm_card_chargeDeclinedInsufficientFunds"))
        till.charge()
        (intent,) = stripe_server.intents.values()
        self.tells(till, "payment_intent.payment_failed", intent)
        assert till.get(payment)["status"] == "declined"
        assert till.told("payment_returned") == []

    def test_a_debit_that_its_owner_disputes_has_gone_back(self, till: Counter, stripe_server: StripeServer) -> None:
        payment, intent_id = self.debited(till, stripe_server)
        self.tells(till, "payment_intent.succeeded", stripe_server.succeeds(intent_id))
        about = {
            "id": "du_1", "object": "dispute", "payment_intent": intent_id, "amount": 41_235, "status": "lost",
            "reason": "debit_not_authorized", "payment_method_details": {"type": "us_bank_account"},
        }  # fmt: skip
        self.tells(till, "charge.dispute.created", about)
        self.tells(till, "charge.dispute.closed", about)
        assert [told["return_code"] for told in till.told("payment_returned")] == ["R10"]
        assert till.get(payment)["status"] == "returned"

    @pytest.mark.parametrize(("status", "ends"), [("won", "posted"), ("lost", "returned")])
    def test_a_card_that_is_disputed_waits_for_its_end(
        self, till: Counter, stripe_server: StripeServer, status: str, ends: str
    ) -> None:
        payment = till.pay(payment_method_id=till.add_card("pm_card_visa"))
        till.charge()
        (intent,) = stripe_server.charged()
        about = {
            "id": "du_1", "object": "dispute", "payment_intent": intent["id"], "amount": 41_235,
            "reason": "fraudulent", "payment_method_details": {"type": "card"}, "status": "needs_response",
        }  # fmt: skip
        self.tells(till, "charge.dispute.created", about)
        assert [told["reason_code"] for told in till.told("payment_disputed")] == ["fraudulent"]
        self.tells(till, "charge.dispute.closed", {**about, "status": status})
        assert till.get(payment)["status"] == ends

    @pytest.mark.parametrize("seconds_ago", [301, -301])
    def test_too_old_or_too_young_is_refused(
        self, till: Counter, stripe_server: StripeServer, seconds_ago: float
    ) -> None:
        payment, intent_id = self.debited(till, stripe_server)
        with pytest.raises(ProcessorSignatureInvalid):
            self.tells(till, "payment_intent.succeeded", stripe_server.succeeds(intent_id), seconds_ago=seconds_ago)
        assert till.get(payment)["status"] == "posted"

    def test_with_another_secret_is_refused(self, till: Counter, stripe_server: StripeServer) -> None:
        _, intent_id = self.debited(till, stripe_server)
        with pytest.raises(ProcessorSignatureInvalid):
            self.tells(till, "payment_intent.succeeded", stripe_server.succeeds(intent_id), secret="whsec_forged")

    @pytest.mark.parametrize("signature", ["", "t=1", "v1=00", "t=x,v1=00", "nonsense"])
    def test_without_a_signature_is_refused(self, till: Counter, signature: str) -> None:
        with pytest.raises(ProcessorSignatureInvalid):
            till.service.reports.read(body="{}", signature=signature, now=till.clock.now())

    def test_of_somebody_elses_money_changes_nothing(self, till: Counter, stripe_server: StripeServer) -> None:
        payment, intent_id = self.debited(till, stripe_server)
        others = {**stripe_server.succeeds(intent_id), "metadata": {}}
        self.tells(till, "payment_intent.succeeded", others)
        self.tells(till, "payout.paid", {"id": "po_1"})
        assert till.get(payment)["status"] == "posted"


class TestARefundByStripe:
    def owed(self, till: Counter, stripe_server: StripeServer) -> Any:
        payment = till.pay()
        till.charge()
        (intent,) = stripe_server.charged()
        TestWhatStripeTells().tells(till, "payment_intent.succeeded", stripe_server.succeeds(intent["id"]))
        loaded = accounts_events.RefundDueV1().load(
            {
                "account_id": AN_ACCOUNT, "refund_id": A_REFUND, "amount_cents": 3_245, "payment_id": payment["id"],
                "presentment_number": 1, "standing": a_standing(status="paid_off"),
            }
        )  # fmt: skip
        due = an_event(accounts_events.refund_due, clock=till.clock, subject=AN_ACCOUNT, data=loaded)
        assert deliver(till.service.on_refund_due, due) is Outcome.DONE
        (requested,) = emitted(till.service.store, name="refund_requested")
        return requested

    def test_is_paid_under_its_own_key(self, till: Counter, stripe_server: StripeServer) -> None:
        requested = self.owed(till, stripe_server)
        assert deliver(till.service.on_refund_requested, requested) is Outcome.DONE
        (refund,) = stripe_server.refunds.values()
        assert (refund["amount"], refund["metadata"]) == (3_245, {"key": A_REFUND})
        assert len(till.told("refund_paid")) == 1

    def test_that_is_not_answered_is_found_by_its_key_and_not_paid_twice(
        self, till: Counter, stripe_server: StripeServer
    ) -> None:
        requested = self.owed(till, stripe_server)
        stripe_server.silences.append("/refunds")
        assert deliver(till.service.on_refund_requested, requested) is Outcome.UNKNOWN
        assert deliver(till.service.on_refund_requested, requested, again=True) is Outcome.DONE
        assert len(stripe_server.refunds) == len(till.told("refund_paid")) == 1

    def test_that_the_bank_sends_back_later_is_told(self, till: Counter, stripe_server: StripeServer) -> None:
        deliver(till.service.on_refund_requested, self.owed(till, stripe_server))
        (refund,) = stripe_server.refunds.values()
        TestWhatStripeTells().tells(till, "refund.failed", {**refund, "status": "failed", "failure_reason": "declined"})
        (told,) = till.told("refund_failed")
        assert (told["reason_code"], told["was_paid"]) == ("declined", True)

    def test_of_money_that_stripe_does_not_have_fails(self, by_stripe: StripeProcessor) -> None:
        charge = prepared(by_stripe, replace(A_CHARGE, source=BANK))
        by_stripe.charge(charge)
        assert charge.reference is not None
        order = RefundOrder(key=A_REFUND, amount_cents=100, charge_reference=charge.reference)
        assert by_stripe.refund(order).failure_code == "charge_not_refundable"


class TestTheSetting:
    def settings(self, name: str) -> Settings:
        return Settings(
            {
                "PROCESSOR": name, "PROCESSOR_BASE_URL": "http://127.0.0.1:1", "PROCESSOR_API_KEY": API_KEY,
                "PROCESSOR_WEBHOOK_SECRET": SECRET, "STRIPE_BANK_VERIFICATION": "automatic",
            }
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("name", "processor", "reports"),
        [("sandbox", SandboxProcessor, SandboxReports), ("stripe", StripeProcessor, StripeReports)],
    )
    def test_names_the_processor_and_who_reads_its_webhook(self, name: str, processor: type, reports: type) -> None:
        assert isinstance(processor_of(self.settings(name)), processor)
        assert isinstance(reports_of(self.settings(name)), reports)

    def test_of_a_processor_that_there_is_none_of_is_refused(self) -> None:
        with pytest.raises(SettingsInvalid, match="sandbox, stripe"):
            processor_of(self.settings("adyen"))
