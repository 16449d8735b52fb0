"""Money that payments has taken lands in the ledger once, where the contract says, whatever order it comes in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from chassis.doors import Outcome
from chassis.events import Envelope
from deploy.ledger_check import check
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.models import account_events, account_states, allocations, journal_entries, work_items
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    a_closed_loan,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    ledger_of,
    payment_posted,
    rows_of,
)
from tests.builders.wiring import a_customer, call, deliver, emitted

INSTALMENT_CENTS = 41_237
LEASE_INSTALMENT_CENTS = 48_240


def pay(service: AccountsService, account_id: str, **changed: Any) -> Envelope:
    envelope = payment_posted(service, account_id=account_id, **changed)
    assert deliver(service.on_payment_posted, envelope) == Outcome.DONE
    return envelope


def told(service: AccountsService, name: str) -> list[dict[str, Any]]:
    return [dict(envelope.data) for envelope in emitted(service.store, name=name)]


def view_of(service: AccountsService, account_id: str) -> dict[str, Any]:
    context = a_customer(accounts=(account_id,))
    view: dict[str, Any] = call(service.get_account, request={"account_id": account_id}, context=context)
    return view


def test_a_payment_is_split_posted_and_told_with_the_standing_after_it(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    envelope = pay(service, account_id)
    assert told(service, "payment_applied") == [
        {
            "account_id": account_id,
            "payment_id": envelope.data["payment_id"],
            "presentment_number": 1,
            "amount_cents": INSTALMENT_CENTS,
            "effective_on": "2026-11-23",
            "interest_cents": 5_841,
            "principal_cents": 35_396,
            "tax_cents": 0,
            "fees_cents": 0,
            "unapplied_cents": 0,
            "standing": {
                "status": "open",
                "amount_due_cents": 0,
                "past_due_cents": 0,
                "next_due_on": "2027-01-05",
                "next_instalment_number": 13,
                "days_past_due": 0,
                "payoff_ceiling_cents": 1_789_604,
                "payments_made": 12,
            },
        }
    ]
    assert ledger_of(service.store, account_id=account_id) == {
        "clearing": INSTALMENT_CENTS,
        "principal_receivable": 1_789_604,
        "interest_income": -5_841,
        "conversion_clearing": -1_825_000,
    }
    assert check(service.store) == []


def test_the_applied_event_names_the_payment_as_its_cause(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    envelope = pay(service, account_id)
    (applied,) = emitted(service.store, name="payment_applied")
    assert (applied.causation_id, applied.root_id) == (envelope.id, envelope.root_id)
    assert (applied.subject, applied.sequence) == (account_id, 1)


def test_the_same_event_twice_is_a_duplicate(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    envelope = pay(service, account_id)
    assert deliver(service.on_payment_posted, envelope) == Outcome.DUPLICATE
    assert len(told(service, "payment_applied")) == 1


def test_the_same_money_told_by_another_event_changes_nothing(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    first = pay(service, account_id)
    pay(service, account_id, payment_id=first.data["payment_id"])
    assert len(told(service, "payment_applied")) == 1
    assert view_of(service, account_id)["principal_balance_cents"] == 1_789_604
    assert check(service.store) == []


@pytest.mark.parametrize("different", [{"amount_cents": 41_238}, {"effective_on": date(2026, 11, 22)}])
def test_other_money_under_the_same_key_is_left_to_a_person(
    service: AccountsService, different: dict[str, Any]
) -> None:
    account_id = an_account(service, a_loan())
    first = pay(service, account_id)
    other = payment_posted(service, account_id=account_id, payment_id=first.data["payment_id"], **different)
    assert deliver(service.on_payment_posted, other) == Outcome.PARKED
    assert len(told(service, "payment_applied")) == 1


def test_a_payment_presented_again_is_other_money(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    first = pay(service, account_id)
    pay(service, account_id, payment_id=first.data["payment_id"], presentment_number=2)
    assert [applied["presentment_number"] for applied in told(service, "payment_applied")] == [1, 2]
    assert check(service.store) == []


@pytest.mark.parametrize("account_id", ["01900000-0000-7000-8000-000000000404", "not an id"])
def test_money_for_an_unknown_account_is_parked(service: AccountsService, account_id: str) -> None:
    assert deliver(service.on_payment_posted, payment_posted(service, account_id=account_id)) == Outcome.PARKED


class TestABackdatedPayment:
    EARLY, LATE = date(2026, 11, 10), date(2026, 11, 20)

    def test_leaves_the_account_as_if_it_had_come_in_time(self, service: AccountsService) -> None:
        late_first = an_account(service, a_loan(source_ref="late first"))
        pay(service, late_first, effective_on=self.LATE, amount_cents=30_000)
        pay(service, late_first, effective_on=self.EARLY, amount_cents=20_000)
        in_order = an_account(service, a_loan(source_ref="in order"))
        pay(service, in_order, effective_on=self.EARLY, amount_cents=20_000)
        pay(service, in_order, effective_on=self.LATE, amount_cents=30_000)
        assert ledger_of(service.store, account_id=late_first) == ledger_of(service.store, account_id=in_order)
        figures = [view_of(service, account_id) for account_id in (late_first, in_order)]
        for view in figures:
            del view["id"], view["account_number"]
        assert figures[0] == figures[1]
        assert check(service.store) == []

    def test_reverses_and_reposts_only_what_it_changes(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        untouched = pay(service, account_id, effective_on=date(2026, 11, 8), amount_cents=10_000)
        late = pay(service, account_id, effective_on=self.LATE, amount_cents=30_000)
        before = {row["id"] for row in rows_of(service.store, journal_entries)}
        early = pay(service, account_id, effective_on=self.EARLY, amount_cents=20_000)
        posted = [row for row in rows_of(service.store, journal_entries) if row["id"] not in before]
        kinds = sorted((row["kind"], row["cause_key"].split(":")[1]) for row in posted)
        late_id, early_id = late.data["payment_id"], early.data["payment_id"]
        assert kinds == sorted(
            [
                ("payment_accepted", early_id),
                ("interest_recognised", early_id),
                ("payment_allocated", early_id),
                ("interest_recognised_reversed", late_id),
                ("payment_allocated_reversed", late_id),
                ("interest_recognised", late_id),
                ("payment_allocated", late_id),
            ]
        )
        assert {row["posted_on"] for row in posted} == {date(2026, 11, 23)}
        corrected = {row["effective_on"] for row in posted if late_id in row["cause_key"]}
        assert corrected == {self.LATE}
        revisions = {row["source_key"].split(":")[1]: row["revision"] for row in rows_of(service.store, allocations)}
        assert revisions == {untouched.data["payment_id"]: 1, late_id: 2, early_id: 1}

    def test_can_come_a_second_time_without_a_key_posted_twice(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        for day in (20, 15, 10):
            pay(service, account_id, effective_on=date(2026, 11, day), amount_cents=10_000)
        assert max(row["revision"] for row in rows_of(service.store, allocations)) == 3
        assert check(service.store) == []

    def test_takes_back_credit_that_a_lease_had_used(self, service: AccountsService) -> None:
        opening = an_opening(
            principal_cents=2_817_874, next_instalment_number=11, payments_made=10, as_of_on=date(2026, 10, 20)
        )
        account_id = an_account(service, a_lease(opening=opening))
        pay(service, account_id, effective_on=date(2026, 10, 25), amount_cents=LEASE_INSTALMENT_CENTS + 5_000)
        pay(service, account_id, effective_on=date(2026, 12, 16), amount_cents=1_000)
        used = [row for row in rows_of(service.store, allocations) if row["kind"] == "credit_used"]
        assert [(row["effective_on"], row["unapplied_cents"]) for row in used] == [(date(2026, 12, 15), -5_000)]
        pay(service, account_id, effective_on=date(2026, 11, 20), amount_cents=LEASE_INSTALMENT_CENTS)
        used = [row for row in rows_of(service.store, allocations) if row["kind"] == "credit_used"]
        assert used == []
        pay(service, account_id, effective_on=date(2026, 11, 1), amount_cents=100)
        assert check(service.store) == []


def test_a_part_of_an_instalment_leaves_the_rest_due(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    pay(service, account_id, amount_cents=20_000)
    view = view_of(service, account_id)
    assert (view["amount_due_cents"], view["next_due_on"]) == (INSTALMENT_CENTS - 20_000, "2026-12-05")
    assert check(service.store) == []


def test_a_late_account_is_current_once_it_has_paid_what_is_past_due(service: AccountsService) -> None:
    opening = an_opening(next_instalment_number=11, payments_made=10)
    account_id = an_account(service, a_loan(opening=opening))
    assert view_of(service, account_id)["days_past_due"] == 18
    pay(service, account_id)
    (applied,) = told(service, "payment_applied")
    assert (applied["standing"]["days_past_due"], applied["standing"]["past_due_cents"]) == (0, 0)
    assert applied["standing"]["next_due_on"] == "2026-12-05"


def test_a_lease_payment_is_rent_depreciation_and_tax_and_ends_the_lateness(service: AccountsService) -> None:
    account_id = an_account(service, a_lease())
    assert view_of(service, account_id)["days_past_due"] == 8
    pay(service, account_id, amount_cents=LEASE_INSTALMENT_CENTS)
    (applied,) = told(service, "payment_applied")
    parts = (applied["interest_cents"], applied["principal_cents"], applied["tax_cents"])
    assert parts == (11_035, 33_944, 3_261)
    assert (applied["standing"]["days_past_due"], applied["standing"]["payments_made"]) == (0, 11)
    assert ledger_of(service.store, account_id=account_id)["lease_receivable"] == 2_783_930
    assert check(service.store) == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("record", [a_loan(), a_lease()], ids=["loan", "lease"])
def test_any_order_of_arrival_ends_where_the_order_of_dates_does(
    service: AccountsService, record: PortfolioAccount, seed: int
) -> None:
    chance = Random(seed)
    arriving = [
        (date(2026, 11, 1) + timedelta(days=chance.randrange(80)), chance.randrange(1, 90_000)) for _ in range(8)
    ]
    sorted_id = an_account(service, record)
    shuffled_id = an_account(service, replace(record, source_ref="shuffled", account_number="1000000001"))
    for number, (on, cents) in enumerate(arriving):
        pay(service, shuffled_id, payment_id=f"{number}-shuffled", effective_on=on, amount_cents=cents)
    for number, (on, cents) in sorted(enumerate(arriving), key=lambda item: (item[1][0], item[0])):
        pay(service, sorted_id, payment_id=f"{number}-sorted", effective_on=on, amount_cents=cents)
    assert ledger_of(service.store, account_id=shuffled_id) == ledger_of(service.store, account_id=sorted_id)
    assert check(service.store) == []


class TestAPayoff:
    PAYOFF_CENTS = 1_825_000 + 5_841

    def test_closes_the_loan_and_tells_it(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        envelope = pay(service, account_id, amount_cents=self.PAYOFF_CENTS)
        (paid_off,) = told(service, "account_paid_off")
        assert paid_off["payment_id"] == envelope.data["payment_id"]
        assert paid_off["standing"]["status"] == view_of(service, account_id)["status"] == "paid_off"
        assert paid_off["standing"]["next_due_on"] is None
        assert [envelope.name for envelope in emitted(service.store)] == ["payment_applied", "account_paid_off"]
        assert rows_of(service.store, work_items) == []
        assert check(service.store) == []

    def test_is_what_the_standing_said_it_takes(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(opening=an_opening(fees_due_cents=2_500)))
        ceiling = view_of(service, account_id)["payoff_ceiling_cents"]
        pay(service, account_id, amount_cents=ceiling - 1)
        assert told(service, "account_paid_off") == []
        pay(service, account_id, amount_cents=1)
        assert len(told(service, "account_paid_off")) == 1

    def test_with_a_cent_too_much_keeps_it_as_credit_and_asks_a_person(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=self.PAYOFF_CENTS + 1)
        assert view_of(service, account_id)["unapplied_cents"] == 1
        (item,) = rows_of(service.store, work_items)
        assert (item["reason"], item["details"]["unapplied_cents"]) == ("credit_after_last_instalment", 1)
        assert check(service.store) == []

    def test_is_told_once_however_much_comes_after(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=self.PAYOFF_CENTS)
        pay(service, account_id, amount_cents=500)
        assert len(told(service, "account_paid_off")) == 1
        assert told(service, "payment_applied")[-1]["unapplied_cents"] == 500
        assert check(service.store) == []


class TestMoneyTheEngineMayNotTouch:
    def test_is_held_when_it_is_effective_before_the_opening(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        envelope = pay(service, account_id, effective_on=date(2026, 11, 4))
        (applied,) = told(service, "payment_applied")
        assert (applied["unapplied_cents"], applied["principal_cents"]) == (INSTALMENT_CENTS, 0)
        view = view_of(service, account_id)
        assert (view["principal_balance_cents"], view["unapplied_cents"]) == (1_825_000, INSTALMENT_CENTS)
        (item,) = rows_of(service.store, work_items)
        assert (item["reason"], item["details"]["payment_id"]) == (
            "effective_before_opening",
            envelope.data["payment_id"],
        )
        assert ledger_of(service.store, account_id=account_id)["customer_suspense"] == -INSTALMENT_CENTS
        assert check(service.store) == []

    @pytest.mark.parametrize("status", ["closed", "charged_off"])
    def test_is_held_when_the_account_is_not_open(self, service: AccountsService, status: Any) -> None:
        account_id = an_account(service, a_closed_loan(status=status))
        pay(service, account_id)
        assert told(service, "payment_applied")[0]["standing"]["status"] == status
        assert [item["reason"] for item in rows_of(service.store, work_items)] == ["account_not_open"]
        assert check(service.store) == []

    def test_stays_held_when_a_later_payment_makes_the_engine_replay(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        for on in (date(2026, 11, 20), date(2026, 11, 1), date(2026, 11, 10)):
            pay(service, account_id, effective_on=on, amount_cents=10_000)
        assert view_of(service, account_id)["unapplied_cents"] == 10_000
        assert check(service.store) == []


class TestPaymentsAtTheSameMoment:
    def at_once(self, service: AccountsService, envelopes: list[Envelope]) -> set[Outcome]:
        with ThreadPoolExecutor(len(envelopes)) as threads:
            return set(threads.map(lambda envelope: deliver(service.on_payment_posted, envelope), envelopes))

    def test_on_one_account_are_all_applied(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        envelopes = [payment_posted(service, account_id=account_id, amount_cents=1_000) for _ in range(8)]
        assert self.at_once(service, envelopes) == {Outcome.DONE}
        (state,) = rows_of(service.store, account_states)
        assert state["version"] == 9
        assert [row["number"] for row in sorted(rows_of(service.store, account_events), key=lambda r: r["number"])] == [
            *range(1, 10)
        ]
        assert [envelope.sequence for envelope in emitted(service.store)] == [*range(1, 9)]
        assert check(service.store) == []

    def test_that_are_the_same_money_are_applied_once(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        first = payment_posted(service, account_id=account_id)
        again = payment_posted(service, account_id=account_id, payment_id=first.data["payment_id"])
        assert self.at_once(service, [first, again, first]) <= {Outcome.DONE, Outcome.DUPLICATE}
        assert len(told(service, "payment_applied")) == 1
        assert check(service.store) == []

    def test_that_each_pay_the_loan_off_close_it_once(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        envelopes = [
            payment_posted(service, account_id=account_id, amount_cents=TestAPayoff.PAYOFF_CENTS) for _ in range(2)
        ]
        assert self.at_once(service, envelopes) == {Outcome.DONE}
        assert len(told(service, "account_paid_off")) == 1
        assert view_of(service, account_id)["unapplied_cents"] == 0
        assert [due["amount_cents"] for due in told(service, "refund_due")] == [TestAPayoff.PAYOFF_CENTS]
        assert check(service.store) == []
