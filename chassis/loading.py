"""What is right is loaded by a plan: the values that marshmallow gives, without its bookkeeping of what may be wrong.

A plan accepts only what it is sure of, and leaves all else to marshmallow, whose word on a refusal stays the only one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, missing, validate
from marshmallow.decorators import POST_LOAD

Check = Callable[[Any], bool]
Reader = Callable[[Any, Mapping[str, Any]], Any]
Unknown = Literal["exclude", "include", "raise"]


class Unsure(Exception):
    """This is for marshmallow to judge."""


@dataclass(frozen=True, slots=True)
class Step:
    """One field: its name in the data, its key among the loaded values, and what becomes of it."""

    name: str
    key: str
    read: Reader
    allows_none: bool
    default: Any
    is_required: bool

    def absent(self) -> Any:
        """The value of a field that the data does not have, or `missing`."""
        if self.is_required:
            raise Unsure
        return self.default() if callable(self.default) else self.default


@dataclass(frozen=True)
class Plan:
    """The fields of one schema in their order, and what its own hooks make of the loaded values."""

    steps: Sequence[Step]
    unknown: Unknown
    finish: Callable[[dict[str, Any], Mapping[str, Any], Unknown], Any] | None

    def load(self, data: Any, *, unknown: Unknown | None = None) -> Any:
        """Raises Unsure."""
        wanted = unknown or self.unknown
        if type(data) is not dict or wanted not in (RAISE, EXCLUDE):
            raise Unsure
        loaded: dict[str, Any] = {}
        known = 0
        for step in self.steps:
            value = data.get(step.name, missing)
            if value is missing:
                value = step.absent()
                if value is missing:
                    continue
            else:
                known += 1
                if value is not None:
                    value = step.read(value, data)
                elif not step.allows_none:
                    raise Unsure
            loaded[step.key] = value
        if known != len(data) and wanted == RAISE:
            raise Unsure
        return loaded if self.finish is None else self.finish(loaded, data, wanted)


class PlannedSchema(Schema):
    """A schema that loads by a plan where it can."""

    _has_plan: bool | None = None
    _made: Plan | None = None

    def load(
        self, data: Any, *, many: bool | None = None, partial: Any = None, unknown: Unknown | None = None
    ) -> Any:  # fmt: skip
        """As marshmallow's. Raises ValidationError."""
        plan = None if many or partial is not None else self.plan()
        if plan is not None:
            try:
                return plan.load(data, unknown=unknown)
            except Unsure:
                # Marshmallow says what is wrong, if anything is.
                plan = None
        return super().load(data, many=many, partial=partial, unknown=unknown)

    def plan(self) -> Plan | None:
        """Made when it is first needed; None where this schema does what a plan does not."""
        if self._has_plan is None:
            self._made = self._plan()
            self._has_plan = self._made is not None
        return self._made

    def _plan(self) -> Plan | None:
        others = [tag for tag, hooks in self._hooks.items() if hooks and tag != POST_LOAD]
        dotted = [field for field in self.load_fields.values() if "." in (field.attribute or "")]
        if others or dotted or self.many or self.partial is not None or self.dict_class is not dict:
            return None
        steps = [_step(name, field) for name, field in self.load_fields.items()]
        return Plan(steps=steps, unknown=self.unknown, finish=self._finish if self._hooks[POST_LOAD] else None)

    def _finish(self, loaded: dict[str, Any], data: Mapping[str, Any], unknown: Unknown) -> Any:
        try:
            return self._invoke_load_processors(
                POST_LOAD, loaded, many=False, original_data=data, partial=None, unknown=unknown
            )
        except ValidationError as refusal:
            raise Unsure from refusal


def only_by(checks: Sequence[Check]) -> Reader:
    """The value as it is, where it passes all the checks."""

    def read(value: Any, _: Mapping[str, Any]) -> Any:
        for check in checks:
            if not check(value):
                raise Unsure
        return value

    return read


def checks_of(field: fields.Field[Any]) -> Iterator[Check]:
    """The field's validators."""
    for validator in field.validators:
        yield _check(validator)


def is_text(value: Any) -> bool:
    return type(value) is str


def is_whole(value: Any) -> bool:
    return type(value) is int


def is_yes_or_no(value: Any) -> bool:
    return type(value) is bool


def _step(name: str, field: fields.Field[Any]) -> Step:
    named = name if field.data_key is None else field.data_key
    return Step(
        name=named, key=field.attribute or name, read=_reader(named, field), allows_none=field.allow_none,
        default=field.load_default, is_required=field.required,
    )  # fmt: skip


def _reader(name: str, field: fields.Field[Any]) -> Reader:
    """A field of ours that has a `reader` brings it; one derived from it says nothing of its own kind by that."""
    own, of_marshmallow = vars(type(field)).get("reader"), _READERS.get(type(field))
    if not field.pre_load and not field.post_load:
        if own is not None:
            reader: Reader = own(field)
            return reader
        if of_marshmallow is not None:
            return of_marshmallow(name, field)
    return _by_marshmallow(name, field)


def _by_marshmallow(name: str, field: fields.Field[Any]) -> Reader:
    def read(value: Any, data: Mapping[str, Any]) -> Any:
        try:
            return field.deserialize(value, name, data)
        except ValidationError as refusal:
            raise Unsure from refusal

    return read


def _plain(is_it: Check, _: str, field: fields.Field[Any]) -> Reader:
    return only_by([is_it, *checks_of(field)])


def _boolean(name: str, field: Any) -> Reader:
    if True not in field.truthy or False not in field.falsy:
        return _by_marshmallow(name, field)
    return _plain(is_yes_or_no, name, field)


def _date(name: str, field: Any) -> Reader:
    if field.format not in (None, "iso"):
        return _by_marshmallow(name, field)
    checks = list(checks_of(field))

    def read(value: Any, _: Mapping[str, Any]) -> date:
        if type(value) is not str:
            raise Unsure
        try:
            found = date.fromisoformat(value)
        except ValueError as error:
            raise Unsure from error
        if not all(check(found) for check in checks):
            raise Unsure
        return found

    return read


def _nested(name: str, field: Any) -> Reader:
    schema = field.schema
    plan = schema.plan() if isinstance(schema, PlannedSchema) and not field.many else None
    if plan is None or field.validators:
        return _by_marshmallow(name, field)
    return lambda value, _: plan.load(value, unknown=field.unknown)


def _list(name: str, field: Any) -> Reader:
    read_one, checks = _reader(name, field.inner), list(checks_of(field))

    def read(value: Any, data: Mapping[str, Any]) -> list[Any]:
        if type(value) is not list or None in value:
            raise Unsure
        found = [read_one(each, data) for each in value]
        if not all(check(found) for check in checks):
            raise Unsure
        return found

    return read


_READERS: Mapping[type, Callable[[str, Any], Reader]] = {
    fields.String: partial(_plain, is_text),
    fields.Email: partial(_plain, is_text),
    fields.Integer: partial(_plain, is_whole),
    fields.Boolean: _boolean,
    fields.Date: _date,
    fields.Nested: _nested,
    fields.List: _list,
}


def _check(validator: Any) -> Check:
    kind = type(validator)
    if kind is validate.Range and validator.min_inclusive and validator.max_inclusive:
        return _between(validator.min, validator.max)
    if kind is validate.Length and validator.equal is None:
        between = _between(validator.min, validator.max)
        return lambda value: between(len(value))
    if kind is validate.Regexp:
        matches = validator.regex.match
        return lambda value: matches(value) is not None
    if kind is validate.OneOf:
        return lambda value: value in validator.choices
    return partial(_passes, validator)


def _between(low: Any, high: Any) -> Check:
    if low is None:
        return lambda value: high is None or value <= high
    return (lambda value: value >= low) if high is None else (lambda value: low <= value <= high)


def _passes(validator: Callable[[Any], Any], value: Any) -> bool:
    try:
        validator(value)
    except ValidationError:
        return False
    return True
