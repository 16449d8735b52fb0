"""Statements: what was posted since the last one, from balance to balance, kept as it was and shown to its holder."""

import random
from base64 import b64decode
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.clock import FixedClock
from chassis.context import as_service
from chassis.doors import Outcome
from chassis.errors import ConstraintViolated, Forbidden, InvalidRequest, NotFound
from chassis.events import Envelope
from chassis.ids import new_id
from deploy.ledger_check import check
from services.accounts.contract.errors import NoInterestPaid, YearNotOver
from services.accounts.contract.events import bill_issued
from services.accounts.models import paper_mailings, statements
from services.accounts.operations import Due, issue_statements, note_return, note_settled
from services.accounts.operations.locking import lock_account
from services.accounts.rules.events import Bill
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    LOAN_TERMS,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    ledger_of,
    payment_posted,
    rows_of,
)
from tests.builders.wiring import a_customer, an_agent, an_event, ask_door, call, deliver, emitted, settings_of

ACCOUNTS = as_service("accounts")
STANDING = {
    "status": "open", "amount_due_cents": 41_237, "past_due_cents": 0, "next_due_on": date(2026, 12, 5),
    "next_instalment_number": 12, "days_past_due": 0, "payoff_ceiling_cents": 1_830_841, "payments_made": 11,
}  # fmt: skip
BALANCES = ("principal_cents", "interest_cents", "fees_cents", "credit_cents")
A_BILL = Bill(
    source_key="bill:12", effective_on=date(2026, 11, 23), instalment_number=12, due_on=date(2026, 12, 5),
    instalment_cents=41_237, past_due_cents=0, fees_due_cents=0, credit_cents=0, amount_due_cents=41_237,
)  # fmt: skip


def issue(service: AccountsService, account_id: str) -> Any:
    request = {"account_id": account_id}
    key = str(new_id(at=service.clock.now()))
    issued = call(service.issue_statement, request=request, context=ACCOUNTS, key=key)
    return read(service, account_id, issued["id"])


def read(service: AccountsService, account_id: str, statement_id: str) -> Any:
    request = {"account_id": account_id, "statement_id": statement_id}
    return call(service.get_statement, request=request, context=a_customer(accounts=(account_id,)))


def listed(service: AccountsService, account_id: str, **request: Any) -> Any:
    return call(
        service.list_statements, request={"account_id": account_id, **request},
        context=a_customer(accounts=(account_id,)),
    )  # fmt: skip


def pay(service: AccountsService, account_id: str, **changed: Any) -> str:
    envelope = payment_posted(service, account_id=account_id, **changed)
    assert deliver(service.on_payment_posted, envelope) == Outcome.DONE
    payment_id: str = envelope.data["payment_id"]
    return payment_id


def reverse(service: AccountsService, account_id: str, payment_id: str) -> None:
    request = {"account_id": account_id, "payment_id": payment_id, "reason": "another's money"}
    call(service.reverse_payment, request=request, context=an_agent(), key=str(new_id(at=service.clock.now())))


def on(clock: FixedClock, day: date) -> None:
    clock.move_to(clock.now() + timedelta(days=1), today=day)


def assert_adds_up(statement: Any) -> None:
    contents = statement["monthly"]
    for name in (*BALANCES, "total_cents"):
        lines = [*contents["transactions"], *contents["adjustments"]]
        moved = sum(line["moved"][name] for line in lines)
        assert contents["opening"][name] + moved == contents["closing"][name], name


def in_the_books(service: AccountsService, account_id: str) -> dict[str, int]:
    ledger = ledger_of(service.store, account_id=account_id)
    return {
        "principal_cents": ledger.get("principal_receivable", 0) + ledger.get("lease_receivable", 0),
        "interest_cents": ledger.get("interest_receivable", 0) + ledger.get("rent_receivable", 0),
        "fees_cents": ledger.get("fee_receivable", 0),
        "credit_cents": -ledger.get("customer_suspense", 0),
    }


class TestAMonthlyStatement:
    def test_leads_from_balance_to_balance_with_the_arithmetic_of_each_payment(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(opening=an_opening(fees_due_cents=2_500, unapplied_cents=300)))
        payment_id = pay(service, account_id, amount_cents=60_000)
        statement = issue(service, account_id)
        contents = statement["monthly"]
        assert (statement["period_from_on"], statement["period_to_on"]) == ("2026-11-05", "2026-11-23")
        assert contents["opening"] == {
            "principal_cents": 1_825_000, "interest_cents": 0, "fees_cents": 2_500, "credit_cents": 300,
            "total_cents": 1_827_200,
        }  # fmt: skip
        (line,) = contents["transactions"]
        explained = line["explanation"]
        assert (line["payment_id"], explained["days"], explained["per_diem"]) == (payment_id, 18, "3.2450")
        assert [step["to"] for step in explained["steps"]] == [
            "accrued_interest", "current_principal", "fees", "extra_principal",
        ]  # fmt: skip
        assert sum(step["amount_cents"] for step in explained["steps"]) == line["amount_cents"] == 60_000
        assert explained["sentence"].startswith("Of the $600.00 received for November 23, 2026, $58.41 paid interest")
        assert contents["closing"]["total_cents"] == 1_827_200 + 5_841 - 60_000
        assert_adds_up(statement)

    def test_is_told_with_what_is_due(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        statement = issue(service, account_id)
        (told,) = emitted(service.store, name="statement_issued")
        assert (told.data["statement_id"], told.data["delivery"]) == (statement["id"], "paper")
        assert (told.data["amount_due_cents"], told.data["due_on"]) == (LOAN_TERMS.payment_cents, "2026-12-05")
        assert told.data["standing"]["status"] == "open"

    def test_begins_where_the_last_one_ended(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        first = issue(service, account_id)
        pay(service, account_id)
        on(clock, date(2026, 12, 23))
        second = issue(service, account_id)
        assert second["monthly"]["opening"] == first["monthly"]["closing"]
        assert second["period_from_on"] == first["period_to_on"] == "2026-11-23"
        assert [line["kind"] for line in second["monthly"]["transactions"]] == ["payment"]
        assert_adds_up(second)

    def test_shows_a_bill_with_its_own_figures(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        with service.store.writing() as transaction:
            due = Due(account=lock_account(transaction, account_id=UUID(account_id)), bill=A_BILL)
            made = issue_statements(
                transaction, due=[due], letterhead=service.paper.letterhead, now=service.clock.now(),
                today=service.clock.today(),
            )  # fmt: skip
        assert made == 1
        (row,) = listed(service, account_id)["data"]
        bill = read(service, account_id, row["id"])["monthly"]["bill"]
        assert (bill["instalment_number"], bill["amount_due_cents"], bill["due_on"]) == (12, 41_237, "2026-12-05")
        assert (row["amount_due_cents"], row["due_on"]) == (41_237, "2026-12-05")

    def test_of_many_accounts_is_each_ones_own(self, service: AccountsService) -> None:
        ids = [an_account(service, a_loan(source_ref=f"many/{number}")) for number in range(3)]
        ids.append(an_account(service, a_lease()))
        for number, account_id in enumerate(ids[:2]):
            pay(service, account_id, amount_cents=10_000 + number)
        with service.store.writing() as transaction:
            due = [Due(account=lock_account(transaction, account_id=UUID(account_id))) for account_id in ids]
            issue_statements(
                transaction, due=due, letterhead=service.paper.letterhead, now=service.clock.now(),
                today=service.clock.today(),
            )  # fmt: skip
        for account_id, amounts in zip(ids, ([10_000], [10_001], [], []), strict=True):
            (row,) = listed(service, account_id)["data"]
            statement = read(service, account_id, row["id"])
            assert [line["amount_cents"] for line in statement["monthly"]["transactions"]] == amounts
            closing = statement["monthly"]["closing"]
            assert {name: closing[name] for name in BALANCES} == in_the_books(service, account_id)
            assert_adds_up(statement)

    def test_counts_instalments_paid_ahead(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=3 * LOAN_TERMS.payment_cents, extra="paid_ahead")
        assert issue(service, account_id)["monthly"]["paid_ahead_instalments"] == 3

    def test_hints_at_the_payoff_of_a_loan_and_not_of_a_lease(self, service: AccountsService) -> None:
        loan, lease = an_account(service, a_loan()), an_account(service, a_lease())
        assert issue(service, loan)["monthly"]["payoff"] == {
            "payoff_cents": 1_825_000 + 5_841, "per_diem": "3.2450", "as_of_on": "2026-11-23",
        }  # fmt: skip
        assert issue(service, lease)["monthly"]["payoff"] is None

    def test_sums_up_what_the_year_has_paid_so_far(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id)
        (paid,) = issue(service, account_id)["monthly"]["paid_in_years"]
        assert paid == {
            "year": 2026, "since_on": "2026-11-05", "interest_cents": 5_841,
            "principal_cents": LOAN_TERMS.payment_cents - 5_841, "fees_cents": 0,
        }  # fmt: skip

    def test_does_not_show_what_banks_move_later(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        payment_id = pay(service, account_id)
        settled = {
            "payment_id": payment_id, "account_id": account_id, "presentment_number": 1,
            "amount_cents": LOAN_TERMS.payment_cents, "settled_on": service.clock.today(),
        }  # fmt: skip
        with service.store.writing() as transaction:
            note_settled(transaction, settled=settled, now=service.clock.now(), today=service.clock.today())
        statement = issue(service, account_id)
        assert [line["kind"] for line in statement["monthly"]["transactions"]] == ["payment"]
        assert_adds_up(statement)

    def test_of_a_paid_off_loan_asks_for_nothing(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=1_825_000 + 5_841)
        statement = issue(service, account_id)
        assert (statement["amount_due_cents"], statement["monthly"]["payoff"]) == (None, None)
        assert statement["monthly"]["closing"]["total_cents"] == 0
        assert_adds_up(statement)


class TestTheStatementOfABill:
    def told(self, service: AccountsService, account_id: str, **changed: Any) -> Envelope:
        data = {
            "account_id": account_id, "standing": STANDING, "bill_id": account_id, "billed_on": service.clock.today(),
            "instalment_number": 12, "due_on": date(2026, 12, 5), "instalment_cents": 41_237, "past_due_cents": 0,
            "fees_due_cents": 0, "credit_cents": 0, "amount_due_cents": 41_237, **changed,
        }  # fmt: skip
        return an_event(bill_issued, clock=service.clock, subject=account_id, data=data)

    def together(self, service: AccountsService, *bills: Envelope) -> Any:
        first, *others = [bill.to_json() for bill in bills]
        return service.on_bill_issued(body=first, others=others, again=False, settings=settings_of())

    def test_is_issued_once_with_the_bills_figures(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        for _ in range(2):
            assert deliver(service.on_bill_issued, self.told(service, account_id)) == Outcome.DONE
        (row,) = listed(service, account_id)["data"]
        assert (row["statement_on"], row["amount_due_cents"], row["due_on"]) == ("2026-11-23", 41_237, "2026-12-05")
        assert read(service, account_id, row["id"])["monthly"]["bill"]["instalment_number"] == 12

    def test_comes_to_each_account_whose_bills_went_out_together_on_account_of_its_own_bill(
        self, service: AccountsService
    ) -> None:
        ids = [an_account(service, a_loan(source_ref=f"billed/{number}")) for number in range(3)]
        bills = [self.told(service, account_id) for account_id in ids]
        assert self.together(service, *bills) == [Outcome.DONE] * 3
        causes = {event.subject: event.root_id for event in emitted(service.store, name="statement_issued")}
        assert causes == {bill.subject: bill.root_id for bill in bills}

    def test_of_an_account_that_is_busy_is_left_and_nobody_waits(self, service: AccountsService) -> None:
        free, busy = an_account(service, a_loan()), an_account(service, a_loan(source_ref="busy"))
        bills = [self.told(service, account_id) for account_id in (free, busy)]
        with service.store.writing() as transaction:
            lock_account(transaction, account_id=UUID(busy))
            assert self.together(service, *bills) == [Outcome.DONE, Outcome.LEFT]
        assert (len(listed(service, free)["data"]), listed(service, busy)["data"]) == (1, [])
        assert deliver(service.on_bill_issued, bills[1]) == Outcome.DONE
        assert len(listed(service, busy)["data"]) == 1


class TestPaymentsThatWaitTogether:
    def test_leave_a_busy_account_alone_and_apply_the_others(self, service: AccountsService) -> None:
        free, busy = an_account(service, a_loan()), an_account(service, a_loan(source_ref="busy"))
        bodies = [payment_posted(service, account_id=account_id).to_json() for account_id in (free, busy, free)]
        first, *others = bodies
        with service.store.writing() as transaction:
            lock_account(transaction, account_id=UUID(busy))
            outcomes: Any = service.on_payment_posted(body=first, others=others, again=False, settings=settings_of())
        assert outcomes == [Outcome.DONE, Outcome.LEFT, Outcome.DONE]
        applied = emitted(service.store, name="payment_applied")
        assert [event.subject for event in applied] == [free, free]
        assert len({event.root_id for event in applied}) == 2
        again: Any = service.on_payment_posted(body=others[0], again=False, settings=settings_of())
        assert again == Outcome.DONE
        assert check(service.store) == []


class TestWhatIsLearntLater:
    def test_is_an_adjustment_on_the_next_one_and_the_issued_one_stays(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id)
        first = issue(service, account_id)
        on(clock, date(2026, 12, 23))
        mailed = pay(service, account_id, amount_cents=10_000, effective_on=date(2026, 11, 10))
        second = issue(service, account_id)
        assert read(service, account_id, first["id"]) == first
        assert second["monthly"]["transactions"] == [
            line for line in second["monthly"]["transactions"] if line["effective_on"] >= "2026-11-23"
        ]
        adjustment = next(line for line in second["monthly"]["adjustments"] if line["payment_id"] == mailed)
        assert (adjustment["effective_on"], adjustment["corrects"]) == ("2026-11-10", False)
        corrected = next(line for line in second["monthly"]["transactions"] if line["corrects"])
        # Five days of interest, $16.23, were paid before; and $83.77 less principal costs nothing for thirteen days.
        assert corrected["moved"]["principal_cents"] == -(1_623 + 19)
        assert second["monthly"]["opening"] == first["monthly"]["closing"]
        assert_adds_up(second)

    def test_a_payment_that_comes_back_takes_back_what_the_last_statement_showed(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        payment_id = pay(service, account_id, effective_on=date(2026, 11, 20))
        first = issue(service, account_id)
        on(clock, date(2026, 12, 1))
        returned = {
            "payment_id": payment_id, "account_id": account_id, "presentment_number": 1,
            "amount_cents": LOAN_TERMS.payment_cents, "return_code": "R01", "reason": "insufficient funds",
        }  # fmt: skip
        with service.store.writing() as transaction:
            note_return(transaction, returned=returned, now=clock.now(), today=clock.today())
        second = issue(service, account_id)
        (line,) = second["monthly"]["adjustments"]
        assert (line["kind"], line["corrects"]) == ("payment_reversed", True)
        assert second["monthly"]["closing"]["principal_cents"] == first["monthly"]["opening"]["principal_cents"]
        assert_adds_up(second)

    def test_credit_of_a_lease_that_is_taken_back_is_a_line_too(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_lease())
        payment_id = pay(service, account_id, amount_cents=200_000, effective_on=date(2026, 11, 16))
        on(clock, date(2027, 1, 20))
        pay(service, account_id, amount_cents=1_000)
        first = issue(service, account_id)
        assert "credit_used" in [line["kind"] for line in first["monthly"]["transactions"]]
        on(clock, date(2027, 1, 21))
        reverse(service, account_id, payment_id)
        second = issue(service, account_id)
        assert any(line["transaction_id"] is None for line in second["monthly"]["adjustments"])
        closing = second["monthly"]["closing"]
        assert {name: closing[name] for name in BALANCES} == in_the_books(service, account_id)
        assert_adds_up(second)

    @pytest.mark.parametrize("seed", range(6))
    def test_whatever_happens_balances_follow_each_other_and_the_books(
        self, service: AccountsService, clock: FixedClock, seed: int
    ) -> None:
        chance = random.Random(seed)
        account_id = an_account(service, a_lease() if seed % 3 == 2 else a_loan())
        paid: list[str] = []
        last: Any = None
        for month in range(3):
            for _ in range(chance.randrange(1, 4)):
                on(clock, clock.today() + timedelta(days=chance.randrange(1, 9)))
                back = timedelta(days=chance.choice((0, 0, 3, 20)))
                effective_on = max(clock.today() - back, date(2026, 11, 5))
                amount = chance.randrange(5_000, 90_000)
                paid.append(pay(service, account_id, amount_cents=amount, effective_on=effective_on))
            if month and paid and chance.random() < 0.7:
                reverse(service, account_id, paid.pop(chance.randrange(len(paid))))
            statement = issue(service, account_id)
            assert_adds_up(statement)
            closing = statement["monthly"]["closing"]
            assert {name: closing[name] for name in BALANCES} == in_the_books(service, account_id)
            assert last is None or statement["monthly"]["opening"] == last["monthly"]["closing"]
            last = statement
            on(clock, clock.today() + timedelta(days=10))


class TestAnIssuedStatement:
    def test_is_issued_once_for_a_day(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        assert issue(service, account_id) == issue(service, account_id)
        assert len(emitted(service.store, name="statement_issued")) == 1

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE statements SET document = document || '{\"bill\": null}'",
            "UPDATE statements SET delivery = 'electronic'",
            "DELETE FROM statements",
            (
                "INSERT INTO statements SELECT (json_populate_record(s, json_build_object('id', gen_random_uuid()))).*"
                " FROM statements s"
            ),
        ],
    )
    def test_keeps_what_it_said_whoever_tries_to_change_it(self, service: AccountsService, statement: str) -> None:
        issue(service, an_account(service, a_loan()))
        with pytest.raises(ConstraintViolated), service.store.writing() as transaction:
            transaction.run(text(statement))

    def test_is_listed_newest_first_page_by_page(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        days = [date(2026, 11, 23), date(2026, 12, 23), date(2027, 1, 23)]
        for day in days:
            on(clock, day)
            issue(service, account_id)
        page = listed(service, account_id, limit=2)
        rest = listed(service, account_id, limit=2, cursor=page["next_cursor"])
        shown = [row["statement_on"] for row in (*page["data"], *rest["data"])]
        assert (shown, rest["next_cursor"]) == ([day.isoformat() for day in reversed(days)], None)
        with pytest.raises(InvalidRequest):
            listed(service, account_id, cursor="newest")

    def test_is_its_holders_alone(self, service: AccountsService) -> None:
        mine, theirs = an_account(service, a_loan()), an_account(service, a_loan(source_ref="theirs"))
        issued = issue(service, theirs)
        for account_id, statement_id in ((theirs, issued["id"]), (mine, issued["id"]), (mine, "x")):
            request = {"account_id": account_id, "statement_id": statement_id}
            for door in (service.get_statement, service.print_statement):
                with pytest.raises(NotFound):
                    call(door, request=request, context=a_customer(accounts=(mine,)))
        with pytest.raises(NotFound):
            call(service.list_statements, request={"account_id": theirs}, context=a_customer(accounts=(mine,)))

    def test_is_issued_by_services_alone(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        with pytest.raises(Forbidden):
            call(
                service.issue_statement, request={"account_id": account_id}, key="mine",
                context=a_customer(accounts=(account_id,)),
            )  # fmt: skip

    def test_without_consent_goes_out_on_paper_until_it_is_posted(self, service: AccountsService) -> None:
        issued = issue(service, an_account(service, a_loan()))
        (waiting,) = call(service.list_paper_mailings, request={}, context=an_agent())["data"]
        assert (waiting["statement_id"], waiting["reason"]) == (issued["id"], "no_paperless_consent")
        noted = [
            call(service.note_paper_mailing, request={"statement_id": issued["id"]}, context=an_agent())
            for _ in range(2)
        ]
        assert noted[0] == noted[1]
        assert call(service.list_paper_mailings, request={}, context=an_agent())["data"] == []
        assert [row["mailed_at"] is None for row in rows_of(service.store, paper_mailings)] == [False]


class TestInterestOfAYear:
    def summary(self, service: AccountsService, account_id: str, year: int = 2026) -> Any:
        request = {"account_id": account_id, "year": year}
        key = str(new_id(at=service.clock.now()))
        issued = call(service.issue_interest_summary, request=request, context=an_agent(), key=key)
        return read(service, account_id, issued["id"])

    def test_counts_payments_by_the_day_on_which_they_are_effective(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id)
        on(clock, date(2027, 1, 4))
        pay(service, account_id, effective_on=date(2026, 12, 31))
        pay(service, account_id)
        summary = self.summary(service, account_id)
        paid = summary["year_end_interest"]["paid"]
        # 18 days at 3.2450 on 18,250.00, then 38 days on 17,896.04: 58.41 and 120.92.
        assert (paid["interest_cents"], paid["since_on"]) == (5_841 + 12_092, "2026-11-05")
        assert (summary["kind"], summary["period_to_on"], summary["revision"]) == ("year_end_interest", "2026-12-31", 1)
        assert summary["monthly"] is None

    def test_is_summed_up_in_january_once_for_every_loan_that_paid(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        paying, other = an_account(service, a_loan()), an_account(service, a_loan(source_ref="other"))
        lease = an_account(service, a_lease())
        for account_id in (paying, lease):
            pay(service, account_id)
        service.every_hour_issue_interest_summaries()
        assert rows_of(service.store, statements) == []
        on(clock, date(2027, 1, 2))
        for _ in range(2):
            service.every_hour_issue_interest_summaries()
        assert [str(row["account_id"]) for row in rows_of(service.store, statements)] == [paying]
        assert listed(service, other)["data"] == []

    def test_is_issued_anew_where_the_year_is_corrected_and_the_first_one_stays(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        payment_id = pay(service, account_id)
        on(clock, date(2027, 1, 2))
        first, again = self.summary(service, account_id), self.summary(service, account_id)
        assert first == again
        reverse(service, account_id, payment_id)
        second = self.summary(service, account_id)
        assert (second["revision"], second["year_end_interest"]["paid"]["interest_cents"]) == (2, 0)
        assert read(service, account_id, first["id"]) == first

    def test_is_refused_before_the_year_is_over_and_where_nothing_was_paid(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        with pytest.raises(YearNotOver):
            self.summary(service, account_id)
        on(clock, date(2027, 1, 2))
        with pytest.raises(NoInterestPaid):
            self.summary(service, account_id)


def test_the_same_key_issues_once(service: AccountsService) -> None:
    request = {"account_id": an_account(service, a_loan())}
    first, again = (ask_door(service.issue_statement, request=request, context=ACCOUNTS, key="mine") for _ in range(2))
    assert (first.data, again.replayed) == (again.data, True)


def test_it_is_printed_as_a_tagged_document_with_its_words(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    pay(service, account_id)
    request = {"account_id": account_id, "statement_id": issue(service, account_id)["id"]}
    printed = call(service.print_statement, request=request, context=a_customer(accounts=(account_id,)))
    assert (printed["media"], printed["file_name"]) == ("application/pdf", "monthly-2026-11-23.pdf")
    assert b64decode(printed["content_base64"]).startswith(b"%PDF-1.")
