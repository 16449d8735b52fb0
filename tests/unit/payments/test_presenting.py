"""Under which key a presentment is known to the processor."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.rules.presenting import charge_key, presentment_of

PAYMENT_ID = "01a21abb-81ac-7bc6-9807-3645ba57dc09"


@given(payment_id=st.uuids(), number=st.integers(1, 3))
def test_a_key_names_its_presentment_and_no_other(payment_id: UUID, number: int) -> None:
    key = charge_key(payment_id=payment_id, presentment_number=number)
    found = presentment_of(key=key, amount_cents=100, reference="ch_1")
    assert found is not None
    assert (found.payment_id, found.number, found.key) == (payment_id, number, key)


def test_the_first_key_is_the_payments_id() -> None:
    assert charge_key(payment_id=UUID(PAYMENT_ID), presentment_number=1) == PAYMENT_ID


@pytest.mark.parametrize(
    "text", ["", "key-1", f"{PAYMENT_ID}/1", f"{PAYMENT_ID}/0", f"{PAYMENT_ID}/12", f"{PAYMENT_ID} ", "x" * 36]
)
def test_a_text_that_is_no_key_of_ours_names_nothing(text: str) -> None:
    assert presentment_of(key=text, amount_cents=100, reference="ch_1") is None
