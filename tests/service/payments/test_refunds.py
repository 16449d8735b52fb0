"""Money that goes back: what accounts owes once it has come in, and whole payments by staff; each paid out once."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.doors import Outcome
from chassis.errors import Forbidden, IdempotencyKeyRequired, NotFound
from chassis.events import Envelope
from services.accounts.contract import events as accounts_events
from services.payments.contract.errors import PaymentNotRefundable
from services.payments.operations import note_settled
from services.payments.rules.presenting import Presentment
from tests.builders.payments import AN_ACCOUNT, a_standing
from tests.builders.wiring import an_agent, an_event, call, deliver, emitted
from tests.fixtures.dying import dies_at
from tests.service.payments.counter import ADA, Counter
from tests.service.payments.processor_tells import TellingProcessor

A_REFUND = "01900000-0000-7000-8000-00000000f001"
NO_WAY_BACK_ACCOUNT = "000333333314"


@pytest.fixture
def processor_tells(counter: Counter) -> TellingProcessor:
    return TellingProcessor(counter)


def settled(counter: Counter, processor_tells: TellingProcessor, **request: Any) -> dict[str, Any]:
    payment = counter.pay(**request)
    assert counter.charge() is Outcome.DONE
    processor_tells.tells("charge.settled", payment)
    return payment


def owed_back(counter: Counter, payment: dict[str, Any], **changed: Any) -> Envelope:
    data = {
        "account_id": AN_ACCOUNT, "refund_id": A_REFUND, "amount_cents": 3_245, "payment_id": payment["id"],
        "presentment_number": 1, "standing": a_standing(status="paid_off"), **changed,
    }  # fmt: skip
    loaded = accounts_events.RefundDueV1().load(data)
    return an_event(accounts_events.refund_due, clock=counter.clock, subject=AN_ACCOUNT, data=loaded)


def taken_out_of_balance(counter: Counter, payment: dict[str, Any]) -> Outcome:
    """Staff undo the payment in accounts."""
    data = {
        "account_id": AN_ACCOUNT, "payment_id": payment["id"], "presentment_number": 1, "reason": "Keyed twice",
        "amount_cents": payment["amount_cents"], "effective_on": "2026-11-23", "reversed_on": "2026-11-23",
        "return_code": None, "standing": a_standing(),
    }  # fmt: skip
    loaded = accounts_events.PaymentReversedV1().load(data)
    event = an_event(accounts_events.payment_reversed, clock=counter.clock, subject=AN_ACCOUNT, data=loaded)
    return deliver(counter.service.on_payment_reversed, event)


def pays_out(counter: Counter, *, again: bool = False) -> Outcome:
    requested = emitted(counter.service.store, name="refund_requested")[-1]
    return deliver(counter.service.on_refund_requested, requested, again=again)


def refunds_at_processor(counter: Counter) -> list[dict[str, Any]]:
    return counter.sandbox.listed("refunds")


def refund(counter: Counter, payment: dict[str, Any], *, key: str = "refund-1", **changed: Any) -> Any:
    request = {"payment_id": payment["id"], "reason": "Paid twice by mistake"}
    return call(counter.service.refund_payment, request=request, context=changed.get("by", an_agent()), key=key)


class TestWhatAccountsOwesBack:
    def test_is_paid_once_the_money_has_come_in(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = counter.pay()
        counter.charge()
        assert deliver(counter.service.on_refund_due, owed_back(counter, payment)) is Outcome.DONE
        assert counter.told("refund_requested") == []
        processor_tells.tells("charge.settled", payment)
        assert pays_out(counter) is Outcome.DONE
        (told,) = counter.told("refund_paid")
        assert told == {
            "refund_id": A_REFUND, "account_id": AN_ACCOUNT, "payment_id": payment["id"], "amount_cents": 3_245,
            "paid_on": "2026-11-23", "method_type": "bank_account", "method_last4": "6789",
        }  # fmt: skip
        (paid,) = refunds_at_processor(counter)
        assert (paid["key"], paid["amount_cents"]) == (A_REFUND, 3_245)

    def test_is_paid_at_once_where_it_had_come_in_before(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = settled(counter, processor_tells)
        deliver(counter.service.on_refund_due, owed_back(counter, payment))
        assert pays_out(counter) is Outcome.DONE
        assert len(refunds_at_processor(counter)) == 1

    def test_is_paid_also_when_it_is_told_while_the_money_comes_in(self, counter: Counter) -> None:
        payment = counter.pay()
        counter.charge()
        presentment = Presentment(
            payment_id=UUID(payment["id"]), number=1, amount_cents=payment["amount_cents"], reference="ch_1"
        )
        with ThreadPoolExecutor(1) as pool:
            with counter.service.store.writing() as transaction:
                now, today = counter.clock.now(), counter.clock.today()
                note_settled(transaction, presentment=presentment, settled_on=today, now=now)
                told = pool.submit(deliver, counter.service.on_refund_due, owed_back(counter, payment))
                # The commit is held back until the other one waits for it, or has gone past it.
                wait([told], timeout=0.5)
            assert told.result() is Outcome.DONE
        assert len(counter.told("refund_requested")) == 1

    def test_is_paid_once_however_often_it_is_told(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = settled(counter, processor_tells)
        for _ in range(2):
            deliver(counter.service.on_refund_due, owed_back(counter, payment))
        assert len(counter.told("refund_requested")) == 1
        assert [pays_out(counter), pays_out(counter)] == [Outcome.DONE, Outcome.DUPLICATE]
        assert len(refunds_at_processor(counter)) == 1

    def test_is_owed_no_more_once_the_payment_came_back(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = counter.pay()
        counter.charge()
        deliver(counter.service.on_refund_due, owed_back(counter, payment))
        processor_tells.tells("charge.returned", payment, code="R02")
        assert counter.told("refund_requested") == counter.told("refund_failed") == []
        assert "cancelled" in counter.everything_stored()

    def test_is_no_refund_of_its_own_once_the_payment_is_in_no_balance_any_more(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = counter.pay()
        counter.charge()
        deliver(counter.service.on_refund_due, owed_back(counter, payment))
        assert taken_out_of_balance(counter, payment) is Outcome.DONE
        processor_tells.tells("charge.settled", payment)
        assert counter.told("refund_requested") == []
        refund(counter, payment)
        assert pays_out(counter) is Outcome.DONE
        assert [paid["amount_cents"] for paid in refunds_at_processor(counter)] == [payment["amount_cents"]]

    @pytest.mark.parametrize("goes_back_first", [False, True])
    def test_is_no_refund_of_its_own_when_it_is_told_only_then(
        self, counter: Counter, processor_tells: TellingProcessor, goes_back_first: bool
    ) -> None:
        payment = settled(counter, processor_tells)
        if goes_back_first:
            refund(counter, payment)
        else:
            taken_out_of_balance(counter, payment)
        assert deliver(counter.service.on_refund_due, owed_back(counter, payment)) is Outcome.DONE
        if not goes_back_first:
            refund(counter, payment)
        assert pays_out(counter) is Outcome.DONE
        assert [paid["amount_cents"] for paid in refunds_at_processor(counter)] == [payment["amount_cents"]]
        assert len(counter.told("refund_requested")) == 1

    def test_that_went_out_before_stays_out(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = settled(counter, processor_tells)
        deliver(counter.service.on_refund_due, owed_back(counter, payment))
        pays_out(counter)
        taken_out_of_balance(counter, payment)
        assert len(counter.told("refund_paid")) == 1
        with pytest.raises(PaymentNotRefundable):
            refund(counter, payment)

    @pytest.mark.parametrize("presented_again", [False, True])
    def test_is_owed_no_more_where_the_payment_had_come_back_before(
        self, counter: Counter, processor_tells: TellingProcessor, presented_again: bool
    ) -> None:
        payment = counter.pay()
        counter.charge()
        processor_tells.tells("charge.returned", payment, code="R01")
        if presented_again:
            counter.clock.move_to(counter.clock.now() + timedelta(days=4))
            counter.service.every_ten_seconds_present_again()
            counter.charge()
            processor_tells.tells("charge.settled", payment, presentment=2)
        assert deliver(counter.service.on_refund_due, owed_back(counter, payment)) is Outcome.DONE
        assert counter.told("refund_requested") == counter.told("refund_failed") == []

    def test_is_paid_once_by_a_process_that_died_on_the_way(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        for at in ("vendor.before_call", "vendor.after_call"):
            payment = settled(counter, processor_tells)
            refund_id = f"{A_REFUND[:-1]}{len(refunds_at_processor(counter)) + 2}"
            deliver(counter.service.on_refund_due, owed_back(counter, payment, refund_id=refund_id))
            dies_at(at, database=counter.service.store, work=lambda: pays_out(counter))
            assert pays_out(counter) is Outcome.DONE
            assert len(counter.sandbox.listed("refunds", key=refund_id)) == 1
        assert len(counter.told("refund_paid")) == 2

    def test_is_asked_about_where_nobody_knows(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = settled(counter, processor_tells)
        deliver(counter.service.on_refund_due, owed_back(counter, payment))
        counter.sandbox.fault("processor", "slow", calls=1)
        assert pays_out(counter) is Outcome.UNKNOWN
        assert pays_out(counter, again=True) is Outcome.DONE
        assert (len(refunds_at_processor(counter)), len(counter.told("refund_paid"))) == (1, 1)

    def test_waits_while_the_processor_is_down(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = settled(counter, processor_tells)
        deliver(counter.service.on_refund_due, owed_back(counter, payment))
        counter.sandbox.fault("processor", "down")
        assert pays_out(counter) is Outcome.WAITING
        counter.sandbox.fault("processor", "ok")
        assert pays_out(counter) is Outcome.DONE

    def test_that_cannot_be_paid_is_told_and_left_to_a_person(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = settled(counter, processor_tells, payment_method_id=counter.add_bank_account(NO_WAY_BACK_ACCOUNT))
        deliver(counter.service.on_refund_due, owed_back(counter, payment))
        assert pays_out(counter) is Outcome.DONE
        (told,) = counter.told("refund_failed")
        assert (told["reason_code"], told["was_paid"], told["kind"]) == ("account_closed", False, "surplus")
        (item,) = call(counter.service.list_work_items, request={}, context=an_agent())["data"]
        assert item["reason"] == "refund_failed"

    def test_of_a_payment_that_is_none_of_ours_is_left_to_a_person(self, counter: Counter) -> None:
        unknown = {"id": "01900000-0000-7000-8000-00000000dead"}
        assert deliver(counter.service.on_refund_due, owed_back(counter, unknown)) is Outcome.DONE
        assert counter.told("refund_failed")[0]["reason_code"] == "no_way_back"

    def test_that_the_bank_sends_back_is_owed_again(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = settled(counter, processor_tells)
        deliver(counter.service.on_refund_due, owed_back(counter, payment))
        pays_out(counter)
        processor_tells.tells("refund.failed", payment, key=A_REFUND, amount_cents=3_245, code="account_closed")
        (told,) = counter.told("refund_failed")
        assert (told["refund_id"], told["was_paid"]) == (A_REFUND, True)


class TestAWholePaymentByStaff:
    def test_goes_back_once_and_the_customer_is_told_the_truth(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = settled(counter, processor_tells)
        answer = refund(counter, payment)
        assert (answer["status"], answer["amount_cents"]) == ("requested", 41_235)
        assert refund(counter, payment) == answer
        assert pays_out(counter) is Outcome.DONE
        assert counter.get(payment)["message"].startswith("It was paid back: $412.35 went back to your bank account")
        (told,) = counter.told("payment_refunded")
        assert (told["refund_id"], told["reason"]) == (answer["id"], "Paid twice by mistake")
        with pytest.raises(PaymentNotRefundable, match="gone back already"):
            refund(counter, payment, key="refund-2")

    def test_is_refused_before_the_money_has_come_in(self, counter: Counter) -> None:
        payment = counter.pay()
        counter.charge()
        with pytest.raises(PaymentNotRefundable) as refused:
            refund(counter, payment)
        assert (refused.value.money_moved, "settled" in refused.value.detail) == ("no", True)

    def test_is_refused_while_another_one_is_on_its_way(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = settled(counter, processor_tells)
        refund(counter, payment)
        with pytest.raises(PaymentNotRefundable):
            refund(counter, payment, key="refund-2")

    def test_is_for_staff_with_a_key(self, counter: Counter, processor_tells: TellingProcessor) -> None:
        payment = settled(counter, processor_tells)
        with pytest.raises(Forbidden):
            refund(counter, payment, by=ADA)
        request = {"payment_id": payment["id"], "reason": "x"}
        with pytest.raises(IdempotencyKeyRequired):
            call(counter.service.refund_payment, request=request, context=an_agent())
        with pytest.raises(NotFound):
            refund(counter, {"id": "01900000-0000-7000-8000-00000000dead"})

    def test_that_comes_back_after_all_is_a_return_for_a_person(
        self, counter: Counter, processor_tells: TellingProcessor
    ) -> None:
        payment = settled(counter, processor_tells)
        refund(counter, payment)
        pays_out(counter)
        processor_tells.tells("charge.returned", payment, code="R10")
        (item,) = call(counter.service.list_work_items, request={}, context=an_agent())["data"]
        assert item["reason"] == "returned_after_refund"
