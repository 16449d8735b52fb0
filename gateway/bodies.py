"""Reads what a client sent, strictly: one JSON object in UTF-8, no key twice, no depth or number without end."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import Schema, fields
from werkzeug.datastructures import Headers

from chassis.errors import FieldError, InvalidRequest
from chassis.schemas import schema_of
from chassis.web import TooManyChunks
from gateway.errors import BodyTooLarge, MalformedRequest, RequestTooSlow, SignatureMissing, UnsupportedMediaType
from gateway.routing import RawBody, SentFile, Upload

BODY_BYTES_MAX = 64 * 1024
DEPTH_MAX = 16
PARAMETERS_MAX = 20

# A text without an end reaches to the end of the body: else each quote in it would be tried as a beginning again.
_quoted = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
_unstorable = re.compile("[\x00\ud800-\udfff]")
_in_utf8 = re.compile(r'\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?', re.IGNORECASE)
_whole = re.compile("-?[0-9]{1,18}")
JSON = "application/json"


def read_json(environment: Mapping[str, Any]) -> Any:
    """The body of a request as plain values.

    Raises UnsupportedMediaType, BodyTooLarge, or MalformedRequest with a sentence that says what is wrong.
    """
    if not _is_plain(environment, media=JSON):
        raise UnsupportedMediaType()
    body = read_bytes(environment)
    if not body.strip():
        raise MalformedRequest("The body is empty. Send a JSON object.")
    return parse_json(body)


def read_raw(environment: Mapping[str, Any], headers: Headers, *, declared: RawBody) -> str:
    """The body as text, every character of it as it was signed.

    Raises SignatureMissing, UnsupportedMediaType, BodyTooLarge, MalformedRequest.
    """
    if not all(headers.get(name) for name in declared.signed_by):
        raise SignatureMissing(f"Sign the body and send the signature: {' and '.join(declared.signed_by)}.")
    if not _is_plain(environment, media=declared.media):
        raise UnsupportedMediaType(f"Send the body, not compressed, with the header Content-Type: {declared.media}.")
    try:
        return read_bytes(environment, bytes_max=declared.bytes_max).decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedRequest("The body is not UTF-8.") from error


def read_file(environment: Mapping[str, Any], *, declared: Upload) -> SentFile:
    """A file as it was sent. Raises UnsupportedMediaType, BodyTooLarge, MalformedRequest, RequestTooSlow."""
    media = next((media for media in declared.medias if _is_plain(environment, media=media)), None)
    if media is None:
        raise UnsupportedMediaType(f"Send the file, not compressed, as one of: {', '.join(declared.medias)}.")
    content = read_bytes(environment, bytes_max=declared.bytes_max)
    if not content:
        raise MalformedRequest("The body is empty. Send the file.")
    return SentFile(content=content, media=media)


def read_bytes(environment: Mapping[str, Any], *, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """The raw body.

    Raises BodyTooLarge before more than the limit is read, MalformedRequest when it breaks off, RequestTooSlow.
    """
    source, declared = environment["wsgi.input"], environment.get("CONTENT_LENGTH") or ""
    too_large = BodyTooLarge(f"A body may hold at most {bytes_max // 1024} KiB here. Send less.")
    if declared.isdigit() and int(declared) > bytes_max:
        raise too_large
    wanted = int(declared) if declared.isdigit() else 0
    if "chunked" in environment.get("HTTP_TRANSFER_ENCODING", "").lower():
        wanted = bytes_max + 1
    try:
        body: bytes = source.read(wanted) if wanted else b""
    except TimeoutError as error:
        raise RequestTooSlow() from error
    except TooManyChunks as error:
        raise MalformedRequest("The body comes in too many small chunks. Send it in fewer.") from error
    except (OSError, ValueError) as error:
        raise MalformedRequest("The body broke off before its end. Send it again.") from error
    if len(body) > bytes_max:
        raise too_large
    if declared.isdigit() and len(body) < wanted:
        raise MalformedRequest("The body broke off before its end. Send it again.")
    return body


def parse_json(body: bytes) -> Any:
    """JSON as plain values. Raises MalformedRequest."""
    try:
        text = body.decode("utf-8")
        _refuse_depth(text)
        parsed = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite_number
        )
        _refuse_unstorable(parsed)
    except UnicodeDecodeError as error:
        raise MalformedRequest("The body is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise MalformedRequest("The body is not valid JSON. Check its quotes, commas and brackets.") from error
    return parsed


def read_query(query: bytes) -> dict[str, str]:
    """The parameters after the question mark. Raises InvalidRequest for one given twice, else MalformedRequest."""
    try:
        text = query.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_MAX)
        _refuse_unstorable(pairs)
    except ValueError as error:
        raise MalformedRequest("The query after the question mark cannot be read.") from error
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidRequest(errors=[FieldError(f"/query/{name}", "duplicate", "Give this parameter once.")])
        found[name] = value
    return found


def with_numbers(query: Mapping[str, str], *, schema: type[Schema]) -> dict[str, Any]:
    """The same with whole numbers where the schema takes some: in a query they are text, for strict fields too."""
    numbers = {name for name, field in schema_of(schema).fields.items() if isinstance(field, fields.Integer)}
    return {
        name: int(text) if name in numbers and _whole.fullmatch(text) else text for name, text in query.items()
    }  # fmt: skip


def _is_plain(environment: Mapping[str, Any], *, media: str) -> bool:
    """Whether the body is announced as that type, in UTF-8 if it says anything about it, and not compressed."""
    announced = environment.get("CONTENT_TYPE", "").strip()
    is_right = announced[: len(media)].lower() == media and _in_utf8.fullmatch(announced[len(media) :])
    return bool(is_right) and environment.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() == "identity"


def _refuse_depth(text: str) -> None:
    depth = 0
    for character in _quoted.sub("", text):
        if character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        if depth > DEPTH_MAX:
            raise MalformedRequest(f"The body is nested deeper than {DEPTH_MAX} levels.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedRequest(f"The field {twice[:64]!r} is given twice in one object. Send it once.")
    return found


def _refuse_constant(name: str) -> None:
    raise MalformedRequest(f"{name} is not a JSON number.")


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise MalformedRequest("A number in the body is too large.")
    return number


def _refuse_unstorable(value: Any) -> None:
    """Text that no database holds: the null character and halves of surrogate pairs."""
    if isinstance(value, str):
        if _unstorable.search(value):
            raise MalformedRequest("A text holds a character that cannot be stored.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_unstorable(inner)
