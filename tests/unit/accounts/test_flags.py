"""What a flag stops of an account's fees, and for how long it counts."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.contract.flags import FLAG_KINDS
from services.accounts.contract.schemas import FEE_KINDS
from services.accounts.rules.flags import STOPS, Charge, Flag, FlagKind, stopping_flag, why_stopped

TODAY = date(2026, 11, 23)


def test_every_kind_of_the_contract_has_its_line_in_the_table_and_names_its_source() -> None:
    assert set(STOPS) == set(FLAG_KINDS) == set(get_args(FlagKind))
    assert set(get_args(Charge)) == set(FEE_KINDS)
    assert all(stop.source and stop.because for stop in STOPS.values())


@pytest.mark.parametrize(
    ("kind", "stopped"),
    [
        ("servicemember", {"late_fee", "returned_payment_fee", "other_fee"}),
        ("bankruptcy", {"late_fee", "returned_payment_fee", "other_fee"}),
        ("deceased", {"late_fee", "returned_payment_fee", "other_fee"}),
        ("dispute", {"late_fee"}),
        ("cease_contact", set()),
    ],
)
def test_a_flag_stops_the_fees_that_it_must_and_no_other(kind: FlagKind, stopped: set[Charge]) -> None:
    flags = [Flag(kind=kind, from_on=TODAY)]
    assert {fee for fee in get_args(Charge) if stopping_flag(flags=flags, fee=fee, on=TODAY)} == stopped


@given(days=st.integers(-40, 40), length=st.one_of(st.none(), st.integers(0, 20)))
def test_it_counts_from_its_first_day_through_its_last(days: int, length: int | None) -> None:
    through_on = None if length is None else TODAY + timedelta(days=length)
    flag = Flag(kind="bankruptcy", from_on=TODAY, through_on=through_on)
    assert flag.counts(on=TODAY + timedelta(days=days)) == (days >= 0 and (length is None or days <= length))


def test_the_reason_names_the_oldest_flag_that_stops() -> None:
    flags = [
        Flag(kind="cease_contact", from_on=date(2026, 1, 1)),
        Flag(kind="dispute", from_on=date(2026, 11, 1)),
        Flag(kind="bankruptcy", from_on=date(2026, 10, 1)),
    ]
    found = stopping_flag(flags=flags, fee="late_fee", on=TODAY)
    assert found is not None
    assert why_stopped(found) == (
        "No such fee is charged while the holder's bankruptcy stays collection (flag bankruptcy since 2026-10-01)."
    )
