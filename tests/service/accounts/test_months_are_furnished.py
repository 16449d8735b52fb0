"""A month's facts are frozen for every account, once; later runs and news change nothing, only a correction does."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.errors import ConstraintViolated, Forbidden
from deploy.ledger_check import check
from services.accounts.contract.errors import MonthNotFrozen
from services.accounts.models import account_states, furnishing_facts, furnishing_months
from services.accounts.operations import freeze_due_months, note_return
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    a_closed_loan,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    payment_posted,
    rows_of,
    take_over,
)
from tests.builders.wiring import a_customer, an_agent, call, deliver, emitted

NOVEMBER = date(2026, 11, 30)
# The eleventh instalment, due on 5 November 2026, is unpaid.
LATE = an_opening(next_instalment_number=11, payments_made=10)
RESTRICT_VIOLATION = "23001"


def freeze(service: AccountsService, clock: FixedClock, *, today: date = date(2026, 12, 1)) -> int:
    clock.move_to(clock.now(), today=today)
    return freeze_due_months(service.store, now=clock.now(), today=today)


def furnished(service: AccountsService, account_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call(service.list_furnishing, request={"account_id": account_id}, context=an_agent())[
        "data"
    ]
    return rows


def correct(service: AccountsService, account_id: str, *, key: str = "right", **changed: Any) -> Any:
    request = {"account_id": account_id, "month_end_on": NOVEMBER, "reason": "payment was misdirected"} | changed
    return call(service.correct_furnishing, request=request, context=an_agent(), key=key)


class TestAMonth:
    def test_is_frozen_for_every_account_as_it_stood(self, service: AccountsService, clock: FixedClock) -> None:
        late = an_account(service, a_loan(opening=LATE))
        current = an_account(service, a_loan(source_ref="current"))
        lease = an_account(service, a_lease())
        assert freeze(service, clock) == 3
        (fact,) = furnished(service, late)
        assert {name: fact[name] for name in ("month_end_on", "version", "status_code", "days_past_due")} == {
            "month_end_on": "2026-11-30", "version": 1, "status_code": "11", "days_past_due": 25,
        }  # fmt: skip
        assert (fact["first_delinquent_on"], fact["amount_past_due_cents"]) == ("2026-11-05", 41_237)
        # 25 days at $3.24499.
        assert fact["current_balance_cents"] == 1_825_000 + 8_113
        assert furnished(service, current)[0]["first_delinquent_on"] is None
        assert furnished(service, lease)[0]["days_past_due"] == 15
        assert [row["month_end_on"] for row in rows_of(service.store, furnishing_months)] == [NOVEMBER]

    def test_that_is_frozen_is_not_frozen_again(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan(opening=LATE))
        assert freeze(service, clock) == 1
        assert freeze(service, clock) == 0
        assert len(furnished(service, account_id)) == 1

    def test_that_was_missed_is_caught_up(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan(opening=LATE))
        freeze(service, clock)
        assert freeze(service, clock, today=date(2027, 2, 3)) == 2
        assert [(row["month_end_on"], row["status_code"]) for row in furnished(service, account_id)] == [
            ("2027-01-31", "78"), ("2026-12-31", "71"), ("2026-11-30", "11"),
        ]  # fmt: skip
        assert {row["first_delinquent_on"] for row in furnished(service, account_id)} == {"2026-11-05"}

    def test_shows_nothing_of_what_is_effective_later(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan(opening=LATE))
        clock.move_to(clock.now(), today=date(2026, 12, 1))
        paid = payment_posted(service, account_id=account_id, effective_on=date(2026, 12, 1))
        assert deliver(service.on_payment_posted, paid) == Outcome.DONE
        freeze(service, clock)
        assert furnished(service, account_id)[0]["days_past_due"] == 25

    def test_of_an_account_closed_in_it_says_so_and_of_one_closed_before_nothing(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        in_november = an_account(service, a_closed_loan(source_ref="in", closed_on=date(2026, 11, 20)))
        before = an_account(service, a_closed_loan(source_ref="before", closed_on=date(2026, 9, 30)))
        freeze(service, clock)
        assert [row["status_code"] for row in furnished(service, in_november)] == ["13"]
        assert furnished(service, before) == []

    def test_before_the_account_came_to_us_is_not_ours_to_furnish(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan(opening=an_opening(as_of_on=date(2026, 12, 1))))
        assert freeze(service, clock) == 0
        assert furnished(service, account_id) == []

    def test_marks_a_deferment_and_a_dispute(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        request = {"account_id": account_id, "months": 1}
        call(service.defer_payments, request=request, context=a_customer(accounts=(account_id,)), key="defer")
        flagged = {"account_id": account_id, "kind": "dispute", "from_on": date(2026, 11, 1), "note": "letter"}
        call(service.set_account_flag, request=flagged, context=an_agent(), key="flag")
        freeze(service, clock, today=date(2027, 1, 1))
        december = furnished(service, account_id)[0]
        assert (december["month_end_on"], december["is_deferred"], december["status_code"]) == (
            "2026-12-31",
            True,
            "11",
        )
        assert (december["flags"], december["compliance_condition_code"]) == (["dispute"], "XB")

    def test_is_not_closed_while_an_account_is_being_written(self, service: AccountsService, clock: FixedClock) -> None:
        take_over(service, a_loan(), a_loan(source_ref="second"))
        first = rows_of(service.store, account_states)[0]["account_id"]
        with service.store.writing() as writer:
            writer.run(select(account_states).where(account_states.c.account_id == first).with_for_update())
            assert freeze(service, clock) == 1
            assert rows_of(service.store, furnishing_months) == []
        assert freeze(service, clock) == 1
        assert len(rows_of(service.store, furnishing_months)) == 1


class TestACorrection:
    def test_is_another_version_that_no_later_run_undoes(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan(opening=LATE))
        freeze(service, clock)
        fixed = correct(service, account_id, days_past_due=0, first_delinquent_on=None, amount_past_due_cents=0)
        assert (fixed["version"], fixed["days_past_due"], fixed["first_delinquent_on"]) == (2, 0, None)
        assert freeze(service, clock, today=date(2026, 12, 31)) == 0
        newest, first = furnished(service, account_id)
        assert (newest["version"], newest["reason"], newest["recorded_by"]) == (
            2,
            "payment was misdirected",
            an_agent().subject,
        )
        assert (first["version"], first["days_past_due"], first["reason"]) == (1, 25, None)
        assert newest["current_balance_cents"] == first["current_balance_cents"]
        (told,) = emitted(service.store, name="furnishing_corrected")
        assert (told.data["month_end_on"], told.data["version"]) == ("2026-11-30", 2)

    def test_follows_no_news_by_itself(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan(opening=LATE))
        paid = payment_posted(service, account_id=account_id)
        assert deliver(service.on_payment_posted, paid) == Outcome.DONE
        freeze(service, clock)
        returned = {**paid.data, "return_code": "R01", "reason": "insufficient funds"}
        with service.store.writing() as transaction:
            note_return(transaction, returned=returned, now=clock.now(), today=clock.today())
        assert [row["days_past_due"] for row in furnished(service, account_id)] == [0]
        freeze(service, clock, today=date(2027, 1, 1))
        december, november = furnished(service, account_id)
        assert (december["first_delinquent_on"], november["days_past_due"]) == ("2026-11-05", 0)
        assert december["rests_on_number"] > november["rests_on_number"]
        assert check(service.store) == []

    def test_of_a_month_that_is_not_frozen_is_refused(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        with pytest.raises(MonthNotFrozen):
            correct(service, account_id, days_past_due=0)

    def test_is_staffs_and_so_is_what_was_furnished(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        freeze(service, clock)
        context = a_customer(accounts=(account_id,))
        request = {"account_id": account_id, "month_end_on": NOVEMBER, "reason": "x"}
        with pytest.raises(Forbidden):
            call(service.correct_furnishing, request=request, context=context, key="mine")
        with pytest.raises(Forbidden):
            call(service.list_furnishing, request={"account_id": account_id}, context=context)

    def test_is_the_only_way_to_another_fact(self, service: AccountsService, clock: FixedClock) -> None:
        an_account(service, a_loan())
        freeze(service, clock)
        for statement in ("UPDATE furnishing_facts SET days_past_due = 1", "DELETE FROM furnishing_facts"):
            with (
                pytest.raises(ConstraintViolated, match=RESTRICT_VIOLATION),
                service.store.writing() as transaction,
            ):
                transaction.run(text(statement))
        assert len(rows_of(service.store, furnishing_facts)) == 1
