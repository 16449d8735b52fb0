"""Marshmallow as the house uses it: unknown fields are refused, money is whole cents, rates are exact text."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from chassis.errors import FieldError, InvalidRequest

CENTS_MAX = 10**12
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


class Strict(Schema):
    """The base of every request, reply and event."""

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:  # noqa: ARG002 - marshmallow's
        """Put together once what marshmallow does anew for every value of the schema's own fields.

        A check raises a sentence, never a mapping, and a field that is bound is not copied into another schema.
        """
        check = _one_check(field_obj.validators)
        field_obj._validate = check  # type: ignore[assignment, method-assign]
        kept_as = _KEPT_AS_IT_IS.get(type(field_obj))
        if kept_as is not None and not (field_obj.pre_load or field_obj.post_load):
            field_obj.deserialize = _quick(kept_as, check, field_obj.deserialize)  # type: ignore[method-assign]


Check = Callable[[Any], Any]
# A field of this type gives such a value back as it came.
_KEPT_AS_IT_IS: Mapping[type[Any], type[Any]] = {fields.String: str, fields.Integer: int}


def _one_check(checks: Sequence[Check]) -> Check:
    return validate.And(*checks) if len(checks) > 1 else next(iter(checks), _nothing_to_check)


def _quick(kept_as: type[Any], check: Check, usual: Callable[..., Any]) -> Callable[..., Any]:
    """Only checks what is of the field's own type, and leaves all else to `usual`."""

    def deserialize(value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        if type(value) is not kept_as:
            return usual(value, attr, data, **options)
        check(value)
        return value

    return deserialize


def _nothing_to_check(value: Any) -> None:
    pass


class Nothing(Strict):
    """A request or a reply without content."""


class Cents(fields.Integer):
    """USD cents: a JSON integer, never a float, a string or a boolean."""

    def __init__(self, *, minimum: int | None = None, maximum: int = CENTS_MAX, **options: Any) -> None:
        self._least, self._most = -CENTS_MAX if minimum is None else minimum, maximum
        rules = [validate.Range(min=self._least, max=self._most)]
        super().__init__(strict=True, validate=rules, **options)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        # An event holds twenty of them, and what is right needs no words.
        if type(value) is int and self._least <= value <= self._most:
            return value
        if isinstance(value, bool | float | str):
            raise ValidationError("Must be a whole number of cents.")
        return super().deserialize(value, attr, data, **options)


class YesOrNo(fields.Boolean):
    """A JSON boolean, never a number or a word that stands for one."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            raise ValidationError("Must be true or false.")
        return super().deserialize(value, attr, data, **options)


class Rate(fields.String):
    """An annual percentage as exact text, such as "6.49"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Regexp(re.compile(r"^\d{1,3}(\.\d{1,8})?$")), **options)


class Instant(fields.AwareDateTime):
    """An RFC 3339 instant, given back in UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", default_timezone=UTC, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:
        instant: datetime = super()._deserialize(value, attr, data, **options)
        try:
            # RFC 3339 has offsets up to 23:59, PostgreSQL takes none of 16 hours and more.
            return instant.astimezone(UTC)
        except OverflowError:
            raise ValidationError("Must be an instant between the years 1 and 9999 in UTC.") from None

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **options: Any) -> str | None:  # noqa: ARG002
        return (
            None if value is None else value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )


class Text(fields.String):
    """Text of limited length without control characters: nothing can be smuggled into a header or a log."""

    _control = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

    def __init__(self, *, longest: int = 200, shortest: int = 1, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=longest), **options)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        text = super().deserialize(value, attr, data, **options)
        if isinstance(text, str) and self._control.search(text):
            raise ValidationError("Must not contain control characters.")
        return text


def load(schema: type[Schema], data: Any) -> dict[str, Any]:
    """The request as Python values. Raises InvalidRequest whose errors point at every wrong field."""
    refuse_unstorable_text(data)
    try:
        loaded: dict[str, Any] = schema_of(schema).load(data)
    except ValidationError as error:
        raise InvalidRequest(errors=field_errors(_messages(error))) from error
    return loaded


def dump(schema: type[Schema], value: Any, *, many: bool = False) -> Any:
    """The reply as JSON-ready data, with only the fields that the schema declares."""
    return schema_of(schema).dump(value, many=many)


@functools.cache
def schema_of(schema: type[Schema]) -> Schema:
    """One instance per class: building one costs more than using it."""
    return schema()


def refuse_unstorable_text(data: Any) -> None:
    """Raises InvalidRequest for text that no database holds: a lone surrogate, or the character zero."""
    if not _is_storable_data(data):
        raise InvalidRequest("The request holds text that is not valid Unicode. Remove it and send it again.")


def is_storable(text: str) -> bool:
    """Would a database hold it?"""
    return _UNSTORABLE.search(text) is None


def _is_storable_data(data: Any) -> bool:
    if isinstance(data, str):
        return is_storable(data)
    if isinstance(data, dict | Mapping):
        return all(_is_storable_data(key) and _is_storable_data(value) for key, value in data.items())
    return not isinstance(data, list | tuple) or all(map(_is_storable_data, data))


def field_errors(messages: Mapping[Any, Any], *, pointer: str = "") -> list[FieldError]:
    """Marshmallow's nested messages as a flat list of field errors."""
    found: list[FieldError] = []
    for key, value in messages.items():
        here = pointer if key == "_schema" else f"{pointer}/{key}"
        if isinstance(value, Mapping):
            found.extend(field_errors(value, pointer=here))
        else:
            found.extend(FieldError(pointer=here, code=_code(str(text)), detail=str(text)) for text in value)
    return found


def _messages(error: ValidationError) -> Mapping[Any, Any]:
    messages = error.messages
    return messages if isinstance(messages, Mapping) else {"_schema": messages}


def _code(text: str) -> str:
    if text.startswith("Missing data"):
        return "required"
    if text.startswith("Unknown field"):
        return "unknown_field"
    if text.startswith(("Longer", "Shorter", "Length", "Must be greater", "Must be less")):
        return "out_of_range"
    return "invalid"
