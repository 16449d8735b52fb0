"""A lease ends: one bill of all that is owed, the balance off the books, and every entry in balance."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.engine import replay
from services.accounts.rules.events import (
    AccountEvent,
    Charge,
    EndBill,
    InvalidEvent,
    LeaseEnd,
    LeaseExtension,
    Payment,
    PaymentAfterEnd,
    Reversal,
)
from services.accounts.rules.journal import LedgerAccount, allocation_entries, balances_cents
from services.accounts.rules.lease import settle_due
from services.accounts.rules.lease_figures import lease_figures
from services.accounts.rules.lease_yield import contract_rows
from services.accounts.rules.shown import is_paid_off, status_after
from services.accounts.rules.standing import standing
from services.accounts.rules.state import AccountState
from services.accounts.rules.unused import unused
from tests.unit.accounts.builders import a_payment, an_opening, the_reference_lease

TERMS = the_reference_lease()
ROWS = contract_rows(terms=TERMS)
AFTER_20 = an_opening(as_of_on=date(2027, 8, 16), principal_cents=ROWS[19].balance_cents, next_instalment_number=21)
AT_TERM = an_opening(as_of_on=date(2028, 12, 16), principal_cents=1_890_000, next_instalment_number=37)
END_ON = date(2029, 1, 15)


def replayed(*events: AccountEvent, opening: Any = AT_TERM) -> AccountState:
    return replay(terms=TERMS, opening=opening, events=events)


def ledger(state: AccountState) -> dict[str, int]:
    entries = [entry for each in state.allocations for entry in allocation_entries(product="lease", allocation=each)]
    return {account.value: cents for account, cents in balances_cents(entries).items()}


def a_purchase(
    *, on: date = END_ON, price_cents: int = 1_890_000, charges: tuple[Charge, ...] = (), **more: Any
) -> Any:
    known = {"payment_key": "payment:buying", "drift_limit_cents": 1_000, "due_through_on": on}
    return LeaseEnd(
        source_key="lease_end:buying", effective_on=on, way="purchase", vehicle_cents=price_cents, charges=charges,
        **{**known, **more},
    )  # fmt: skip


def set_aside(cents: int, *, on: date = END_ON) -> Payment:
    return Payment(source_key="payment:buying", effective_on=on, amount_cents=cents, is_for_lease_end=True)


def a_return(*, on: date = END_ON, vehicle_cents: int | None = None, way: Any = "return", **more: Any) -> LeaseEnd:
    known = {"due_through_on": on, "source_key": "lease_end:return", "effective_on": on, **more}
    return LeaseEnd(way=way, vehicle_cents=vehicle_cents, **known)


PURCHASE = (
    Charge(code="purchase_option_fee", description="Purchase option fee", amount_cents=30_000),
    Charge(code="official_fees", description="Title fee", amount_cents=8_500),
    Charge(code="sales_tax", description="Sales tax", amount_cents=139_200),
)


def test_the_worked_purchase_posts_what_it_is_for() -> None:
    state = replayed(set_aside(2_067_700), a_purchase(charges=PURCHASE))
    assert (state.lease_end, state.principal_cents, state.fees_due_cents, state.unapplied_cents) == (
        "purchase",
        0,
        0,
        0,
    )
    assert ledger(state) == {
        "clearing": 2_067_700, "lease_receivable": -1_890_000, "lease_end_income": -30_000,
        "official_fees_payable": -8_500, "sales_tax_payable": -139_200,
    }  # fmt: skip
    assert is_paid_off(product="lease", state=state)
    assert status_after(status="open", product="lease", state=state, is_paid=True) == "paid_off"


def test_a_purchase_before_the_end_takes_the_instalment_that_falls_due_meanwhile() -> None:
    # Instalment 21 is due on 15 September; the quote was good through the 20th.
    on, through = date(2027, 9, 1), date(2027, 9, 20)
    price = ROWS[20].balance_cents
    figures = lease_figures(terms=TERMS, state=replayed(opening=AFTER_20), on=through)
    assert (figures.lease_balance_cents, figures.instalments_due_cents) == (price, 48_240)
    state = replayed(
        set_aside(price + 48_240, on=on), a_purchase(on=on, price_cents=price, due_through_on=through), opening=AFTER_20
    )
    assert (state.principal_cents, state.fees_due_cents, state.unapplied_cents) == (0, 0, 0)
    books = ledger(state)
    assert books["lease_receivable"] == -AFTER_20.principal_cents
    assert books["lease_income"] == -ROWS[20].rent_cents
    assert "lease_end_result" not in books


def test_money_of_a_purchase_pays_no_instalment_before_it() -> None:
    state = replayed(set_aside(48_240, on=date(2027, 9, 1)), opening=AFTER_20)
    assert (state.next_instalment_number, state.unapplied_cents) == (21, 48_240)


def test_drift_within_the_limit_is_ours_and_beyond_it_stays_owed() -> None:
    within = replayed(set_aside(2_067_700 - 1_000), a_purchase(charges=PURCHASE))
    assert (within.fees_due_cents, ledger(within)["payoff_drift"]) == (0, 1_000)
    beyond = replayed(set_aside(2_067_700 - 1_001), a_purchase(charges=PURCHASE))
    assert beyond.fees_due_cents == 1_001
    assert status_after(status="paid_off", product="lease", state=beyond, is_paid=True) == "open"


def test_a_purchase_falls_with_its_payment() -> None:
    undone = Reversal(
        source_key="return:buying", effective_on=END_ON, payment_key="payment:buying", reason="returned",
        return_code="R01",
    )  # fmt: skip
    state = replayed(set_aside(2_067_700), a_purchase(charges=PURCHASE), undone)
    assert (state.lease_end, state.principal_cents, ledger(state)) == ("", 1_890_000, {})
    assert status_after(status="closed", product="lease", state=state, is_paid=True) == "open"


def test_a_vehicle_returned_at_the_end_takes_the_residual_off_the_books() -> None:
    state = replayed(a_return())
    assert (state.principal_cents, state.fees_due_cents, state.lease_end) == (0, 0, "return")
    assert ledger(state) == {"vehicles_held": 1_890_000, "lease_receivable": -1_890_000}
    assert not is_paid_off(product="lease", state=state), "it is not billed yet"
    billed = replayed(a_return(), EndBill(source_key="b", effective_on=END_ON, charges=()))
    assert is_paid_off(product="lease", state=billed)


@pytest.mark.parametrize(
    ("on", "unused_cents", "days"),
    [
        (date(2027, 8, 15), 48_240, (31, 31)), (date(2027, 8, 16), 46_684, (30, 31)),
        (date(2027, 9, 14), 1_556, (1, 31)), (date(2027, 9, 15), 48_240, (30, 30)),
    ],
)  # fmt: skip
def test_the_days_after_an_end_are_the_customers(on: date, unused_cents: int, days: tuple[int, int]) -> None:
    """Of 482.40 for the month from the 15th on; the day of the end itself is not paid for."""
    figures = lease_figures(terms=TERMS, state=replayed(opening=AFTER_20), on=on)
    assert figures.unused_cents == unused_cents
    last = 21 if on >= date(2027, 9, 15) else 20
    settled = settle_due(terms=TERMS, state=replayed(opening=AFTER_20), last_number=last)
    told = unused(terms=TERMS, state=settled.state, on=on)
    assert (told.unused_days, told.of_days) == days


def test_nothing_is_unused_before_the_first_instalment_or_after_the_last_month() -> None:
    new = an_opening(as_of_on=TERMS.first_due_on, principal_cents=3_150_000, next_instalment_number=1)
    assert lease_figures(terms=TERMS, state=replayed(opening=new), on=date(2025, 12, 1)).unused_cents == 0
    assert lease_figures(terms=TERMS, state=replayed(), on=END_ON).unused_cents == 0


@given(st.integers(0, 700))
def test_a_prorated_end_owes_what_an_end_owes_less_the_days_after_it_and_stays_in_balance(days: int) -> None:
    on = AFTER_20.as_of_on + timedelta(days=days)
    whole = a_return(on=on, way="early_termination")
    bill = EndBill(source_key="bill", effective_on=on, charges=())
    full, part = (replayed(each, bill, opening=AFTER_20) for each in (whole, replace(whole, prorated_on=on)))
    figures = lease_figures(terms=TERMS, state=replayed(opening=AFTER_20), on=on)
    owed, back = part.fees_due_cents, part.unapplied_cents
    assert owed - back == full.fees_due_cents - figures.unused_cents
    assert min(owed, back) == 0
    assert sum(ledger(part).values()) == 0


def test_what_was_paid_ahead_in_part_is_the_customers_too() -> None:
    """47,000 of the instalment of 15 September: its base of 44,979, and 2,021 of its tax."""
    paid = a_payment(on=date(2027, 8, 20), cents=47_000)
    state = replayed(paid, opening=AFTER_20)
    told = unused(terms=TERMS, state=state, on=date(2027, 8, 31))
    of_august = 23_342  # 15 of 31 days.
    assert (told.cents, told.ahead_cents, told.tax_cents) == (of_august + 47_000, 47_000, 1_578 + 2_021)
    end = a_return(on=date(2027, 8, 31), way="early_termination", prorated_on=date(2027, 8, 31))
    assert replayed(paid, end, opening=AFTER_20).unapplied_cents == told.cents


def test_only_an_early_end_is_prorated() -> None:
    with pytest.raises(InvalidEvent):
        a_return(prorated_on=END_ON)


def test_the_end_bill_is_owed_until_it_is_paid() -> None:
    charges = (
        Charge(code="excess_mileage", description="Miles beyond the allowance", amount_cents=83_600),
        Charge(code="excess_wear", description="Wear", amount_cents=35_000),
        Charge(code="disposition_fee", description="Disposition fee", amount_cents=40_000),
        Charge(code="tax_on_charges", description="Tax", amount_cents=11_499),
    )
    bill = EndBill(source_key="end-bill", effective_on=date(2029, 1, 20), charges=charges)
    owed = replayed(a_return(), bill)
    assert owed.fees_due_cents == 158_600 + 11_499
    assert standing(terms=TERMS, state=owed, on=date(2029, 2, 1)).next_due_on is None
    paid = replayed(a_return(), bill, a_payment(on=date(2029, 2, 1), cents=170_099))
    assert is_paid_off(product="lease", state=paid)
    assert ledger(paid)["lease_end_income"] == -158_600
    with pytest.raises(InvalidEvent, match="once"):
        replayed(a_return(), bill, replace(bill, source_key="second", effective_on=date(2029, 1, 21)))


@pytest.mark.parametrize("way", ["return", "early_termination"])
@pytest.mark.parametrize(("morning", "evening"), [("payment:a", "payment:b"), ("payment:b", "payment:a")])
def test_the_bill_of_an_end_is_paid_on_its_own_day_to_the_cent_whatever_else_was_paid_on_it(
    way: Any, morning: str, evening: str
) -> None:
    on = date(2027, 10, 1)
    due = Payment(source_key=morning, effective_on=on, amount_cents=2 * TERMS.payment_cents)
    end = a_return(on=on, way=way, vehicle_cents=1_000_000)
    fee = Charge(code="disposition_fee", description="Disposition fee", amount_cents=42_900)
    bill = EndBill(source_key="end_bill:return", effective_on=on, charges=(fee,))
    billed = replayed(due, end, bill, opening=AFTER_20)
    paid = PaymentAfterEnd(source_key=evening, effective_on=on, amount_cents=billed.fees_due_cents)
    happened: list[AccountEvent] = [due, end, bill, paid]
    for events in permutations(happened):
        state = replayed(*events, opening=AFTER_20)
        assert (state.fees_due_cents, state.unapplied_cents) == (0, 0)
        assert next(each.fees_cents for each in state.allocations if each.source_key == evening) == paid.amount_cents
    next_day = replace(paid, effective_on=on + timedelta(days=1))
    assert ledger(replayed(due, end, bill, next_day, opening=AFTER_20)) == ledger(state)


def test_the_worked_early_end_costs_what_regulation_m_says() -> None:
    """Balance 24,722.91 after 20 payments, one of them past due, a fee of 395, and the vehicle brings 20,500."""
    opening = an_opening(as_of_on=date(2027, 7, 16), principal_cents=ROWS[18].balance_cents, next_instalment_number=20)
    fee = Charge(code="early_termination_fee", description="Early termination fee", amount_cents=39_500)
    on = date(2027, 9, 1)
    ended = a_return(on=on, way="early_termination", vehicle_cents=2_050_000, charges=(fee,))
    state = replayed(ended, opening=opening)
    tax_cents = TERMS.tax_cents
    assert state.fees_due_cents == 506_770 + tax_cents
    books = ledger(state)
    assert (books["vehicles_held"], books["lease_receivable"]) == (2_050_000, -opening.principal_cents)


@pytest.mark.parametrize(("vehicle_cents", "owed_cents"), [(2_500_000, 11_791), (2_511_791, 0), (2_600_000, 0)])
def test_a_vehicle_that_is_worth_more_pays_what_else_is_owed_and_no_less_than_nothing(
    vehicle_cents: int, owed_cents: int
) -> None:
    fee = Charge(code="early_termination_fee", description="Early termination fee", amount_cents=39_500)
    ended = a_return(on=date(2027, 9, 1), way="early_termination", vehicle_cents=vehicle_cents, charges=(fee,))
    state = replayed(ended, opening=AFTER_20)
    assert (state.fees_due_cents, state.unapplied_cents) == (owed_cents, 0)


def test_what_the_vehicle_is_worth_beyond_the_balance_pays_the_bill_that_follows() -> None:
    ended = a_return(on=date(2027, 9, 1), way="early_termination", vehicle_cents=2_500_000)
    fee = Charge(code="disposition_fee", description="Disposition fee", amount_cents=40_000)
    bill = EndBill(source_key="end-bill", effective_on=date(2027, 9, 2), charges=(fee,))
    state = replayed(ended, bill, opening=AFTER_20)
    assert (state.fees_due_cents, state.unapplied_cents, state.end_gain_cents) == (12_291, 0, 0)
    assert ledger(state) == {
        "fee_receivable": 12_291, "lease_end_income": -40_000, "lease_receivable": -2_472_291,
        "vehicles_held": 2_500_000,
    }  # fmt: skip


def test_an_extension_appends_instalments_that_are_rent_alone() -> None:
    extended = LeaseExtension(source_key="extension:1", effective_on=date(2028, 12, 20), months=2)
    state = replayed(extended)
    figures = lease_figures(terms=TERMS, state=state, on=date(2029, 1, 15))
    assert (figures.instalments_due_cents, figures.instalments_to_come, figures.maturity_on) == (
        48_240, 1, date(2029, 3, 15),
    )  # fmt: skip
    assert standing(terms=TERMS, state=state, on=date(2028, 12, 20)).next_due_on == date(2029, 1, 15)
    paid = replayed(extended, a_payment(on=date(2029, 1, 15), cents=48_240))
    assert (paid.principal_cents, paid.next_instalment_number) == (1_890_000, 38)
    assert ledger(paid)["lease_income"] == -44_979


@pytest.mark.parametrize(
    "second",
    [
        LeaseExtension(source_key="e", effective_on=END_ON, months=1),
        LeaseEnd(source_key="z", effective_on=END_ON, way="return", due_through_on=END_ON, vehicle_cents=None),
    ],
)
def test_a_lease_that_has_ended_ends_and_goes_on_no_more(second: AccountEvent) -> None:
    with pytest.raises(InvalidEvent, match="ended before"):
        replayed(a_return(on=date(2029, 1, 10)), second)


@given(
    made=st.integers(1, 35),
    missed=st.integers(0, 3),
    days=st.integers(0, 40),
    surplus=st.integers(0, 100_000),
    fees=st.integers(0, 50_000),
)
def test_whatever_is_unpaid_the_quoted_figures_are_what_the_ledger_posts(
    made: int, missed: int, days: int, surplus: int, fees: int
) -> None:
    """Balance, instalments and fees of the figures close the lease exactly, and a surplus is left."""
    paid = max(0, made - missed)
    balance = ROWS[paid - 1].balance_cents if paid else TERMS.adjusted_capitalized_cost_cents
    opening = an_opening(
        as_of_on=date(2026, 1, 1), principal_cents=balance, next_instalment_number=paid + 1,
        fees_due_cents=fees,
    )  # fmt: skip
    on = date(2026 + (made - 1) // 12, (made - 1) % 12 + 1, 16)
    through = date.fromordinal(on.toordinal() + days)
    figures = lease_figures(terms=TERMS, state=replayed(opening=opening), on=through)
    price = figures.lease_balance_cents + sum(charge.amount_cents for charge in PURCHASE)
    total = price + figures.instalments_due_cents + figures.fees_due_cents
    purchase = a_purchase(
        on=on, price_cents=figures.lease_balance_cents, charges=PURCHASE, due_through_on=through, drift_limit_cents=0
    )
    state = replayed(set_aside(total + surplus, on=on), purchase, opening=opening)
    assert (state.principal_cents, state.fees_due_cents, state.unapplied_cents) == (0, 0, surplus)
    books = ledger(state)
    assert books["lease_receivable"] == -opening.principal_cents
    assert books.get("customer_suspense", 0) == -surplus
    assert LedgerAccount.LEASE_END_RESULT.value not in books
