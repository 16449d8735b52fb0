"""The contract as OpenAPI 3.1, made from the table of routes: `python -m gateway.openapi` writes openapi.json."""

import json
import sys
from collections.abc import Mapping, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from chassis.events import CONTENT_TYPE
from chassis.schemas import Nothing
from gateway.admission import Rank
from gateway.answers import answers, shared_examples, shared_headers
from gateway.api import examples
from gateway.asyncapi import ATTRIBUTES
from gateway.routing import OWN_ID, Route
from gateway.table import ROUTES
from services.payments.contract.schemas import Identifier

FILE = Path(__file__).parent / "openapi.json"
# Parameters that no route declares are refused, so any request can be wrong, or longer than can be read.
ALWAYS = ("first_line_too_long", "headers_too_large", "internal_error", "invalid_request", "malformed_request")
HEADER_MEANINGS = {
    "Idempotency-Key": "Any unique text up to 255 characters. The same key and body again give the stored answer, "
    "a refusal by a rule too: send what you change with a new key.",
    "If-Match": "The ETag of the state that you change; 412 where it is another one by now.",
    "If-None-Match": "The ETag you hold; 304 without a body where nothing has changed.",
    "Last-Event-ID": "The id of the last event you have; the stream goes on after it.",
    "Prefer": "`wait=N`: wait up to N seconds (at most 5) for the outcome.",
    "Stripe-Signature": "`t=`seconds since 1970`,v1=`HMAC-SHA256 over `t.body` with the endpoint's secret, in hex.",
    "X-Twilio-Email-Event-Webhook-Signature": "ECDSA (P-256, SHA-256) over the timestamp and the body, in base64.",
    "X-Twilio-Email-Event-Webhook-Timestamp": "When it was signed, in seconds since 1970.",
    "X-Twilio-Signature": "HMAC-SHA1 over the address and the fields of the form in order, in base64.",
}
HEADER_SHAPES: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {"minLength": 1, "maxLength": 255, "examples": [examples.SESSION_ID]},
    "If-Match": {"examples": ['"7.6f1c"']},
    "Prefer": {"examples": ["wait=5"]},
}
# Of the names in a path that are no ids, one that there is.
PATH_EXAMPLES = {
    "code": "not_found", "file": "docs.css", "schema": "payments.payment_posted.v1.json", "session": "current",
}  # fmt: skip
# What a file of each type may begin with; text is whole.
FILE_EXAMPLES = {
    "application/pdf": "%PDF-1.7", "image/jpeg": "…", "image/png": "…", "text/plain": "Odometer on 23 November: 41,873",
}  # fmt: skip
TAGS = {
    "identity": "Registration, sessions, and the person who is signed in.",
    "accounts": "Loans and leases: balance, what is due, history, instalments to come, statements, what pays one off.",
    "payments": "Paying, what became of a payment, and the methods to pay with.",
    "leases": "The lease as signed, and the ways out of it.",
    "stream": "Events of the caller's accounts as they happen.",
    "notifications": "What people are told, by which channels, what they agreed to, and their inbox.",
    "support": "How to reach a person, and secure messages with one.",
    "staff": "What people who work here do; every question and every change is kept on record.",
    "webhooks": "What vendors call. The signature is the proof; nobody signs in.",
    "discovery": "What machines ask first, and the pages for people who build on this.",
}
WEBHOOK_HEADERS = {
    "webhook-id": "The event's `id`, the same on every try: handle it once.",
    "webhook-timestamp": "When this try was signed, in seconds since 1970; refuse what is older than five minutes.",
    "webhook-signature": (
        "`v1,` and the HMAC-SHA256 over `id.timestamp.body` in base64 (Standard Webhooks); two of them, with a space "
        "between, while the secret is changed."
    ),
}
SCHEMAS = "#/components/schemas/"
DESCRIPTION = (
    "Money is whole cents (`*_cents`, USD), dates are `YYYY-MM-DD`, instants RFC 3339 in UTC, ids opaque text. Unknown "
    "fields and parameters are refused. Every error is a problem document (RFC 9457) with a stable `code`; on routes "
    "that move money it also says whether money moved. Every answer carries `X-Request-Id`; you may send one of your "
    "own (up to 64 letters, digits, dots, dashes and underscores) and a W3C `traceparent`.\n\n"
    "What cannot be read as HTTP is answered in the same form before it has a path: 400, 408 (too slow), 414 and 431 "
    "(too long), 417, 501 and 505 (not spoken here). Then, as after any `Connection: close`, the connection ends. "
    "When more is asked than can be answered, requests get 503 `overloaded` at once, lists before single resources "
    "before payments and sign-ins; wait as long as `Retry-After` says.\n\n"
    "What may come without notice: new routes, new fields in answers, new optional fields and parameters of requests, "
    "new values of enumerations in answers, new codes. Pass over what you do not know."
)


def document(routes: Sequence[Route] = ROUTES) -> dict[str, Any]:
    """The whole document as plain data."""
    classes: dict[str, Any] = {}

    def name_of(schema: Any) -> str:
        name = _name(schema)
        classes[name] = schema if isinstance(schema, type) else type(schema)
        return name

    plugin = MarshmallowPlugin(schema_name_resolver=name_of)
    used = {tag for route in routes for tag in route.tags}
    spec = APISpec(
        title="Captive", version="1", openapi_version="3.1.0", plugins=[plugin],
        info={"description": DESCRIPTION}, servers=[{"url": "/"}],
        tags=[{"name": name, "description": meaning} for name, meaning in TAGS.items() if name in used],
    )  # fmt: skip
    plugin.map_to_openapi_type(Identifier, "string", "uuid")  # type: ignore[no-untyped-call]
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    spec.components.security_scheme("bearer", bearer)
    for name, header in shared_headers().items():
        spec.components.header(name, header)
    for name, example in shared_examples([(code, route) for route in routes for code in codes_of(route)]).items():
        spec.components.example(name, example)
    for route in routes:
        spec.path(path=route.path, operations={route.method.lower(): _operation(route)})
    made: dict[str, Any] = {**spec.to_dict(), "webhooks": {"event": {"post": _webhook()}}}
    _open_replies(made, taken={_name(route.takes) for route in routes if route.takes})
    _make_patterns_portable(made)
    for name, shape in made["components"]["schemas"].items():
        if classes[name].__dict__.get("__doc__"):
            shape["description"] = cleandoc(classes[name].__doc__)
    return made


def codes_of(route: Route) -> list[str]:
    """Every code that a route may answer with: those of its form, and those it names."""
    found = {*ALWAYS, *route.errors}
    if "discovery" not in route.tags or route.operation == "getSigningKeys":
        found |= {"service_unavailable"}
    if not route.is_open:
        found |= {"unauthenticated", "forbidden"}
    if route.steps_up:
        found |= {"step_up_required"}
    if route.has_body:
        found |= {"unsupported_media_type", "body_too_large", "request_too_slow"}
    if route.raw:
        found |= {"webhook_signature_missing"}
    if route.idempotent or route.takes_key:
        found |= {"idempotency_key_reused", "request_in_progress"}
    if route.idempotent:
        found |= {"idempotency_key_required"}
    if route.rank is not Rank.UNCOUNTED:
        found |= {"overloaded"}
    if route.conditional:
        found |= {"precondition_required", "precondition_failed"}
    if route.limit or not route.is_open:
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
        "responses": answers(route, codes_of(route)),
        "security": [] if route.is_open else [{"bearer": []}],
        "x-roles": list(route.who),
    }
    if route.handler.__doc__:
        operation["description"] = cleandoc(route.handler.__doc__)
    if route.has_body:
        operation["requestBody"] = {"required": True, "content": _body(route)}
    return operation


def _body(route: Route) -> dict[str, Any]:
    if route.upload:
        return {
            media: {"schema": {"type": "string", "contentMediaType": media}, "example": FILE_EXAMPLES[media]}
            for media in route.upload.medias
        }
    media, shape = (route.raw.media, route.raw.shape) if route.raw else ("application/json", route.takes)
    return {media: {"schema": shape, "example": route.sends}}


def _webhook() -> dict[str, Any]:
    """What a partner's endpoint is called with, once `POST /v1/staff/webhooks` has named it."""
    headers = [
        {"name": name, "in": "header", "required": True, "description": meaning, "schema": {"type": "string"}}
        for name, meaning in WEBHOOK_HEADERS.items()
    ]
    again = "Anything else, or nothing within 10 seconds: it is sent again, for a little over three days."
    return {
        "operationId": "takeEvent",
        "summary": "An event that a partner asked for",
        "description": "The event as it travels on the broker; `/docs/events` shows the data of each.",
        "tags": ["staff"],
        "security": [],
        "parameters": headers,
        "requestBody": {"required": True, "content": {CONTENT_TYPE: {"schema": ATTRIBUTES}}},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "There is nothing here any more: the webhook is disabled."},
            "default": {"description": again},
        },
    }


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in route.path_names:
        known = {"format": "uuid"} if name.endswith(OWN_ID) else {"examples": [PATH_EXAMPLES[name]]}
        shape: dict[str, Any] = {"type": "string", **known}
        found.append({"name": name, "in": "path", "required": True, "schema": shape})
    if route.query is not Nothing:
        found.append({"in": "query", "schema": route.query})
    signed_by = list(route.raw.signed_by) if route.raw else []
    names = (["Idempotency-Key"] if route.idempotent or route.takes_key else []) + list(route.reads) + signed_by
    names += ["If-None-Match"] if route.has_etag else []
    names += ["If-Match"] if route.conditional else []
    for name in names:
        required = (name == "Idempotency-Key" and route.idempotent) or name in ("If-Match", *signed_by)
        shape = {"type": "string", **HEADER_SHAPES.get(name, {})}
        meaning = {"description": HEADER_MEANINGS[name], "required": required, "schema": shape}
        found.append({"name": name, "in": "header", **meaning})
    return found


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__)


def _open_replies(made: dict[str, Any], *, taken: set[str]) -> None:
    """Requests are closed, with all in them; replies are open: clients pass over fields that are added later."""
    schemas = made["components"]["schemas"]
    operations = [operation for path in made["paths"].values() for operation in path.values()]
    given = _shapes_within([operation["responses"] for operation in operations], schemas)
    within = _shapes_within([schemas[name] for name in taken], schemas) - given
    for name, shape in schemas.items():
        if name not in taken | within:
            shape.pop("additionalProperties", None)


def _shapes_within(part: Any, schemas: Mapping[str, Any]) -> set[str]:
    """The names of the shapes that something refers to, and of those that these refer to."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            name = str(part.get("$ref", "")).removeprefix(SCHEMAS)
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
    return found


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
    return json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(ROUTES)} routes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
