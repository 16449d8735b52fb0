"""What a change of a JSON Schema would break, said in sentences.

A contract is read from two sides. What clients send must stay welcome: every value that was taken is taken. What they
are given must stay as expected: every value that is given could have been given before, fields they do not know aside.
An event is held to both: it is read by listeners of another release, and those before it may be told again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

Shape = Mapping[str, Any]

LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
KINDS = ("null", "boolean", "integer", "number", "string", "array", "object")


@dataclass(frozen=True)
class Side:
    """From where a change is read, and how it is named there.

    `passing_over_matters`: what is sent where anything may be is not refused, but nobody looks at it any more.
    """

    missing: str
    required: str
    type: str
    is_sent: bool = False
    passing_over_matters: bool = False
    choices_may_grow: bool = False
    bounds_matter: bool = True


TAKEN = Side(
    missing="is no longer taken", required="is newly required", type="no longer takes", is_sent=True,
    passing_over_matters=True,
)  # fmt: skip
TOLD_AGAIN = replace(TAKEN, passing_over_matters=False)
GIVEN = Side(
    missing="is gone", required="is no longer always there", type="may now be", choices_may_grow=True,
    bounds_matter=False,
)  # fmt: skip
TOLD = Side(missing="is gone", required="is no longer always there", type="may now be")


@dataclass(frozen=True)
class Document:
    """A schema with the document that its references point into."""

    root: Shape

    def resolved(self, shape: Shape) -> Shape:
        """The shape itself: references followed, the parts of `allOf` laid over one another."""
        while "$ref" in shape:
            target: Any = self.root
            for step in shape["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            shape = {**target, **{name: value for name, value in shape.items() if name != "$ref"}}
        if "allOf" not in shape:
            return shape
        whole: dict[str, Any] = {name: value for name, value in shape.items() if name != "allOf"}
        for part in map(self.resolved, shape["allOf"]):
            whole = _laid_over(whole, part)
        return whole

    def variants(self, shape: Shape) -> list[Shape]:
        """The shape as alternatives, each of one type."""
        shape = self.resolved(shape)
        choices = shape.get("anyOf") or shape.get("oneOf")
        if choices:
            return [variant for choice in choices for variant in self.variants(choice)]
        kinds = shape.get("type", KINDS if "enum" in shape else None)
        if kinds is None or isinstance(kinds, str):
            return [shape]
        split = [{**shape, "type": kind, **_choices_of(shape, kind)} for kind in kinds]
        return [variant for variant in split if variant.get("enum", [None])]


def refused_requests(old: Document, new: Document, *, before: Shape, after: Shape, at: str) -> list[str]:
    """Why something that clients send today might be refused after the change."""
    return list(_outside(TAKEN, (old, before), (new, after), at))


def surprising_answers(old: Document, new: Document, *, before: Shape, after: Shape, at: str) -> list[str]:
    """Why a client who reads answers as they were might stumble over those after the change."""
    return list(_outside(GIVEN, (new, after), (old, before), at))


def broken_listeners(old: Shape, new: Shape, *, at: str) -> list[str]:
    """Why an event of one release might be refused by a listener of the other, either way round."""
    before, after = Document(old), Document(new)
    earlier_told_again = _outside(TOLD_AGAIN, (before, old), (after, new), at)
    later_heard = _outside(TOLD, (after, new), (before, old), at)
    return list(dict.fromkeys([*earlier_told_again, *later_heard]))


Placed = tuple[Document, Shape]


def _outside(side: Side, values: Placed, allowed: Placed, at: str) -> Iterator[str]:
    """What could be among the values and is not allowed."""
    (of_values, given), (of_allowed, wanted) = values, allowed
    for variant in of_values.variants(given):
        fitting = [choice for choice in of_allowed.variants(wanted) if _same_type(variant, choice)]
        if not fitting:
            yield f"{at} {side.type} {variant.get('type', 'anything')}"
            continue
        found = [list(_differences(side, (of_values, variant), (of_allowed, choice), at)) for choice in fitting]
        yield from min(found, key=len)


def _same_type(variant: Shape, choice: Shape) -> bool:
    kind, wanted = variant.get("type"), choice.get("type")
    return wanted is None or kind == wanted or (kind, wanted) == ("integer", "number")


def _differences(side: Side, values: Placed, allowed: Placed, at: str) -> Iterator[str]:
    (of_values, variant), (of_allowed, wanted) = values, allowed
    yield from _narrower(side, variant, wanted, at)
    mine, theirs = variant.get("properties", {}), wanted.get("properties", {})
    for name in sorted(set(wanted.get("required", ())) - set(variant.get("required", ()))):
        if side.is_sent or name in mine:
            yield f"{at}/{name} {side.required}"
    if side.is_sent:
        is_refused = side.passing_over_matters or wanted.get("additionalProperties", True) is False
        unknown = set(mine) - set(theirs) if is_refused else set()
    else:
        unknown = set(theirs) - set(mine)
    for name in sorted(unknown):
        yield f"{at}/{name} {side.missing}"
    for name in sorted(set(mine) & set(theirs)):
        yield from _outside(side, (of_values, mine[name]), (of_allowed, theirs[name]), f"{at}/{name}")
    if "items" in wanted:
        yield from _outside(side, (of_values, variant.get("items", {})), (of_allowed, wanted["items"]), f"{at}[]")
    rest, wanted_rest = variant.get("additionalProperties"), wanted.get("additionalProperties")
    if isinstance(rest, Mapping) and isinstance(wanted_rest, Mapping):
        yield from _outside(side, (of_values, rest), (of_allowed, wanted_rest), f"{at}/*")


def _narrower(side: Side, variant: Shape, wanted: Shape, at: str) -> Iterator[str]:
    """Where one value of the same type may not be among those that are allowed."""
    choices, allowed = _choices(variant), _choices(wanted)
    if allowed is not None and not (side.choices_may_grow and choices is not None):
        beyond = ["any text"] if choices is None else [str(choice) for choice in choices if choice not in allowed]
        for choice in beyond:
            yield f"{at} {side.type} {choice}"
    for name in ("format", "pattern"):
        matters = side.bounds_matter or name == "format"
        if matters and name in wanted and variant.get(name) != wanted[name]:
            yield f"{at} {side.type} what is not of the {name} {wanted[name]}"
    if side.bounds_matter:
        for name in (*LOWER_BOUNDS, *UPPER_BOUNDS):
            if name in wanted and (name not in variant or _is_stricter(name, wanted[name], variant[name])):
                yield f"{at} {side.type} what is outside {name} {wanted[name]}"


def _is_stricter(name: str, bound: float, other: float) -> bool:
    return bound > other if name in LOWER_BOUNDS else bound < other


def _choices(shape: Shape) -> list[Any] | None:
    return [shape["const"]] if "const" in shape else shape.get("enum")


def _choices_of(shape: Shape, kind: str) -> dict[str, Any]:
    """The choices of one type among those of several."""
    if "enum" not in shape:
        return {}
    types: dict[str, tuple[type, ...]] = {
        "null": (type(None),), "boolean": (bool,), "integer": (int,), "number": (int, float), "string": (str,),
        "array": (list,), "object": (dict,),
    }  # fmt: skip
    return {"enum": [choice for choice in shape["enum"] if type(choice) in types[kind]]}


def _laid_over(whole: Shape, part: Shape) -> dict[str, Any]:
    """Two shapes that both hold, as one."""
    properties = dict(whole.get("properties", {}))
    for name, inner in part.get("properties", {}).items():
        properties[name] = {**properties.get(name, {}), **inner}
    required = sorted({*whole.get("required", ()), *part.get("required", ())})
    joined = {"properties": properties} if properties else {}
    return {**whole, **part, **joined, **({"required": required} if required else {})}
