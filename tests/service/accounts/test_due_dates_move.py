"""Due dates move: what a preview says is what the change does, to the cent, and a preview leaves nothing behind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.context import CallContext
from chassis.doors import Outcome
from chassis.errors import IdempotencyKeyRequired, NotFound
from deploy.ledger_check import check
from services.accounts.contract.errors import AccountPastDue, ChangeLimitReached
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.models import account_events
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    LOAN_TERMS,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    payment_posted,
    rows_of,
)
from tests.builders.days import run_through
from tests.builders.wiring import a_customer, an_agent, call, deliver, emitted

# $15,400.00 at 7.20 %: $3.0378 a day.
TERMS = replace(LOAN_TERMS, annual_rate_percent=Decimal("7.20"))


def a_dear_loan(service: AccountsService, **changed: Any) -> str:
    """Next due on 5 December 2026; today is 23 November."""
    return an_account(service, a_loan(terms=TERMS, opening=an_opening(principal_cents=1_540_000), **changed))


def holder(account_id: str) -> CallContext:
    return a_customer(accounts=(account_id,))


def change(service: AccountsService, account_id: str, *, due_day: int = 20, key: str = "change", **asked: Any) -> Any:
    context = asked.pop("context", None) or holder(account_id)
    return call(
        service.change_due_date, request={"account_id": account_id, "due_day": due_day}, context=context, key=key
    )


def preview(service: AccountsService, account_id: str, *, due_day: int = 20) -> Any:
    request = {"account_id": account_id, "due_day": due_day}
    return call(service.preview_due_date_change, request=request, context=holder(account_id))


def defer(service: AccountsService, account_id: str, *, months: int = 1, key: str = "defer") -> Any:
    request = {"account_id": account_id, "months": months}
    return call(service.defer_payments, request=request, context=holder(account_id), key=key)


def view_of(service: AccountsService, account_id: str) -> Any:
    return call(service.get_account, request={"account_id": account_id}, context=holder(account_id))


class TestAPreview:
    def test_says_what_the_change_costs_and_stores_nothing(self, service: AccountsService) -> None:
        account_id = a_dear_loan(service)
        before = rows_of(service.store, account_events)
        found = preview(service, account_id)
        assert (found["is_preview"], found["added_interest_cents"], found["due_on"]) == (True, 4_557, "2026-12-20")
        assert rows_of(service.store, account_events) == before
        assert emitted(service.store) == []
        assert view_of(service, account_id)["next_due_on"] == "2026-12-05"

    @pytest.mark.parametrize("has_paid_today", [False, True])
    def test_is_what_the_change_does(self, service: AccountsService, has_paid_today: bool) -> None:
        account_id = a_dear_loan(service)
        if has_paid_today:
            # A payment of today ranks after the change, which then makes the account replay.
            deliver(service.on_payment_posted, payment_posted(service, account_id=account_id, amount_cents=10_000))
        seen = preview(service, account_id)
        done = change(service, account_id)
        assert {**seen, "is_preview": False} == done
        schedule = call(service.get_schedule, request={"account_id": account_id}, context=holder(account_id))
        assert schedule["data"] == done["schedule"]
        assert check(service.store) == []

    @pytest.mark.parametrize("months", [1, 2])
    def test_of_a_deferment_is_what_it_does(self, service: AccountsService, months: int) -> None:
        account_id = a_dear_loan(service)
        seen = call(
            service.preview_deferment, request={"account_id": account_id, "months": months},
            context=holder(account_id),
        )  # fmt: skip
        assert {**seen, "is_preview": False} == defer(service, account_id, months=months)

    def test_of_another_customers_account_is_not_found(self, service: AccountsService) -> None:
        account_id = a_dear_loan(service)
        for method, asked in ((service.preview_due_date_change, "due_day"), (service.preview_deferment, "months")):
            with pytest.raises(NotFound):
                call(method, request={"account_id": account_id, asked: 1}, context=a_customer())


class TestAChange:
    def test_is_told_with_the_standing_and_shown_in_the_history(self, service: AccountsService) -> None:
        account_id = a_dear_loan(service)
        change(service, account_id)
        (told,) = [envelope.data for envelope in emitted(service.store)]
        assert {name: told[name] for name in ("reason", "from_instalment", "effective_on", "maturity_on")} == {
            "reason": "due_date_change", "from_instalment": 12, "effective_on": "2026-11-23",
            "maturity_on": "2030-12-20",
        }  # fmt: skip
        assert told["standing"]["next_due_on"] == "2026-12-20"
        page = call(service.list_transactions, request={"account_id": account_id}, context=holder(account_id))
        assert "adds $45.57 of interest (15 days)" in page["data"][0]["explanation"]["sentence"]
        (event,) = [row for row in rows_of(service.store, account_events) if row["kind"] == "due_date_changed"]
        assert event["data"]["changed_by"] == holder(account_id).subject

    def test_with_the_same_key_is_made_once(self, service: AccountsService) -> None:
        account_id = a_dear_loan(service)
        assert change(service, account_id) == change(service, account_id)
        with pytest.raises(ChangeLimitReached, match="2027-11-23"):
            change(service, account_id, due_day=10, key="another")
        with pytest.raises(IdempotencyKeyRequired):
            call(
                service.change_due_date, request={"account_id": account_id, "due_day": 10},
                context=holder(account_id),
            )  # fmt: skip

    def test_may_be_made_by_staff_and_by_no_other_customer(self, service: AccountsService) -> None:
        account_id = a_dear_loan(service)
        with pytest.raises(NotFound):
            change(service, account_id, context=a_customer(), key="foreign")
        assert change(service, account_id, context=an_agent(), key="staff")["due_on"] == "2026-12-20"

    def test_is_refused_while_something_is_past_due(self, service: AccountsService) -> None:
        opening = an_opening(next_instalment_number=11, payments_made=10)
        account_id = an_account(service, a_loan(opening=opening))
        with pytest.raises(AccountPastDue, match=r"\$412.37 has been due since 2026-11-05"):
            change(service, account_id)
        assert emitted(service.store) == []

    def test_spares_the_instalment_whose_draft_may_be_on_its_way(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = a_dear_loan(service)
        clock.move_to(clock.now(), today=date(2026, 12, 2))
        done = change(service, account_id)
        assert (done["from_instalment"], done["due_on_before"]) == (13, "2027-01-05")
        assert view_of(service, account_id)["next_due_on"] == "2026-12-05"


class TestTwoMovesOfADay:
    """They fold by kind and not as they were asked for: each answer says what its customer sees before and after it."""

    @pytest.mark.parametrize("record", [a_loan, a_lease], ids=["loan", "lease"])
    def test_a_change_after_a_deferment_tells_the_dates_of_the_schedule(
        self, service: AccountsService, record: Callable[..., PortfolioAccount]
    ) -> None:
        account_id = an_account(service, record(opening=an_opening(next_instalment_number=12, payments_made=11)))
        deferred = defer(service, account_id)
        seen = preview(service, account_id)
        done = change(service, account_id)
        assert {**seen, "is_preview": False} == done
        assert (done["due_on_before"], done["due_on"]) == (deferred["due_on"], "2027-01-20")
        assert done["maturity_on_before"] == deferred["maturity_on"]
        assert done["maturity_on"] == f"{deferred['maturity_on'][:-2]}20"
        assert "January 20, 2027" in done["explanation"]["sentence"]
        schedule = call(service.get_schedule, request={"account_id": account_id}, context=holder(account_id))
        assert schedule["data"][0]["due_on"] == done["due_on"] == done["next_drafts"][0]["due_on"]
        assert done["next_drafts"][0]["due_on_before"] == done["due_on_before"]
        assert view_of(service, account_id)["maturity_on"] == done["maturity_on"]
        assert check(service.store) == []

    def test_a_change_after_a_deferment_costs_the_days_that_it_adds(self, service: AccountsService) -> None:
        account_id = a_dear_loan(service)
        defer(service, account_id, months=2)
        done = change(service, account_id, due_day=3)
        # From 5 February to 3 March: 26 days at $3.0378, and not the 29 from 5 December.
        assert (done["due_on_before"], done["due_on"]) == ("2027-02-05", "2027-03-03")
        assert done["added_interest_cents"] == 7_898
        assert "adds $78.98 of interest (26 days)" in done["explanation"]["sentence"]

    def test_a_deferment_after_a_change_tells_the_dates_of_the_schedule(self, service: AccountsService) -> None:
        account_id = a_dear_loan(service)
        changed = change(service, account_id)
        done = defer(service, account_id)
        assert (changed["due_on"], done["due_on_before"], done["due_on"]) == ("2026-12-20", "2026-12-20", "2027-01-20")
        assert (done["maturity_on_before"], done["maturity_on"]) == (changed["maturity_on"], "2031-01-20")


class TestADeferment:
    @pytest.mark.parametrize(
        ("as_of_on", "today", "number", "months", "added"),
        [
            (date(2027, 3, 5), date(2027, 3, 20), 16, 1, 9_113),
            (date(2027, 12, 5), date(2027, 12, 20), 25, 2, 18_227),
        ],
    )
    def test_adds_the_interest_of_its_days(
        self, service: AccountsService, clock: FixedClock, as_of_on: date, today: date, number: int, months: int,
        added: int,
    ) -> None:  # fmt: skip
        opening = an_opening(
            as_of_on=as_of_on, interest_paid_through_on=as_of_on, principal_cents=1_540_000,
            next_instalment_number=number, payments_made=number - 1,
        )  # fmt: skip
        account_id = an_account(service, a_loan(terms=TERMS, opening=opening))
        clock.move_to(clock.now(), today=today)
        assert defer(service, account_id, months=months)["added_interest_cents"] == added

    def test_stops_lateness_and_the_next_payment_goes_to_its_interest_first(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = a_dear_loan(service)
        defer(service, account_id)
        clock.move_to(clock.now(), today=date(2026, 12, 20))
        assert (view_of(service, account_id)["days_past_due"], view_of(service, account_id)["next_due_on"]) == (
            0,
            "2027-01-05",
        )
        paid = payment_posted(service, account_id=account_id, effective_on=date(2026, 12, 20))
        assert deliver(service.on_payment_posted, paid) == Outcome.DONE
        (applied,) = [envelope.data for envelope in emitted(service.store, name="payment_applied")]
        assert applied["interest_cents"] == 13_670
        assert check(service.store) == []

    def test_is_what_the_business_day_goes_by(self, service: AccountsService, clock: FixedClock) -> None:
        deferred = a_dear_loan(service, source_ref="deferred")
        plain = a_dear_loan(service, source_ref="plain")
        defer(service, deferred)
        run_through(service, clock, date(2026, 12, 22))
        late = [envelope.data["account_id"] for envelope in emitted(service.store, name="payment_past_due")]
        assert (set(late), view_of(service, deferred)["fees_due_cents"]) == ({plain}, 0)
        run_through(service, clock, date(2027, 1, 6))
        late = [envelope.data["account_id"] for envelope in emitted(service.store, name="payment_past_due")]
        assert deferred in late
        assert check(service.store) == []

    def test_of_a_lease_costs_nothing(self, service: AccountsService) -> None:
        opening = an_opening(principal_cents=2_780_000, next_instalment_number=12, payments_made=11)
        account_id = an_account(service, a_lease(opening=opening))
        done = defer(service, account_id)
        assert (done["added_interest_cents"], done["due_on"]) == (0, "2027-01-15")
        assert check(service.store) == []

    def test_withdraws_no_payoff_quote_that_it_does_not_change(self, service: AccountsService) -> None:
        account_id = a_dear_loan(service)
        request = {"account_id": account_id, "good_through": date(2026, 12, 1)}
        quote = call(service.issue_payoff_quote, request=request, context=holder(account_id), key="quote")
        defer(service, account_id)
        asked = {"account_id": account_id, "quote_id": quote["id"]}
        assert call(service.get_payoff_quote, request=asked, context=holder(account_id))["status"] == "live"
