"""A business day bills, reminds, charges and marks what is due on it: on its day, once, whatever happens in between."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select, text

from chassis.clock import FixedClock
from chassis.events import Envelope
from deploy.ledger_check import check
from services.accounts.models import (
    account_events,
    account_states,
    accounts,
    business_day_batches,
    business_days,
    reminders,
    work_items,
)
from services.accounts.operations import note_return
from services.accounts.operations.days.reminders import keep_reminders
from services.accounts.rules.reminding import Reminder
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    LOAN_TERMS,
    a_closed_loan,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    payment_posted,
    rows_of,
    take_over,
)
from tests.builders.days import (
    DAY,
    catch_up,
    open_day,
    payments_closes,
    run_day,
    run_now,
    run_through,
    told_of,
)
from tests.builders.wiring import a_customer, an_agent, call, deliver, emitted
from tests.fixtures.dying import dies_at
from tests.fixtures.postgres import empty

DUE_ON = date(2026, 12, 5)
# Texas allows fifteen days, the contract ten: the sixteenth is the first on which a fee may be charged.
CHARGEABLE_ON = DUE_ON + timedelta(days=16)


def pay(service: AccountsService, account_id: str, **changed: Any) -> Envelope:
    envelope = payment_posted(service, account_id=account_id, **changed)
    deliver(service.on_payment_posted, envelope)
    return envelope


def return_payment(service: AccountsService, paid: Envelope) -> None:
    returned = {**paid.data, "return_code": "R01", "reason": "insufficient funds"}
    with service.store.writing() as transaction:
        note_return(transaction, returned=returned, now=service.clock.now(), today=service.clock.today())


def fees_of(service: AccountsService, account_id: str) -> int:
    context = a_customer(accounts=(account_id,))
    cents: int = call(service.get_account, request={"account_id": account_id}, context=context)["fees_due_cents"]
    return cents


def state_of(service: AccountsService, account_id: str) -> dict[str, Any]:
    (row,) = [row for row in rows_of(service.store, account_states) if row["account_id"] == UUID(account_id)]
    return row


class TestABill:
    def test_is_issued_on_its_day_and_once(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan(terms=replace(LOAN_TERMS, bill_lead_days=10)))
        run_through(service, clock, date(2026, 11, 24))
        assert told_of(service, "bill_issued") == []
        run_through(service, clock, date(2026, 11, 26))
        run_now(service)
        (bill,) = told_of(service, "bill_issued")
        assert bill.pop("bill_id") in {str(row["id"]) for row in rows_of(service.store, account_events)}
        assert bill == {
            "account_id": account_id, "billed_on": "2026-11-25", "instalment_number": 12, "due_on": "2026-12-05",
            "instalment_cents": 41_237, "past_due_cents": 0, "fees_due_cents": 0, "credit_cents": 0,
            "amount_due_cents": 41_237,
        }  # fmt: skip
        assert check(service.store) == []

    def test_goes_out_late_to_an_account_that_was_taken_over_late(self, service: AccountsService) -> None:
        an_account(service, a_loan())
        run_now(service)
        assert [bill["billed_on"] for bill in told_of(service, "bill_issued")] == ["2026-11-23"]

    def test_asks_for_what_is_late_too(self, service: AccountsService) -> None:
        late = an_opening(next_instalment_number=11, payments_made=10, fees_due_cents=1_500)
        an_account(service, a_loan(opening=late))
        run_now(service)
        (bill,) = told_of(service, "bill_issued")
        assert (bill["past_due_cents"], bill["amount_due_cents"], bill["fees_due_cents"]) == (41_237, 82_474, 1_500)

    def test_of_a_paid_instalment_asks_for_nothing(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, extra="paid_ahead", amount_cents=41_237, effective_on=date(2026, 11, 20))
        run_now(service)
        (bill,) = told_of(service, "bill_issued")
        assert (bill["instalment_number"], bill["amount_due_cents"]) == (12, 0)
        assert check(service.store) == []

    def test_of_a_lease_uses_its_credit_first(self, service: AccountsService) -> None:
        account_id = an_account(service, a_lease())
        pay(service, account_id, amount_cents=100_000, effective_on=date(2026, 11, 20))
        run_now(service)
        assert told_of(service, "bill_issued") == []
        service.clock.move_to(service.clock.now(), today=date(2026, 11, 24))  # type: ignore[attr-defined]
        catch_up(service)
        (bill,) = told_of(service, "bill_issued")
        assert (bill["due_on"], bill["credit_cents"], bill["amount_due_cents"]) == ("2026-12-15", 3_520, 0)
        assert check(service.store) == []

    def test_is_not_for_an_account_that_is_closed(self, service: AccountsService) -> None:
        closed_id = an_account(service, a_closed_loan())
        run_now(service)
        assert told_of(service, "bill_issued") == []
        assert state_of(service, closed_id)["next_action_on"] is None

    def test_goes_to_accounts_that_an_earlier_release_took_over(self, service: AccountsService) -> None:
        an_account(service, a_loan())
        an_account(service, a_closed_loan())
        before = {"next_action_on": "1970-01-01", "next_action_stage": 1, "reminded_on": None}
        columns = ", ".join(f"{name} = :{name}" for name in before)
        with service.store.writing() as transaction:
            transaction.run(text(f"UPDATE account_states SET {columns}, fees_considered_on = NULL"), before)
        run_day(service)
        assert len(told_of(service, "bill_issued")) == 1
        assert open_day(service) is None


class TestAReminder:
    def test_is_told_ten_seven_five_three_and_one_days_before(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        an_account(service, a_loan())
        run_through(service, clock, DUE_ON)
        told = told_of(service, "payment_due_soon")
        assert [each["days_before"] for each in told] == [10, 7, 5, 3, 1]
        assert {(each["instalment_number"], each["due_on"], each["amount_due_cents"]) for each in told} == {
            (12, "2026-12-05", 41_237)
        }

    def test_is_not_told_of_what_is_paid(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, date(2026, 11, 29))
        pay(service, account_id)
        run_through(service, clock, DUE_ON)
        assert [each["days_before"] for each in told_of(service, "payment_due_soon")] == [10, 7]

    def test_is_told_again_when_the_payment_comes_back(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, date(2026, 11, 29))
        paid = pay(service, account_id)
        run_through(service, clock, date(2026, 12, 1))
        return_payment(service, paid)
        run_through(service, clock, DUE_ON)
        assert [each["days_before"] for each in told_of(service, "payment_due_soon")] == [10, 7, 3, 1]


class TestAReminderWhoseDayWasMissed:
    """The instalment falls due on December 5: its reminders are those of November 25, 28 and 30, December 2 and 4."""

    def caught_up_on(self, service: AccountsService, clock: FixedClock, on: date) -> list[dict[str, Any]]:
        run_through(service, clock, date(2026, 11, 24))
        clock.move_to(clock.now(), today=on)
        catch_up(service)
        return told_of(service, "payment_due_soon")

    def test_is_told_while_the_instalment_is_not_due_once_for_all_that_were_missed(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        an_account(service, a_loan())
        (told,) = self.caught_up_on(service, clock, date(2026, 11, 29))
        assert (told["days_before"], told["days_left"], told["stands_for"]) == (7, 6, [10])
        run_through(service, clock, DUE_ON)
        assert [each["days_before"] for each in told_of(service, "payment_due_soon")] == [7, 5, 3, 1]

    def test_is_told_with_the_one_of_today(self, service: AccountsService, clock: FixedClock) -> None:
        an_account(service, a_loan())
        (told,) = self.caught_up_on(service, clock, date(2026, 12, 2))
        assert (told["days_before"], told["days_left"], told["stands_for"]) == (3, 3, [10, 7, 5])

    def test_is_told_by_the_next_one_and_by_none_after_it(self, service: AccountsService, clock: FixedClock) -> None:
        an_account(service, a_loan())
        self.caught_up_on(service, clock, date(2026, 12, 1))
        run_through(service, clock, DUE_ON)
        told = told_of(service, "payment_due_soon")
        assert [(each["days_before"], each["stands_for"]) for each in told] == [(5, [10, 7]), (3, []), (1, [])]
        instants = {row["days_before"]: row["told_at"] for row in rows_of(service.store, reminders)}
        assert instants[10] == instants[7] == instants[5] is not None

    @pytest.mark.parametrize("on", [DUE_ON, DUE_ON + DAY])
    def test_is_not_told_once_the_instalment_is_due(
        self, service: AccountsService, clock: FixedClock, on: date
    ) -> None:
        an_account(service, a_loan())
        assert self.caught_up_on(service, clock, on) == []
        assert rows_of(service.store, work_items) == []

    def test_is_not_told_of_what_was_paid_meanwhile(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, date(2026, 11, 24))
        clock.move_to(clock.now(), today=date(2026, 11, 29))
        pay(service, account_id)
        catch_up(service)
        assert told_of(service, "payment_due_soon") == []

    def test_asks_for_what_is_left_by_now(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, date(2026, 11, 24))
        clock.move_to(clock.now(), today=date(2026, 11, 29))
        pay(service, account_id, amount_cents=11_237, extra="paid_ahead")
        catch_up(service)
        (told,) = told_of(service, "payment_due_soon")
        assert told["amount_due_cents"] == 30_000


class TestALateFee:
    def test_is_charged_after_the_last_day_of_grace_and_not_on_it(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, CHARGEABLE_ON - DAY)
        assert fees_of(service, account_id) == 0
        run_through(service, clock, CHARGEABLE_ON)
        assert fees_of(service, account_id) == 2_061
        (fee,) = told_of(service, "late_fee_assessed")
        assert (fee["instalment_number"], fee["assessed_on"]) == (12, CHARGEABLE_ON.isoformat())
        run_through(service, clock, CHARGEABLE_ON + 5 * DAY)
        assert len(told_of(service, "late_fee_assessed")) == 1
        assert check(service.store) == []

    def test_waits_for_the_money_of_its_day(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, CHARGEABLE_ON - DAY)
        clock.move_to(clock.now(), today=CHARGEABLE_ON)
        run_now(service)
        payments_closes(service, CHARGEABLE_ON, count=1, cents=41_237)
        run_now(service)
        assert (fees_of(service, account_id), open_day(service)) == (0, CHARGEABLE_ON)
        pay(service, account_id, effective_on=CHARGEABLE_ON - DAY, booked_on=CHARGEABLE_ON)
        run_now(service)
        assert (fees_of(service, account_id), open_day(service)) == (0, None)
        assert told_of(service, "late_fee_assessed") == []

    def test_is_charged_on_no_account_whose_money_is_under_way(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        waiting, other = an_account(service, a_loan()), an_account(service, a_loan(source_ref="demo/loans/2"))
        run_through(service, clock, CHARGEABLE_ON - DAY)
        clock.move_to(clock.now(), today=CHARGEABLE_ON)
        run_day(service, unconfirmed_account_ids=[waiting])
        assert (fees_of(service, waiting), fees_of(service, other)) == (0, 2_061)
        run_through(service, clock, CHARGEABLE_ON + DAY)
        assert fees_of(service, waiting) == 2_061
        assert [fee["assessed_on"] for fee in told_of(service, "late_fee_assessed")] == ["2026-12-21", "2026-12-22"]

    def test_follows_a_payment_that_comes_back_after_the_grace(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, DUE_ON)
        paid = pay(service, account_id)
        run_through(service, clock, CHARGEABLE_ON + 2 * DAY)
        assert fees_of(service, account_id) == 0
        return_payment(service, paid)
        run_through(service, clock, CHARGEABLE_ON + 4 * DAY)
        (fee,) = told_of(service, "late_fee_assessed")
        assert fee["assessed_on"] == (CHARGEABLE_ON + 3 * DAY).isoformat()
        assert check(service.store) == []

    def test_is_not_charged_where_no_law_is_known_nor_looked_at_every_day(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan(state="CA"))
        run_through(service, clock, CHARGEABLE_ON + DAY)
        assert fees_of(service, account_id) == 0
        assert state_of(service, account_id)["next_action_on"] > CHARGEABLE_ON + DAY

    def test_of_a_time_before_the_take_over_is_nobodys(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan(opening=an_opening(next_instalment_number=11, payments_made=10)))
        run_through(service, clock, date(2026, 11, 30))
        assert fees_of(service, account_id) == 0


class TestADayThatPaymentsDoesNotConfirm:
    def unconfirmed(self, service: AccountsService, clock: FixedClock) -> str:
        account_id = an_account(service, a_loan())
        run_through(service, clock, CHARGEABLE_ON - DAY)
        clock.move_to(clock.now(), today=CHARGEABLE_ON)
        run_now(service)
        payments_closes(service, CHARGEABLE_ON, count=3, cents=100)
        run_now(service)
        return account_id

    def test_is_waited_for_two_hours_and_then_alarms_and_charges_nothing(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = self.unconfirmed(service, clock)
        clock.move_to(clock.now() + timedelta(minutes=119), today=CHARGEABLE_ON)
        run_now(service)
        assert open_day(service) == CHARGEABLE_ON
        clock.move_to(clock.now() + timedelta(minutes=1), today=CHARGEABLE_ON)
        run_now(service)
        assert (open_day(service), fees_of(service, account_id)) == (None, 0)
        (item,) = rows_of(service.store, work_items)
        assert (item["reason"], item["account_id"]) == ("payment_day_unconfirmed", None)
        assert (item["details"]["our_count"], item["details"]["payments_count"]) == (0, 3)
        assert told_of(service, "business_day_closed")[-1] == {
            "business_on": CHARGEABLE_ON.isoformat(), "payments_confirmed": False,
        }  # fmt: skip
        assert check(service.store) == []

    def test_is_on_the_list_of_what_waits_for_a_person_who_can_close_it(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        self.unconfirmed(service, clock)
        clock.move_to(clock.now() + timedelta(hours=2), today=CHARGEABLE_ON)
        run_now(service)
        (item,) = call(service.list_work_items, request={}, context=an_agent())["data"]
        assert (item["reason"], item["account_id"]) == ("payment_day_unconfirmed", "")
        request = {"work_item_id": item["id"], "note": "three cards of a test"}
        assert call(service.close_work_item, request=request, context=an_agent(), key="close")["closed_at"] is not None
        assert call(service.list_work_items, request={}, context=an_agent())["data"] == []

    def test_is_made_up_for_by_the_next_confirmed_one(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = self.unconfirmed(service, clock)
        clock.move_to(clock.now() + timedelta(hours=2), today=CHARGEABLE_ON)
        run_now(service)
        run_through(service, clock, CHARGEABLE_ON + DAY)
        assert fees_of(service, account_id) == 2_061
        (fee,) = told_of(service, "late_fee_assessed")
        assert fee["assessed_on"] == (CHARGEABLE_ON + DAY).isoformat()

    def test_ends_its_alarm_when_the_figures_agree_after_all(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = self.unconfirmed(service, clock)
        clock.move_to(clock.now() + timedelta(hours=2), today=CHARGEABLE_ON)
        run_now(service)
        for cents in (50, 30, 20):
            pay(service, account_id, amount_cents=cents, booked_on=CHARGEABLE_ON)
        run_now(service)
        (item,) = rows_of(service.store, work_items)
        assert item["closed_at"] is not None
        assert rows_of(service.store, business_days)[-1]["confirmed_at"] is not None

    def test_is_waited_for_also_where_payments_says_nothing(self, service: AccountsService, clock: FixedClock) -> None:
        an_account(service, a_loan())
        run_now(service)
        clock.move_to(clock.now() + timedelta(hours=12))
        run_now(service)
        assert open_day(service) == date(2026, 11, 23)
        clock.move_to(clock.now() + timedelta(hours=12), today=date(2026, 11, 24))
        run_now(service)
        clock.move_to(clock.now() + timedelta(hours=2), today=date(2026, 11, 24))
        run_now(service)
        assert open_day(service) == date(2026, 11, 24)
        assert [day["unconfirmed_at"] is None for day in rows_of(service.store, business_days)] == [False, True]


class TestLateness:
    def steps(self, service: AccountsService) -> list[tuple[int, str, str]]:
        told = told_of(service, "payment_past_due")
        return [(each["bucket_days"], each["business_on"], each["delinquent_since_on"]) for each in told]

    def test_is_told_at_each_step_once(self, service: AccountsService, clock: FixedClock) -> None:
        an_account(service, a_loan())
        run_through(service, clock, date(2027, 4, 10))
        assert self.steps(service) == [
            (days, (DUE_ON + timedelta(days=days)).isoformat(), "2026-12-05") for days in (1, 30, 60, 90, 120)
        ]
        first, *_, last = told_of(service, "payment_past_due")
        assert (first["past_due_cents"], last["past_due_cents"]) == (41_237, 4 * 41_237)
        assert check(service.store) == []

    def test_keeps_its_first_day_over_partial_payments(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, date(2027, 1, 10))
        assert [days for days, *_ in self.steps(service)] == [1, 30]
        pay(service, account_id)
        run_through(service, clock, date(2027, 2, 5))
        assert self.steps(service)[2:] == [(30, "2027-02-04", "2026-12-05")]
        assert state_of(service, account_id)["delinquent_since_on"] == DUE_ON

    def test_ends_with_a_cure_and_begins_anew(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, date(2027, 1, 10))
        pay(service, account_id, amount_cents=2 * 41_237 + 2_061)
        assert state_of(service, account_id)["delinquent_since_on"] is None
        run_through(service, clock, date(2027, 2, 7))
        assert self.steps(service)[2:] == [(1, "2027-02-06", "2027-02-05")]

    def test_goes_on_as_had_there_been_no_cure_when_the_money_comes_back(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, date(2027, 1, 10))
        paid = pay(service, account_id, amount_cents=2 * 41_237 + 2_061)
        run_through(service, clock, date(2027, 1, 12))
        return_payment(service, paid)
        assert state_of(service, account_id)["delinquent_since_on"] == DUE_ON
        run_through(service, clock, date(2027, 2, 4))
        assert [days for days, *_ in self.steps(service)] == [1, 30, 60]

    def test_is_not_told_of_an_account_that_is_paid_ahead(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=3 * 41_237, extra="paid_ahead")
        run_through(service, clock, date(2027, 2, 20))
        assert (self.steps(service), told_of(service, "late_fee_assessed")) == ([], [])
        run_through(service, clock, date(2027, 3, 6))
        assert self.steps(service) == [(1, "2027-03-06", "2027-03-05")]

    def test_of_a_time_before_the_take_over_was_told_by_others(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        an_account(service, a_loan(opening=an_opening(next_instalment_number=11, payments_made=10)))
        run_through(service, clock, date(2026, 12, 6))
        assert self.steps(service) == [(30, "2026-12-05", "2026-11-05")]

    def test_of_an_account_with_money_under_way_is_told_later(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        run_through(service, clock, DUE_ON)
        clock.move_to(clock.now(), today=DUE_ON + DAY)
        run_day(service, unconfirmed_account_ids=[account_id])
        assert self.steps(service) == []
        run_through(service, clock, DUE_ON + 2 * DAY)
        assert self.steps(service) == [(1, "2026-12-07", "2026-12-05")]


class TestMissedDays:
    LAST = date(2026, 12, 24)

    def start(self, service: AccountsService) -> dict[str, str]:
        loans = {ref: a_loan(source_ref=ref) for ref in ("never", "late", "early")}
        late = a_loan(source_ref="behind", opening=an_opening(next_instalment_number=11, payments_made=10))
        records = [*loans.values(), late, a_lease(source_ref="lease")]
        ids = {record.source_ref: an_account(service, record) for record in records}
        run_day(service)
        return ids

    def money(self, service: AccountsService, ids: dict[str, str], clock: FixedClock, day: date) -> None:
        """Paid on certain days, whether anybody runs the days or not."""
        clock.move_to(clock.now(), today=day)
        for ref, on, cents in (
            ("early", date(2026, 11, 30), 41_237), ("late", date(2026, 12, 22), 41_237),
            ("behind", date(2026, 12, 10), 50_000), ("lease", date(2026, 12, 1), 100_000),
        ):  # fmt: skip
            if on == day:
                pay(service, ids[ref], amount_cents=cents)

    def outcome(self, service: AccountsService, ids: dict[str, str]) -> Any:
        refs = {account_id: ref for ref, account_id in ids.items()}
        # A reminder that comes too late is not told: see TestAReminderWhoseDayWasMissed.
        names = ("bill_issued", "payment_past_due", "late_fee_assessed", "late_fee_reversed")
        told = sorted(
            (refs[each["account_id"]], name, sorted((k, str(v)) for k, v in each.items() if not k.endswith("_id")))
            for name in names
            for each in told_of(service, name)
        )
        late = {}
        for row in rows_of(service.store, account_states):
            ref, state = refs[str(row["account_id"])], row["state"]
            fees = [fee["unpaid_cents"] for fee in state.pop("open_fees", [])]
            late[ref] = (row["delinquent_since_on"], fees, {**state, "last_source_key": None})
        return told, late

    def test_are_caught_up_one_by_one_as_had_none_been_missed(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        first, now = clock.today(), clock.now()
        ids = self.start(service)
        days = [first + DAY * number for number in range(1, (self.LAST - first).days + 1)]
        for day in days:
            self.money(service, ids, clock, day)
            run_day(service)
        daily = self.outcome(service, ids)
        assert check(service.store) == []

        empty(service.store)
        clock.move_to(now, today=first)
        ids = self.start(service)
        for day in days:
            self.money(service, ids, clock, day)
        catch_up(service)
        assert [row["business_on"] for row in rows_of(service.store, business_days)] == [first, *days]
        caught_up = self.outcome(service, ids)
        assert check(service.store) == []
        for now_so, daily_so in zip(caught_up, daily, strict=True):
            assert now_so == daily_so
        assert {name for _, name, _ in daily[0]} == {
            "bill_issued", "payment_past_due", "late_fee_assessed",
        }  # fmt: skip

    def test_are_opened_one_by_one_each_after_the_one_before(self, service: AccountsService, clock: FixedClock) -> None:
        run_day(service)
        clock.move_to(clock.now(), today=date(2026, 11, 30))
        catch_up(service)
        names = [envelope.name for envelope in emitted(service.store) if envelope.name.startswith("business_day")]
        assert names == ["business_day_opened", "business_day_closed"] * 8
        on = [each["business_on"] for each in told_of(service, "business_day_opened")]
        # Thanksgiving and the weekend are days too.
        assert on == [f"2026-11-{day}" for day in range(23, 31)]


class TestManyAtOnce:
    COUNT = 450

    def portfolio(self, service: AccountsService) -> None:
        take_over(service, *(a_loan(source_ref=f"many/{number}") for number in range(self.COUNT)))

    def bills(self, service: AccountsService) -> tuple[int, int, int]:
        billed = account_events.c.kind == "bill_issued"
        with service.store.reading() as transaction:
            counted = transaction.one(
                select(func.count().label("all"), func.count(account_events.c.account_id.distinct()).label("each"))
                .where(billed)
            )  # fmt: skip
        assert counted is not None
        return int(counted["all"]), int(counted["each"]), len(emitted(service.store, name="bill_issued"))

    def test_two_replicas_bill_each_account_once(self, service: AccountsService) -> None:
        self.portfolio(service)
        replicas = [Thread(target=run_now, args=(service,)) for _ in range(2)]
        for replica in replicas:
            replica.start()
        for replica in replicas:
            replica.join()
        run_now(service)
        assert self.bills(service) == (self.COUNT, self.COUNT, self.COUNT)
        assert len(told_of(service, "business_day_opened")) == 1

    @pytest.mark.parametrize("point", ["outbox.told@2", "outbox.saved@2", "outbox.told@3"])
    def test_a_day_that_was_killed_in_the_middle_is_finished_by_the_next_process(
        self, service: AccountsService, point: str
    ) -> None:
        self.portfolio(service)
        dies_at(point, database=service.store, work=lambda: run_now(service))
        assert self.bills(service)[0] < self.COUNT
        run_day(service)
        assert self.bills(service) == (self.COUNT, self.COUNT, self.COUNT)
        assert open_day(service) is None

    def test_reminders_are_told_once_even_where_it_is_forgotten_how_far_the_days_had_come(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        """As after a restore of states alone, or by a process that read them before the other had committed."""
        self.portfolio(service)
        run_through(service, clock, date(2026, 11, 24))
        clock.move_to(clock.now(), today=date(2026, 11, 25))
        for _ in range(2):
            with service.store.writing() as transaction:
                transaction.run(text(
                    "UPDATE account_states SET reminded_on = '2026-11-24', next_action_on = '2026-11-25',"
                    " next_action_stage = 1"
                ))  # fmt: skip
                transaction.run(text("UPDATE business_days SET billed_at = NULL WHERE closed_at IS NULL"))
            replicas = [Thread(target=run_now, args=(service,)) for _ in range(2)]
            for replica in replicas:
                replica.start()
            for replica in replicas:
                replica.join()
        run_now(service)
        told = emitted(service.store, name="payment_due_soon")
        assert (len(told), len({each.subject for each in told})) == (self.COUNT, self.COUNT)

    def test_a_reminder_that_two_keep_at_the_same_time_is_told_by_one(self, service: AccountsService) -> None:
        account_id = UUID(an_account(service, a_loan()))
        reminder = Reminder(
            instalment_number=12, due_on=DUE_ON, days_before=7, days_left=7, amount_due_cents=41_237, is_told=True
        )  # fmt: skip
        both_are_ready, told = Barrier(2), list[int]()

        def keep() -> None:
            with service.store.writing() as transaction:
                both_are_ready.wait(10)
                kept = keep_reminders(
                    transaction, decided=[(account_id, reminder)], on=date(2026, 11, 28), now=service.clock.now()
                )  # fmt: skip
                told.append(len(kept))

        replicas = [Thread(target=keep) for _ in range(2)]
        for replica in replicas:
            replica.start()
        for replica in replicas:
            replica.join()
        assert sorted(told) == [0, 1]

    def test_one_that_cannot_be_worked_on_stops_nobody_else(self, service: AccountsService, clock: FixedClock) -> None:
        broken = an_account(service, a_loan(source_ref="broken"))
        take_over(service, *(a_loan(source_ref=f"sound/{number}") for number in range(3)))
        with service.store.writing() as transaction:
            transaction.run(
                text("UPDATE account_states SET state = state - 'opening' WHERE account_id = :id"), {"id": broken}
            )
        run_day(service)
        assert len(told_of(service, "bill_issued")) == 3
        (item,) = rows_of(service.store, work_items)
        assert (item["reason"], str(item["account_id"])) == ("business_day_failed", broken)
        assert open_day(service) is None
        assert state_of(service, broken)["next_action_on"] == clock.today() + DAY

    def test_only_what_is_due_is_looked_at(self, service: AccountsService, clock: FixedClock) -> None:
        an_account(service, a_loan())
        run_day(service)
        clock.move_to(clock.now(), today=clock.today() + DAY)
        run_day(service)
        with service.store.reading() as transaction:
            looked = transaction.value(
                text("SELECT coalesce(sum(accounts_count), 0) FROM business_day_batches WHERE business_on = :on"),
                {"on": clock.today()},
            )
            known = transaction.value(select(func.count()).select_from(accounts))
        assert (looked, known) == (0, 1)


class TestWhatDaysLeaveBehind:
    def test_is_kept_as_long_as_somebody_looks_at_it_and_the_days_for_good(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        an_account(service, a_loan())
        run_through(service, clock, date(2026, 11, 25))
        opened = len(rows_of(service.store, business_days))
        clock.move_to(clock.now(), today=date(2026, 11, 25) + 400 * DAY)
        service.every_hour_forget_old_days()
        assert {row["business_on"] for row in rows_of(service.store, business_day_batches)} == {date(2026, 11, 25)}
        clock.move_to(clock.now(), today=date(2026, 11, 25) + 401 * DAY)
        service.every_hour_forget_old_days()
        assert rows_of(service.store, business_day_batches) == []
        assert len(rows_of(service.store, business_days)) == opened

    def test_reminders_are_forgotten_when_no_day_can_tell_them_any_more(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        an_account(service, a_loan())
        run_through(service, clock, date(2026, 11, 25))
        for days, left in ((60, 1), (61, 0)):
            clock.move_to(clock.now(), today=DUE_ON + days * DAY)
            service.every_hour_forget_old_days()
            assert len(rows_of(service.store, reminders)) == left


class TestTheAlarm:
    def figures(self, service: AccountsService) -> tuple[float, float]:
        service.every_minute_count_days_late()
        names = ("captive_business_days_behind", "captive_business_days_unconfirmed")
        behind, unconfirmed = (REGISTRY.get_sample_value(name) for name in names)
        assert behind is not None
        assert unconfirmed is not None
        return behind, unconfirmed

    def test_counts_the_dates_that_are_over_and_not_closed(self, service: AccountsService, clock: FixedClock) -> None:
        assert self.figures(service) == (0, 0)
        run_now(service)
        assert self.figures(service) == (0, 0)
        clock.move_to(clock.now(), today=clock.today() + 3 * DAY)
        assert self.figures(service) == (3, 0)
        catch_up(service)
        assert self.figures(service) == (0, 0)

    def test_counts_the_days_that_went_on_unconfirmed_until_the_figures_agree(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        run_now(service)
        payments_closes(service, clock.today(), count=1, cents=41_237)
        run_now(service)
        assert self.figures(service) == (0, 0)
        clock.move_to(clock.now() + timedelta(hours=2), today=clock.today())
        run_now(service)
        assert self.figures(service) == (0, 1)
        pay(service, account_id, booked_on=clock.today())
        run_now(service)
        assert self.figures(service) == (0, 0)
