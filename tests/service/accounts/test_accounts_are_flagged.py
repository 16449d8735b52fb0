"""Staff flag an account: the fees that it must stop are stopped, a servicemember's rate is capped, all is kept."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from chassis.clock import FixedClock
from chassis.context import CallContext
from chassis.doors import Outcome
from chassis.errors import ConstraintViolated, Forbidden, NotFound
from deploy.ledger_check import check
from services.accounts.contract.errors import (
    FeeStopped,
    FlagAlreadySet,
    FlagDatesWrong,
    FlagNotSet,
    LateFeeNotChargeable,
)
from services.accounts.models import account_flags, work_items
from services.accounts.operations import end_flags, note_return
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    LEASE_TERMS,
    LOAN_TERMS,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    ledger_of,
    payment_posted,
    rows_of,
)
from tests.builders.days import run_through
from tests.builders.wiring import a_customer, an_agent, call, deliver, emitted

# The eleventh instalment, due on 5 November 2026, is unpaid; today is 23 November.
LATE = an_opening(next_instalment_number=11, payments_made=10)
# That of a lease, due on 15 November, bears its late fee in Texas from then on.
LEASE_FEE_FROM_ON = date(2026, 12, 1)
RESTRICT_VIOLATION = "23001"
FEES_FIRST = replace(LOAN_TERMS, waterfall="fees_first")
EVERY_FEE = ["late_fee", "other_fee", "returned_payment_fee"]
STOPPED = {
    "servicemember": EVERY_FEE, "bankruptcy": EVERY_FEE, "deceased": EVERY_FEE, "dispute": ["late_fee"],
    "cease_contact": [],
}  # fmt: skip


def flag(
    service: AccountsService, account_id: str, kind: str, *, context: CallContext | None = None, **changed: Any
) -> Any:
    request = {"account_id": account_id, "kind": kind, "from_on": date(2026, 11, 10), "note": "letter of 9 November"}
    return call(
        service.set_account_flag, request=request | changed, context=context or an_agent(), key=f"set {kind} {changed}"
    )


def clear(service: AccountsService, account_id: str, kind: str, *, key: str = "clear", **changed: Any) -> Any:
    request = {"account_id": account_id, "kind": kind, "note": "case dismissed"} | changed
    return call(service.clear_account_flag, request=request, context=an_agent(), key=key)


def assess_late_fee(service: AccountsService, account_id: str, *, key: str = "late") -> Any:
    request = {"account_id": account_id, "instalment_number": 11}
    return call(service.assess_late_fee, request=request, context=an_agent(), key=key)


def assess_fee(service: AccountsService, account_id: str, kind: str = "other_fee", *, key: str = "fee") -> Any:
    request = {
        "account_id": account_id, "kind": kind, "amount_cents": 500, "reason": "copy", "fee_reference": f"{kind}/1",
    }  # fmt: skip
    return call(service.assess_fee, request=request, context=an_agent(), key=key)


def fee_of(charged: Any, service: AccountsService) -> str:
    """The one fee that was charged to an account."""
    request = {"account_id": charged["account_id"]}
    context = a_customer(accounts=(charged["account_id"],))
    (fee_id,) = {row["fee_id"] for row in call(service.list_transactions, request=request, context=context)["data"]} - {
        None
    }
    return str(fee_id)


def waive(service: AccountsService, account_id: str, fee_id: str) -> None:
    request = {"account_id": account_id, "fee_id": fee_id, "reason": "first time late"}
    call(service.waive_fee, request=request, context=an_agent(), key="waive")


def waivers(service: AccountsService) -> list[dict[str, Any]]:
    return [dict(envelope.data) for envelope in emitted(service.store, name="fee_waived")]


def pay(service: AccountsService, clock: FixedClock, account_id: str, *, cents: int, on: date) -> None:
    clock.move_to(clock.now(), today=on)
    paid = payment_posted(service, account_id=account_id, amount_cents=cents, effective_on=on)
    assert deliver(service.on_payment_posted, paid) == Outcome.DONE


def view_of(service: AccountsService, account_id: str) -> Any:
    return call(service.get_account, request={"account_id": account_id}, context=a_customer(accounts=(account_id,)))


def flags_of(service: AccountsService, account_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(
        service.list_account_flags, request={"account_id": account_id}, context=an_agent()
    )["data"]
    return found


class TestAFlag:
    @pytest.mark.parametrize("kind", STOPPED)
    def test_stops_the_fees_that_it_must_with_the_reason(self, service: AccountsService, kind: str) -> None:
        account_id = an_account(service, a_loan(opening=LATE))
        assert flag(service, account_id, kind)["flag"]["stops_fees"] == STOPPED[kind]
        for fee in ("other_fee", "returned_payment_fee"):
            if fee in STOPPED[kind]:
                with pytest.raises(FeeStopped, match=f"flag {kind} since 2026-11-10"):
                    assess_fee(service, account_id, fee, key=fee)
            else:
                assess_fee(service, account_id, fee, key=fee)
        if "late_fee" in STOPPED[kind]:
            with pytest.raises(LateFeeNotChargeable, match=f"flag {kind} since 2026-11-10"):
                assess_late_fee(service, account_id)
        else:
            assess_late_fee(service, account_id)
        charged = sum(cents for fee, cents in _CHARGED.items() if fee not in STOPPED[kind])
        assert view_of(service, account_id)["fees_due_cents"] == charged
        assert check(service.store) == []

    def test_stops_the_fee_for_a_returned_payment_that_nobody_decides(self, service: AccountsService) -> None:
        terms = replace(LOAN_TERMS, returned_payment_fee_cents=2_000)
        flagged = an_account(service, a_loan(source_ref="flagged", terms=terms))
        plain = an_account(service, a_loan(source_ref="plain", terms=terms))
        flag(service, flagged, "bankruptcy")
        for account_id in (flagged, plain):
            paid = payment_posted(service, account_id=account_id)
            assert deliver(service.on_payment_posted, paid) == Outcome.DONE
            returned = {**paid.data, "return_code": "R01", "reason": "insufficient funds"}
            with service.store.writing() as transaction:
                note_return(transaction, returned=returned, now=service.clock.now(), today=service.clock.today())
        assert [view_of(service, account_id)["fees_due_cents"] for account_id in (flagged, plain)] == [0, 2_000]

    def test_counts_no_more_once_it_is_cleared(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(opening=LATE))
        flag(service, account_id, "bankruptcy")
        cleared = clear(service, account_id, "bankruptcy", cleared_on=date(2026, 11, 20))["flag"]
        assert (cleared["cleared_on"], cleared["clearing_note"]) == ("2026-11-20", "case dismissed")
        assess_late_fee(service, account_id)
        assert view_of(service, account_id)["fees_due_cents"] == 2_061
        assert [row["cleared_by"] for row in flags_of(service, account_id)] == [an_agent().subject]

    def test_is_told_to_our_own_services_with_its_dates(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        flag(service, account_id, "dispute", through_on=date(2026, 12, 31))
        clear(service, account_id, "dispute")
        set_, cleared = emitted(service.store)
        assert {name: set_.data[name] for name in ("account_id", "kind", "from_on", "through_on")} == {
            "account_id": account_id, "kind": "dispute", "from_on": "2026-11-10", "through_on": "2026-12-31",
        }  # fmt: skip
        assert (cleared.name, cleared.data["kind"], cleared.data["cleared_on"]) == (
            "account_unflagged",
            "dispute",
            "2026-11-23",
        )
        assert cleared.sequence == set_.sequence + 1

    def test_stands_once_of_its_kind_and_beside_others(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        flag(service, account_id, "dispute")
        with pytest.raises(FlagAlreadySet):
            flag(service, account_id, "dispute", note="again")
        flag(service, account_id, "cease_contact")
        clear(service, account_id, "dispute")
        flag(service, account_id, "dispute", note="anew")
        standing = {row["kind"]: row["note"] for row in flags_of(service, account_id) if row["cleared_at"] is None}
        assert standing == {"dispute": "anew", "cease_contact": "letter of 9 November"}
        assert len(flags_of(service, account_id)) == 3

    @pytest.mark.parametrize(
        "dates", [{"from_on": date(2026, 11, 24)}, {"through_on": date(2026, 11, 9)}], ids=["begins later", "ends"]
    )
    def test_has_dates_that_fit(self, service: AccountsService, dates: dict[str, Any]) -> None:
        with pytest.raises(FlagDatesWrong):
            flag(service, an_account(service, a_loan()), "dispute", **dates)
        assert rows_of(service.store, account_flags) == []

    @pytest.mark.parametrize("cleared_on", [date(2026, 11, 9), date(2026, 11, 24)])
    def test_is_cleared_between_its_first_day_and_today(self, service: AccountsService, cleared_on: date) -> None:
        account_id = an_account(service, a_loan())
        flag(service, account_id, "dispute")
        with pytest.raises(FlagDatesWrong):
            clear(service, account_id, "dispute", cleared_on=cleared_on)

    def test_that_does_not_stand_cannot_be_cleared(self, service: AccountsService) -> None:
        with pytest.raises(FlagNotSet):
            clear(service, an_account(service, a_loan()), "dispute")

    def test_is_for_staff_and_for_accounts_that_there_are(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        with pytest.raises(Forbidden):
            flag(service, account_id, "dispute", context=a_customer(accounts=(account_id,)))
        with pytest.raises(NotFound):
            flag(service, "01900000-0000-7000-8000-00000000dead", "dispute")

    def test_keeps_what_was_set_whoever_writes(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        flag(service, account_id, "dispute")
        for statement in ("UPDATE account_flags SET note = 'x'", "DELETE FROM account_flags"):
            with pytest.raises(ConstraintViolated, match=RESTRICT_VIOLATION), service.store.writing() as transaction:
                transaction.run(text(statement))


class TestTheBusinessDay:
    def test_charges_no_late_fee_that_a_flag_stops(self, service: AccountsService, clock: FixedClock) -> None:
        flagged = an_account(service, a_loan(source_ref="flagged"))
        plain = an_account(service, a_loan(source_ref="plain"))
        flag(service, flagged, "bankruptcy")
        # The twelfth instalment is due on 5 December; in Texas its fee may be charged from the 21st on.
        run_through(service, clock, date(2026, 12, 22))
        assert [view_of(service, account_id)["fees_due_cents"] for account_id in (flagged, plain)] == [0, 2_061]
        assert view_of(service, flagged)["days_past_due"] == 17
        assert check(service.store) == []


def _balances(view: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in view.items() if name.endswith("_cents") or name in ("standing", "next_due_on")
    }


_CHARGED = {"late_fee": 2_061, "returned_payment_fee": 500, "other_fee": 500}


class TestAServicemember:
    def test_is_forgiven_what_was_charged_above_six_percent_since_the_call_up(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        assert deliver(service.on_payment_posted, payment_posted(service, account_id=account_id)) == Outcome.DONE
        assert ledger_of(service.store, account_id=account_id)["interest_income"] == -5_841
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 5))
        assert ledger_of(service.store, account_id=account_id)["interest_income"] == -5_400
        names = [envelope.name for envelope in emitted(service.store)]
        assert names == ["payment_applied", "schedule_changed", "account_flagged"]
        assert check(service.store) == []

    def test_is_forgiven_the_fees_since_the_call_up_too_for_they_count_as_interest(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan(opening=LATE, terms=replace(LOAN_TERMS, waterfall="fees_first")))
        assess_fee(service, account_id)
        assess_late_fee(service, account_id)
        clock.move_to(clock.now(), today=date(2026, 11, 24))
        # It pays the first fee, and nothing else.
        paid = payment_posted(service, account_id=account_id, amount_cents=500, effective_on=date(2026, 11, 24))
        assert deliver(service.on_payment_posted, paid) == Outcome.DONE
        assert view_of(service, account_id)["fees_due_cents"] == 2_061
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 20))
        assert view_of(service, account_id)["fees_due_cents"] == 0
        books = ledger_of(service.store, account_id=account_id)
        # The money that had paid a fee is for the interest, and all of the fees is given up.
        assert (books.get("fee_receivable", 0), books["waiver_expense"]) == (0, 2_561)
        waived = [envelope.data for envelope in emitted(service.store, name="fee_waived")]
        assert sorted(told["amount_cents"] for told in waived) == [500, 2_061]
        assert check(service.store) == []

    def test_is_told_once_of_a_fee_that_was_waived_before(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan(opening=LATE))
        fee_id = fee_of(assess_late_fee(service, account_id), service)
        waive(service, account_id, fee_id)
        clock.move_to(clock.now(), today=date(2026, 11, 30))
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 20))
        assert [(each["fee_id"], each["amount_cents"]) for each in waivers(service)] == [(fee_id, 2_061)]
        books = ledger_of(service.store, account_id=account_id)
        assert (books.get("fee_receivable", 0), books["waiver_expense"]) == (0, 2_061)
        assert view_of(service, account_id)["fees_due_cents"] == 0
        assert check(service.store) == []

    def test_is_told_what_is_newly_given_up_of_a_fee_that_was_paid_in_part_and_then_waived(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan(opening=LATE, terms=FEES_FIRST))
        fee_id = fee_of(assess_late_fee(service, account_id), service)
        pay(service, clock, account_id, cents=61, on=date(2026, 11, 24))
        clock.move_to(clock.now(), today=date(2026, 11, 25))
        waive(service, account_id, fee_id)
        clock.move_to(clock.now(), today=date(2026, 11, 30))
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 20))
        told = [(each["fee_id"], each["amount_cents"], each["was_paid_cents"]) for each in waivers(service)]
        assert told == [(fee_id, 2_000, 0), (fee_id, 61, 61)]
        books = ledger_of(service.store, account_id=account_id)
        assert (books.get("fee_receivable", 0), books["waiver_expense"]) == (0, sum(cents for _, cents, _ in told))
        assert check(service.store) == []

    def test_has_what_paid_a_fee_count_toward_the_next_bill(self, service: AccountsService, clock: FixedClock) -> None:
        # A contract below six percent has no cap to lower its instalments: only the fee is forgiven.
        terms = replace(FEES_FIRST, annual_rate_percent=Decimal("5.90"))
        account_id = an_account(service, a_loan(opening=LATE, terms=terms))
        never_charged = an_account(service, a_loan(source_ref="never charged", opening=LATE, terms=terms))
        fee_id = fee_of(assess_late_fee(service, account_id), service)
        for each in (account_id, never_charged):
            pay(service, clock, each, cents=20_000, on=date(2026, 11, 24))
        clock.move_to(clock.now(), today=date(2026, 11, 30))
        due_before = view_of(service, account_id)["amount_due_cents"]
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 20))
        (told,) = waivers(service)
        assert (told["fee_id"], told["amount_cents"], told["was_paid_cents"]) == (fee_id, 2_061, 2_061)
        after, other = view_of(service, account_id), view_of(service, never_charged)
        assert after["amount_due_cents"] == due_before - 2_061 == other["amount_due_cents"]
        assert told["standing"]["amount_due_cents"] == after["amount_due_cents"]
        assert _balances(after) == _balances(other)
        run_through(service, clock, date(2026, 12, 5))
        assert _balances(view_of(service, account_id)) == _balances(view_of(service, never_charged))
        assert check(service.store) == []

    def test_is_told_once_of_money_that_had_paid_one_of_two_fees(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan(opening=LATE, terms=FEES_FIRST))
        assess_fee(service, account_id)
        assess_late_fee(service, account_id)
        pay(service, clock, account_id, cents=500, on=date(2026, 11, 24))
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 20))
        told = {each["kind"]: (each["amount_cents"], each["was_paid_cents"]) for each in waivers(service)}
        assert told == {"other_fee": (500, 500), "late_fee": (2_061, 0)}

    @pytest.mark.parametrize("paid_cents", [0, 40_000], ids=["unpaid", "paid"])
    def test_is_forgiven_the_fees_of_a_lease_as_had_we_known_of_the_service_in_time(
        self, service: AccountsService, clock: FixedClock, paid_cents: int
    ) -> None:
        account_id = an_account(service, a_lease(terms=replace(LEASE_TERMS, waterfall="fees_first")))
        clock.move_to(clock.now(), today=LEASE_FEE_FROM_ON)
        assess_late_fee(service, account_id)
        fee_cents = view_of(service, account_id)["fees_due_cents"]
        assert fee_cents > 0
        if paid_cents:
            paid = payment_posted(
                service, account_id=account_id, amount_cents=paid_cents, effective_on=LEASE_FEE_FROM_ON
            )
            assert deliver(service.on_payment_posted, paid) == Outcome.DONE
        before = view_of(service, account_id)
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 20))
        after = view_of(service, account_id)
        assert (before["fees_due_cents"], after["fees_due_cents"]) == (0 if paid_cents else fee_cents, 0)
        # The money that had paid the fee is for the instalment.
        lowered_by = before["past_due_cents"] - after["past_due_cents"]
        assert lowered_by == (fee_cents if paid_cents else 0)
        (waived,) = [envelope.data for envelope in emitted(service.store, name="fee_waived")]
        assert (waived["kind"], waived["amount_cents"]) == ("late_fee", fee_cents)
        assert check(service.store) == []

    @pytest.mark.parametrize("opened_on", [date(2026, 11, 20), date(2026, 11, 21)])
    def test_is_not_forgiven_the_fees_of_a_lease_that_was_made_in_service(
        self, service: AccountsService, clock: FixedClock, opened_on: date
    ) -> None:
        account_id = an_account(service, a_lease(opened_on=opened_on))
        clock.move_to(clock.now(), today=LEASE_FEE_FROM_ON)
        assess_late_fee(service, account_id)
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 20))
        assert emitted(service.store, name="fee_waived") == []

    def test_is_not_forgiven_a_fee_of_before_the_call_up(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan(opening=LATE))
        assess_late_fee(service, account_id)
        clock.move_to(clock.now(), today=date(2026, 11, 30))
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 24))
        assert view_of(service, account_id)["fees_due_cents"] == 2_061
        assert emitted(service.store, name="fee_waived") == []

    def test_pays_less_while_the_cap_is_on(self, service: AccountsService) -> None:
        terms = replace(LOAN_TERMS, annual_rate_percent=Decimal("8.90"), payment_cents=46_000)
        account_id = an_account(service, a_loan(terms=terms))
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 5))
        context = a_customer(accounts=(account_id,))
        schedule = call(service.get_schedule, request={"account_id": account_id}, context=context)["data"]
        # What repays $18,250.00 at 6 % in the 49 instalments that are left.
        assert {row["payment_cents"] for row in schedule[:-1]} == {42_086}
        clear(service, account_id, "servicemember")
        schedule = call(service.get_schedule, request={"account_id": account_id}, context=context)["data"]
        assert {row["payment_cents"] for row in schedule[:-1]} == {46_000}
        assert check(service.store) == []

    def test_of_whose_service_the_last_day_passes_pays_the_contracts_rate_again(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        account_id = an_account(service, a_loan())
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 5), through_on=date(2026, 11, 30))
        assert end_flags(service.store, now=clock.now(), today=date(2026, 11, 30)) == 0
        clock.move_to(clock.now() + timedelta(days=10), today=date(2026, 12, 3))
        assert end_flags(service.store, now=clock.now(), today=clock.today()) == 1
        assert end_flags(service.store, now=clock.now(), today=clock.today()) == 0
        (ended,) = flags_of(service, account_id)
        assert (ended["cleared_on"], ended["cleared_by"]) == ("2026-12-01", "service:accounts")
        # 26 days at $3.0000 and 4 at $3.2450.
        clock.move_to(clock.now(), today=date(2026, 12, 5))
        assert view_of(service, account_id)["accrued_interest_cents"] == 7_800 + 1_298
        assert check(service.store) == []

    @pytest.mark.parametrize(
        "record",
        [
            a_lease(),
            a_loan(opened_on=date(2026, 11, 5)),
            a_loan(terms=replace(LOAN_TERMS, annual_rate_percent=Decimal("5.90"))),
        ],
        ids=["a lease", "made during service", "below six percent"],
    )
    def test_without_a_cap_is_flagged_all_the_same(self, service: AccountsService, record: Any) -> None:
        account_id = an_account(service, record)
        flag(service, account_id, "servicemember", from_on=date(2026, 11, 5))
        assert [envelope.name for envelope in emitted(service.store)] == ["account_flagged"]
        assert [row["kind"] for row in flags_of(service, account_id)] == ["servicemember"]

    def test_called_up_before_we_took_the_loan_over_is_a_persons_work_too(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        flag(service, account_id, "servicemember", from_on=date(2026, 3, 1))
        (item,) = rows_of(service.store, work_items)
        assert (item["reason"], item["details"]) == (
            "servicemember_before_opening",
            {"from_on": "2026-03-01", "capped_from_on": "2026-11-05"},
        )
