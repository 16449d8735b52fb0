"""The states of a payment."""

from itertools import product

import pytest

from services.payments.contract.schemas import STATUSES
from services.payments.rules.states import (
    COUNTED,
    DECLINED,
    POSTED,
    RETURNED,
    SETTLED,
    STEPS,
    SUBMITTING,
    UNKNOWN,
    states_before,
)

LEGAL = {
    (SUBMITTING, POSTED),
    (SUBMITTING, DECLINED),
    (SUBMITTING, UNKNOWN),
    (UNKNOWN, POSTED),
    (UNKNOWN, DECLINED),
    (POSTED, SETTLED),
    (POSTED, RETURNED),
    (SETTLED, RETURNED),
    (RETURNED, SUBMITTING),
}


@pytest.mark.parametrize(("status", "to"), sorted(product(STATUSES, STATUSES)))
def test_a_payment_takes_the_steps_of_the_table_and_no_other(status: str, to: str) -> None:
    assert (status in states_before(to)) == ((status, to) in LEGAL)


def test_every_status_of_the_contract_has_its_row() -> None:
    assert set(STEPS) == set(STATUSES)


def test_what_was_declined_stays_so() -> None:
    assert {status for status, steps in STEPS.items() if not steps} == {DECLINED}


def test_money_counts_until_it_is_certain_that_none_comes() -> None:
    assert set(STATUSES) - COUNTED == {DECLINED, RETURNED}
