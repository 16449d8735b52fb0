"""A fee is charged once, by decision, as its state allows; it goes when it proves wrong, and when staff waive it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.context import CallContext
from chassis.doors import Outcome
from chassis.errors import Forbidden
from chassis.events import Envelope
from deploy.ledger_check import check
from services.accounts.contract.errors import (
    AccountNotOpen,
    FeeAboveCap,
    FeeNotDue,
    FeeNotFound,
    LateFeeAlreadyAssessed,
    LateFeeNotChargeable,
)
from services.accounts.models import account_events
from services.accounts.operations import note_return
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    LOAN_TERMS,
    a_closed_loan,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    ledger_of,
    payment_posted,
    rows_of,
)
from tests.builders.wiring import a_customer, an_agent, call, deliver, emitted

# The eleventh instalment, due on 5 November 2026, is unpaid; today is 23 November.
LATE = an_opening(next_instalment_number=11, payments_made=10)


def late_loan(service: AccountsService, **changed: Any) -> str:
    return an_account(service, a_loan(opening=LATE, **changed))


def assess(service: AccountsService, account_id: str, *, number: int = 11, key: str = "assess") -> Any:
    request = {"account_id": account_id, "instalment_number": number}
    return call(service.assess_late_fee, request=request, context=an_agent(), key=key)


def waive(
    service: AccountsService, account_id: str, fee_id: str, *, key: str = "waive", context: CallContext | None = None
) -> Any:
    request = {"account_id": account_id, "fee_id": fee_id, "reason": "first time late"}
    return call(service.waive_fee, request=request, context=context or an_agent(), key=key)


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


def shown(service: AccountsService, account_id: str) -> list[dict[str, Any]]:
    context = a_customer(accounts=(account_id,))
    page: dict[str, Any] = call(service.list_transactions, request={"account_id": account_id}, context=context)
    rows: list[dict[str, Any]] = page["data"]
    return rows


class TestALateFee:
    def test_is_on_the_account_in_the_ledger_and_told(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        standing = assess(service, account_id)["standing"]
        assert standing["payoff_ceiling_cents"] == 1_825_000 + 5_841 + 2_061
        assert view_of(service, account_id)["fees_due_cents"] == 2_061
        ledger = ledger_of(service.store, account_id=account_id)
        assert (ledger["fee_receivable"], ledger["fee_income"]) == (2_061, -2_061)
        (fee,) = told(service, "late_fee_assessed")
        (event,) = [row for row in rows_of(service.store, account_events) if row["kind"] == "late_fee_assessed"]
        assert {name: fee[name] for name in fee if name != "standing"} == {
            "account_id": account_id, "fee_id": str(event["id"]), "instalment_number": 11, "due_on": "2026-11-05",
            "assessed_on": "2026-11-23", "amount_cents": 2_061,
        }  # fmt: skip
        assert check(service.store) == []

    def test_says_why_and_by_which_statute(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        assess(service, account_id)
        (fee,) = shown(service, account_id)
        assert (fee["kind"], fee["amount_cents"], fee["allocation"]["fees_cents"]) == ("late_fee", 2_061, 2_061)
        assert fee["explanation"]["sentence"] == (
            "Instalment 11, due on November 5, 2026, still missed $412.37 when its grace ended, so $20.61 was charged "
            "on November 23, 2026 (Tex. Fin. Code § 348.107)."
        )

    @pytest.mark.parametrize(
        ("pack", "cents"), [({"state": "KS"}, 2_061), ({"state": "NJ"}, 1_000), ({"state": None}, 2_061)]
    )
    def test_is_what_the_state_of_the_contract_allows(
        self, service: AccountsService, pack: dict[str, Any], cents: int
    ) -> None:
        account_id = late_loan(service, **pack)
        assess(service, account_id)
        assert view_of(service, account_id)["fees_due_cents"] == cents

    def test_follows_the_pack_that_the_contract_names(self, service: AccountsService) -> None:
        account_id = late_loan(service, state="CA", terms=replace(LOAN_TERMS, late_fee_pack="PA"))
        assess(service, account_id)
        assert view_of(service, account_id)["fees_due_cents"] == 824

    def test_is_charged_once_per_instalment_for_all_time(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        assert assess(service, account_id) == assess(service, account_id)
        with pytest.raises(LateFeeAlreadyAssessed):
            assess(service, account_id, key="another")
        assert view_of(service, account_id)["fees_due_cents"] == 2_061

    @pytest.mark.parametrize(
        ("number", "why"), [(12, "in grace; ask from 2026-12-21 on"), (10, "is paid"), (61, "no instalment 61")]
    )
    def test_is_refused_with_the_reason(self, service: AccountsService, number: int, why: str) -> None:
        account_id = late_loan(service)
        with pytest.raises(LateFeeNotChargeable, match=why):
            assess(service, account_id, number=number)
        assert told(service, "late_fee_assessed") == []

    def test_is_refused_where_no_law_is_known(self, service: AccountsService) -> None:
        account_id = late_loan(service, state="CA")
        with pytest.raises(LateFeeNotChargeable, match="no late-fee rule pack for CA"):
            assess(service, account_id)

    def test_is_refused_when_it_was_paid_on_the_last_day_of_grace(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        pay(service, account_id, effective_on=date(2026, 11, 20))
        with pytest.raises(LateFeeNotChargeable, match="is paid"):
            assess(service, account_id)

    def test_is_refused_in_new_jersey_after_35_days(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = late_loan(service, state="NJ")
        clock.move_to(clock.now(), today=date(2026, 12, 11))
        with pytest.raises(LateFeeNotChargeable, match="through 2026-12-10"):
            assess(service, account_id)

    def test_never_follows_from_an_earlier_fee_alone(self, service: AccountsService) -> None:
        opening = replace(LATE, fees_due_cents=1_500)
        terms = replace(LOAN_TERMS, waterfall="fees_first")
        account_id = an_account(service, a_loan(opening=opening, terms=terms))
        pay(service, account_id, effective_on=date(2026, 11, 5))
        assert view_of(service, account_id)["past_due_cents"] == 1_500
        with pytest.raises(LateFeeNotChargeable, match="earlier fees"):
            assess(service, account_id)

    def test_is_for_staff(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        request = {"account_id": account_id, "instalment_number": 11}
        with pytest.raises(Forbidden):
            call(service.assess_late_fee, request=request, context=a_customer(accounts=(account_id,)), key="key")

    def test_is_not_for_an_account_that_is_closed(self, service: AccountsService) -> None:
        with pytest.raises(AccountNotOpen):
            assess(service, an_account(service, a_closed_loan()))

    def test_is_charged_on_a_lease_too(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_lease())
        clock.move_to(clock.now(), today=date(2026, 12, 1))
        assess(service, account_id)
        assert view_of(service, account_id)["fees_due_cents"] == 2_412
        assert check(service.store) == []


class TestWhatIsLearntLater:
    def test_takes_a_fee_away_and_tells_it(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        assess(service, account_id)
        pay(service, account_id, effective_on=date(2026, 11, 19))
        assert view_of(service, account_id)["fees_due_cents"] == 0
        assert told(service, "late_fee_reversed")[0]["amount_cents"] == 2_061
        assert "fee_receivable" not in ledger_of(service.store, account_id=account_id)
        assert [row["kind"] for row in shown(service, account_id)] == ["late_fee_reversed", "payment"]
        assert "paid in time after all" in shown(service, account_id)[0]["explanation"]["sentence"]
        assert check(service.store) == []

    def test_brings_it_back_when_that_money_is_returned(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        assess(service, account_id)
        paid = pay(service, account_id, effective_on=date(2026, 11, 19))
        returned = {**paid.data, "return_code": "R01", "reason": "insufficient funds"}
        with service.store.writing() as transaction:
            note_return(transaction, returned=returned, now=service.clock.now(), today=service.clock.today())
        assert view_of(service, account_id)["fees_due_cents"] == 2_061
        names = [envelope.name for envelope in emitted(service.store)]
        assert names == [
            "late_fee_assessed", "payment_applied", "late_fee_reversed", "payment_reversed", "late_fee_assessed",
        ]  # fmt: skip
        assert len({fee["fee_id"] for fee in told(service, "late_fee_assessed")}) == 1
        assert check(service.store) == []


class TestAWaiver:
    def fee_id(self, service: AccountsService, account_id: str) -> str:
        return str(next(row["fee_id"] for row in shown(service, account_id) if row["fee_id"]))

    def test_gives_up_what_is_unpaid_and_tells_it(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        assess(service, account_id)
        waive(service, account_id, self.fee_id(service, account_id))
        assert view_of(service, account_id)["fees_due_cents"] == 0
        ledger = ledger_of(service.store, account_id=account_id)
        assert (ledger["waiver_expense"], ledger["fee_income"]) == (2_061, -2_061)
        (waived,) = told(service, "fee_waived")
        assert (waived["kind"], waived["amount_cents"]) == ("late_fee", 2_061)
        event = next(row for row in rows_of(service.store, account_events) if row["kind"] == "fee_waived")
        assert (event["data"]["reason"], event["data"]["waived_by"]) == ("first time late", an_agent().subject)
        assert check(service.store) == []

    def test_of_the_last_thing_owed_pays_a_loan_off(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        assess(service, account_id)
        paid = pay(service, account_id, amount_cents=1_825_000 + 5_841)
        waive(service, account_id, self.fee_id(service, account_id))
        (paid_off,) = told(service, "account_paid_off")
        assert (paid_off["payment_id"], view_of(service, account_id)["status"]) == (paid.data["payment_id"], "paid_off")
        assert check(service.store) == []

    def test_of_fees_that_an_account_was_taken_over_with(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan(opening=an_opening(fees_due_cents=2_500)))
        (opened,) = rows_of(service.store, account_events)
        waive(service, account_id, str(opened["id"]))
        assert view_of(service, account_id)["fees_due_cents"] == 0
        assert told(service, "fee_waived")[0]["kind"] == "other_fee"
        assert check(service.store) == []

    def test_of_a_fee_that_is_paid_or_waived_is_refused(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = late_loan(service)
        assess(service, account_id)
        fee_id = self.fee_id(service, account_id)
        waive(service, account_id, fee_id)
        with pytest.raises(FeeNotDue):
            waive(service, account_id, fee_id, key="another")
        assert len(told(service, "fee_waived")) == 1
        paid_id = an_account(service, a_loan(source_ref="paid", opening=LATE))
        assess(service, paid_id, key="paid")
        pay(service, paid_id, amount_cents=2 * 41_237 + 2_061)
        clock.move_to(clock.now(), today=date(2026, 11, 24))
        with pytest.raises(FeeNotDue):
            waive(service, paid_id, self.fee_id(service, paid_id), key="paid already")

    def test_of_what_is_no_fee_of_this_account_is_refused(self, service: AccountsService) -> None:
        account_id, other = late_loan(service), an_account(service, a_lease())
        assess(service, account_id)
        for key, asked in enumerate(((other, self.fee_id(service, account_id)), (account_id, "x"))):
            with pytest.raises(FeeNotFound):
                waive(service, asked[0], asked[1], key=str(key))

    def test_is_for_staff(self, service: AccountsService) -> None:
        account_id = late_loan(service)
        assess(service, account_id)
        with pytest.raises(Forbidden):
            waive(service, account_id, self.fee_id(service, account_id), context=a_customer(accounts=(account_id,)))


def test_another_fee_is_charged_once_by_its_reference(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    request = {
        "account_id": account_id, "kind": "other_fee", "amount_cents": 500, "reason": "copy of the contract",
        "fee_reference": "copy/1",
    }  # fmt: skip
    for key in ("one", "two"):
        call(service.assess_fee, request=request, context=an_agent(), key=key)
    assert view_of(service, account_id)["fees_due_cents"] == 500
    sentence = shown(service, account_id)[0]["explanation"]["sentence"]
    assert sentence == "A fee of $5.00 was charged on November 23, 2026: copy of the contract."
    assert check(service.store) == []


def test_a_fee_for_a_returned_payment_keeps_to_the_law_of_the_state_also_by_hand(service: AccountsService) -> None:
    account_id = an_account(service, a_loan(state="NJ"))
    request = {
        "account_id": account_id, "kind": "returned_payment_fee", "reason": "cheque 104 came back",
        "fee_reference": "cheque/104",
    }  # fmt: skip
    with pytest.raises(FeeAboveCap, match=r"17:16C-42\(e\) allows at most \$20.00 for a returned payment"):
        call(service.assess_fee, request={**request, "amount_cents": 2_001}, context=an_agent(), key="too much")
    assert view_of(service, account_id)["fees_due_cents"] == 0
    call(service.assess_fee, request={**request, "amount_cents": 2_000}, context=an_agent(), key="allowed")
    assert view_of(service, account_id)["fees_due_cents"] == 2_000
