"""Autopay draws what is due, on time and once: with consent, after notice, and never where a payment covers it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from chassis.bus.rpc import Reply
from chassis.context import CallContext
from chassis.errors import NotFound, PreconditionFailed
from services.payments.contract.errors import (
    AutopayNotEnrolled,
    ConsentNotCurrent,
    DraftNotStoppable,
    ExtraPrincipalNotPossible,
)
from services.payments.operations import send_due
from tests.builders.accounts import LEASE_TERMS, LOAN_TERMS, a_lease, a_loan, an_account, an_opening
from tests.builders.wiring import a_customer, call, emitted, every_statement
from tests.service.payments.autopay_house import CONSENT, House
from tests.service.payments.counter import ADA, CLOSED_ACCOUNT

INSTALMENT = 41_237


class TestEnrolment:
    def test_shows_the_next_three_drafts_on_business_days_and_in_time(self, house: House) -> None:
        shown = house.enrol()
        assert (shown["status"], shown["version"]) == ("active", 1)
        assert [(draft["draft_on"], draft["due_on"], draft["amount_cents"]) for draft in shown["drafts"]] == [
            ("2026-12-04", "2026-12-05", INSTALMENT),
            ("2027-01-05", "2027-01-05", INSTALMENT),
            ("2027-02-05", "2027-02-05", INSTALMENT),
        ]
        assert shown["drafts"][0]["stop_through_on"] == "2026-12-01"
        assert shown["message"] == "Autopay is on. The next draft is on December 4, 2026."
        assert house.autopay() == shown

    def test_keeps_the_consent_word_for_word_with_its_proof_and_sends_a_copy(self, house: House) -> None:
        house.enrol(day_offset=-3, extra_principal_cents=2_500, maximum_cents=60_000)
        ((kind, version, consent, proof),) = house.rows("SELECT kind, version, text, proof FROM autopay_consents")
        assert (kind, version) == ("given", CONSENT["version"])
        assert consent.endswith(
            "I chose: what is due, plus $25.00 extra principal, at most $600.00, 3 days before the due date, from my "
            "bank account ending in 6789."
        )
        assert (proof["subject"], proof["role"]) == (house.owner.subject, "customer")
        (told,) = house.told("autopay_enrolled")
        assert (told["consent_text"], told["consent_version"]) == (consent, version)
        assert [draft["amount_cents"] for draft in told["drafts"]] == [INSTALMENT + 2_500] * 3

    @pytest.mark.parametrize("change", ["UPDATE autopay_consents SET text = 'x'", "DELETE FROM autopay_consents"])
    def test_keeps_a_consent_that_nobody_can_change(self, house: House, change: str) -> None:
        house.enrol()
        with pytest.raises(IntegrityError, match="never changed"):
            house.rows(change + " RETURNING id")

    def test_needs_the_text_that_is_in_force(self, house: House) -> None:
        with pytest.raises(ConsentNotCurrent):
            house.enrol(consent={"version": "autopay-2019-01"})
        assert house.autopay()["status"] == "not_enrolled"

    def test_changes_only_what_the_caller_has_seen(self, house: House) -> None:
        with pytest.raises(PreconditionFailed):
            house.enrol(if_versions=[1])
        house.enrol()
        with pytest.raises(PreconditionFailed):
            house.enrol(if_versions=[0])
        assert house.enrol(day_offset=-5)["version"] == 2

    def test_is_the_owners_alone(self, house: House) -> None:
        stranger = a_customer(user_id="01900000-0000-7000-8000-0000000000b1")
        for method in (house.payments.get_autopay, house.payments.remove_autopay):
            with pytest.raises(NotFound):
                call(method, request={"account_id": house.account_id}, context=stranger)
        with pytest.raises(NotFound):
            house.enrol(payment_method_id="01900000-0000-7000-8000-0000000000ff")

    def test_of_a_lease_takes_no_extra_principal(self, house: House) -> None:
        house.account_id = an_account(house.accounts, a_lease())
        with pytest.raises(ExtraPrincipalNotPossible):
            house.enrol(extra_principal_cents=100)
        lease_cents = LEASE_TERMS.payment_cents
        # The eleventh was due on 15 November and can no longer be drawn in time: it comes with the twelfth.
        assert [draft["amount_cents"] for draft in house.enrol()["drafts"]] == [
            2 * lease_cents,
            lease_cents,
            lease_cents,
        ]

    def test_shortly_before_a_due_date_draws_on_the_next_business_day(self, house: House) -> None:
        house.move_to(date(2026, 12, 2))
        assert house.enrol(day_offset=-10)["drafts"][0]["draft_on"] == "2026-12-03"

    def test_says_on_the_account_that_it_is_on(self, house: House) -> None:
        request = {"account_ids": [house.account_id]}
        before = call(house.payments.list_pending_payments, request=request, context=house.owner)
        house.enrol()
        after = call(house.payments.list_pending_payments, request=request, context=house.owner)
        assert (before["autopay_account_ids"], after["autopay_account_ids"]) == ([], [house.account_id])

    def test_is_told_once_beside_all_that_is_pending_by_one_statement(self, house: House) -> None:
        house.enrol()
        paid = {house.ask_to_pay(amount_cents=cents).data["id"] for cents in (10_000, 20_000)}
        request = {"account_ids": [house.account_id]}
        with every_statement() as statements:
            found = call(house.payments.list_pending_payments, request=request, context=house.owner)
        # Two payments of one instant have no order.
        assert {payment["id"] for payment in found["data"]} == paid
        assert len(found["data"]) == 2
        assert found["autopay_account_ids"] == [house.account_id]
        assert len(statements) == 1, statements


class TestADraft:
    def test_is_told_ten_days_before_and_drawn_once_in_time(self, house: House) -> None:
        house.enrol()
        house.live_through("2027-01-06")
        assert house.drawn() == [("2026-12-04", INSTALMENT), ("2027-01-05", INSTALMENT)]
        assert house.charged() == [INSTALMENT, INSTALMENT]
        notices = [
            ((date.fromisoformat(told.data["draft_on"]) - told.time.date()).days, told.data["amount_cents"])
            for told in emitted(house.payments.store, name="autopay_draft_upcoming")
        ]
        assert notices[:2] == [(11, INSTALMENT), (11, INSTALMENT)]
        assert house.owes()["past_due_cents"] == 0

    def test_cites_its_consent(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-04")
        ((cited, given),) = house.rows("SELECT p.consent_id, e.consent_id FROM payments p, autopay_enrolments e")
        assert cited == given

    def test_of_extra_principal_lowers_the_principal(self, house: House) -> None:
        before = house.owes()
        house.enrol(extra_principal_cents=10_000)
        house.live_through("2026-12-04")
        assert house.drawn() == [("2026-12-04", INSTALMENT + 10_000)]
        assert house.owes()["principal_balance_cents"] < before["principal_balance_cents"] - 40_000

    def test_of_a_fixed_amount_is_that(self, house: House) -> None:
        house.enrol(fixed_amount_cents=50_000)
        house.live_through("2026-12-04")
        assert house.drawn() == [("2026-12-04", 50_000)]

    def test_is_never_above_the_maximum(self, house: House) -> None:
        house.enrol(maximum_cents=40_000)
        house.live_through("2026-12-04")
        assert house.drawn() == [("2026-12-04", 40_000)]

    def test_is_never_above_what_was_told(self, house: House) -> None:
        """A bounced payment makes more due than the notice said."""
        paid = house.ask_to_pay(amount_cents=INSTALMENT).data
        house.carry()
        house.enrol()
        house.live_through("2026-12-28")
        assert house.drawn()[1:] == []
        house.staff(house.accounts.reverse_payment, payment_id=paid["id"], reason="Sent to the wrong account")
        house.carry()
        house.live_through("2027-01-05")
        assert house.drawn()[1:] == [("2027-01-05", INSTALMENT)]
        assert house.owes()["past_due_cents"] == 0

    @pytest.mark.parametrize("odd_cents", [17_351, 47])
    def test_of_the_odd_last_amount_is_drawn_too(self, house: House, odd_cents: int) -> None:
        opening = an_opening(
            principal_cents=odd_cents, next_instalment_number=60, payments_made=59, as_of_on=date(2026, 11, 22),
            interest_paid_through_on=date(2026, 12, 5),
        )  # fmt: skip
        terms = replace(LOAN_TERMS, first_due_on=date(2022, 1, 5))
        record = a_loan(source_ref="demo/loans/last", opening=opening, terms=terms)
        house.account_id = an_account(house.accounts, record)
        house.enrol(extra_principal_cents=5_000)
        house.live_through("2026-12-07")
        assert [cents for _, cents in house.drawn()] == [odd_cents]
        assert house.owes()["status"] == "paid_off"
        assert house.autopay()["status"] == "cancelled"


@dataclass
class Overtaken:
    """Accounts, whose first answer about what is due comes after the customer has paid it."""

    house: House
    paid: bool = False

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:  # fmt: skip
        reply = self.house.payments.accounts.ask(method, request=request, context=context, key=key)
        if method == "get_amount_due" and not self.paid:
            self.paid = True
            self.house.ask_to_pay(amount_cents=INSTALMENT)
        return reply


class TestAManualPayment:
    def test_that_covers_the_instalment_is_not_followed_by_a_draft(self, house: House) -> None:
        house.enrol()
        house.ask_to_pay(amount_cents=INSTALMENT)
        house.carry()
        house.live_through("2026-12-10")
        assert house.charged() == [INSTALMENT]

    def test_that_is_still_on_its_way_counts(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-03")
        house.ask_to_pay(amount_cents=INSTALMENT)
        house.move_to(date(2026, 12, 4))
        house.open_day()
        assert house.charged() == [INSTALMENT]
        assert house.rows("SELECT status FROM autopay_drafts WHERE instalment_number = 12") == [["covered"]]

    def test_that_is_scheduled_for_the_due_date_counts(self, house: House) -> None:
        house.enrol(day_offset=-5)
        house.ask_to_pay(amount_cents=INSTALMENT, on="2026-12-04")
        house.live_through("2026-12-07")
        assert house.drawn() == [("2026-12-04", INSTALMENT)]

    def test_of_a_part_leaves_the_rest_to_the_draft(self, house: House) -> None:
        house.enrol()
        house.ask_to_pay(amount_cents=20_000)
        house.carry()
        house.live_through("2026-12-07")
        assert sorted(house.charged()) == [20_000, INSTALMENT - 20_000]

    def test_that_comes_between_the_question_and_the_decision_is_seen(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-03")
        house.move_to(date(2026, 12, 4))
        overtaken = Overtaken(house)
        send_due(house.payments.store, accounts=overtaken, clock=house.clock, on=house.clock.today())
        assert overtaken.paid
        house.carry()
        assert house.charged() == [INSTALMENT]

    def test_that_is_declined_leaves_the_instalment_to_the_draft(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-03")
        house.move_to(date(2026, 12, 4), hour=6)
        house.ask_to_pay(amount_cents=INSTALMENT, payment_method_id=house.add_bank_account(CLOSED_ACCOUNT))
        send_due(house.payments.store, accounts=house.payments.accounts, clock=house.clock, on=house.clock.today())
        assert house.rows("SELECT status FROM autopay_drafts WHERE instalment_number = 12") == [["covered"]]
        house.carry()
        house.move_to(date(2026, 12, 4), hour=7)
        house.open_day()
        assert house.drawn() == [("2026-12-04", INSTALMENT)]


class TestStopping:
    def test_three_business_days_before_stops_the_draft(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-01")
        shown = house.switch_off()
        assert (shown["status"], shown["drafts"]) == ("cancelled", [])
        house.live_through("2026-12-10")
        assert house.charged() == []
        assert [kind for (kind,) in house.rows("SELECT kind FROM autopay_consents ORDER BY id")] == [
            "given", "withdrawn",
        ]  # fmt: skip
        (told,) = house.told("autopay_cancelled")
        assert told["reason_code"] == "by_customer"

    def test_later_leaves_that_draft_and_says_so(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-02")
        shown = house.switch_off()
        assert [draft["draft_on"] for draft in shown["drafts"]] == ["2026-12-04"]
        assert "can no longer be stopped" in shown["message"]
        house.live_through("2027-01-10")
        assert house.drawn() == [("2026-12-04", INSTALMENT)]

    def test_twice_says_the_same(self, house: House) -> None:
        assert house.switch_off()["status"] == "not_enrolled"
        house.enrol()
        assert house.switch_off() == house.switch_off()
        assert len(house.told("autopay_cancelled")) == 1

    def test_one_draft_skips_it_and_goes_on_with_the_next(self, house: House) -> None:
        house.enrol()
        shown = house.skip()
        assert [(draft["draft_on"], draft["status"]) for draft in shown["drafts"]][:2] == [
            ("2026-12-04", "skipped"), ("2027-01-05", "planned"),
        ]  # fmt: skip
        house.live_through("2026-12-20")
        assert house.charged() == []
        house.live_through("2027-01-05")
        # What was skipped is still due, so the next draft is told, and drawn, with both.
        assert house.told("autopay_draft_upcoming")[-1]["amount_cents"] == 2 * INSTALMENT
        assert house.drawn() == [("2027-01-05", 2 * INSTALMENT)]

    def test_one_draft_too_late_is_refused(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-02")
        with pytest.raises(DraftNotStoppable):
            house.skip(instalment_number=12)
        assert house.skip()["drafts"][1]["status"] == "skipped"

    def test_one_draft_that_is_not_there_is_not_found(self, house: House) -> None:
        house.enrol()
        with pytest.raises(NotFound) as refused:
            house.skip(instalment_number=999)
        assert [error.pointer for error in refused.value.errors] == ["/instalment_number"]
        assert "No such draft" in refused.value.detail

    def test_needs_to_be_enrolled(self, house: House) -> None:
        with pytest.raises(AutopayNotEnrolled):
            house.skip()


class TestAPause:
    def test_follows_a_declined_draft_with_the_reason_in_plain_words(self, house: House) -> None:
        house.enrol(payment_method_id=house.add_bank_account(CLOSED_ACCOUNT))
        house.live_through("2026-12-04")
        shown = house.autopay()
        assert (shown["status"], shown["paused"]["code"], shown["drafts"]) == ("paused", "draft_declined", [])
        assert "account is closed" in shown["paused"]["reason"]
        house.live_through("2027-01-10")
        assert house.charged() == []
        (told,) = house.told("autopay_paused")
        assert told["reason"] == shown["paused"]["reason"]

    def test_ends_when_the_customer_agrees_again(self, house: House) -> None:
        house.enrol(payment_method_id=house.add_bank_account(CLOSED_ACCOUNT))
        house.live_through("2026-12-04")
        assert house.enrol()["status"] == "active"
        assert len(house.told("autopay_resumed")) == 1
        house.live_through("2027-01-05")
        assert house.drawn()[-1][0] == "2027-01-05"

    def test_follows_the_removal_of_the_method(self, house: House) -> None:
        method = house.add_bank_account()
        house.enrol(payment_method_id=method)
        scheduled = house.ask_to_pay(amount_cents=100, on="2026-12-01", payment_method_id=method).data
        call(house.payments.remove_payment_method, request={"payment_method_id": method}, context=ADA)
        assert house.autopay()["paused"]["code"] == "payment_method_removed"
        (told,) = house.told("payment_cancelled")
        assert (told["payment_id"], told["reason_code"]) == (scheduled["id"], "payment_method_removed")
        house.live_through("2026-12-10")
        assert house.charged() == []

    @pytest.mark.parametrize(
        ("code", "status", "words"),
        [
            ("R01", "paused", "not enough money"),
            ("R02", "paused", "closed"),
            ("R10", "cancelled", "not authorize"),
            ("R11", "active", ""),
        ],
    )
    def test_follows_a_payment_that_comes_back_with_the_reason_in_plain_words(
        self, house: House, code: str, status: str, words: str
    ) -> None:
        house.enrol()
        house.live_through("2026-12-04")
        house.comes_back(code)
        shown = house.autopay()
        assert shown["status"] == status
        assert words in shown["message"]
        assert len(house.told("autopay_paused")) == (status == "paused")
        assert len(house.told("autopay_cancelled")) == (status == "cancelled")
        drawn = len(house.charged())
        house.live_through("2027-01-08")
        assert (len(house.charged()) > drawn) is (status == "active")

    def test_for_a_deferment_ends_by_itself_with_the_notice_of_the_first_draft_after_it(self, house: House) -> None:
        house.enrol()
        house.defers(next_due_on="2027-02-05")
        shown = house.autopay()
        assert (shown["status"], shown["paused"]["code"]) == ("paused", "deferment")
        # Ten days and one before the draft of 5 February.
        assert shown["paused"]["resumes_on"] == "2027-01-25"
        house.live_through("2027-01-24")
        assert (house.autopay()["status"], house.charged()) == ("paused", [])
        house.live_through("2027-01-25")
        assert house.autopay()["status"] == "active"
        assert len(house.told("autopay_resumed")) == 1

    def test_is_not_for_a_change_that_only_moves_dates(self, house: House) -> None:
        house.enrol()
        house.defers(next_due_on="2026-12-20", reason="due_date_change")
        assert house.autopay()["status"] == "active"


class TestTheEndOfTheAccount:
    def test_ends_autopay_and_what_is_scheduled(self, house: House) -> None:
        house.enrol()
        house.ask_to_pay(amount_cents=10_000, on="2026-12-01")
        payoff = house.owes()["payoff_ceiling_cents"]
        house.ask_to_pay(amount_cents=payoff, pay_anyway=True)
        house.carry()
        shown = house.autopay()
        assert (shown["status"], shown["drafts"]) == ("cancelled", [])
        assert [told["reason_code"] for told in house.told("payment_cancelled")] == ["nothing_left_to_pay"]
        house.live_through("2026-12-10")
        assert house.charged() == [payoff]
