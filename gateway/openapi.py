"""The contract as OpenAPI 3.1, made from the table of routes: `python -m gateway.openapi` writes openapi.json."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from inspect import cleandoc
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from chassis.errors import Refusal
from chassis.schemas import Nothing
from gateway.errors import MEDIA, status_of
from gateway.routing import OWN_ID, Route
from gateway.schemas import Document, Problem
from gateway.table import ROUTES

FILE = Path(__file__).parent / "openapi.json"
ALWAYS = ("internal_error",)
HEADER_MEANINGS = {
    "Idempotency-Key": "Any unique text up to 255 characters. The same key and body again give the stored answer.",
    "If-None-Match": "The ETag you hold; 304 without a body where nothing has changed.",
    "Last-Event-ID": "The id of the last event you have; the stream goes on after it.",
    "Prefer": "`wait=N`: wait up to N seconds (at most 5) for the outcome.",
    "X-Twilio-Email-Event-Webhook-Signature": "ECDSA (P-256, SHA-256) over the timestamp and the body, in base64.",
    "X-Twilio-Email-Event-Webhook-Timestamp": "When it was signed, in seconds since 1970.",
    "X-Twilio-Signature": "HMAC-SHA1 over the address and the fields of the form in order, in base64.",
}
DESCRIPTION = (
    "Money is whole cents (`*_cents`, USD), dates are `YYYY-MM-DD`, instants RFC 3339 in UTC, ids opaque text. Unknown "
    "fields and parameters are refused. Every error is a problem document (RFC 9457) with a stable `code`; on routes "
    "that move money it also says whether money moved. Every answer carries `X-Request-Id`."
)


def document(routes: Sequence[Route] = ROUTES) -> dict[str, Any]:
    """The whole document as plain data."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title="Captive", version="1", openapi_version="3.1.0", plugins=[plugin],
        info={"description": DESCRIPTION}, servers=[{"url": "/"}],
    )  # fmt: skip
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    spec.components.security_scheme("bearer", bearer)
    for route in routes:
        spec.path(path=route.path, operations={route.method.lower(): _operation(route)})
    made: dict[str, Any] = spec.to_dict()
    _open_replies(made, taken={_name(route.takes) for route in routes if route.takes})
    _make_patterns_portable(made)
    return made


def codes_of(route: Route) -> list[str]:
    """Every code that a route may answer with: those of its form, and those it names."""
    found = {*ALWAYS, *route.errors}
    if "discovery" not in route.tags or route.operation == "getSigningKeys":
        found |= {"service_unavailable"}
    if not route.is_open:
        found |= {"unauthenticated", "forbidden"}
    if route.query is not Nothing or route.takes:
        found |= {"invalid_request", "malformed_request"}
    if route.takes or route.raw:
        found |= {"unsupported_media_type", "body_too_large", "malformed_request"}
    if route.raw:
        found |= {"webhook_signature_missing"}
    if route.idempotent or route.takes_key:
        found |= {"idempotency_key_reused", "request_in_progress"}
    if route.idempotent:
        found |= {"idempotency_key_required"}
    if route.limit:
        found |= {"too_many_requests"}
    if any(name.endswith(OWN_ID) for name in route.path_names):
        found |= {"not_found"}
    return sorted(found)


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": list(route.tags),
        "parameters": _parameters(route),
        "responses": {str(route.status): _success(route), **_failures(route)},
        "security": [] if route.is_open else [{"bearer": []}],
        "x-roles": list(route.who),
    }
    if route.handler.__doc__:
        operation["description"] = cleandoc(route.handler.__doc__)
    if route.has_etag:
        operation["responses"]["304"] = {"description": "Nothing has changed since the ETag you sent."}
    if route.takes or route.raw:
        media, shape = (route.raw.media, route.raw.shape) if route.raw else ("application/json", route.takes)
        content = {media: {"schema": shape, "example": route.sends}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in route.path_names:
        shape = {"type": "string", "format": "uuid"} if name.endswith(OWN_ID) else {"type": "string"}
        found.append({"name": name, "in": "path", "required": True, "schema": shape})
    if route.query is not Nothing:
        found.append({"in": "query", "schema": route.query})
    signed_by = list(route.raw.signed_by) if route.raw else []
    names = (["Idempotency-Key"] if route.idempotent or route.takes_key else []) + list(route.reads) + signed_by
    names += ["If-None-Match"] if route.has_etag else []
    for name in names:
        required = (name == "Idempotency-Key" and route.idempotent) or name in signed_by
        meaning = {"description": HEADER_MEANINGS[name], "required": required, "schema": {"type": "string"}}
        found.append({"name": name, "in": "header", **meaning})
    return found


def _success(route: Route) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    answer["headers"] = {"X-Request-Id": _text_header()}
    if route.has_etag:
        answer["headers"]["ETag"] = _text_header()
    if route.idempotent or route.takes_key:
        answer["headers"]["Idempotent-Replayed"] = _text_header()
    if route.status == HTTPStatus.NO_CONTENT:
        return answer
    media, is_json = route.media.split(";")[0], route.media == "application/json"
    schema: Any = route.gives if route.gives is not Document else {"type": "object" if is_json else "string"}
    answer["content"] = {media: {"schema": schema, "example": route.example}}
    return answer


def _failures(route: Route) -> dict[str, Any]:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes_of(route):
        by_status[status_of(_refusal(code)())].append(code)
    return {str(status): _failure(codes) for status, codes in sorted(by_status.items())}


def _failure(codes: Iterable[str]) -> dict[str, Any]:
    lines = [f"- `{code}`: {_refusal(code).title}" for code in codes]
    content = {MEDIA: {"schema": Problem}}
    return {"description": "\n".join(lines), "headers": {"X-Request-Id": _text_header()}, "content": content}


def _refusal(code: str) -> type[Refusal]:
    return Refusal.registry[code]


def _text_header() -> dict[str, Any]:
    return {"schema": {"type": "string"}}


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__)


def _open_replies(made: dict[str, Any], *, taken: set[str]) -> None:
    """Requests are closed, replies are open: clients pass over fields that are added later."""
    for name, shape in made["components"]["schemas"].items():
        if name not in taken:
            shape.pop("additionalProperties", None)


def _make_patterns_portable(part: Any) -> None:
    """JSON Schema patterns are ECMA 262 and match anywhere; ours are Python's and match from the start."""
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            inside = part["pattern"].removeprefix(r"\A").removeprefix("^").replace(r"\Z", "$")
            part["pattern"] = f"^{inside}"
        for inner in part.values():
            _make_patterns_portable(inner)
    elif isinstance(part, list):
        for inner in part:
            _make_patterns_portable(inner)


def text() -> str:
    """The committed file."""
    return json.dumps(document(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(ROUTES)} routes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
