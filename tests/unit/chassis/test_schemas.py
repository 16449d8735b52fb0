"""What `Strict` puts together beforehand takes, refuses and says the same as the library does by itself."""

from enum import IntEnum, StrEnum
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from chassis.schemas import Strict


class Grade(IntEnum):
    GOOD = 1


class Colour(StrEnum):
    RED = "a"


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def fields_of_all_kinds() -> dict[str, fields.Field[Any]]:
    several = [validate.Length(max=3), validate.Regexp(r"[a-z]*\Z")]
    return {
        "text": fields.String(required=True),
        "choice": fields.String(load_default="a", validate=validate.OneOf(("a", "b"))),
        "checked": fields.String(load_default=None, allow_none=True, validate=several),
        "whole": fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0, max=9)),
        "number": fields.Integer(load_default=None, allow_none=True),
        "trimmed": fields.String(pre_load=_trimmed, load_default=None, allow_none=True),
        "doubled": fields.Integer(post_load=lambda value: value * 2, load_default=1),
        "renamed": fields.String(data_key="otherwise", attribute="kept", load_default="c"),
        "words": fields.List(fields.String(validate=validate.Length(max=2)), load_default=list),
    }


class Library(Schema):
    class Meta:
        unknown = RAISE


OURS = Strict.from_dict(fields_of_all_kinds())()
THEIRS = Library.from_dict(fields_of_all_kinds())()

a_scalar = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 12), st.floats(allow_nan=False),
    st.sampled_from(["a", "b", "ab1", " a ", Grade.GOOD, Colour.RED]),
    st.text(max_size=4), st.binary(max_size=2),
)  # fmt: skip
a_value = st.one_of(a_scalar, st.lists(a_scalar, max_size=2))


def outcome(schema: Schema, data: Any) -> tuple[str, Any]:
    try:
        return "taken", repr(schema.load(data))
    except ValidationError as refusal:
        return "refused", refusal.messages


@given(data=st.dictionaries(st.sampled_from([*fields_of_all_kinds(), "otherwise", "unknown"]), a_value))
def test_whatever_comes_is_taken_or_refused_as_by_the_library(data: dict[str, Any]) -> None:
    assert outcome(OURS, data) == outcome(THEIRS, data)
