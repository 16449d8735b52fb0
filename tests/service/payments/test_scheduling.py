"""A scheduled payment is sent once when its day opens, can be cancelled until its cut-off, and is checked again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import pytest

from chassis.errors import NeighbourSilent, NotFound
from services.payments.contract.errors import (
    AmountTooLarge,
    InstalmentAlreadyCovered,
    PaymentDateNotPossible,
    PaymentNotCancellable,
)
from services.payments.operations import send_due_payments
from tests.builders.payments import a_payment_applied, an_account_opened, an_account_paid_off
from tests.builders.wiring import call, deliver
from tests.fixtures.dying import dies_at
from tests.service.payments.counter import ADA, BEN, Counter

FRIDAY = "2026-12-04"


def schedule(counter: Counter, on: str = FRIDAY, **request: Any) -> dict[str, Any]:
    return counter.pay(on=on, **request)


def cancel(counter: Counter, payment: dict[str, Any], **caller: Any) -> dict[str, Any]:
    by = caller.get("by", ADA)
    found: dict[str, Any] = call(counter.service.cancel_payment, request={"payment_id": payment["id"]}, context=by)
    return found


def move_to(counter: Counter, day: str, *, at: str = "15:30") -> None:
    counter.clock.move_to(datetime.fromisoformat(f"{day}T{at}:00+00:00"), today=date.fromisoformat(day))


def open_day(counter: Counter, day: str) -> int:
    move_to(counter, day)
    service = counter.service
    return send_due_payments(service.store, accounts=service.accounts, clock=counter.clock, on=counter.clock.today())


class TestAScheduledPayment:
    def test_waits_for_its_day_and_says_so(self, counter: Counter) -> None:
        payment = schedule(counter)
        assert (payment["status"], payment["effective_on"]) == ("scheduled", FRIDAY)
        assert payment["message"] == (
            "Not yet: $412.35 will be charged to your bank account ending in 6789 on December 4, 2026."
        )
        assert counter.told("payment_submitted") == []
        (told,) = counter.told("payment_scheduled")
        assert (told["payment_id"], told["effective_on"], told["amount_cents"]) == (payment["id"], FRIDAY, 41_235)
        assert open_day(counter, "2026-12-03") == 0

    def test_is_sent_when_its_day_opens_and_charged_once(self, counter: Counter) -> None:
        payment = schedule(counter)
        assert (open_day(counter, FRIDAY), open_day(counter, FRIDAY)) == (1, 0)
        assert counter.get(payment)["status"] == "submitting"
        counter.charge()
        found = counter.get(payment)
        assert (found["status"], found["effective_on"]) == ("posted", FRIDAY)
        assert len(counter.charges(payment)) == len(counter.told("payment_submitted")) == 1

    def test_whose_day_was_missed_is_sent_late_with_its_own_date(self, counter: Counter) -> None:
        payment = schedule(counter)
        assert open_day(counter, "2027-01-11") == 1
        counter.charge()
        assert [told["effective_on"] for told in counter.told("payment_posted")] == [FRIDAY]
        assert len(counter.charges(payment)) == 1

    def test_is_pending_for_its_owner(self, counter: Counter) -> None:
        payment = schedule(counter)
        request = {"account_ids": [payment["account_id"]]}
        (pending,) = call(counter.service.list_pending_payments, request=request, context=ADA)["data"]
        assert (pending["id"], pending["status"]) == (payment["id"], "scheduled")

    def test_does_not_stand_in_the_way_of_money_that_comes_now(self, counter: Counter) -> None:
        counter.accounts.opens(payoff_ceiling_cents=50_000)
        schedule(counter)
        assert counter.pay(amount_cents=50_000)["status"] == "submitting"

    def test_counts_for_another_that_is_scheduled(self, counter: Counter) -> None:
        counter.accounts.opens(payoff_ceiling_cents=50_000)
        schedule(counter)
        with pytest.raises(AmountTooLarge):
            schedule(counter, "2026-12-07", amount_cents=10_000)

    def test_for_today_is_paid_now(self, counter: Counter) -> None:
        assert schedule(counter, "2026-11-23")["status"] == "submitting"

    @pytest.mark.parametrize("on", ["2026-11-22", "2026-11-26", "2026-11-28", "2027-06-01"])
    def test_is_refused_on_a_day_that_cannot_be(self, counter: Counter, on: str) -> None:
        with pytest.raises(PaymentDateNotPossible) as refused:
            schedule(counter, on)
        assert refused.value.money_moved == "no"
        assert counter.count("payments") == 0


class TestItsDay:
    def test_gives_up_a_payment_that_the_account_can_no_longer_take(self, counter: Counter) -> None:
        payment = schedule(counter)
        counter.accounts.opens(payoff_ceiling_cents=20_000)
        deliver(
            counter.service.on_account_opened,
            an_account_opened(clock=counter.clock, sequence=9, payoff_ceiling_cents=20_000),
        )
        open_day(counter, FRIDAY)
        found = counter.get(payment)
        assert found["status"] == "cancelled"
        assert "more than the account could take" in found["message"]
        (told,) = counter.told("payment_cancelled")
        assert (told["reason_code"], told["payment_id"]) == ("more_than_is_left", payment["id"])
        assert counter.told("payment_submitted") == []

    def test_asks_accounts_before_it_gives_up(self, counter: Counter) -> None:
        payment = schedule(counter)
        stale = an_account_opened(clock=counter.clock, sequence=9, payoff_ceiling_cents=41_000)
        deliver(counter.service.on_account_opened, stale)
        counter.accounts.opens(payoff_ceiling_cents=41_235)
        open_day(counter, FRIDAY)
        assert counter.get(payment)["status"] == "submitting"

    def test_waits_for_accounts_and_goes_on_later(self, counter: Counter) -> None:
        payment = schedule(counter)
        stale = an_account_opened(clock=counter.clock, sequence=9, payoff_ceiling_cents=41_000)
        deliver(counter.service.on_account_opened, stale)
        counter.accounts.failing = NeighbourSilent("accounts")
        with pytest.raises(NeighbourSilent):
            open_day(counter, FRIDAY)
        assert counter.get(payment)["status"] == "scheduled"
        counter.accounts.failing = None
        move_to(counter, FRIDAY, at="15:31")
        service = counter.service
        send_due_payments(service.store, accounts=service.accounts, clock=counter.clock, on=counter.clock.today())
        assert counter.get(payment)["status"] == "submitting"

    def test_is_shared_by_many_processes_and_each_payment_is_sent_once(self, counter: Counter) -> None:
        method = counter.add_bank_account()
        made = [schedule(counter, amount_cents=100 + number, payment_method_id=method) for number in range(60)]
        move_to(counter, FRIDAY)
        service = counter.service

        def run(_: int) -> int:
            return send_due_payments(
                service.store, accounts=service.accounts, clock=counter.clock, on=counter.clock.today()
            )

        with ThreadPoolExecutor(3) as pool:
            looked_at = list(pool.map(run, range(3)))
        assert sum(looked_at) == 60
        sent = [told["payment_id"] for told in counter.told("payment_submitted")]
        assert sorted(sent) == sorted(payment["id"] for payment in made)

    @pytest.mark.parametrize("point", ["outbox.told", "outbox.saved@2"])
    def test_goes_on_after_a_process_that_dies_in_the_middle(self, counter: Counter, point: str) -> None:
        payments = [schedule(counter, amount_cents=100 + number) for number in range(3)]
        move_to(counter, FRIDAY)
        service = counter.service

        def run() -> None:
            send_due_payments(service.store, accounts=service.accounts, clock=counter.clock, on=counter.clock.today())

        dies_at(point, database=service.store, work=run)
        move_to(counter, FRIDAY, at="15:31")
        run()
        sent = sorted(told["payment_id"] for told in counter.told("payment_submitted"))
        assert sent == sorted(payment["id"] for payment in payments)


class TestACancellation:
    def test_before_the_cut_off_is_final(self, counter: Counter) -> None:
        payment = schedule(counter)
        assert cancel(counter, payment)["message"] == (
            "No: $412.35 was not charged to your bank account ending in 6789. You cancelled it."
        )
        assert cancel(counter, payment)["status"] == "cancelled"
        assert open_day(counter, FRIDAY) == 0
        (told,) = counter.told("payment_cancelled")
        assert told["reason_code"] == "by_customer"

    def test_after_the_cut_off_is_refused(self, counter: Counter) -> None:
        payment = schedule(counter)
        move_to(counter, "2026-12-03", at="22:59")
        assert cancel(counter, schedule(counter, FRIDAY))["status"] == "cancelled"
        move_to(counter, "2026-12-03", at="23:00")
        with pytest.raises(PaymentNotCancellable, match="cut-off for the payment of December 4, 2026 has passed"):
            cancel(counter, payment)

    def test_of_a_payment_that_was_sent_is_refused(self, counter: Counter) -> None:
        payment = counter.pay()
        with pytest.raises(PaymentNotCancellable, match="sent already"):
            cancel(counter, payment)

    def test_of_a_foreign_payment_finds_nothing(self, counter: Counter) -> None:
        payment = schedule(counter)
        with pytest.raises(NotFound):
            cancel(counter, payment, by=BEN)
        with pytest.raises(NotFound):
            cancel(counter, {"id": "01900000-0000-7000-8000-0000000000ff"})
        assert counter.get(payment)["status"] == "scheduled"

    def test_comes_by_itself_when_the_account_is_paid_off(self, counter: Counter) -> None:
        payment, last = schedule(counter), counter.pay(amount_cents=900_000)
        deliver(counter.service.on_account_paid_off, an_account_paid_off(last, clock=counter.clock))
        assert "Nothing was left to pay" in counter.get(payment)["message"]
        assert open_day(counter, FRIDAY) == 0


class TestAnInstalmentThatIsCovered:
    def test_is_pointed_out_and_not_taken_twice(self, counter: Counter) -> None:
        counter.pay(pay_anyway=False)
        with pytest.raises(InstalmentAlreadyCovered) as refused:
            counter.pay(pay_anyway=False)
        assert refused.value.money_moved == "no"
        assert "pay_anyway" in refused.value.detail
        assert counter.count("payments") == 1

    def test_is_pointed_out_also_when_it_is_only_scheduled(self, counter: Counter) -> None:
        schedule(counter, pay_anyway=False)
        with pytest.raises(InstalmentAlreadyCovered):
            counter.pay(pay_anyway=False)

    def test_is_pointed_out_once_it_is_in_the_balance(self, counter: Counter) -> None:
        payment = counter.pay(pay_anyway=False)
        counter.charge()
        counter.accounts.opens(amount_due_cents=0, next_due_on="2027-01-05")
        applied = a_payment_applied(payment, clock=counter.clock, amount_due_cents=0, next_due_on="2027-01-05")
        deliver(counter.service.on_payment_applied, applied)
        with pytest.raises(InstalmentAlreadyCovered):
            counter.pay(pay_anyway=False)

    @pytest.mark.parametrize("wish", [{"pay_anyway": True}, {"extra": "principal"}, {"extra": "paid_ahead"}])
    def test_can_be_paid_anyway(self, counter: Counter, wish: dict[str, Any]) -> None:
        counter.pay(pay_anyway=False)
        assert counter.pay(**{"pay_anyway": False, **wish})["status"] == "submitting"

    def test_is_not_said_while_something_is_missing(self, counter: Counter) -> None:
        counter.pay(amount_cents=20_000, pay_anyway=False)
        assert counter.pay(amount_cents=21_235, pay_anyway=False)["status"] == "submitting"

    def test_is_not_said_of_next_months_payment(self, counter: Counter) -> None:
        counter.pay(pay_anyway=False)
        assert schedule(counter, "2027-01-04", pay_anyway=False)["status"] == "scheduled"

    def test_is_asked_of_accounts_before_it_is_said(self, counter: Counter) -> None:
        counter.pay(pay_anyway=False)
        counter.accounts.opens(amount_due_cents=82_470, past_due_cents=41_235)
        assert counter.pay(pay_anyway=False)["status"] == "submitting"

    def test_is_said_to_one_of_two_that_pay_at_once(self, counter: Counter) -> None:
        deliver(counter.service.on_account_opened, an_account_opened(clock=counter.clock))
        method = counter.add_bank_account()

        def send(number: int) -> bool:
            try:
                counter.ask_to_pay(payment_method_id=method, pay_anyway=False, key=f"own-{number}")
            except InstalmentAlreadyCovered:
                return False
            return True

        with ThreadPoolExecutor(10) as pool:
            taken = list(pool.map(send, range(10)))
        assert taken.count(True) == 1
