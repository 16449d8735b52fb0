"""A submitted payment is charged once and ends in its true state, whatever happens on the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chassis.doors import Outcome
from services.payments.providers.sandbox_processor import SandboxProcessor
from tests.builders.payments import OvertakenProcessor
from tests.builders.wiring import call, deliver
from tests.fixtures.ports import free_port
from tests.service.payments.counter import ADA, CLOSED_ACCOUNT, TIMES_OUT_CHARGED, TIMES_OUT_NOT_CHARGED, Counter


def wait_for_the_check(counter: Counter) -> None:
    counter.clock.move_to(counter.clock.now() + timedelta(seconds=5), today=counter.clock.today())


class TestAnApprovedPayment:
    def test_is_posted_and_told_to_the_ledger(self, counter: Counter) -> None:
        payment = counter.pay(extra="principal")
        assert counter.charge() is Outcome.DONE
        found = counter.get(payment)
        assert (found["status"], found["applied_at"], found["decline"]) == ("posted", None, None)
        assert counter.told("payment_posted") == [
            {
                "payment_id": payment["id"],
                "account_id": payment["account_id"],
                "presentment_number": 1,
                "amount_cents": 41_235,
                "effective_on": "2026-11-23",
                "extra": "principal",
                "method_type": "bank_account",
                "method_last4": "6789",
                "paid_by": "bank_account",
            }
        ]
        (charge,) = counter.charges(payment)
        assert (charge["amount_cents"], charge["currency"]) == (41_235, "usd")

    def test_may_be_paid_by_card(self, counter: Counter) -> None:
        payment = counter.pay(payment_method_id=counter.add_card())
        assert counter.charge() is Outcome.DONE
        assert counter.get(payment)["message"].startswith("Yes: $412.35 was charged to your card ending in 4242")

    def test_is_charged_once_when_it_is_delivered_twice(self, counter: Counter) -> None:
        payment = counter.pay()
        assert [counter.charge() for _ in range(3)] == [Outcome.DONE, Outcome.DUPLICATE, Outcome.DUPLICATE]
        assert len(counter.charges(payment)) == 1
        assert len(counter.told("payment_posted")) == 1

    def test_is_charged_once_when_it_is_delivered_to_many_at_once(self, counter: Counter) -> None:
        payment = counter.pay()
        event = counter.submitted()
        lease = {"ERRAND_LEASE_SECONDS": 15.0}
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _: deliver(counter.service.on_payment_submitted, event, settings=lease), range(10)))
        assert counter.get(payment)["status"] == "posted"
        assert len(counter.told("payment_posted")) == 1

    def test_is_told_once_when_another_process_was_faster(self, counter: Counter) -> None:
        payment = counter.pay()
        there = counter.service.processor
        outcomes = []

        def be_overtaken() -> None:
            counter.service.processor = there
            outcomes.append(counter.charge())

        counter.service.processor = OvertakenProcessor(real=there, meanwhile=be_overtaken)
        outcomes.append(counter.charge())
        assert outcomes == [Outcome.DONE, Outcome.DONE]
        assert len(counter.charges(payment)) == 1
        assert len(counter.told("payment_posted")) == 1

    def test_goes_on_when_its_method_is_removed_meanwhile(self, counter: Counter) -> None:
        method = counter.add_bank_account()
        payment = counter.pay(payment_method_id=method)
        call(counter.service.remove_payment_method, request={"payment_method_id": method}, context=ADA)
        assert counter.charge() is Outcome.DONE
        assert counter.get(payment)["status"] == "posted"


class TestADeclinedPayment:
    def test_says_why_in_plain_words_and_tells_so(self, counter: Counter) -> None:
        payment = counter.pay(payment_method_id=counter.add_card("tok_declined"))
        assert counter.charge() is Outcome.DONE
        found = counter.get(payment)
        assert (found["status"], found["decline"]["code"]) == ("declined", "insufficient_funds")
        assert found["message"].startswith("No: $412.35 was not charged to your card ending in 0002.")
        assert counter.told("payment_posted") == []
        (told,) = counter.told("payment_declined")
        assert (told["reason_code"], told["reason"]) == ("insufficient_funds", found["decline"]["reason"])

    def test_leaves_room_for_another(self, counter: Counter) -> None:
        counter.accounts.opens(payoff_ceiling_cents=50_000)
        counter.pay(amount_cents=50_000, payment_method_id=counter.add_bank_account(CLOSED_ACCOUNT))
        counter.charge()
        assert counter.pay(amount_cents=50_000)["status"] == "submitting"


class TestAPaymentWithoutAnAnswer:
    def test_is_unknown_and_the_customer_is_told_so(self, counter: Counter) -> None:
        payment = counter.pay(payment_method_id=counter.add_bank_account(TIMES_OUT_CHARGED))
        assert counter.charge() is Outcome.UNKNOWN
        found = counter.get(payment)
        assert found["status"] == "unknown"
        assert "Please do not pay again" in found["message"]
        assert counter.told("payment_posted") == counter.told("payment_declined") == []

    def test_that_turns_out_charged_is_posted_with_the_date_of_its_submission(self, counter: Counter) -> None:
        payment = counter.pay(payment_method_id=counter.add_bank_account(TIMES_OUT_CHARGED))
        counter.charge()
        counter.clock.move_to(counter.clock.now() + timedelta(days=1))
        assert counter.charge(again=True) is Outcome.DONE
        assert (counter.get(payment)["status"], counter.get(payment)["effective_on"]) == ("posted", "2026-11-23")
        assert [told["effective_on"] for told in counter.told("payment_posted")] == ["2026-11-23"]
        assert len(counter.charges(payment)) == 1

    def test_that_turns_out_not_charged_is_declined(self, counter: Counter) -> None:
        payment = counter.pay(payment_method_id=counter.add_card("tok_timeout_not_charged"))
        assert counter.charge() is Outcome.UNKNOWN
        wait_for_the_check(counter)
        assert counter.charge(again=True) is Outcome.DONE
        found = counter.get(payment)
        assert (found["status"], found["decline"]["code"]) == ("declined", "not_charged")
        assert counter.charges(payment) == []

    def test_is_not_called_uncharged_while_its_request_may_still_arrive(self, counter: Counter) -> None:
        payment = counter.pay(payment_method_id=counter.add_bank_account(TIMES_OUT_NOT_CHARGED))
        counter.charge()
        assert counter.charge(again=True) is Outcome.UNKNOWN
        assert counter.get(payment)["status"] == "unknown"

    def test_is_unknown_to_two_processes_at_once_and_still_declined_once(self, counter: Counter) -> None:
        payment = counter.pay(payment_method_id=counter.add_bank_account(TIMES_OUT_NOT_CHARGED))
        there = counter.service.processor
        outcomes = []

        def time_out_too() -> None:
            counter.service.processor = there
            outcomes.append(counter.charge())

        counter.service.processor = OvertakenProcessor(real=there, meanwhile=time_out_too)
        outcomes.append(counter.charge())
        assert outcomes == [Outcome.UNKNOWN, Outcome.UNKNOWN]
        wait_for_the_check(counter)
        assert counter.charge(again=True) is Outcome.DONE
        assert counter.get(payment)["status"] == "declined"
        assert len(counter.told("payment_declined")) == 1

    def test_stays_unknown_while_the_processor_cannot_be_asked(self, counter: Counter) -> None:
        payment = counter.pay(payment_method_id=counter.add_bank_account(TIMES_OUT_CHARGED))
        counter.charge()
        wait_for_the_check(counter)
        counter.sandbox.fault("processor", "down")
        assert counter.charge(again=True) is Outcome.WAITING
        assert counter.get(payment)["status"] == "unknown"
        counter.sandbox.fault("processor", "ok")
        assert counter.charge(again=True) is Outcome.DONE
        assert counter.get(payment)["status"] == "posted"

    def test_counts_against_what_the_account_can_take(self, counter: Counter) -> None:
        counter.accounts.opens(payoff_ceiling_cents=50_000)
        counter.pay(amount_cents=50_000, payment_method_id=counter.add_bank_account(TIMES_OUT_CHARGED))
        counter.charge()
        with pytest.raises(Exception, match="Nothing is left to pay"):
            counter.pay(amount_cents=100)


class TestAProcessorThatIsDown:
    @pytest.mark.parametrize("mode", ["down", "rate_limited"])
    def test_is_waited_for_and_nothing_is_decided(self, counter: Counter, mode: str) -> None:
        payment = counter.pay()
        counter.sandbox.fault("processor", mode)
        assert [counter.charge() for _ in range(8)] == [Outcome.WAITING] * 8
        assert counter.get(payment)["status"] == "submitting"
        counter.sandbox.fault("processor", "ok")
        assert counter.charge() is Outcome.DONE
        assert counter.get(payment)["status"] == "posted"
        assert len(counter.charges(payment)) == 1

    def test_that_refuses_the_connection_is_waited_for_too(self, counter: Counter) -> None:
        payment = counter.pay()
        there = counter.service.processor
        counter.service.processor = SandboxProcessor(base_url=f"http://127.0.0.1:{free_port()}", api_key="local")
        assert counter.charge() is Outcome.WAITING
        assert counter.get(payment)["status"] == "submitting"
        counter.service.processor = there
        assert counter.charge() is Outcome.DONE

    def test_that_is_slow_after_its_work_leaves_the_payment_unknown_until_asked(self, counter: Counter) -> None:
        payment = counter.pay()
        counter.sandbox.fault("processor", "slow", calls=1)
        assert counter.charge() is Outcome.UNKNOWN
        assert counter.charge(again=True) is Outcome.DONE
        assert counter.get(payment)["status"] == "posted"
        assert len(counter.charges(payment)) == 1


class TestAProcessThatDies:
    @pytest.mark.parametrize(("at", "sent"), [("vendor.before_call", 0), ("vendor.after_call", 1)])
    def test_around_the_charge_leaves_one_charge_and_one_event(self, counter: Counter, at: str, sent: int) -> None:
        payment = counter.pay()
        counter.dies_while_charging(at=at)
        assert (counter.get(payment)["status"], len(counter.charges(payment))) == ("submitting", sent)
        assert counter.charge() is Outcome.DONE
        assert counter.get(payment)["status"] == "posted"
        assert len(counter.charges(payment)) == 1
        assert len(counter.told("payment_posted")) == 1

    def test_after_recording_finds_nothing_left_to_do(self, counter: Counter) -> None:
        payment = counter.pay()
        counter.dies_while_charging(at="errand.before_done")
        assert counter.get(payment)["status"] == "posted"
        counter.sandbox.fault("processor", "down")
        assert counter.charge() is Outcome.DONE
        assert len(counter.told("payment_posted")) == 1
        assert len(counter.charges(payment)) == 1

    def test_while_asking_about_a_declined_charge_records_the_decline(self, counter: Counter) -> None:
        payment = counter.pay(payment_method_id=counter.add_bank_account(CLOSED_ACCOUNT))
        counter.dies_while_charging(at="vendor.after_call")
        assert counter.charge() is Outcome.DONE
        assert counter.get(payment)["decline"]["code"] == "account_closed"
