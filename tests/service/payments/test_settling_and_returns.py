"""What was charged settles or comes back: told by the processor's webhook, believed once, and acted on by its code."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.doors import Outcome
from chassis.errors import ConstraintViolated, InvalidRequest
from services.payments.contract.errors import PaymentMethodDisabled, ProcessorSignatureInvalid
from tests.builders.payments import a_payment_applied
from tests.builders.wiring import an_agent, call, deliver
from tests.service.payments.counter import ADA, TIMES_OUT_CHARGED, Counter
from tests.service.payments.processor_tells import TellingProcessor, signature_of


@pytest.fixture
def processor_tells(counter: Counter) -> TellingProcessor:
    return TellingProcessor(counter)


def posted(counter: Counter, **request: Any) -> dict[str, Any]:
    payment = counter.pay(**request)
    assert counter.charge() is Outcome.DONE
    return payment


def work_items(counter: Counter) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(counter.service.list_work_items, request={}, context=an_agent())["data"]
    return found


def move_days(counter: Counter, days: int) -> None:
    today = counter.clock.today() + timedelta(days=days)
    counter.clock.move_to(counter.clock.now() + timedelta(days=days), today=today)


class TestMoneyThatComesIn:
    def test_settles_the_payment_and_is_told(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = posted(counter)
        processor_tells.tells("charge.settled", payment)
        found = counter.get(payment)
        assert (found["status"], found["settled_on"]) == ("settled", "2026-11-23")
        assert counter.told("payment_settled") == [
            {
                "payment_id": payment["id"], "account_id": payment["account_id"], "presentment_number": 1,
                "amount_cents": 41_235, "settled_on": "2026-11-23",
            }
        ]  # fmt: skip

    def test_told_again_is_old_news(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = posted(counter)
        for _ in range(3):
            processor_tells.tells("charge.settled", payment)
        assert len(counter.told("payment_settled")) == 1

    def test_settles_what_nobody_knew_and_tells_first_that_it_was_charged(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = counter.pay(payment_method_id=counter.add_bank_account(TIMES_OUT_CHARGED))
        assert counter.charge() is Outcome.UNKNOWN
        processor_tells.tells("charge.settled", payment)
        assert counter.get(payment)["status"] == "settled"
        assert len(counter.told("payment_posted")) == len(counter.told("payment_settled")) == 1
        assert counter.charge(again=True) is Outcome.DONE
        assert len(counter.told("payment_posted")) == 1

    def test_of_money_that_was_called_declined_is_for_a_person(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = posted(counter, payment_method_id=counter.add_card("tok_declined"))
        processor_tells.tells("charge.settled", payment)
        assert counter.get(payment)["status"] == "declined"
        assert [item["reason"] for item in work_items(counter)] == ["charged_after_decline"]

    def test_with_another_amount_is_for_a_person(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = posted(counter)
        processor_tells.tells("charge.settled", payment, amount_cents=1)
        assert counter.get(payment)["status"] == "posted"
        assert [item["reason"] for item in work_items(counter)] == ["amount_differs"]

    @pytest.mark.parametrize("key", ["key-1", "01900000-0000-7000-8000-00000000dead"])
    def test_of_somebody_elses_money_changes_nothing(
        self, counter: Counter, processor_tells: TellingProcessor, key: str
    ) -> None:
        payment = posted(counter)
        processor_tells.tells("charge.settled", payment, key=key)
        assert (counter.get(payment)["status"], work_items(counter)) == ("posted", [])


class TestAReturnForMissingFunds:
    def test_says_when_it_is_presented_again(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = posted(counter)
        processor_tells.tells("charge.returned", payment, code="R01")
        found = counter.get(payment)
        assert (found["status"], found["returned"]["code"]) == ("returned", "R01")
        assert found["returned"]["present_again_on"] == "2026-11-27"
        (told,) = counter.told("payment_returned")
        assert told == {
            "payment_id": payment["id"], "account_id": payment["account_id"], "presentment_number": 1,
            "amount_cents": 41_235, "effective_on": "2026-11-23", "settled_on": None, "returned_on": "2026-11-23",
            "return_code": "R01", "reason": "there was not enough money in the account",
            "next_step": found["returned"]["next_step"], "will_be_presented_again": True,
            "present_again_on": "2026-11-27", "method_type": "bank_account", "method_last4": "6789",
        }  # fmt: skip
        assert work_items(counter) == []

    def test_is_charged_again_on_its_day_as_other_money(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = posted(counter)
        processor_tells.tells("charge.returned", payment, code="R01")
        move_days(counter, 3)
        counter.service.every_ten_seconds_present_again()
        assert counter.get(payment)["status"] == "returned"
        move_days(counter, 1)
        counter.service.every_ten_seconds_present_again()
        assert counter.get(payment)["status"] == "submitting"
        assert counter.charge() is Outcome.DONE
        assert (counter.get(payment)["status"], counter.get(payment)["effective_on"]) == ("posted", "2026-11-27")
        first, second = counter.told("payment_posted")
        assert (first["presentment_number"], second["presentment_number"]) == (1, 2)
        assert second["effective_on"] == "2026-11-27"
        (charge,) = counter.sandbox.listed("charges", key=f"{payment['id']}/2")
        assert (charge["amount_cents"], charge["description"]) == (41_235, "RETRY PYMT")
        assert len(counter.charges(payment)) == 1

    def test_is_presented_twice_more_and_then_left(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = posted(counter)
        for number in (1, 2, 3):
            processor_tells.tells("charge.returned", payment, presentment=number, code="R09")
            move_days(counter, 7)
            counter.service.every_ten_seconds_present_again()
            if number < 3:
                assert counter.charge() is Outcome.DONE
        assert [told["will_be_presented_again"] for told in counter.told("payment_returned")] == [True, True, False]
        assert counter.get(payment)["status"] == "returned"
        assert counter.count("payment_returns") == 3

    def test_is_charged_once_by_two_that_look_at_the_same_time(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = posted(counter)
        processor_tells.tells("charge.returned", payment, code="R01")
        move_days(counter, 4)
        for _ in range(2):
            counter.service.every_ten_seconds_present_again()
        assert counter.charge() is Outcome.DONE
        assert [told["presentment_number"] for told in counter.told("payment_posted")] == [1, 2]

    @pytest.mark.parametrize("what", ["account closed", "method removed"])
    def test_is_not_presented_where_the_money_may_no_longer_be_taken(
        self, counter: Counter, processor_tells: TellingProcessor, what: str
    ) -> None:
        method = counter.add_bank_account()
        payment = posted(counter, payment_method_id=method)
        processor_tells.tells("charge.returned", payment, code="R01")
        if what == "method removed":
            call(counter.service.remove_payment_method, request={"payment_method_id": method}, context=ADA)
        else:
            event = a_payment_applied(payment, clock=counter.clock, sequence=9, status="charged_off")
            deliver(counter.service.on_payment_applied, event)
        move_days(counter, 4)
        counter.service.every_ten_seconds_present_again()
        found = counter.get(payment)
        assert (found["status"], found["returned"]["present_again_on"]) == ("returned", None)
        assert len(counter.told("payment_posted")) == 1

    def test_does_not_take_the_old_presentments_news_for_the_new_one(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = posted(counter)
        processor_tells.tells("charge.returned", payment, code="R01")
        move_days(counter, 4)
        counter.service.every_ten_seconds_present_again()
        counter.charge()
        processor_tells.tells("charge.settled", payment)
        deliver(counter.service.on_payment_applied, a_payment_applied(payment, clock=counter.clock))
        found = counter.get(payment)
        assert (found["status"], found["applied_at"]) == ("posted", None)
        processor_tells.tells("charge.settled", payment, presentment=2)
        assert counter.get(payment)["status"] == "settled"


class TestAReturnForGood:
    def test_disables_the_method_and_says_why(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        method = counter.add_bank_account()
        payment = posted(counter, payment_method_id=method)
        processor_tells.tells("charge.returned", payment, code="R02")
        (shown,) = call(counter.service.list_payment_methods, request={}, context=ADA)["data"]
        assert shown["disabled_because"].startswith("A payment from it came back: the account is closed.")
        with pytest.raises(PaymentMethodDisabled) as refused:
            counter.pay(payment_method_id=method)
        assert refused.value.detail == shown["disabled_because"]
        assert counter.get(payment)["returned"]["present_again_on"] is None

    @pytest.mark.parametrize(("code", "asked"), [("R10", False), ("R11", True), ("R16", True), ("R99", True)])
    def test_asks_a_person_where_the_code_wants_one(
        self, counter: Counter, processor_tells: TellingProcessor, code: str, asked: bool
    ) -> None:
        processor_tells.tells("charge.returned", posted(counter), code=code)
        assert bool(work_items(counter)) is asked

    def test_may_come_after_the_money_had_come_in(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = posted(counter)
        processor_tells.tells("charge.settled", payment)
        move_days(counter, 40)
        processor_tells.tells("charge.returned", payment, code="R10")
        (told,) = counter.told("payment_returned")
        assert (told["settled_on"], told["returned_on"]) == ("2026-11-23", "2027-01-02")

    def test_told_twice_is_one(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = posted(counter)
        for code in ("R02", "R02", "R01"):
            processor_tells.tells("charge.returned", payment, code=code)
        processor_tells.tells("charge.settled", payment)
        assert [told["return_code"] for told in counter.told("payment_returned")] == ["R02"]
        assert counter.told("payment_settled") == []

    def test_stays_on_record_whoever_tries_to_change_it(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        processor_tells.tells("charge.returned", posted(counter), code="R02")
        for change in ("UPDATE payment_returns SET return_code = 'R01'", "DELETE FROM payment_returns"):
            with pytest.raises(ConstraintViolated), counter.service.store.writing() as transaction:
                transaction.run(text(change))

    def test_frees_what_the_account_can_take(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        counter.accounts.opens(payoff_ceiling_cents=50_000)
        payment = posted(counter, amount_cents=50_000)
        processor_tells.tells("charge.returned", payment, code="R02")
        assert counter.pay(amount_cents=50_000)["status"] == "submitting"


class TestADispute:
    def test_waits_for_a_person_and_changes_nothing_yet(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = posted(counter, payment_method_id=counter.add_card())
        for _ in range(2):
            processor_tells.tells("charge.disputed", payment, code="fraudulent")
        (told,) = counter.told("payment_disputed")
        assert (told["reason_code"], told["disputed_on"]) == ("fraudulent", "2026-11-23")
        (item,) = work_items(counter)
        assert (item["reason"], counter.get(payment)["status"]) == ("payment_disputed", "posted")

    def test_that_is_won_leaves_nothing_to_do(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = posted(counter, payment_method_id=counter.add_card())
        processor_tells.tells("charge.disputed", payment, code="fraudulent")
        processor_tells.tells("charge.dispute_won", payment)
        assert work_items(counter) == []

    def test_that_is_lost_takes_the_money_back(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = posted(counter, payment_method_id=counter.add_card())
        processor_tells.tells("charge.returned", payment, code="dispute_lost")
        (told,) = counter.told("payment_returned")
        assert (told["return_code"], told["will_be_presented_again"]) == ("dispute_lost", False)


class TestAWebhook:
    def test_that_is_not_signed_by_the_processor_is_refused(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = posted(counter)
        processor_tells.secret = "whsec_another"
        with pytest.raises(ProcessorSignatureInvalid):
            processor_tells.tells("charge.settled", payment)
        assert counter.get(payment)["status"] == "posted"

    @pytest.mark.parametrize("seconds_ago", [301, -301])
    def test_that_was_signed_at_another_time_is_refused(
        self, counter: Counter, processor_tells: TellingProcessor, seconds_ago: float
    ) -> None:
        payment = posted(counter)
        processor_tells.seconds_ago = seconds_ago
        with pytest.raises(ProcessorSignatureInvalid):
            processor_tells.tells("charge.settled", payment)

    @pytest.mark.parametrize("signature", ["", "t=,v1=", "t=1,v1=00", "v1=00", "t=ten,v1=00", "t=1" + ",v1=0" * 500])
    def test_with_a_signature_that_is_none_is_refused(self, counter: Counter, signature: str) -> None:
        with pytest.raises(ProcessorSignatureInvalid):
            counter.service.reports.read(body="{}", signature=signature, now=counter.clock.now())

    def test_of_which_one_character_was_changed_is_refused(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        signature = signature_of(
            '{"amount_cents": 1}', secret=processor_tells.secret, signed_at=counter.clock.now()
        )  # fmt: skip
        with pytest.raises(ProcessorSignatureInvalid):
            counter.service.reports.read(body='{"amount_cents": 2}', signature=signature, now=counter.clock.now())

    @pytest.mark.parametrize("body", ["", "[", "[]", "null", '"text"', "[" * 50_000])
    def test_that_is_signed_but_no_event_is_refused(self, processor_tells: TellingProcessor, body: str) -> None:
        with pytest.raises(InvalidRequest):
            processor_tells.posts_text(body)

    @pytest.mark.parametrize("data", [None, {}, {"id": "ch_1"}, {"id": "ch_1", "key": "k", "amount_cents": "1"}])
    def test_that_does_not_say_what_it_is_about_is_refused(self, processor_tells: TellingProcessor, data: Any) -> None:
        with pytest.raises(InvalidRequest):
            processor_tells.posts({"type": "charge.settled", "data": data})

    @pytest.mark.parametrize("name", ["charge.created", "payout.paid", None, 7, ["charge.settled"]])
    def test_of_something_else_is_taken_and_changes_nothing(self, processor_tells: TellingProcessor, name: Any) -> None:
        processor_tells.posts({"type": name, "data": None})


def test_a_work_item_is_closed_by_a_person_once(counter: Counter, processor_tells: TellingProcessor) -> None:
    processor_tells.tells("charge.returned", posted(counter), code="R16")
    (item,) = work_items(counter)
    request = {"work_item_id": item["id"], "note": "Called the customer"}
    call(counter.service.close_work_item, request=request, context=an_agent())
    assert work_items(counter) == []
