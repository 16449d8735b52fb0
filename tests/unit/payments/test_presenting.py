"""Under which key a presentment is known to the processor."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.rules.presenting import charge_key, presentment_of


@given(payment_id=st.uuids(), number=st.integers(1, 3))
def test_a_key_names_its_presentment_and_no_other(payment_id: UUID, number: int) -> None:
    key = charge_key(payment_id=payment_id, presentment_number=number)
    found = presentment_of(key=key, amount_cents=100, reference="ch_1")
    assert found is not None
    assert (found.payment_id, found.number, found.key) == (payment_id, number, key)


def test_the_first_key_is_the_payments_id() -> None:
    payment_id = uuid4()
    assert charge_key(payment_id=payment_id, presentment_number=1) == str(payment_id)


@pytest.mark.parametrize(
    "text", ["", "key-1", f"{uuid4()}/1", f"{uuid4()}/0", f"{uuid4()}/12", f"{uuid4()} ", "x" * 36]
)
def test_a_text_that_is_no_key_of_ours_names_nothing(text: str) -> None:
    assert presentment_of(key=text, amount_cents=100, reference="ch_1") is None
