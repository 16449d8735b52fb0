"""What a customer is told of a payment."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.payments.contract.schemas import STATUSES
from services.payments.rules.wording import DECLINE_REASONS, DECLINED_WITHOUT_REASON, as_told, decline_code, message


def a_payment(**differences: Any) -> dict[str, Any]:
    return {
        "status": "submitting",
        "amount_cents": 41_235,
        "card_fee_cents": 0,
        "made_on": None,
        "effective_on": date(2026, 11, 3),
        "applied_at": None,
        "decline_code": None,
        "return_code": None,
        "returned_on": None,
        "present_again_on": None,
        "reversed_on": None,
        "refunded_on": None,
        "method_type": "bank_account",
        "method_last4": "6789",
        **differences,
    }


BACK_ON = date(2026, 11, 5)
APPLIED_AT = datetime(2026, 11, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("payment", "sentence"),
    [
        (
            a_payment(),
            "Not yet: we are charging $412.35 to your bank account ending in 6789 now. Look again in a moment.",
        ),
        (
            a_payment(status="posted"),
            "Yes: $412.35 was charged to your bank account ending in 6789 and is on its way into your balance.",
        ),
        (
            a_payment(status="posted", applied_at=APPLIED_AT),
            "Yes: $412.35 from your bank account ending in 6789 is in your balance as of November 3, 2026.",
        ),
        (
            a_payment(status="declined", decline_code="insufficient_funds", method_type="card", method_last4="0002"),
            (
                "No: $412.35 was not charged to your card ending in 0002. "
                "There was not enough money or credit available. Use a smaller amount or another method."
            ),
        ),
        (
            a_payment(status="unknown"),
            (
                "We do not know yet whether $412.35 was charged to your bank account ending in 6789: the bank's "
                "network did not answer, and we are asking. Please do not pay again until this says yes or no."
            ),
        ),
        (
            a_payment(status="settled", applied_at=APPLIED_AT),
            (
                "Yes: $412.35 from your bank account ending in 6789 is in your balance as of November 3, 2026, and the "
                "bank has paid it."
            ),
        ),
        (
            a_payment(status="returned", return_code="R01", returned_on=BACK_ON, present_again_on=date(2026, 11, 10)),
            (
                "No: $412.35 from your bank account ending in 6789 came back on November 5, 2026: there was not enough "
                "money in the account. We will present it once more on November 10, 2026: please have the money there "
                "by then. You need not pay in another way."
            ),
        ),
        (
            a_payment(status="returned", return_code="R02", returned_on=BACK_ON),
            (
                "No: $412.35 from your bank account ending in 6789 came back on November 5, 2026: the account is "
                "closed. Please add another bank account or card, and pay with that."
            ),
        ),
        (
            a_payment(status="settled", applied_at=APPLIED_AT, refunded_on=BACK_ON),
            "It was paid back: $412.35 went back to your bank account ending in 6789 on November 5, 2026.",
        ),
        (
            a_payment(status="posted", applied_at=APPLIED_AT, reversed_on=BACK_ON),
            (
                "No longer: $412.35 from your bank account ending in 6789 was taken out of your balance on November 5, "
                "2026. Contact us about it."
            ),
        ),
    ],
)
def test_each_state_has_its_true_sentence(payment: dict[str, Any], sentence: str) -> None:
    assert message(payment) == sentence


def test_every_status_of_the_contract_has_words() -> None:
    known = {
        "decline_code": "not_charged", "cancel_code": "by_customer", "return_code": "R01", "returned_on": BACK_ON,
        "applied_at": APPLIED_AT,
    }  # fmt: skip
    assert len({message(a_payment(status=status, **known)) for status in STATUSES}) == len(STATUSES)


def test_a_status_without_words_is_a_defect() -> None:
    with pytest.raises(LookupError):
        message(a_payment(status="lost"))


@pytest.mark.parametrize("code", sorted(DECLINE_REASONS))
def test_a_decline_says_why_and_what_to_do(code: str) -> None:
    told = as_told(a_payment(status="declined", decline_code=decline_code(code)))
    assert told["decline"] == {"code": code, "reason": DECLINE_REASONS[code]}
    assert told["message"].endswith(DECLINE_REASONS[code])


@pytest.mark.parametrize("reported", [None, "", "do_not_honor_77"])
def test_a_reason_without_words_of_its_own_is_told_as_that(reported: str | None) -> None:
    assert decline_code(reported) == DECLINED_WITHOUT_REASON


def test_a_payment_that_is_not_declined_has_no_decline() -> None:
    assert as_told(a_payment(status="posted"))["decline"] is None
