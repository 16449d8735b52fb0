"""A schema that loads by a plan gives what marshmallow gives, and refuses what marshmallow refuses, in its words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates_schema

from chassis.loading import PlannedSchema
from chassis.schemas import Cents, Rate, Strict, Text, YesOrNo
from services.accounts.contract.portfolio import PortfolioAccountSchema


class Vehicle(Strict):
    make = fields.String(required=True, validate=validate.Length(min=1, max=5))
    year = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1900, max=2100))


class Code(Text):
    """Derived from a field that has a plan, with a meaning of its own."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        return super().deserialize(value.strip() if isinstance(value, str) else value, attr, data, **options)


class Everything(Strict):
    amount_cents = Cents(required=True, minimum=1)
    fee_cents = Cents(allow_none=True)
    rate = Rate()
    note = Text(longest=5)
    code = Code(longest=5)
    named = fields.String(data_key="name", attribute="nickname")
    state = fields.String(validate=validate.Regexp(r"[A-Z]{2}\Z"), load_default="KS")
    kind = fields.String(validate=[validate.OneOf(("loan", "lease")), validate.Length(equal=4)])
    email = fields.Email(allow_none=True)
    is_told = YesOrNo()
    is_asked = fields.Boolean()
    count = fields.Integer(validate=validate.Range(min=0, min_inclusive=False))
    due_on = fields.Date(validate=validate.Range(min=date(2020, 1, 1)))
    at = fields.Time()
    vehicle = fields.Nested(Vehicle)
    vehicles = fields.List(fields.Nested(Vehicle, unknown=EXCLUDE), load_default=list, validate=validate.Length(max=2))
    flags = fields.List(fields.Integer(allow_none=True))


class Record(Strict):
    low = fields.Integer(required=True)
    high = fields.Integer(required=True)

    @post_load
    def in_order(self, data: dict[str, Any], **_: Any) -> Any:
        if data["low"] > data["high"]:
            raise ValidationError("The low one is higher.", "low")
        return (data["low"], data["high"])


class Checked(Strict):
    low = fields.Integer()

    @validates_schema
    def refuse_seven(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("low") == 7:
            raise ValidationError("Seven is taken.")


ODD: list[Any] = [
    None, True, False, 0, 1, -1, 5, 1901, 10**12, 10**13, 1.0, 2.5, "", "5", "loan", "lease", "KS", "ks", "6.49",
    "abcdef", "a\nb", " abc ", "true", "2024-02-29", "2023-02-29", "20240229", "2024-W09-4", "2019-12-31", "2024-2-9",
    "12:30", "a@b.co", b"bytes", [], {}, [1], [None], [True], {"make": "Kia"}, {"make": "Kia", "year": None},
    {"make": "Kia", "year": 1800}, {"make": "Kia", "more": 1}, [{"make": "Kia"}], [{"make": "Kia", "more": 1}],
    [{"make": ""}], [{"make": "Kia"}] * 3,
]  # fmt: skip
NAMES = ["nickname", "name", "unknown", *Everything().fields]


def found(load: Any, data: Any, **options: Any) -> tuple[str, Any]:
    """What became of it: the values in their order, or marshmallow's messages."""
    try:
        loaded = load(data, **options)
    except ValidationError as refusal:
        return "refused", refusal.messages
    return "loaded", (list(loaded.items()) if isinstance(loaded, dict) else loaded)


def as_marshmallow(schema: type[PlannedSchema]) -> Any:
    """The same schema as if there were no plans, in what it contains neither."""
    made = schema()

    def load(data: Any, **options: Any) -> Any:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(PlannedSchema, "load", Schema.load)
            return made.load(data, **options)

    return load


def same(data: dict[str, Any], **options: Any) -> None:
    """Also of the same types: 1 is no True."""
    told, loaded = found(Everything().load, data, **options)
    expected = found(as_marshmallow(Everything), data, **options)
    assert (told, repr(loaded)) == (expected[0], repr(expected[1])), data


class TestPlan:
    @given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ODD), max_size=8), st.booleans())
    @example({"amount_cents": 5, "vehicles": [{"make": "Kia", "more": 1}], "unknown": 1}, True)
    @example({"amount_cents": 5, "flags": [1, None]}, False)
    def test_gives_the_values_and_refusals_of_marshmallow(self, data: dict[str, Any], passes_over: bool) -> None:
        options = {"unknown": EXCLUDE} if passes_over else {}
        same({"amount_cents": 5} | data, **options)

    @pytest.mark.parametrize("name", NAMES)
    def test_gives_the_same_for_every_field_and_value(self, name: str) -> None:
        for value in ODD:
            same({"amount_cents": 5} | {name: value})

    @given(st.sampled_from(ODD))
    def test_is_for_objects_alone(self, data: Any) -> None:
        assert found(Everything().load, data) == found(as_marshmallow(Everything), data)

    @given(st.dictionaries(st.sampled_from(["low", "high", "more"]), st.sampled_from([1, 2, "x", None])))
    def test_ends_with_what_the_schema_makes_of_it(self, data: dict[str, Any]) -> None:
        assert found(Record().load, data) == found(as_marshmallow(Record), data)

    def test_is_used_for_what_is_right(self) -> None:
        plan = Everything().plan()
        assert plan is not None
        assert plan.load({"amount_cents": 5, "due_on": "2024-02-29"})["due_on"] == date(2024, 2, 29)

    def test_is_not_made_for_schemas_that_check_by_themselves(self) -> None:
        assert Checked().plan() is None
        with pytest.raises(ValidationError, match="Seven is taken"):
            Checked().load({"low": 7})

    def test_knows_the_accounts_of_a_portfolio(self) -> None:
        assert PortfolioAccountSchema().plan() is not None

    def test_stands_back_for_many_and_for_parts(self) -> None:
        assert Record().load([{"low": 1, "high": 2}], many=True) == [(1, 2)]
        assert Vehicle().load({"year": 2020}, partial=True) == {"year": 2020}
