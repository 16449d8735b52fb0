"""What paying by card costs: by state, agreed to, or not taken."""

import pytest

from services.payments.contract.errors import CardFeeNotAgreed
from services.payments.rules.card_fees import card_fee_cents, card_fees_of, require_agreed

FEES = card_fees_of("TX:295, OH:300")


@pytest.mark.parametrize(
    ("method_type", "state", "cents"),
    [("card", "TX", 295), ("card", "OH", 300), ("card", "KS", 0), ("card", None, 0), ("bank_account", "TX", 0)],
)
def test_the_fee_is_that_of_the_state_for_a_card(method_type: str, state: str | None, cents: int) -> None:
    assert card_fee_cents(fees=FEES, method_type=method_type, state=state) == cents


def test_there_is_none_by_default() -> None:
    assert card_fees_of("") == {}


@pytest.mark.parametrize(
    "text", ["TX", "TX:0", "TX:2.95", "Texas:295", "TX:295,TX:300", "TX:-1", "TX=295", "TX:1000000"]
)
def test_a_policy_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        card_fees_of(text)


@pytest.mark.parametrize(
    ("agreed", "fee", "says"), [(0, 295, "costs $2.95 on top"), (295, 300, "$3.00"), (295, 0, "No fee")]
)
def test_another_fee_than_the_payer_was_shown_is_not_taken(agreed: int, fee: int, says: str) -> None:
    with pytest.raises(CardFeeNotAgreed) as refused:
        require_agreed(agreed_cents=agreed, fee_cents=fee)
    assert says in refused.value.detail


def test_the_fee_that_was_shown_is() -> None:
    require_agreed(agreed_cents=295, fee_cents=295)
    require_agreed(agreed_cents=0, fee_cents=0)
