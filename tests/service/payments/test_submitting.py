"""What is taken in, what is refused, and that one request is one payment."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from chassis.errors import (
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidRequest,
    NeighbourSilent,
    NotFound,
    Refusal,
    RequestInProgress,
)
from services.payments.contract.errors import AccountTakesNoPayments, AmountTooLarge, AmountTooSmall
from tests.builders.payments import AN_ACCOUNT, ANOTHER_ACCOUNT, an_account_opened
from tests.builders.wiring import a_customer, an_agent, ask_door, call, deliver
from tests.service.payments.counter import ADA, BEN, Counter


class TestASubmission:
    def test_is_answered_before_the_charge_and_told_in_the_same_transaction(self, counter: Counter) -> None:
        payment = counter.pay()
        assert {name: payment[name] for name in payment if name not in ("id", "created_at")} == {
            "account_id": AN_ACCOUNT,
            "status": "submitting",
            "amount_cents": 41_235,
            "card_fee_cents": 0,
            "effective_on": "2026-11-23",
            "dated_later_because": None,
            "applied_at": None,
            "method": {"type": "bank_account", "last4": "6789"},
            "message": (
                "Not yet: we are charging $412.35 to your bank account ending in 6789 now. Look again in a moment."
            ),
            "decline": None,
            "settled_on": None,
            "returned": None,
            "refunded_on": None,
        }
        assert counter.told("payment_submitted") == [
            {
                "payment_id": payment["id"],
                "account_id": AN_ACCOUNT,
                "amount_cents": 41_235,
                "method_type": "bank_account",
            }
        ]
        assert counter.charges(payment) == []

    def test_of_all_that_is_left_is_taken(self, counter: Counter) -> None:
        counter.accounts.opens(payoff_ceiling_cents=41_235)
        assert counter.pay(amount_cents=41_235)["status"] == "submitting"

    def test_may_be_made_by_staff_for_a_customer_who_then_sees_it(self, counter: Counter) -> None:
        payment = counter.pay(by=an_agent())
        assert counter.get(payment)["status"] == "submitting"
        assert counter.count("audit_log") > 0


class TestARefusal:
    def refuse(self, counter: Counter, refusal: type[Refusal], **request: Any) -> Refusal:
        """The refusal, after it is seen that nothing was made of the request."""
        with pytest.raises(refusal) as refused:
            counter.ask_to_pay(**request)
        assert refused.value.money_moved == "no"
        assert counter.count("payments") == 0
        assert counter.told("payment_submitted") == []
        return refused.value

    @pytest.mark.parametrize("amount_cents", [99, 1, 0, -41_235])
    def test_meets_less_than_a_dollar(self, counter: Counter, amount_cents: int) -> None:
        self.refuse(counter, AmountTooSmall, amount_cents=amount_cents)

    def test_meets_more_than_the_account_can_take(self, counter: Counter) -> None:
        counter.accounts.opens(payoff_ceiling_cents=41_234)
        refusal = self.refuse(counter, AmountTooLarge, amount_cents=41_235)
        assert refusal.detail == "This account can take at most $412.34 now. Enter a smaller amount."

    @pytest.mark.parametrize("status", ["paid_off", "closed", "charged_off"])
    def test_meets_a_finished_account(self, counter: Counter, status: str) -> None:
        counter.accounts.opens(status=status)
        self.refuse(counter, AccountTakesNoPayments)

    def test_meets_an_account_that_is_not_the_customers_without_asking_about_it(self, counter: Counter) -> None:
        counter.accounts.opens(ANOTHER_ACCOUNT)
        with pytest.raises(NotFound):
            counter.ask_to_pay(account_id=ANOTHER_ACCOUNT)
        assert counter.accounts.asked == []

    def test_meets_an_account_that_accounts_does_not_know(self, counter: Counter) -> None:
        counter.accounts.standings.clear()
        self.refuse(counter, NotFound)

    def test_meets_the_method_of_another_customer(self, counter: Counter) -> None:
        self.refuse(counter, NotFound, payment_method_id=counter.add_bank_account(by=BEN))

    def test_meets_a_removed_method(self, counter: Counter) -> None:
        method = counter.add_bank_account()
        call(counter.service.remove_payment_method, request={"payment_method_id": method}, context=ADA)
        self.refuse(counter, NotFound, payment_method_id=method)

    def test_meets_a_method_that_never_was(self, counter: Counter) -> None:
        self.refuse(counter, NotFound, payment_method_id=AN_ACCOUNT)

    def test_is_stored_with_its_key(self, counter: Counter) -> None:
        method = counter.add_bank_account()
        counter.accounts.opens(payoff_ceiling_cents=100)
        for _ in range(2):
            with pytest.raises(AmountTooLarge) as refused:
                counter.ask_to_pay(payment_method_id=method, key="mine")
            assert refused.value.money_moved == "no"
            counter.accounts.opens()

    def test_leaves_no_part_of_itself_behind(self, counter: Counter) -> None:
        counter.pay(amount_cents=900_000)
        with pytest.raises(AmountTooLarge, match=r"because \$9,000\.00 is already on its way"):
            counter.pay(amount_cents=100_001)
        assert counter.pay(amount_cents=100_000)["status"] == "submitting"


class TestWhatIsKnownOfTheAccount:
    def test_is_asked_of_accounts_once(self, counter: Counter) -> None:
        counter.pay()
        counter.pay()
        assert counter.accounts.asked == [AN_ACCOUNT]

    def test_comes_from_events_so_that_payments_are_taken_while_accounts_is_down(self, counter: Counter) -> None:
        counter.accounts.failing = NeighbourSilent("accounts")
        deliver(counter.service.on_account_opened, an_account_opened(clock=counter.clock))
        assert counter.pay()["status"] == "submitting"
        assert counter.accounts.asked == []

    def test_is_not_guessed_while_accounts_is_down(self, counter: Counter) -> None:
        counter.accounts.failing = NeighbourSilent("accounts")
        with pytest.raises(NeighbourSilent):
            counter.ask_to_pay(key="mine", payment_method_id=counter.add_bank_account())
        assert counter.count("payments") == counter.count("command_replies") == 0

    def test_is_asked_again_before_a_no_because_a_payoff_grows_daily(self, counter: Counter) -> None:
        deliver(counter.service.on_account_opened, an_account_opened(clock=counter.clock, payoff_ceiling_cents=50_000))
        counter.accounts.opens(payoff_ceiling_cents=50_123)
        assert counter.pay(amount_cents=50_123)["status"] == "submitting"

    def test_yields_to_an_event_that_overtakes_the_answer(self, counter: Counter) -> None:
        deliver(counter.service.on_account_opened, an_account_opened(clock=counter.clock, payoff_ceiling_cents=50_000))
        counter.accounts.opens(payoff_ceiling_cents=90_000)
        answer = counter.accounts.ask

        def answer_late(*arguments: Any, **named: Any) -> Any:
            reply = answer(*arguments, **named)
            event = an_account_opened(clock=counter.clock, sequence=2, payoff_ceiling_cents=60_000)
            deliver(counter.service.on_account_opened, event)
            return reply

        counter.accounts.ask = answer_late  # type: ignore[method-assign]
        with pytest.raises(AmountTooLarge, match=r"at most \$600.00"):
            counter.pay(amount_cents=80_000)


class TestOneRequest:
    def test_needs_a_key(self, counter: Counter) -> None:
        request = {
            "account_id": AN_ACCOUNT,
            "amount_cents": 41_235,
            "payment_method_id": counter.add_bank_account(),
        }
        with pytest.raises(IdempotencyKeyRequired):
            ask_door(counter.service.submit_payment, request=request, context=ADA)

    def test_sent_again_is_answered_as_before_and_marked(self, counter: Counter) -> None:
        method = counter.add_bank_account()
        first = counter.ask_to_pay(payment_method_id=method, key="mine")
        counter.charge()
        again = counter.ask_to_pay(payment_method_id=method, key="mine")
        assert (first.replayed, again.replayed, again.data) == (False, True, first.data)
        assert counter.count("payments") == 1

    def test_cannot_use_the_key_of_another(self, counter: Counter) -> None:
        method = counter.add_bank_account()
        counter.ask_to_pay(payment_method_id=method, key="mine")
        with pytest.raises(IdempotencyKeyReused):
            counter.ask_to_pay(payment_method_id=method, key="mine", amount_cents=41_236)
        request = {"type": "card", "processor_token": "tok_approved"}
        with pytest.raises(IdempotencyKeyReused):
            ask_door(counter.service.add_payment_method, request=request, context=ADA, key="mine")

    def test_is_apart_from_the_same_key_of_another_customer(self, counter: Counter) -> None:
        grace = a_customer(user_id="01900000-0000-7000-8000-000000000003", accounts=(AN_ACCOUNT,))
        payments = [counter.pay(key="ours"), counter.pay(key="ours", by=grace)]
        assert len({payment["id"] for payment in payments}) == counter.count("payments") == 2

    def test_of_the_wrong_shape_leaves_its_key_free(self, counter: Counter) -> None:
        method = counter.add_bank_account()
        with pytest.raises(InvalidRequest):
            counter.ask_to_pay(payment_method_id=method, key="mine", amount_cents="41235")
        assert counter.pay(payment_method_id=method, key="mine")["status"] == "submitting"

    def test_sent_fifty_times_at_once_is_one_payment(self, counter: Counter) -> None:
        method = counter.add_bank_account()

        def send(_: int) -> str:
            try:
                return str(counter.ask_to_pay(payment_method_id=method, key="race").data["id"])
            except RequestInProgress:
                return "in progress"

        with ThreadPoolExecutor(50) as pool:
            answers = set(pool.map(send, range(50)))
        assert counter.count("payments") == 1
        assert len(answers - {"in progress"}) == 1
        assert len(counter.told("payment_submitted")) == 1


class TestTwoRequestsAtOnce:
    @pytest.mark.parametrize("known", [True, False])
    def test_never_take_more_than_is_left(self, counter: Counter, known: bool) -> None:
        counter.accounts.opens(payoff_ceiling_cents=100_000)
        if known:
            opened = an_account_opened(clock=counter.clock, payoff_ceiling_cents=100_000)
            deliver(counter.service.on_account_opened, opened)
        method = counter.add_bank_account()

        def send(number: int) -> bool:
            try:
                counter.ask_to_pay(payment_method_id=method, amount_cents=30_000, key=f"own-{number}")
            except AmountTooLarge:
                return False
            return True

        with ThreadPoolExecutor(10) as pool:
            taken = list(pool.map(send, range(10)))
        assert taken.count(True) == 3
        with counter.service.store.engine.begin() as connection:
            assert connection.execute(text("SELECT sum(amount_cents) FROM payments")).scalar_one() == 90_000
