"""A returned payment costs what its contract says, where funds were missing, and no more than the law allows."""

from dataclasses import replace
from datetime import date

import pytest

from services.accounts.rules.returned_payment_fees import (
    RETURNED_PAYMENT_CAPS,
    returned_payment_cap,
    returned_payment_fee_cents,
)
from tests.unit.accounts.builders import a_loan

ON = date(2026, 3, 5)


def fee_of(jurisdiction: str | None, *, cents: int = 3_500, code: str | None = "R01", on: date = ON) -> int:
    terms = replace(a_loan(), returned_payment_fee_cents=cents)
    return returned_payment_fee_cents(terms=terms, jurisdiction=jurisdiction, return_code=code, on=on)


def test_new_jersey_allows_twenty_dollars() -> None:
    assert (fee_of("NJ"), fee_of("NJ", cents=1_500), fee_of("TX"), fee_of(None)) == (2_000, 1_500, 3_500, 3_500)


@pytest.mark.parametrize("code", ["R02", "R10", "R11", "R24", None])
def test_a_return_that_was_not_for_lack_of_funds_costs_nothing(code: str | None) -> None:
    assert fee_of("TX", code=code) == 0
    assert fee_of("TX", code="R09") == 3_500


def test_the_day_of_the_return_picks_the_cap() -> None:
    (old,) = RETURNED_PAYMENT_CAPS
    caps = (replace(old, effective_from=date(2027, 1, 1), most_cents=2_500), old)
    assert returned_payment_cap(jurisdiction="NJ", on=date(2026, 12, 31), caps=caps) == old
    assert returned_payment_cap(jurisdiction="NJ", on=date(2027, 1, 1), caps=caps) == caps[0]
    assert returned_payment_cap(jurisdiction="NJ", on=date(2016, 10, 10), caps=caps) is None
