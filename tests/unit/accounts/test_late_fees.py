"""A late fee is what the statute of the day allows, rounded down, and nothing a day too early."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.late_fees import (
    DEFAULT_PACK,
    LATE_FEE_PACKS,
    LateFee,
    NoLateFeeRule,
    late_fee,
    late_fee_pack,
)

DUE_ON = date(2026, 3, 5)
LONG_AFTER = date(2026, 4, 2)
INSTALMENT_CENTS = 41_237


def fee_of(
    state: str,
    *,
    instalment_cents: int = INSTALMENT_CENTS,
    unpaid_cents: int = INSTALMENT_CENTS,
    due_on: date = DUE_ON,
    as_of: date = LONG_AFTER,
    grace_days: int | None = None,
) -> LateFee:
    return late_fee(
        state=state,
        instalment_cents=instalment_cents,
        unpaid_cents=unpaid_cents,
        due_on=due_on,
        as_of=as_of,
        grace_days=grace_days,
    )


@pytest.mark.parametrize(
    ("state", "cents", "chargeable_from", "statute"),
    [
        ("TX", 2061, date(2026, 3, 21), "348.107"),
        ("KS", 2061, date(2026, 3, 16), "16a-2-502"),
        ("NJ", 1000, date(2026, 3, 16), "17:16C-42"),
        ("PA", 824, date(2026, 3, 16), "6245"),
        ("OK", 2061, date(2026, 3, 16), "2-203"),
        (DEFAULT_PACK, 2061, date(2026, 3, 16), "no statute"),
    ],
)
def test_an_instalment_wholly_unpaid_is_charged_by_its_state(
    state: str, cents: int, chargeable_from: date, statute: str
) -> None:
    fee = fee_of(state)
    assert (fee.late_fee_cents, fee.chargeable_from) == (cents, chargeable_from)
    assert statute in fee.rule.citation
    assert fee.rule.text.endswith(".")


@pytest.mark.parametrize(
    ("state", "cents"),
    [("KS", 561), ("TX", 2061), ("PA", 224), ("OK", 561), ("NJ", 1000), (DEFAULT_PACK, 561)],
)
def test_what_was_paid_in_time_counts_where_the_statute_looks_at_the_unpaid_part(state: str, cents: int) -> None:
    assert fee_of(state, unpaid_cents=INSTALMENT_CENTS - 30_000).late_fee_cents == cents


def test_a_small_rest_is_charged_the_floor_in_oklahoma_alone() -> None:
    fees = {pack.jurisdiction: fee_of(pack.jurisdiction, unpaid_cents=4_000).late_fee_cents for pack in LATE_FEE_PACKS}
    assert fees == {"TX": 2061, "KS": 200, "NJ": 1000, "PA": 80, "OK": 500, DEFAULT_PACK: 200}


def test_a_large_instalment_meets_the_dollar_cap() -> None:
    fees = {
        state: fee_of(state, instalment_cents=90_000, unpaid_cents=90_000).late_fee_cents
        for state in ("KS", DEFAULT_PACK, "TX")
    }
    assert fees == {"KS": 2500, DEFAULT_PACK: 2500, "TX": 4500}


@pytest.mark.parametrize("state", sorted({pack.jurisdiction for pack in LATE_FEE_PACKS}))
def test_the_last_day_of_grace_is_free_and_the_next_is_not(state: str) -> None:
    first = fee_of(state).chargeable_from
    assert fee_of(state, as_of=first - timedelta(days=1)).late_fee_cents == 0
    assert fee_of(state, as_of=first).late_fee_cents > 0


def test_a_contract_may_lengthen_the_grace_and_never_shorten_it() -> None:
    assert fee_of("PA", grace_days=15).chargeable_from == date(2026, 3, 21)
    assert fee_of("TX", grace_days=10).chargeable_from == date(2026, 3, 21)
    assert fee_of("TX", grace_days=0).chargeable_from == date(2026, 3, 21)


def test_new_jersey_charges_within_35_days_or_not_at_all() -> None:
    last = DUE_ON + timedelta(days=35)
    assert fee_of("NJ", as_of=last).late_fee_cents == 1000
    assert fee_of("NJ", as_of=last).chargeable_through == last
    assert fee_of("NJ", as_of=last + timedelta(days=1)).late_fee_cents == 0
    assert fee_of("PA", as_of=DUE_ON + timedelta(days=400)).late_fee_cents == 824


def test_a_paid_instalment_is_charged_nothing_anywhere() -> None:
    assert {fee_of(pack.jurisdiction, unpaid_cents=0).late_fee_cents for pack in LATE_FEE_PACKS} == {0}


def test_the_due_date_picks_the_pack() -> None:
    before, after = fee_of("KS", due_on=date(2024, 12, 31)), fee_of("KS", due_on=date(2025, 1, 1))
    assert "2018" in before.rule.citation
    assert "L. 2024" in after.rule.citation


def test_a_new_pack_holds_from_its_own_date_and_leaves_earlier_instalments_alone() -> None:
    old = late_fee_pack(state="PA", due_on=DUE_ON)
    new = replace(old, effective_from=date(2027, 1, 1), percent=Decimal(3))
    packs = (new, *LATE_FEE_PACKS)
    assert late_fee_pack(state="PA", due_on=date(2026, 12, 31), packs=packs) == old
    assert late_fee_pack(state="PA", due_on=date(2027, 1, 1), packs=packs) == new


def test_a_state_without_a_pack_is_refused_by_name() -> None:
    with pytest.raises(NoLateFeeRule, match=r"no late-fee rule pack for CA; there are KS, NJ, OK, PA, TX, default"):
        fee_of("CA")


def test_an_instalment_due_before_the_first_pack_is_refused() -> None:
    with pytest.raises(NoLateFeeRule, match="begin on 2014-12-01"):
        fee_of("PA", due_on=date(2014, 11, 30))


def test_no_jurisdiction_has_two_packs_of_one_day() -> None:
    assert len({(pack.jurisdiction, pack.effective_from) for pack in LATE_FEE_PACKS}) == len(LATE_FEE_PACKS)


@given(instalment=st.integers(1, 500_000), share=st.integers(1, 100))
def test_a_fee_never_exceeds_the_percentage_of_its_statute(instalment: int, share: int) -> None:
    unpaid = max(1, instalment * share // 100)
    kansas, texas, pennsylvania = (
        fee_of(state, instalment_cents=instalment, unpaid_cents=unpaid).late_fee_cents for state in ("KS", "TX", "PA")
    )
    assert 100 * kansas <= 5 * unpaid
    assert kansas <= 2500
    assert 100 * texas <= 5 * instalment < 100 * (texas + 1)
    assert 100 * pennsylvania <= 2 * unpaid < 100 * (pennsylvania + 1)
