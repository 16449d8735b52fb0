"""The shape of requests: what is refused before anything is done."""

from typing import Any
from uuid import UUID

import pytest

from chassis.errors import InvalidRequest, NotFound
from chassis.schemas import load
from services.payments.contract.errors import CardNumberRefused
from services.payments.contract.schemas import AddPaymentMethod, ListPendingPayments, Request, SubmitPayment

ID = "01900000-0000-7000-8000-00000000000a"
CARD = "4111111111111111"


def a_bank_account(**differences: Any) -> dict[str, Any]:
    return {
        "type": "bank_account",
        "routing_number": "110000000",
        "account_number": "000123456789",
        "account_type": "checking",
        "holder_name": "Ada Lovelace",
        **differences,
    }


def a_submission(**differences: Any) -> dict[str, Any]:
    return {"account_id": ID, "amount_cents": 41_235, "payment_method_id": ID, **differences}


def wrong_fields(schema: type[Request], request: Any) -> set[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as refused:
        load(schema, request)
    return {(error.pointer, error.code) for error in refused.value.errors}


def test_a_bank_account_comes_through() -> None:
    assert load(AddPaymentMethod, a_bank_account()) == a_bank_account()


def test_a_card_is_its_token_alone() -> None:
    assert load(AddPaymentMethod, {"type": "card", "processor_token": "tok_x"})["processor_token"] == "tok_x"


@pytest.mark.parametrize(
    ("differences", "wrong"),
    [
        ({"routing_number": "110000001"}, {("/routing_number", "invalid")}),
        ({"account_number": "1234"}, {("/account_number", "invalid")}),
        ({"account_number": "12345678x"}, {("/account_number", "invalid")}),
        ({"account_type": "money market"}, {("/account_type", "invalid")}),
        ({"holder_name": ""}, {("/holder_name", "out_of_range")}),
        ({"holder_name": "Ada\r\nBcc: x"}, {("/holder_name", "invalid")}),
        ({"processor_token": "tok_x"}, {("/processor_token", "unknown_field")}),
        ({"type": "cash"}, {("/type", "invalid")}),
        ({"type": None}, {("/type", "invalid")}),
        ({"nickname": "mine"}, {("/nickname", "unknown_field")}),
    ],
)
def test_each_wrong_field_of_a_bank_account_is_named(differences: dict[str, Any], wrong: set[tuple[str, str]]) -> None:
    assert wrong_fields(AddPaymentMethod, a_bank_account(**differences)) == wrong


def test_all_missing_fields_of_a_type_are_named_at_once() -> None:
    assert wrong_fields(AddPaymentMethod, {"type": "bank_account", "routing_number": "1"}) == {
        ("/routing_number", "invalid"),
        ("/account_number", "required"),
        ("/account_type", "required"),
        ("/holder_name", "required"),
    }


def test_what_the_processor_knows_of_a_card_is_not_taken_from_the_caller() -> None:
    request = {"type": "card", "processor_token": "tok_x", "brand": "visa", "last4": "4242"}
    assert wrong_fields(AddPaymentMethod, request) == {("/brand", "unknown_field"), ("/last4", "unknown_field")}


@pytest.mark.parametrize("field", ["type", "routing_number", "account_number", "account_type", "holder_name", "memo"])
def test_a_card_number_is_refused_in_every_field(field: str) -> None:
    with pytest.raises(CardNumberRefused):
        load(AddPaymentMethod, a_bank_account(**{field: CARD}))


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "card", "processor_token": CARD},
        {"type": "card", "number": 4111111111111111},
        {"type": "card", "card": {"number": "4111 1111 1111 1111", "cvc": "123"}},
        {"type": "card", "numbers": [[CARD]]},
        {CARD: "card"},
    ],
)
def test_a_card_number_is_refused_wherever_it_hides(request_: dict[str, Any]) -> None:
    with pytest.raises(CardNumberRefused) as refused:
        load(AddPaymentMethod, request_)
    assert "1111" not in str(refused.value.as_data())


@pytest.mark.parametrize("field", ["account_id", "payment_method_id", "extra", "quote_id"])
def test_a_card_number_is_refused_in_a_submission(field: str) -> None:
    with pytest.raises(CardNumberRefused):
        load(SubmitPayment, a_submission(**{field: CARD}))


def test_an_id_is_never_taken_for_a_card_number() -> None:
    chance = "41111111-1111-1111-8000-000000000000"
    assert load(SubmitPayment, a_submission(account_id=chance))["account_id"] == UUID(chance)


@pytest.mark.parametrize("on", ["tomorrow", "2026-02-30", "2026-12-01T00:00:00Z", 20261201])
def test_a_date_is_a_calendar_date(on: Any) -> None:
    assert wrong_fields(SubmitPayment, a_submission(on=on)) == {("/on", "invalid")}


@pytest.mark.parametrize("word", ["true", "yes", None, 2])
def test_paying_anyway_is_said_in_plain_json(word: Any) -> None:
    assert {pointer for pointer, _ in wrong_fields(SubmitPayment, a_submission(pay_anyway=word))} == {"/pay_anyway"}


@pytest.mark.parametrize("amount", ["100", 100.0, True, None, 10**13])
def test_an_amount_is_a_whole_number_of_cents(amount: Any) -> None:
    assert {pointer for pointer, _ in wrong_fields(SubmitPayment, a_submission(amount_cents=amount))} == {
        "/amount_cents"
    }


@pytest.mark.parametrize("field", ["account_id", "payment_method_id"])
@pytest.mark.parametrize("id_", ["1", "../payments", "01900000-0000-7000-8000-00000000000g", f"{ID}\n"])
def test_an_id_that_cannot_be_one_names_nothing(field: str, id_: str) -> None:
    with pytest.raises(NotFound):
        load(SubmitPayment, a_submission(**{field: id_}))


def test_a_request_longer_than_any_is_refused_unread() -> None:
    assert wrong_fields(AddPaymentMethod, a_bank_account(holder_name="0 1 " * 250_000)) == {("", "invalid")}
    assert wrong_fields(ListPendingPayments, {"account_ids": [ID] * 101}) == {("/account_ids", "out_of_range")}


@pytest.mark.parametrize("nonsense", [[], "text", 7])
def test_what_is_no_object_is_refused(nonsense: Any) -> None:
    assert wrong_fields(AddPaymentMethod, nonsense)
