"""What the ledger says comes back: payments are applied once, and an older standing never replaces a later one."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from chassis.doors import Outcome
from chassis.errors import InvalidRequest, NotFound
from services.accounts.contract.events import account_accelerated
from services.payments.contract.errors import AccountTakesNoPayments
from tests.builders.payments import (
    AN_ACCOUNT,
    ANOTHER_ACCOUNT,
    a_payment_applied,
    an_account_charged_off,
    an_account_opened,
    an_account_paid_off,
)
from tests.builders.wiring import a_customer, an_agent, call, deliver, deliver_together, statements
from tests.service.payments.counter import ADA, BEN, Counter


def standing(counter: Counter) -> tuple[int, int]:
    with counter.service.store.engine.begin() as connection:
        row = connection.execute(text("SELECT sequence, payoff_ceiling_cents FROM account_standings")).one()
    return row.sequence, row.payoff_ceiling_cents


def pending(counter: Counter, *account_ids: str, by: Any = ADA) -> list[dict[str, Any]]:
    request = {"account_ids": list(account_ids or (AN_ACCOUNT,))}
    found: list[dict[str, Any]] = call(counter.service.list_pending_payments, request=request, context=by)["data"]
    return found


def a_posted_payment(counter: Counter, **request: Any) -> dict[str, Any]:
    payment = counter.pay(**request)
    counter.charge()
    return counter.get(payment)


class TestAnAppliedPayment:
    def test_says_since_when_it_is_in_the_balance(self, counter: Counter) -> None:
        payment = a_posted_payment(counter)
        deliver(counter.service.on_payment_applied, a_payment_applied(payment, clock=counter.clock))
        found = counter.get(payment)
        assert (found["status"], found["applied_at"]) == ("posted", "2026-11-23T15:30:00.000Z")
        assert found["message"].endswith("is in your balance as of November 23, 2026.")

    def test_comes_together_with_others_and_the_newest_standing_stays(self, counter: Counter) -> None:
        paid = [a_posted_payment(counter, amount_cents=cents) for cents in (10_000, 20_000, 30_000)]
        ceilings = {5: 444_000, 4: 555_000, 3: 666_000}
        told = [
            a_payment_applied(payment, clock=counter.clock, sequence=sequence, payoff_ceiling_cents=ceiling)
            for payment, (sequence, ceiling) in zip(paid, ceilings.items(), strict=True)
        ]
        assert deliver_together(counter.service.on_payment_applied, told) == [Outcome.DONE] * 3
        assert pending(counter) == []
        assert {counter.get(payment)["applied_at"] for payment in paid} == {"2026-11-23T15:30:00.000Z"}
        assert standing(counter) == (5, 444_000)

    def test_costs_no_more_statements_beside_many_others_than_beside_one(self, counter: Counter) -> None:
        def cost(number: int) -> int:
            paid = [a_posted_payment(counter, amount_cents=10_000) for _ in range(number)]
            told = [a_payment_applied(payment, clock=counter.clock, sequence=9) for payment in paid]
            told.append(a_payment_applied({**paid[0], "account_id": ANOTHER_ACCOUNT}, clock=counter.clock))
            with statements(counter.service.store) as found:
                deliver_together(counter.service.on_payment_applied, told)
            return len(found)

        assert cost(2) == cost(5)

    def test_keeps_its_first_instant(self, counter: Counter) -> None:
        payment = a_posted_payment(counter)
        event = a_payment_applied(payment, clock=counter.clock)
        assert deliver(counter.service.on_payment_applied, event) is Outcome.DONE
        assert deliver(counter.service.on_payment_applied, event) is Outcome.DUPLICATE
        counter.clock.move_to(counter.clock.now().replace(hour=20), today=counter.clock.today())
        told_anew = a_payment_applied(payment, clock=counter.clock, sequence=3)
        assert deliver(counter.service.on_payment_applied, told_anew) is Outcome.DONE
        assert counter.get(payment)["applied_at"] == "2026-11-23T15:30:00.000Z"

    def test_no_longer_counts_beside_the_new_balance(self, counter: Counter) -> None:
        counter.accounts.opens(payoff_ceiling_cents=100_000)
        payment = a_posted_payment(counter, amount_cents=60_000)
        assert [row["id"] for row in pending(counter)] == [payment["id"]]
        event = a_payment_applied(payment, clock=counter.clock, payoff_ceiling_cents=40_000)
        deliver(counter.service.on_payment_applied, event)
        assert pending(counter) == []
        assert counter.pay(amount_cents=40_000)["status"] == "submitting"

    def test_of_money_that_came_another_way_changes_no_payment(self, counter: Counter) -> None:
        payment = a_posted_payment(counter)
        cheque = {**payment, "id": "01900000-0000-7000-8000-0000000000cc"}
        event = a_payment_applied(cheque, clock=counter.clock, payoff_ceiling_cents=7_000)
        assert deliver(counter.service.on_payment_applied, event) is Outcome.DONE
        assert counter.get(payment)["applied_at"] is None
        assert standing(counter) == (2, 7_000)


class TestAStanding:
    def test_yields_to_a_later_one_only(self, counter: Counter) -> None:
        for sequence, ceiling in ((2, 20_000), (5, 50_000), (3, 30_000), (1, 10_000)):
            event = an_account_opened(clock=counter.clock, sequence=sequence, payoff_ceiling_cents=ceiling)
            assert deliver(counter.service.on_account_opened, event) is Outcome.DONE
        assert standing(counter) == (5, 50_000)

    def test_learnt_by_asking_yields_to_the_first_event(self, counter: Counter) -> None:
        counter.pay()
        assert standing(counter) == (0, 1_000_000)
        deliver(counter.service.on_account_opened, an_account_opened(clock=counter.clock, payoff_ceiling_cents=5_000))
        assert standing(counter) == (1, 5_000)

    def test_of_a_paid_off_account_ends_its_payments(self, counter: Counter) -> None:
        payment = a_posted_payment(counter)
        deliver(counter.service.on_account_paid_off, an_account_paid_off(payment, clock=counter.clock))
        counter.accounts.opens(status="paid_off", payoff_ceiling_cents=0, next_due_on=None)
        with pytest.raises(AccountTakesNoPayments):
            counter.pay()

    def test_of_an_account_that_was_charged_off_ends_its_payments(self, counter: Counter) -> None:
        counter.pay()
        deliver(counter.service.on_account_charged_off, an_account_charged_off(AN_ACCOUNT, clock=counter.clock))
        counter.accounts.opens(status="charged_off", payoff_ceiling_cents=0, next_due_on=None)
        with pytest.raises(AccountTakesNoPayments, match="charged off"):
            counter.pay()

    def test_of_a_balance_called_due_is_kept(self, counter: Counter) -> None:
        opened = an_account_opened(clock=counter.clock, payoff_ceiling_cents=70_000)
        told = {**opened.data, "accelerated_on": "2026-11-23"}
        event = replace(opened, type=account_accelerated.type, sequence=4, data=told)
        assert deliver(counter.service.on_account_accelerated, event) is Outcome.DONE
        assert standing(counter) == (4, 70_000)


class TestPayments:
    def test_of_an_account_are_listed_in_pages_newest_first(self, counter: Counter) -> None:
        made = []
        for minute in range(5):
            counter.clock.move_to(counter.clock.now().replace(minute=minute), today=counter.clock.today())
            made.append(counter.pay()["id"])
        page: dict[str, Any] = {"next_cursor": None}
        seen: list[str] = []
        while not seen or page["next_cursor"]:
            request = {"account_id": AN_ACCOUNT, "limit": 2, "cursor": page["next_cursor"]}
            page = call(counter.service.list_payments, request=request, context=ADA)
            seen += [payment["id"] for payment in page["data"]]
        assert seen == made[::-1]

    def test_are_seen_by_everyone_on_the_account_and_by_staff(self, counter: Counter) -> None:
        payment = counter.pay()
        co_borrower = a_customer(user_id="01900000-0000-7000-8000-000000000004", accounts=(AN_ACCOUNT,))
        assert counter.get(payment, by=co_borrower)["id"] == counter.get(payment, by=an_agent())["id"] == payment["id"]

    def test_of_a_foreign_account_are_not_found(self, counter: Counter) -> None:
        payment = counter.pay()
        absent = {"payment_id": "01900000-0000-7000-8000-0000000000ff"}
        foreign = {"payment_id": payment["id"]}
        answers = []
        for request in (absent, foreign):
            with pytest.raises(NotFound) as refused:
                call(counter.service.get_payment, request=request, context=BEN)
            answers.append(refused.value.as_data())
        assert answers[0] == answers[1]
        with pytest.raises(NotFound):
            call(counter.service.list_payments, request={"account_id": AN_ACCOUNT}, context=BEN)

    def test_that_are_pending_are_given_only_for_accounts_that_are_all_the_callers(self, counter: Counter) -> None:
        payment = counter.pay()
        assert pending(counter) == [
            {
                "id": payment["id"],
                "account_id": AN_ACCOUNT,
                "amount_cents": 41_235,
                "effective_on": "2026-11-23",
                "status": "submitting",
            }
        ]
        assert pending(counter, AN_ACCOUNT, ANOTHER_ACCOUNT, by=an_agent()) == pending(counter)
        with pytest.raises(NotFound):
            pending(counter, AN_ACCOUNT, ANOTHER_ACCOUNT)

    def test_that_were_declined_are_pending_no_more(self, counter: Counter) -> None:
        counter.pay(payment_method_id=counter.add_card("tok_declined"))
        counter.charge()
        assert pending(counter) == []

    def test_a_page_goes_on_where_it_was_although_others_are_made(self, counter: Counter) -> None:
        made = [counter.pay()["id"] for _ in range(3)]
        first = call(counter.service.list_payments, request={"account_id": AN_ACCOUNT, "limit": 2}, context=ADA)
        counter.clock.move_to(counter.clock.now().replace(minute=59), today=counter.clock.today())
        counter.pay()
        request = {"account_id": AN_ACCOUNT, "limit": 2, "cursor": first["next_cursor"]}
        rest = call(counter.service.list_payments, request=request, context=ADA)
        assert sorted(payment["id"] for page in (first, rest) for payment in page["data"]) == sorted(made)

    @pytest.mark.parametrize(
        "cursor",
        ["x", "AZNYP2oAfD6dQV8KfBstP", "AZNYP2oAfD6dQV8KfBstPx", "01900000-0000-7000-8000-00000000a001", "é", "=" * 22],
    )
    def test_a_cursor_that_this_list_never_gave_is_named(self, counter: Counter, cursor: str) -> None:
        for ask, request in (
            (counter.service.list_payments, {"account_id": AN_ACCOUNT}), (counter.service.list_payment_methods, {})
        ):  # fmt: skip
            with pytest.raises(InvalidRequest) as refused:
                call(ask, request={**request, "cursor": cursor}, context=ADA)
            assert [error.pointer for error in refused.value.errors] == ["/cursor"]
