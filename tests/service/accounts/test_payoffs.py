"""A payoff quote is a promise: money that meets it closes the account, late drift is ours, a surplus goes back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.clock import FixedClock
from chassis.context import CallContext, as_service
from chassis.doors import Outcome
from chassis.errors import ConstraintViolated, Forbidden, IdempotencyKeyRequired, NotFound, Refusal
from chassis.ids import new_id
from deploy.ledger_check import check
from services.accounts.contract.errors import (
    AccountNotPaidOff,
    GoodThroughOutOfRange,
    NothingToPayOff,
    QuoteKindUnfit,
)
from services.accounts.models import account_events, accounts, payoff_quotes, work_items
from services.accounts.operations import note_good_funds, note_return, review_payoff_quotes
from services.accounts.operations.locking import LockedAccount, lock_account
from services.accounts.rules.payoff import PayoffPolicy
from services.accounts.rules.state import OpenFee
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    a_closed_loan,
    a_lease,
    a_loan,
    a_stored_quote,
    an_account,
    an_opening,
    ledger_of,
    payment_posted,
    rows_of,
)
from tests.builders.wiring import a_customer, an_agent, ask_door, call, deliver, emitted

LEASES, PAYMENTS = as_service("leases"), as_service("payments")
TODAY, GOOD_THROUGH = date(2026, 11, 23), date(2026, 12, 3)
PRINCIPAL_CENTS, INTEREST_TODAY_CENTS, INTEREST_IN_TEN_DAYS_CENTS = 1_825_000, 5_841, 9_086
PAYOFF_TODAY_CENTS = PRINCIPAL_CENTS + INTEREST_TODAY_CENTS
QUOTED_CENTS = PRINCIPAL_CENTS + INTEREST_IN_TEN_DAYS_CENTS
# Of $100.00 on 10 November, $83.78 are principal that costs no interest for thirteen days.
INTEREST_SAVED_CENTS = 19
LINES = [{"code": "residual", "description": "Price of the vehicle under the lease", "amount_cents": 1_890_000}]


def quoted(service: AccountsService, account_id: str, *, by: CallContext | None = None, **request: Any) -> Any:
    context = by or a_customer(accounts=(account_id,))
    body = {"account_id": account_id, "good_through": GOOD_THROUGH, **request}
    return call(service.issue_payoff_quote, request=body, context=context, key=str(new_id(at=service.clock.now())))


def quote_now(service: AccountsService, quote: dict[str, Any]) -> Any:
    request = {"account_id": quote["account_id"], "quote_id": quote["id"]}
    return call(service.get_payoff_quote, request=request, context=PAYMENTS)


def pay(service: AccountsService, account_id: str, **changed: Any) -> str:
    envelope = payment_posted(service, account_id=account_id, **changed)
    assert deliver(service.on_payment_posted, envelope) == Outcome.DONE
    payment_id: str = envelope.data["payment_id"]
    return payment_id


def view_of(service: AccountsService, account_id: str) -> Any:
    return call(service.get_account, request={"account_id": account_id}, context=a_customer(accounts=(account_id,)))


def told(service: AccountsService, name: str) -> list[dict[str, Any]]:
    return [dict(envelope.data) for envelope in emitted(service.store, name=name)]


def reasons(service: AccountsService) -> list[str]:
    return [item["reason"] for item in rows_of(service.store, work_items)]


def found_fees(cents: int) -> tuple[OpenFee, ...]:
    return (OpenFee(source_key="found", unpaid_cents=cents),) if cents else ()


class TestAPreview:
    def preview(self, service: AccountsService, account_id: str, **request: Any) -> Any:
        context = a_customer(accounts=(account_id,))
        return call(service.get_payoff_preview, request={"account_id": account_id, **request}, context=context)

    def test_shows_every_part_what_a_day_adds_and_where_to_mail(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(opening=an_opening(fees_due_cents=2_500, unapplied_cents=300)))
        found = self.preview(service, account_id, good_through=GOOD_THROUGH)
        explanation = found.pop("explanation")
        assert found == {
            "account_id": account_id,
            "kind": "payoff",
            "payoff_cents": QUOTED_CENTS + 2_500 - 300,
            "per_diem": "3.2450",
            "as_of_on": "2026-11-23",
            "good_through": "2026-12-03",
            "breakdown": {
                "principal_cents": PRINCIPAL_CENTS, "interest_cents": INTEREST_IN_TEN_DAYS_CENTS, "fees_cents": 2_500,
                "other_cents": 0, "credit_cents": 300,
            },
            "includes_pending_payments": False,
            "mail_to": {
                "regular": ["Kia Finance America", "P.O. Box 650805", "Dallas, TX 75265-0805"],
                "overnight": [
                    "Kia Finance America", "Box 650805", "1501 North Plano Rd., Suite 100", "Richardson, TX 75081",
                ],
            },
        }  # fmt: skip
        assert sum(part["amount_cents"] for part in explanation["parts"]) == found["payoff_cents"]
        assert all(part["sentence"] for part in explanation["parts"])

    def test_is_of_today_where_no_date_is_given_and_promises_nothing(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        found = self.preview(service, account_id)
        assert (found["good_through"], found["payoff_cents"]) == ("2026-11-23", PAYOFF_TODAY_CENTS)
        assert found["payoff_cents"] == view_of(service, account_id)["payoff_ceiling_cents"]
        assert not rows_of(service.store, payoff_quotes)
        assert not emitted(service.store)

    @pytest.mark.parametrize("days", [-1, 31])
    def test_is_refused_for_a_day_that_no_quote_can_have(self, service: AccountsService, days: int) -> None:
        account_id = an_account(service, a_loan())
        with pytest.raises(GoodThroughOutOfRange):
            self.preview(service, account_id, good_through=TODAY + timedelta(days=days))

    def test_is_refused_for_a_lease_and_for_a_closed_loan(self, service: AccountsService) -> None:
        with pytest.raises(QuoteKindUnfit):
            self.preview(service, an_account(service, a_lease()))
        with pytest.raises(NothingToPayOff):
            self.preview(service, an_account(service, a_closed_loan()))


class TestAQuote:
    def test_is_stored_with_the_event_it_rests_on_and_told(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        assert (quote["payoff_cents"], quote["status"], quote["issued_at"]) == (
            QUOTED_CENTS, "live", "2026-11-23T15:30:00.000Z",
        )  # fmt: skip
        (stored,) = rows_of(service.store, payoff_quotes)
        assert (str(stored["id"]), stored["rests_on_number"]) == (quote["id"], 1)
        (issued,) = told(service, "payoff_quote_issued")
        assert issued.pop("standing")["payoff_ceiling_cents"] == PAYOFF_TODAY_CENTS
        assert issued == {
            "account_id": account_id, "quote_id": quote["id"], "kind": "payoff", "payoff_cents": QUOTED_CENTS,
            "per_diem": "3.2450", "good_through": "2026-12-03",
        }  # fmt: skip
        assert quote_now(service, quote) == quote

    def test_needs_a_key_and_is_made_once_under_it(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        request = {"account_id": account_id, "good_through": GOOD_THROUGH}
        context = a_customer(accounts=(account_id,))
        with pytest.raises(IdempotencyKeyRequired):
            call(service.issue_payoff_quote, request=request, context=context)
        first, again = (
            ask_door(service.issue_payoff_quote, request=request, context=context, key="mine") for _ in range(2)
        )
        assert (first.data, first.replayed, again.replayed) == (again.data, False, True)

    def test_asked_for_again_while_nothing_has_changed_is_the_same_promise(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        assert quoted(service, account_id) == quoted(service, account_id)
        assert len(told(service, "payoff_quote_issued")) == 1
        assert quoted(service, account_id, good_through=TODAY)["payoff_cents"] == PAYOFF_TODAY_CENTS
        pay(service, account_id, amount_cents=10_000)
        quoted(service, account_id)
        assert len(rows_of(service.store, payoff_quotes)) == 3

    @pytest.mark.parametrize(
        ("request_", "refusal"),
        [
            ({"good_through": date(2026, 11, 22)}, GoodThroughOutOfRange),
            ({"good_through": date(2026, 12, 24)}, GoodThroughOutOfRange),
            ({"kind": "lease_purchase"}, QuoteKindUnfit),
            ({"lines": LINES}, QuoteKindUnfit),
            ({"source_ref": "option-1"}, QuoteKindUnfit),
        ],
    )
    def test_is_refused_where_it_cannot_be_kept(
        self, service: AccountsService, request_: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        account_id = an_account(service, a_loan())
        with pytest.raises(refusal):
            quoted(service, account_id, **request_)
        assert not rows_of(service.store, payoff_quotes)
        assert not emitted(service.store)

    def test_is_refused_where_credit_covers_everything(self, service: AccountsService) -> None:
        opening = an_opening(principal_cents=100, unapplied_cents=5_000)
        with pytest.raises(NothingToPayOff):
            quoted(service, an_account(service, a_loan(opening=opening)))

    def test_of_a_foreign_account_or_an_absent_one_is_not_found(self, service: AccountsService) -> None:
        mine, theirs = an_account(service, a_loan()), an_account(service, a_loan(source_ref="theirs"))
        for account_id, by in ((theirs, a_customer(accounts=(mine,))), (mine[:-1], an_agent()), ("x", an_agent())):
            with pytest.raises(NotFound):
                quoted(service, account_id, by=by)
        request = {"account_id": mine, "quote_id": quoted(service, theirs)["id"]}
        for quote_id in (request["quote_id"], "x"):
            with pytest.raises(NotFound):
                call(service.get_payoff_quote, request=request | {"quote_id": quote_id}, context=PAYMENTS)

    def test_keeps_what_it_promised_whoever_tries_to_change_it(self, service: AccountsService) -> None:
        quoted(service, an_account(service, a_loan()))
        for statement in (
            "UPDATE payoff_quotes SET payoff_cents = payoff_cents + 1, principal_cents = principal_cents + 1",
            "UPDATE payoff_quotes SET good_through = good_through + 1",
            "DELETE FROM payoff_quotes",
        ):
            with pytest.raises(ConstraintViolated), service.store.writing() as transaction:
                transaction.run(text(statement))

    def test_expires_after_its_last_day_noted_or_not(self, service: AccountsService, clock: FixedClock) -> None:
        quote = quoted(service, an_account(service, a_loan()))
        clock.move_to(clock.now(), today=GOOD_THROUGH)
        service.every_hour_expire_payoff_quotes()
        assert quote_now(service, quote)["status"] == "live"
        clock.move_to(clock.now(), today=GOOD_THROUGH + timedelta(days=1))
        assert quote_now(service, quote)["status"] == "expired"
        service.every_hour_expire_payoff_quotes()
        assert [row["status"] for row in rows_of(service.store, payoff_quotes)] == ["expired"]


class TestMoneyThatMeetsAQuote:
    def test_closes_the_account_and_sends_the_days_not_needed_back(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        payment_id = pay(service, account_id, amount_cents=QUOTED_CENTS, quote_id=quote["id"])
        assert [e.name for e in emitted(service.store)] == [
            "payoff_quote_issued", "payment_applied", "account_paid_off", "refund_due",
        ]  # fmt: skip
        (refund,) = told(service, "refund_due")
        surplus = INTEREST_IN_TEN_DAYS_CENTS - INTEREST_TODAY_CENTS
        assert (refund["amount_cents"], refund["payment_id"]) == (surplus, payment_id)
        assert refund["standing"]["status"] == view_of(service, account_id)["status"] == "paid_off"
        assert quote_now(service, quote)["status"] == "met"
        (item,) = rows_of(service.store, work_items)
        assert (item["reason"], item["details"]["refund_id"]) == ("refund_due", refund["refund_id"])
        ledger = ledger_of(service.store, account_id=account_id)
        assert (ledger["refund_payable"], ledger["clearing"]) == (-surplus, QUOTED_CENTS)
        assert not {"principal_receivable", "interest_receivable", "customer_suspense"} & set(ledger)
        assert check(service.store) == []

    def test_on_the_last_day_leaves_nothing_to_send_back(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        clock.move_to(clock.now() + timedelta(days=10), today=GOOD_THROUGH)
        pay(service, account_id, amount_cents=QUOTED_CENTS, quote_id=quote["id"])
        assert view_of(service, account_id)["status"] == "paid_off"
        assert told(service, "refund_due") == []
        assert check(service.store) == []

    def test_in_time_but_told_after_the_last_day_counts(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        clock.move_to(clock.now() + timedelta(days=12), today=GOOD_THROUGH + timedelta(days=2))
        service.every_hour_expire_payoff_quotes()
        pay(service, account_id, amount_cents=QUOTED_CENTS, effective_on=GOOD_THROUGH, quote_id=quote["id"])
        assert (quote_now(service, quote)["status"], view_of(service, account_id)["status"]) == ("met", "paid_off")
        assert check(service.store) == []

    def test_a_day_late_is_a_payment_like_any_other_and_a_person_is_told(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        clock.move_to(clock.now() + timedelta(days=11), today=GOOD_THROUGH + timedelta(days=1))
        pay(service, account_id, amount_cents=QUOTED_CENTS, quote_id=quote["id"])
        view = view_of(service, account_id)
        assert (view["status"], view["payoff_ceiling_cents"]) == ("open", 325)
        assert reasons(service) == ["payoff_quote_missed"]
        assert check(service.store) == []

    def test_may_come_in_parts(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        pay(service, account_id, amount_cents=1_000_000, quote_id=quote["id"])
        assert (view_of(service, account_id)["status"], reasons(service)) == ("open", [])
        pay(service, account_id, amount_cents=QUOTED_CENTS - 1_000_000, quote_id=quote["id"])
        assert (view_of(service, account_id)["status"], quote_now(service, quote)["status"]) == ("paid_off", "met")
        assert check(service.store) == []

    def test_needs_no_quote_where_it_reaches_the_payoff_and_meets_every_open_one(
        self, service: AccountsService
    ) -> None:
        account_id = an_account(service, a_loan())
        quotes = [quoted(service, account_id), quoted(service, account_id, good_through=TODAY)]
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS)
        assert [quote_now(service, quote)["status"] for quote in quotes] == ["met", "met"]
        assert check(service.store) == []

    def test_uses_the_customers_credit(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(opening=an_opening(unapplied_cents=5_000)))
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS - 5_000)
        view = view_of(service, account_id)
        assert (view["status"], view["unapplied_cents"], view["principal_balance_cents"]) == ("paid_off", 0, 0)
        assert check(service.store) == []

    def test_is_shown_in_the_history_with_what_followed(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS + 500)
        request, context = {"account_id": account_id}, a_customer(accounts=(account_id,))
        page = call(service.list_transactions, request=request, context=context)["data"]
        shown = [(row["kind"], row["amount_cents"]) for row in page]
        assert shown == [("refund_due", -500), ("payoff_drift", 0), ("payment", PAYOFF_TODAY_CENTS + 500)]
        assert [row["explanation"]["sentence"] for row in page[:2]] == [
            "$5.00 was more than the account could take and is owed back to you.",
            "The account was paid off on November 23, 2026.",
        ]
        assert view_of(service, account_id)["last_payment"]["amount_cents"] == PAYOFF_TODAY_CENTS + 500


class TestWhatWeFindOutAfterThePromise:
    """A quote that was given when 91 cents less were known of stands for what a correction of ours finds later."""

    def short_quote(self, service: AccountsService, account_id: str, *, found_cents: int = 91) -> str:
        return a_stored_quote(
            service, account_id=account_id, payoff_cents=PAYOFF_TODAY_CENTS - found_cents, good_through=GOOD_THROUGH
        )

    @pytest.mark.parametrize("cites", [True, False])
    def test_is_our_loss_when_the_quote_is_met(self, service: AccountsService, cites: bool) -> None:
        account_id = an_account(service, a_loan())
        quote_id = self.short_quote(service, account_id)
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS - 91, quote_id=quote_id if cites else None)
        view = view_of(service, account_id)
        assert (view["status"], view["principal_balance_cents"]) == ("paid_off", 0)
        assert ledger_of(service.store, account_id=account_id)["payoff_drift"] == 91
        assert told(service, "account_paid_off")[0]["standing"]["payoff_ceiling_cents"] == 0
        assert check(service.store) == []

    def test_of_a_cent_less_than_the_quote_nothing_is_given_away(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quote_id = self.short_quote(service, account_id)
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS - 92, quote_id=quote_id)
        view = view_of(service, account_id)
        assert (view["status"], view["payoff_ceiling_cents"]) == ("open", 92)
        pay(service, account_id, amount_cents=1)
        assert view_of(service, account_id)["status"] == "paid_off"
        assert ledger_of(service.store, account_id=account_id)["payoff_drift"] == 91
        assert check(service.store) == []

    def test_is_less_when_an_earlier_payment_turns_up(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS - 91, quote_id=self.short_quote(service, account_id))
        pay(service, account_id, amount_cents=10_000, effective_on=date(2026, 11, 10))
        ledger = ledger_of(service.store, account_id=account_id)
        (refund,) = told(service, "refund_due")
        assert ledger["refund_payable"] == -refund["amount_cents"] == -(10_000 - 91 + INTEREST_SAVED_CENTS)
        assert "payoff_drift" not in ledger
        assert len(told(service, "account_paid_off")) == 1
        assert check(service.store) == []


class TestAChangeOfTheAccount:
    """What a reversal, a return, a fee or a waiver calls after it: the quotes of the account are looked at again."""

    def review(
        self, service: AccountsService, account_id: str, *, found_cents: int, status: str = "open",
        returned_number: int | None = None,
    ) -> list[UUID]:  # fmt: skip
        with service.store.writing() as transaction:
            account = lock_account(transaction, account_id=UUID(account_id))
            changed: LockedAccount = replace(
                account, status=status, state=replace(account.state, open_fees=found_fees(found_cents))
            )
            return review_payoff_quotes(
                transaction, account=changed, now=service.clock.now(), today=service.clock.today(),
                returned_number=returned_number,
            )  # fmt: skip

    def test_within_the_limit_leaves_the_promise(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        assert self.review(service, account_id, found_cents=1_000) == []
        assert quote_now(service, quote)["status"] == "live"

    def test_beyond_it_withdraws_the_quote_and_tells_it_with_the_next_step(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        assert self.review(service, account_id, found_cents=1_001) == [UUID(quote["id"])]
        now = quote_now(service, quote)
        assert (now["status"], now["withdrawn_reason"]) == ("withdrawn", "drift_beyond_limit")
        (withdrawn,) = told(service, "payoff_quote_withdrawn")
        assert (withdrawn["quote_id"], withdrawn["reason_code"]) == (quote["id"], "drift_beyond_limit")
        assert "Ask for a new payoff quote" in withdrawn["reason"]
        assert self.review(service, account_id, found_cents=1_001) == []

    def test_does_not_count_what_the_customer_paid_meanwhile(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quoted(service, account_id)
        pay(service, account_id, amount_cents=50_000)
        assert self.review(service, account_id, found_cents=1_000) == []

    def test_that_returns_a_payment_the_quote_counted_voids_it(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=50_000)
        before, after = quoted(service, account_id, good_through=TODAY), quoted(service, account_id)
        pay(service, account_id, amount_cents=1_000)
        assert self.review(service, account_id, found_cents=0, returned_number=3) == []
        voided = self.review(service, account_id, found_cents=0, returned_number=2)
        assert {str(found) for found in voided} == {before["id"], after["id"]}
        assert {row["withdrawn_reason"] for row in rows_of(service.store, payoff_quotes)} == {
            "counted_payment_returned"
        }

    def test_of_a_paid_off_account_keeps_the_promise(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quoted(service, account_id)
        assert self.review(service, account_id, found_cents=50_000, status="paid_off") == []

    def withdrawn_quote(self, service: AccountsService, account_id: str) -> str:
        quote_id = a_stored_quote(
            service, account_id=account_id, payoff_cents=PAYOFF_TODAY_CENTS - 2_000, good_through=GOOD_THROUGH
        )
        assert self.review(service, account_id, found_cents=0) == [UUID(quote_id)]
        return quote_id

    def test_leaves_a_withdrawn_quote_without_effect_for_later_money(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        quote_id = self.withdrawn_quote(service, account_id)
        clock.move_to(clock.now() + timedelta(days=1), today=TODAY + timedelta(days=1))
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS - 2_000, quote_id=quote_id)
        assert (view_of(service, account_id)["status"], reasons(service)) == ("open", ["payoff_quote_missed"])
        assert check(service.store) == []

    def test_that_was_found_while_the_money_was_on_its_way_is_our_loss(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        quote_id = self.withdrawn_quote(service, account_id)
        clock.move_to(clock.now() + timedelta(days=1), today=TODAY + timedelta(days=1))
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS - 2_000, quote_id=quote_id, effective_on=TODAY)
        assert view_of(service, account_id)["status"] == "paid_off"
        assert ledger_of(service.store, account_id=account_id)["payoff_drift"] == 2_000
        assert [row["status"] for row in rows_of(service.store, payoff_quotes)] == ["met"]
        assert check(service.store) == []


class TestWhatStaffAndBanksChange:
    """The same through the doors that change an account: a correction, a fee, a return."""

    def reverse(self, service: AccountsService, account_id: str, payment_id: str) -> None:
        request = {
            "account_id": account_id, "payment_id": payment_id, "presentment_number": 1, "reason": "another's money",
        }  # fmt: skip
        call(service.reverse_payment, request=request, context=an_agent(), key=str(new_id(at=service.clock.now())))

    def charge(self, service: AccountsService, account_id: str, *, cents: int) -> None:
        request = {
            "account_id": account_id, "kind": "other_fee", "amount_cents": cents, "reason": "a copy",
            "fee_reference": f"copy {cents}",
        }  # fmt: skip
        call(service.assess_fee, request=request, context=an_agent(), key=str(new_id(at=service.clock.now())))

    def test_a_small_correction_after_the_quote_is_our_loss(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        wrong = pay(service, account_id, amount_cents=900, effective_on=date(2026, 11, 10))
        quote = quoted(service, account_id, good_through=TODAY)
        self.reverse(service, account_id, wrong)
        assert (quote_now(service, quote)["status"], told(service, "payoff_quote_withdrawn")) == ("live", [])
        pay(service, account_id, amount_cents=quote["payoff_cents"], quote_id=quote["id"])
        assert view_of(service, account_id)["status"] == "paid_off"
        assert ledger_of(service.store, account_id=account_id)["payoff_drift"] == 900
        assert check(service.store) == []

    def test_a_large_one_withdraws_it_and_tells_so(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        wrong = pay(service, account_id, amount_cents=40_000, effective_on=date(2026, 11, 10))
        quote = quoted(service, account_id)
        self.reverse(service, account_id, wrong)
        (withdrawn,) = told(service, "payoff_quote_withdrawn")
        assert (withdrawn["quote_id"], withdrawn["reason_code"]) == (quote["id"], "drift_beyond_limit")

    def test_fees_that_come_after_it_count_together(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        self.charge(service, account_id, cents=600)
        assert quote_now(service, quote)["status"] == "live"
        self.charge(service, account_id, cents=401)
        assert quote_now(service, quote)["withdrawn_reason"] == "drift_beyond_limit"

    def test_a_return_of_a_payment_that_it_counted_voids_it_at_any_amount(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        payment_id = pay(service, account_id, amount_cents=100)
        quote = quoted(service, account_id)
        returned = {
            "payment_id": payment_id, "account_id": account_id, "presentment_number": 1, "amount_cents": 100,
            "return_code": "R01", "reason": "insufficient funds",
        }  # fmt: skip
        with service.store.writing() as transaction:
            note_return(transaction, returned=returned, now=service.clock.now(), today=TODAY)
        assert quote_now(service, quote)["withdrawn_reason"] == "counted_payment_returned"

    def test_a_payoff_whose_payment_is_undone_opens_the_loan_again_and_takes_the_refund_back(
        self, service: AccountsService
    ) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        payment_id = pay(service, account_id, amount_cents=QUOTED_CENTS, quote_id=quote["id"])
        self.reverse(service, account_id, payment_id)
        view = view_of(service, account_id)
        assert (view["status"], view["payoff_ceiling_cents"]) == ("open", PAYOFF_TODAY_CENTS)
        assert view["unapplied_cents"] == 0
        assert [item["closed_at"] is None for item in rows_of(service.store, work_items)] == [False]
        assert "refund_payable" not in ledger_of(service.store, account_id=account_id)
        assert len(told(service, "account_reopened")) == 1
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS)
        assert view_of(service, account_id)["status"] == "paid_off"
        assert check(service.store) == []

    def test_a_payment_that_comes_back_takes_its_own_refund_with_it_and_no_other(
        self, service: AccountsService
    ) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS + 500)
        earlier = pay(service, account_id, amount_cents=10_000, effective_on=date(2026, 11, 10))
        self.reverse(service, account_id, earlier)
        ledger = ledger_of(service.store, account_id=account_id)
        assert ledger["refund_payable"] == -(500 + INTEREST_SAVED_CENTS)
        assert ledger["payoff_drift"] == INTEREST_SAVED_CENTS
        waiting = [item for item in rows_of(service.store, work_items) if item["closed_at"] is None]
        assert {item["details"]["amount_cents"] for item in waiting} == {500, INTEREST_SAVED_CENTS}
        assert view_of(service, account_id)["status"] == "paid_off"
        assert check(service.store) == []

    def test_money_that_was_undone_is_not_counted_towards_the_quote(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        quote = quoted(service, account_id)
        payment_id = pay(service, account_id, amount_cents=1_000_000, quote_id=quote["id"])
        assert quote_now(service, quote)["received_cents"] == 1_000_000
        self.reverse(service, account_id, payment_id)
        now = quote_now(service, quote)
        assert (now["status"], now["received_cents"]) == ("live", 0)
        pay(service, account_id, amount_cents=QUOTED_CENTS - 1_000_000, quote_id=quote["id"])
        assert view_of(service, account_id)["status"] == "open"

    def test_a_rate_that_changed_is_quoted(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        request = {
            "account_id": account_id, "annual_rate_percent": "6.00", "effective_on": TODAY, "reason": "servicemember",
        }  # fmt: skip
        call(service.change_rate, request=request, context=an_agent(), key="rate")
        quote = quoted(service, account_id)
        assert quote["per_diem"] == "3.0000"
        assert sum(part["amount_cents"] for part in quote["explanation"]["parts"]) == quote["payoff_cents"]


class TestASurplus:
    def test_of_a_dollar_stays_the_customers_credit_and_a_person_looks(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS + 100)
        assert view_of(service, account_id)["unapplied_cents"] == 100
        assert (told(service, "refund_due"), reasons(service)) == ([], ["credit_after_last_instalment"])
        assert check(service.store) == []

    def test_of_a_dollar_goes_back_where_the_company_wants_it(self, service: AccountsService) -> None:
        service.policy = PayoffPolicy(days_ahead_max=30, drift_cents_max=0, refunds_small_credit=True)
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS + 1)
        assert [due["amount_cents"] for due in told(service, "refund_due")] == [1]
        assert check(service.store) == []

    def test_paid_after_the_payoff_is_a_refund_of_its_own(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        first = pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS + 500)
        second = pay(service, account_id, amount_cents=40_000)
        refunds = told(service, "refund_due")
        assert [(due["amount_cents"], due["payment_id"]) for due in refunds] == [(500, first), (40_000, second)]
        assert len({due["refund_id"] for due in refunds}) == 2
        assert ledger_of(service.store, account_id=account_id)["refund_payable"] == -40_500
        assert check(service.store) == []

    def test_that_was_told_is_not_taken_back_by_a_replay(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS + 500)
        pay(service, account_id, amount_cents=10_000, effective_on=date(2026, 11, 10))
        first, *later = (due["amount_cents"] for due in told(service, "refund_due"))
        assert (first, sum(later)) == (500, 10_000 + INTEREST_SAVED_CENTS)
        assert ledger_of(service.store, account_id=account_id)["refund_payable"] == -(first + sum(later))
        assert check(service.store) == []

    def test_goes_back_by_no_payment_that_brought_less(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        last = pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS + 500)
        earlier = pay(service, account_id, amount_cents=10_000, effective_on=date(2026, 11, 10))
        refunds = told(service, "refund_due")
        assert [(due["payment_id"], due["amount_cents"]) for due in refunds] == [
            (last, 500), (earlier, 10_000), (last, INTEREST_SAVED_CENTS),
        ]  # fmt: skip
        assert {item["details"]["refund_id"] for item in rows_of(service.store, work_items)} == {
            due["refund_id"] for due in refunds
        }
        assert view_of(service, account_id)["unapplied_cents"] == 0
        assert check(service.store) == []

    def test_that_no_payment_brought_waits_for_a_person(self, service: AccountsService) -> None:
        opening = an_opening(principal_cents=4_000, unapplied_cents=6_000)
        account_id = an_account(service, a_loan(opening=opening))
        payment_id = pay(service, account_id, amount_cents=1_000)
        assert [(due["payment_id"], due["amount_cents"]) for due in told(service, "refund_due")] == [
            (payment_id, 1_000)
        ]
        view, interest_cents = view_of(service, account_id), 13
        assert (view["status"], view["unapplied_cents"]) == ("paid_off", 6_000 - 4_000 - interest_cents)
        assert sorted(reasons(service)) == ["credit_after_last_instalment", "refund_due"]
        assert check(service.store) == []

    def test_beyond_its_payment_is_refused_by_the_database_itself(self, service: AccountsService) -> None:
        pay(service, an_account(service, a_loan()), amount_cents=PAYOFF_TODAY_CENTS + 500)
        again = text(
            "INSERT INTO account_events SELECT gen_random_uuid(), account_id, number + 1, source_key || ' again', kind,"
            " effective_on, data || jsonb_build_object('amount_cents', CAST(:cents AS bigint)), recorded_at"
            " FROM account_events WHERE kind = 'refund_due'"
        )
        with pytest.raises(ConstraintViolated) as refused, service.store.writing() as transaction:
            transaction.run(again.bindparams(cents=PAYOFF_TODAY_CENTS + 1))
        assert refused.value.constraint == "ck_account_events_refund"
        with service.store.writing() as transaction:
            transaction.run(again.bindparams(cents=PAYOFF_TODAY_CENTS))


class TestGoodFunds:
    def paid_off(self, service: AccountsService) -> tuple[str, str]:
        account_id = an_account(service, a_loan())
        return account_id, pay(service, account_id, amount_cents=PAYOFF_TODAY_CENTS)

    def close(self, service: AccountsService, account_id: str, payment_id: str) -> Any:
        request = {"account_id": account_id, "payment_id": payment_id, "presentment_number": 1}
        key = str(new_id(at=service.clock.now()))
        return call(service.close_account, request=request, context=PAYMENTS, key=key)

    def settle(self, service: AccountsService, account_id: str, payment_id: str) -> None:
        settled = {"account_id": account_id, "payment_id": payment_id, "presentment_number": 1}
        with service.store.writing() as transaction:
            note_good_funds(transaction, settled=settled, today=service.clock.today())

    @pytest.mark.parametrize("way", ["close", "settle"])
    def test_close_the_account_for_good(self, service: AccountsService, way: str) -> None:
        account_id, payment_id = self.paid_off(service)
        closes: Callable[[AccountsService, str, str], Any] = getattr(self, way)
        closes(service, account_id, payment_id)
        (closed,) = told(service, "account_closed")
        assert (closed["payment_id"], closed["closed_on"]) == (payment_id, "2026-11-23")
        assert closed["standing"]["status"] == view_of(service, account_id)["status"] == "closed"
        (row,) = rows_of(service.store, accounts)
        assert row["closed_on"] == TODAY
        assert check(service.store) == []

    def test_of_another_payment_close_nothing(self, service: AccountsService) -> None:
        account_id, _ = self.paid_off(service)
        other = pay(service, account_id, amount_cents=20_000)
        with pytest.raises(AccountNotPaidOff):
            self.close(service, account_id, other)
        self.settle(service, account_id, other)
        assert (told(service, "account_closed"), view_of(service, account_id)["status"]) == ([], "paid_off")

    def test_of_a_payment_on_an_open_account_close_nothing(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        payment_id = pay(service, account_id)
        self.settle(service, account_id, payment_id)
        assert (told(service, "account_closed"), view_of(service, account_id)["status"]) == ([], "open")

    def test_are_known_to_services_alone(self, service: AccountsService) -> None:
        account_id, payment_id = self.paid_off(service)
        request = {"account_id": account_id, "payment_id": payment_id, "presentment_number": 1}
        for context in (a_customer(accounts=(account_id,)), an_agent()):
            with pytest.raises(Forbidden):
                call(service.close_account, request=request, context=context, key="mine")

    def test_come_before_money_is_held_as_a_closed_accounts(self, service: AccountsService) -> None:
        account_id, payment_id = self.paid_off(service)
        self.close(service, account_id, payment_id)
        pay(service, account_id, amount_cents=5_000)
        assert reasons(service) == ["account_not_open"]
        assert check(service.store) == []


class TestALeasesQuote:
    def purchase(self, service: AccountsService, account_id: str) -> Any:
        return quoted(service, account_id, by=LEASES, kind="lease_purchase", lines=LINES, source_ref="option-1")

    def test_is_priced_by_leases_and_completed_by_accounts(self, service: AccountsService) -> None:
        quote = self.purchase(service, an_account(service, a_lease(opening=a_lease().opening)))
        assert quote["payoff_cents"] == 1_890_000 + 48_240
        assert quote["breakdown"]["other_cents"] == quote["payoff_cents"]
        assert [part["code"] for part in quote["explanation"]["parts"]] == ["instalments_due", "residual"]
        assert quote["mail_to"] == {"regular": None, "overnight": None}

    def test_is_given_to_no_person_directly(self, service: AccountsService) -> None:
        account_id = an_account(service, a_lease())
        for by in (None, an_agent()):
            for kind in ("payoff", "lease_purchase"):
                with pytest.raises(QuoteKindUnfit):
                    quoted(service, account_id, by=by, kind=kind)

    def test_of_an_early_end_when_met_holds_the_money_until_the_vehicle_is_sold(self, service: AccountsService) -> None:
        account_id = an_account(service, a_lease())
        quote = quoted(service, account_id, by=LEASES, kind="early_termination", lines=LINES)
        pay(service, account_id, amount_cents=quote["payoff_cents"], quote_id=quote["id"])
        view = view_of(service, account_id)
        assert (view["status"], view["unapplied_cents"]) == ("open", quote["payoff_cents"])
        assert reasons(service) == ["lease_quote_met"]
        assert check(service.store) == []

    def test_is_not_met_by_money_that_does_not_name_it(self, service: AccountsService) -> None:
        account_id = an_account(service, a_lease())
        quote = self.purchase(service, account_id)
        pay(service, account_id, amount_cents=quote["payoff_cents"])
        assert view_of(service, account_id)["days_past_due"] == 0
        assert "lease_quote_met" not in reasons(service)


def test_addresses_are_those_of_the_accounts_product(service: AccountsService) -> None:
    for record, purposes in ((a_loan(), {"payment", "payoff"}), (a_lease(), {"payment", "payoff"})):
        account_id = an_account(service, record)
        request, context = {"account_id": account_id}, a_customer(accounts=(account_id,))
        found = call(service.list_payment_addresses, request=request, context=context)
        assert {address["product"] for address in found["data"]} == {record.product}
        assert {(address["purpose"], address["speed"]) for address in found["data"]} == {
            (purpose, speed) for purpose in purposes for speed in ("regular", "overnight")
        }
        assert found["note"] == "Write your account number on the check."


def test_every_payoff_is_one_event_of_the_account(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    quote = quoted(service, account_id)
    pay(service, account_id, amount_cents=QUOTED_CENTS, quote_id=quote["id"])
    events = sorted(rows_of(service.store, account_events), key=lambda row: row["number"])
    assert [event["kind"] for event in events] == ["account_opened", "payment_posted", "payoff_settled", "refund_due"]
    assert events[2]["data"]["payment_key"] == events[1]["source_key"]
