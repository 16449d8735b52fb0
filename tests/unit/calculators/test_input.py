"""Input is read strictly: each field by itself, then what the fields say together."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.calculators.catalogue import CALCULATORS, TEXT_MAX, calculated
from deploy.calculators.fields import Refused
from tests.unit.calculators.page import worked_examples

EXAMPLES = {name: given for name, (given, _) in worked_examples().items()}
# What the page's inputs name without need.
OPTIONAL = {"frequency", "remaining_payments", "base_payment_cents", "gross_weight_rating_pounds"}


def field_refused(name: str, given: Any) -> str:
    with pytest.raises(Refused) as refusal:
        calculated(name, text=given if isinstance(given, bytes) else json.dumps(given).encode())
    assert refusal.value.sentence.endswith(".")
    return refusal.value.field


def fields_ending(*endings: str) -> Iterator[tuple[str, str]]:
    for name, given in EXAMPLES.items():
        yield from ((name, field) for field in given if field.endswith(endings))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_field_that_is_not_known_is_refused(name: str) -> None:
    assert field_refused(name, {**EXAMPLES[name], "colour": "red"}) == "colour"


@pytest.mark.parametrize(
    ("name", "field"), [(n, f) for n, given in EXAMPLES.items() for f in given if n != "buyout" and f not in OPTIONAL]
)
def test_a_field_that_is_missing_is_named(name: str, field: str) -> None:
    assert field_refused(name, {k: value for k, value in EXAMPLES[name].items() if k != field}) == field


@pytest.mark.parametrize(
    ("name", "field"), [*fields_ending("_cents", "_miles", "_pounds", "_months", "_made", "payments_made")]
)
@pytest.mark.parametrize("value", [412.37, 412.0, "41237", True, -1, 10**12 + 1, [41237]])
def test_an_amount_is_a_whole_number_and_nothing_like_it(name: str, field: str, value: Any) -> None:
    assert field_refused(name, {**EXAMPLES[name], field: value}).startswith(field)


@pytest.mark.parametrize(("name", "field"), [*fields_ending("_percent", "money_factor")])
@pytest.mark.parametrize("value", [6.49, 6, "6,49", "6.49%", "-1", "1e2", "101", "", " 6.49", "6.49\n", "٦", None])
def test_a_rate_is_a_decimal_as_text(name: str, field: str, value: Any) -> None:
    assert field_refused(name, {**EXAMPLES[name], field: value}) == field


@pytest.mark.parametrize(("name", "field"), [*fields_ending("_on", "as_of")])
@pytest.mark.parametrize("value", ["2026-02-30", "2026-2-3", "20260203", "2026-02-03T00:00:00", 20260203, "1899-12-31"])
def test_a_date_is_one_of_the_calendar_written_in_full(name: str, field: str, value: Any) -> None:
    assert field_refused(name, {**EXAMPLES[name], field: value}) == field


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"7", b"{", b'{"routing_number": NaN}', b'{"a": ' * 100_000, b"\xff", b" " * (TEXT_MAX + 1)]
)
def test_text_that_is_not_one_object_is_refused(text: bytes) -> None:
    assert field_refused("routing-number", text) == "input"


def test_a_name_that_stands_twice_is_refused() -> None:
    assert field_refused("routing-number", b'{"routing_number": "1", "routing_number": "2"}') == "routing_number"


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("apr", {"payments": []}, "payments"),
        ("apr", {"payments": [{"on": "1978-09-15", "amount_cents": 99_999}]}, "payments"),
        ("apr", {"payments": [{"on": "1978-01-02", "amount_cents": 108_000}]}, "payments"),
        ("apr", {"payments": [{"on": "1978-01-03", "amount_cents": 108_000}]}, "payments"),
        ("apr", {"payments": [{"on": "1978-09-15", "amount_cents": 0}]}, "payments.0.amount_cents"),
        ("apr", {"unit_period": {}}, "unit_period"),
        ("apr", {"unit_period": {"months": 1, "days": 30}}, "unit_period"),
        ("apr", {"unit_period": {"months": 13}}, "unit_period.months"),
        ("apr", {"unit_period": {"per_year": 12}}, "unit_period.per_year"),
        ("schedule", {"first_due_on": "2026-01-05"}, "first_due_on"),
        ("schedule", {"principal_cents": 1}, "principal_cents"),
        ("schedule", {"payments": 0}, "payments"),
        ("schedule", {"payments": 1201}, "payments"),
        ("schedule", {"frequency": "yearly"}, "frequency"),
        ("schedule", {"day_count": "actual/360"}, "day_count"),
        ("interest", {"to_on": "2025-02-28"}, "to_on"),
        ("late-fee", {"state": "tx"}, "state"),
        ("late-fee", {"unpaid_cents": 41_238}, "unpaid_cents"),
        ("late-fee", {"state": "PA", "due_on": "2014-11-30"}, "state"),
        ("routing-number", {"routing_number": 21_000_021}, "routing_number"),
        ("lease-payment", {"residual_cents": 3_150_001}, "residual_cents"),
        ("lease-balance", {"payments_made": 5}, "payments_made"),
        ("lease-balance", {"base_payment_cents": 37_499}, "base_payment_cents"),
        ("excess-mileage", {"end_miles": 11}, "end_miles"),
        ("buyout", {"lease_balance_cents": 1_900_000}, "residual_cents"),
        ("buyout", {"residual_cents": None}, "residual_cents"),
        ("buyout", {"remaining_payments": 2, "base_payment_cents": None}, "base_payment_cents"),
        ("buyout", {"tax_includes_fees": 1}, "tax_includes_fees"),
        ("extension-disclosure", {"extensions": []}, "extensions"),
        (
            "extension-disclosure",
            {"extensions": [{"months": 1, "agreed_on": "2026-02-28"}, {"months": 1, "agreed_on": "2026-01-31"}]},
            "extensions.1.agreed_on",
        ),
    ],
)
def test_what_cannot_be_calculated_with_is_refused_by_field(name: str, change: dict[str, Any], field: str) -> None:
    assert field_refused(name, {**EXAMPLES[name], **change}) == field


def test_a_state_written_otherwise_is_told_how_it_is_written() -> None:
    with pytest.raises(Refused, match="two capital letters, such as TX, or default"):
        calculated("late-fee", text=json.dumps({**EXAMPLES["late-fee"], "state": "tx"}).encode())


def test_the_largest_inputs_still_have_an_answer() -> None:
    months = [f"{2000 + number // 12}-{number % 12 + 1:02d}-15" for number in range(1201)]
    given = {
        "advances": [{"on": on, "amount_cents": 1000} for on in months[:-1]],
        "payments": [{"on": on, "amount_cents": 1010} for on in months[1:]],
        "unit_period": {"months": 1},
    }
    assert json.loads(calculated("apr", text=json.dumps(given).encode()))["apr_percent"] == "12.00"


def test_a_buyout_before_the_end_takes_the_lease_balance_or_the_payments_left() -> None:
    common = {"purchase_option_fee_cents": 30_000, "official_fees_cents": 8_500, "tax_percent": "7.25"}
    by_balance = {**common, "lease_balance_cents": 1_979_958, "tax_includes_fees": False}
    by_payments = {
        **common, "residual_cents": 1_890_000, "remaining_payments": 2, "base_payment_cents": 44_979,
        "tax_includes_fees": False,
    }  # fmt: skip
    answers = [json.loads(calculated("buyout", text=json.dumps(given).encode())) for given in (by_balance, by_payments)]
    assert answers[0] == answers[1] == {"taxable_cents": 1_979_958, "tax_cents": 143_547, "total_cents": 2_162_005}


def test_every_calculator_was_asked() -> None:
    assert set(EXAMPLES) == set(CALCULATORS)
