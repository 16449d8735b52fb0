"""What a calculator's input may hold: whole cents, rates as text, dates as they are written, and nothing unknown."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

WHOLE_MAX = 10**12
COUNT_MAX = 1200
_DECIMAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,10})?|\.[0-9]{1,10}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Refused(Exception):
    """The input cannot be calculated with: the field, as a path, and what is wrong with it."""

    def __init__(self, *, field: str, sentence: str) -> None:
        self.field = field
        self.sentence = sentence
        super().__init__(f"{field}: {sentence}")


class Input(Schema):
    """The base of every input: a name that is not known is refused."""

    class Meta:
        unknown = RAISE


class Whole(fields.Integer):
    """A JSON integer within limits; never a fraction, a text or a boolean."""

    def __init__(self, *, least: int = 0, most: int = WHOLE_MAX, **options: Any) -> None:
        options = {"required": "load_default" not in options, **options}
        super().__init__(strict=True, validate=validate.Range(min=least, max=most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        if not isinstance(value, int):
            raise ValidationError("Must be a whole number, such as 41237.")
        return super()._deserialize(value, attr, data, **options)


class Percent(fields.Field[Decimal]):
    """A rate as text, such as "6.49": a JSON number has already lost the rate it stood for."""

    def __init__(self, *, most: Decimal = Decimal(100), **options: Any) -> None:
        self.most = most
        super().__init__(required=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Decimal:  # noqa: ARG002
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            raise ValidationError('Must be a decimal as text, such as "6.49".')
        if Decimal(value) > self.most:
            raise ValidationError(f"Must be at most {self.most}.")
        return Decimal(value)


class Day(fields.Field[date]):
    """A date as YYYY-MM-DD, in a year that people live in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> date:  # noqa: ARG002
        try:
            found = date.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else None
        except ValueError:
            found = None
        if found is None or not 1900 <= found.year <= 2200:
            raise ValidationError("Must be a date such as 2026-03-05.")
        return found


class Flag(fields.Boolean):
    """A JSON boolean and nothing like it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        if not isinstance(value, bool):
            raise ValidationError("Must be true or false.")
        return super()._deserialize(value, attr, data, **options)
