"""Accounts answers what it knows, to whom it may."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.context import CallContext, as_service
from chassis.errors import Forbidden, InvalidRequest, NotFound
from chassis.tables import audit_log
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    A_BORROWER,
    A_CO_BORROWER,
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
from tests.builders.wiring import a_customer, an_agent, call, deliver, every_statement

NOBODYS_ID = "01900000-0000-7000-8000-000000000404"
IDENTITY, PAYMENTS = as_service("identity"), as_service("payments")


class TestMatching:
    FACTS = {"account_number": "1000004417", "last_name": "De La Cruz", "ssn_last4": "4417"}

    def match(self, service: AccountsService, **changed: str) -> Any:
        return call(service.match_account, request=self.FACTS | changed, context=IDENTITY)

    def open_account(self, service: AccountsService, **changed: Any) -> str:
        return an_account(service, a_loan(account_number="1000004417", **changed))

    def test_names_the_party_when_all_three_facts_agree(self, service: AccountsService) -> None:
        account_id = self.open_account(service)
        answer = self.match(service)
        assert answer.pop("party_id")
        assert answer == {
            "matched": True, "account_id": account_id, "account_last4": "4417", "role": "borrower",
            "first_name": "Dana", "last_name": "De La Cruz", "phone": "+12145550137", "sms_consent": True,
            "state": "TX",
        }  # fmt: skip

    @pytest.mark.parametrize("last_name", ["de la cruz", "DELACRUZ", "  De  La Cruz ", "De\u00a0La Cruz"])
    def test_does_not_mind_case_and_spaces(self, service: AccountsService, last_name: str) -> None:
        self.open_account(service)
        assert self.match(service, last_name=last_name)["matched"]

    @pytest.mark.parametrize(
        "wrong", [{"account_number": "1000004418"}, {"last_name": "De La Cru"}, {"ssn_last4": "4418"}]
    )
    def test_says_nothing_when_one_fact_is_wrong(self, service: AccountsService, wrong: dict[str, str]) -> None:
        self.open_account(service)
        answer = self.match(service, **wrong)
        assert (answer.pop("matched"), answer.pop("sms_consent")) == (False, False)
        assert set(answer.values()) == {None}

    def test_does_not_mix_the_facts_of_two_parties(self, service: AccountsService) -> None:
        self.open_account(service, parties=(A_BORROWER, A_CO_BORROWER))
        assert self.match(service, last_name="Whitfield", ssn_last4="0093")["role"] == "co_borrower"
        assert not self.match(service, last_name="Whitfield")["matched"]

    def test_knows_closed_accounts_too(self, service: AccountsService) -> None:
        an_account(service, a_closed_loan(account_number="1000004417"))
        assert self.match(service)["matched"]

    def test_knows_nobody_where_the_file_named_nobody(self, service: AccountsService) -> None:
        self.open_account(service, parties=())
        assert not self.match(service)["matched"]

    @pytest.mark.parametrize("context", [a_customer(), an_agent()])
    def test_is_for_services_only(self, service: AccountsService, context: CallContext) -> None:
        with pytest.raises(Forbidden):
            call(service.match_account, request=self.FACTS, context=context)


class TestWhoMaySee:
    DOORS = ("get_account", "list_transactions", "get_schedule")

    @pytest.mark.parametrize("door", DOORS)
    def test_a_foreign_account_an_absent_one_and_no_id_answer_alike(self, service: AccountsService, door: str) -> None:
        theirs = an_account(service, a_loan())
        for asked, granted in ((theirs, NOBODYS_ID), (NOBODYS_ID, NOBODYS_ID), ("x", "x")):
            with pytest.raises(NotFound) as refused:
                call(getattr(service, door), request={"account_id": asked}, context=a_customer(accounts=(granted,)))
            assert refused.value.detail == NotFound.detail

    @pytest.mark.parametrize("door", DOORS)
    def test_staff_see_any_account_and_leave_a_trace(self, service: AccountsService, door: str) -> None:
        account_id = an_account(service, a_loan())
        call(getattr(service, door), request={"account_id": account_id}, context=an_agent())
        (trace,) = rows_of(service.store, audit_log)
        assert (trace["method"], trace["request"]["account_id"]) == (f"accounts.{door}", account_id)

    def test_a_list_with_one_foreign_account_is_refused_whole(self, service: AccountsService) -> None:
        mine, theirs = an_account(service, a_loan()), an_account(service, a_lease())
        with pytest.raises(NotFound):
            call(service.list_accounts, request={"account_ids": [mine, theirs]}, context=a_customer(accounts=(mine,)))

    def test_a_customer_may_not_ask_for_the_services_standing(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        with pytest.raises(Forbidden):
            call(service.get_standing, request={"account_id": account_id}, context=a_customer(accounts=(account_id,)))


class TestAnAccount:
    def view(self, service: AccountsService, account_id: str) -> Any:
        return call(service.get_account, request={"account_id": account_id}, context=a_customer(accounts=(account_id,)))

    def test_shows_what_is_owed_and_why_it_can_be_trusted(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(account_number="1000004417"))
        assert self.view(service, account_id) == {
            "id": account_id,
            "account_number": "1000004417",
            "product": "loan",
            "status": "open",
            "vehicle": {
                "vin": "5XYP5DHC9RG123456",
                "year": 2024,
                "make": "Kia",
                "model": "Telluride",
                "gross_weight_rating_pounds": None,
            },
            "principal_balance_cents": 1_825_000,
            "accrued_interest_cents": 5_841,
            "fees_due_cents": 0,
            "past_due_cents": 0,
            "amount_due_cents": 41_237,
            "payoff_ceiling_cents": 1_830_841,
            "unapplied_cents": 0,
            "next_due_on": "2026-12-05",
            "days_past_due": 0,
            "grace_days": 15,
            "last_day_without_late_fee_on": "2026-12-20",
            "last_payment": None,
            "paperless": False,
            "maturity_on": "2030-12-05",
            "as_of": {"sequence": 0, "business_on": "2026-11-23"},
        }

    @pytest.mark.parametrize(
        ("state", "grace_days", "last_on"),
        [
            # Texas gives fifteen days whatever the contract says, Kansas ten; no pack is known for Illinois.
            ("TX", 15, "2026-12-20"),
            ("KS", 12, "2026-12-17"),
            ("IL", 12, "2026-12-17"),
        ],
    )
    def test_names_the_last_day_without_a_late_fee_by_contract_and_statute(
        self, service: AccountsService, state: str, grace_days: int, last_on: str
    ) -> None:
        terms = replace(LOAN_TERMS, grace_days=12)
        view = self.view(service, an_account(service, a_loan(state=state, terms=terms)))
        assert (view["grace_days"], view["last_day_without_late_fee_on"]) == (grace_days, last_on)

    def test_moves_on_with_its_payments(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        for on, cents in ((date(2026, 11, 20), 30_000), (date(2026, 11, 10), 20_000)):
            deliver(
                service.on_payment_posted,
                payment_posted(service, account_id=account_id, effective_on=on, amount_cents=cents),
            )
        clock.move_to(clock.now(), today=date(2026, 12, 1))
        view = self.view(service, account_id)
        assert view["last_payment"] == {"amount_cents": 30_000, "effective_on": "2026-11-20"}
        assert view["as_of"] == {"sequence": 2, "business_on": "2026-12-01"}

    def test_is_listed_in_the_order_asked_without_the_absent_ones(self, service: AccountsService) -> None:
        loan, lease = an_account(service, a_loan()), an_account(service, a_lease())
        asked = [lease, NOBODYS_ID, loan]
        answer = call(service.list_accounts, request={"account_ids": asked}, context=a_customer(accounts=tuple(asked)))
        assert [view["id"] for view in answer["data"]] == [lease, loan]
        assert answer["data"][0] == self.view(service, lease)

    def test_has_the_standing_that_events_carry(self, service: AccountsService) -> None:
        account_id = an_account(service, a_lease(account_number="2000004417"))
        assert call(service.get_standing, request={"account_id": account_id}, context=PAYMENTS) == {
            "account_id": account_id, "product": "lease", "account_last4": "4417", "state": "TX", "status": "open",
            "amount_due_cents": 96_480, "past_due_cents": 48_240, "next_due_on": "2026-11-15",
            "next_instalment_number": 11, "days_past_due": 8, "payoff_ceiling_cents": 26 * 48_240, "payments_made": 10,
        }  # fmt: skip

    def test_that_does_not_exist_has_no_standing(self, service: AccountsService) -> None:
        with pytest.raises(NotFound):
            call(service.get_standing, request={"account_id": NOBODYS_ID}, context=PAYMENTS)

    def test_that_is_closed_has_nothing_to_come(self, service: AccountsService) -> None:
        closed = an_opening(principal_cents=0, next_instalment_number=20)
        account_id = an_account(service, a_closed_loan(opening=closed))
        standing = call(service.get_standing, request={"account_id": account_id}, context=PAYMENTS)
        assert (standing["days_past_due"], standing["next_due_on"], standing["payoff_ceiling_cents"]) == (0, None, 0)
        assert schedule_of(service, account_id) == []


def schedule_of(service: AccountsService, account_id: str) -> list[dict[str, Any]]:
    context = a_customer(accounts=(account_id,))
    rows: list[dict[str, Any]] = call(service.get_schedule, request={"account_id": account_id}, context=context)["data"]
    return rows


class TestASchedule:
    def test_of_a_loan_ends_at_zero(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        rows = schedule_of(service, account_id)
        assert (rows[0]["number"], rows[0]["due_on"], rows[0]["is_past_due"]) == (12, "2026-12-05", False)
        assert all(row["payment_cents"] == row["interest_cents"] + row["principal_cents"] for row in rows)
        assert sum(row["principal_cents"] for row in rows) == 1_825_000
        assert rows[-1]["balance_cents"] == 0

    def test_of_a_lease_ends_at_the_residual_and_shows_what_is_paid_already(self, service: AccountsService) -> None:
        account_id = an_account(service, a_lease())
        deliver(service.on_payment_posted, payment_posted(service, account_id=account_id, amount_cents=50_000))
        rows = schedule_of(service, account_id)
        assert [row["number"] for row in rows] == [*range(12, 37)]
        assert (rows[0]["paid_cents"], rows[1]["paid_cents"]) == (1_760, 0)
        assert rows[-1]["balance_cents"] == 1_890_000
        assert all(row["payment_cents"] == 48_240 for row in rows)


class TestTransactions:
    def page(self, service: AccountsService, account_id: str, **asked: Any) -> Any:
        context = a_customer(accounts=(account_id,))
        return call(service.list_transactions, request={"account_id": account_id, **asked}, context=context)

    def pay(self, service: AccountsService, account_id: str, *days: int) -> None:
        for day in days:
            on = date(2026, 11, day)
            envelope = payment_posted(service, account_id=account_id, effective_on=on, amount_cents=1_000 + day)
            deliver(service.on_payment_posted, envelope)

    def test_are_explained_to_the_cent(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        envelope = payment_posted(service, account_id=account_id)
        deliver(service.on_payment_posted, envelope)
        (shown,) = self.page(service, account_id)["data"]
        assert shown["payment_id"] == envelope.data["payment_id"]
        assert (shown["kind"], shown["amount_cents"], shown["method_last4"]) == ("payment", 41_237, "4242")
        assert shown["allocation"] == {
            "interest_cents": 5_841, "principal_cents": 35_396, "tax_cents": 0, "fees_cents": 0, "unapplied_cents": 0,
        }  # fmt: skip
        assert (shown["explanation"]["days"], shown["explanation"]["per_diem"]) == (18, "3.2450")
        assert shown["recorded_at"] == "2026-11-23T15:30:00.000Z"

    def test_come_newest_first_and_pages_stay_in_place_while_others_arrive(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        self.pay(service, account_id, 6, 20, 10, 10)
        first = self.page(service, account_id, limit=2)
        self.pay(service, account_id, 21, 8)
        second = self.page(service, account_id, limit=2, cursor=first["next_cursor"])
        last = self.page(service, account_id, limit=2, cursor=second["next_cursor"])
        seen = [[shown["effective_on"][-2:] for shown in page["data"]] for page in (first, second, last)]
        assert seen == [["20", "10"], ["10", "08"], ["06"]]
        assert len({shown["id"] for page in (first, second, last) for shown in page["data"]}) == 5
        assert last["next_cursor"] is None

    @pytest.mark.parametrize("asked", [{"cursor": "bm90IGE="}, {"cursor": "€"}, {"limit": 0}, {"limit": 101}])
    def test_refuse_a_page_that_cannot_be(self, service: AccountsService, asked: dict[str, Any]) -> None:
        account_id = an_account(service, a_loan())
        with pytest.raises(InvalidRequest) as refused:
            self.page(service, account_id, **asked)
        assert [error.pointer for error in refused.value.errors] == [f"/{next(iter(asked))}"]

    def test_say_why_money_is_held(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        self.pay(service, account_id, 1)
        (shown,) = self.page(service, account_id)["data"]
        assert (shown["kind"], shown["explanation"]["held_because"]) == ("payment_held", "effective_before_opening")


def test_accounts_are_shown_by_one_statement_however_many(service: AccountsService) -> None:
    take_over(service, *[a_loan(source_ref=f"many/{number}") for number in range(20)])
    ids = [an_account(service, a_loan(source_ref=f"many/{number}")) for number in range(20)]
    holder = a_customer(accounts=tuple(ids))
    with every_statement() as told:
        call(service.get_account, request={"account_id": ids[0]}, context=holder)
        call(service.list_accounts, request={"account_ids": ids}, context=holder)
    assert len(told) == 2, told
