"""The states of a payment."""

from itertools import product

import pytest

from services.payments.contract.schemas import STATUSES
from services.payments.rules.states import (
    CANCELLED,
    COUNTED,
    DECLINED,
    POSTED,
    RETURNED,
    SCHEDULED,
    SETTLED,
    STEPS,
    SUBMITTING,
    TO_COME,
    UNKNOWN,
    IllegalStep,
    states_before,
    step,
)

LEGAL = {
    (SCHEDULED, SUBMITTING),
    (SCHEDULED, CANCELLED),
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
    if (status, to) in LEGAL:
        assert step(status, to) == to
    else:
        with pytest.raises(IllegalStep, match=f"{status} cannot become {to}"):
            step(status, to)


def test_every_status_of_the_contract_has_its_row() -> None:
    assert set(STEPS) == set(STATUSES)


def test_what_was_declined_or_cancelled_stays_so() -> None:
    assert {status for status, steps in STEPS.items() if not steps} == {DECLINED, CANCELLED}


def test_money_counts_until_it_is_certain_that_none_comes() -> None:
    assert set(STATUSES) - TO_COME == {DECLINED, RETURNED, CANCELLED}
    assert {SCHEDULED} == TO_COME - COUNTED
