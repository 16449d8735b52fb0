"""What a notification of change asks for, code by code."""

import pytest

from services.payments.rules.nacha import Correction, correction_of


@pytest.mark.parametrize(
    ("code", "corrected", "correction"),
    [
        ("C01", "1918171614", Correction(account_number="1918171614")),
        ("C02", "121042882", Correction(routing_number="121042882")),
        ("C03", "121042882   345678", Correction(routing_number="121042882", account_number="345678")),
        ("C05", "37", Correction(account_type="savings")),
        ("C06", "345678              27", Correction(account_number="345678", account_type="checking")),
        (
            "C07", "121042882345678           37",
            Correction(routing_number="121042882", account_number="345678", account_type="savings"),
        ),
    ],
)  # fmt: skip
def test_each_code_has_its_places(code: str, corrected: str, correction: Correction) -> None:
    assert correction_of(code=code, corrected=corrected) == correction


@pytest.mark.parametrize(
    ("code", "corrected"),
    [
        ("C04", "Ada King"), ("C09", "77"), ("C13", ""), ("C99", "x"), ("C02", "121042883"), ("C02", ""), ("C01", ""),
        ("C01", "12-34"), ("C05", "41"), ("C05", "3"), ("C06", "345678"), ("C07", "12104288234567837"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_for_a_person(code: str, corrected: str) -> None:
    assert correction_of(code=code, corrected=corrected) is None
