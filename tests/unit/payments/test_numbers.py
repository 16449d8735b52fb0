"""Routing numbers that can exist, and card numbers wherever they hide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from services.payments.contract.numbers import holds_card_number, is_routing_number, token_holds_card_number

CARD = "4111111111111111"

card_numbers = st.text("0123456789", min_size=12, max_size=18).map(lambda stem: stem + luhn.calc_check_digit(stem))


@pytest.mark.parametrize("number", ["021000021", "110000000", "111000025", "322271627", "800000006"])
def test_a_right_routing_number_is_one(number: str) -> None:
    assert is_routing_number(number)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("021000022", id="wrong check digit"),
        pytest.param("000000000", id="all zeros have a right checksum"),
        pytest.param("500000005", id="prefix 50 is not assigned, though the checksum is right"),
        pytest.param("131000005", id="prefix 13 is not assigned, though the checksum is right"),
        pytest.param("02100002", id="eight digits"),
        pytest.param("0210000210", id="ten digits"),
        pytest.param("021-000-021", id="marks"),
        pytest.param("021000021\n", id="a line end"),
        pytest.param("０２１０００021", id="other digits than ASCII"),
        pytest.param("", id="nothing"),
    ],
)
def test_anything_else_is_no_routing_number(number: str) -> None:
    assert not is_routing_number(number)


@given(card_numbers)
def test_every_number_with_a_right_luhn_digit_is_found(number: str) -> None:
    assert holds_card_number(number)


@given(card_numbers, st.integers(0, 9))
def test_a_wrong_check_digit_is_no_card_number(number: str, digit: int) -> None:
    changed = number[:-1] + str(digit)
    assert holds_card_number(changed) is (changed == number)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111 - 1111 - 1111 - 1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "４１１１１１１１１１１１１１１１",
        "card4111111111111111end",
        "4111 1111 1111 1111 12/29 123",
        "12/29 4111 1111 1111 1111",
        "3782 822463 10005",
        f"Ada Lovelace {CARD}",
    ],
)
def test_a_card_number_is_found_however_it_is_written(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    ["", "Ada Lovelace", "021000021", "000123456789", "4111 1111 1111", "4111111111111112", "1" * 20, "2026-11-23"],
)
def test_other_text_is_let_pass(text: str) -> None:
    assert not holds_card_number(text)


def test_chance_digits_inside_a_token_are_no_card_number() -> None:
    assert not token_holds_card_number("tok_card_a4111111111111111f")
    assert not token_holds_card_number("tok_approved")


@pytest.mark.parametrize("token", [CARD, f"tok_{CARD}", f"{CARD}-x"])
def test_a_card_number_in_place_of_a_token_is_found(token: str) -> None:
    assert token_holds_card_number(token)
