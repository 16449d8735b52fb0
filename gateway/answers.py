"""How the contract tells of answers: every problem with its code and an example, every header with its meaning."""

from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from chassis.errors import FieldError, Kind, NeighbourSilent, Refusal
from gateway import errors
from gateway.api import examples
from gateway.errors import MEDIA, RETRY_AFTER_SECONDS, status_of
from gateway.negotiating import PDF
from gateway.routing import Route
from gateway.schemas import Document, Problem

HEADERS: dict[str, tuple[str, str]] = {
    "Content-Disposition": ("Under which name a document is kept.", 'inline; filename="monthly-2026-11-14.pdf"'),
    "ETag": ("The state you were given. Sent as If-None-Match, it spares you what has not changed.", '"6f1c"'),
    "Idempotent-Replayed": ("`true`: this key was used before, and nothing was done a second time.", "true"),
    "Location": ("Where the new resource is.", f"/v1/payments/{examples.PAYMENT_ID}"),
    "Preference-Applied": ("The part of Prefer that was followed.", "wait=5"),
    "RateLimit": ("By limit, requests that are left (`r`), and seconds until more are (`t`).", '"sessions";r=59;t=60'),
    "RateLimit-Policy": ("By limit, requests (`q`) in a window of seconds (`w`).", '"sessions";q=60;w=60'),
    "Retry-After": ("Seconds to wait before the next try.", "2"),
    "WWW-Authenticate": ("Which sort of token is asked for, and what was wrong with yours.", 'Bearer realm="captive"'),
    "X-Request-Id": ("Yours where one could be read, else ours; support will ask for it.", "mobile-7f3a91"),
}  # fmt: skip
LIMITED = ("RateLimit", "RateLimit-Policy")
# No rule says these; whatever else a service says no with is stored under the key.
NEVER_KEPT = (Kind.UNAUTHENTICATED, Kind.UNAVAILABLE)
WRONG_FIELD = FieldError(
    "/query/limit", "out_of_range", "Must be greater than or equal to 1 and less than or equal to 100."
)
WRONG_FIELD_OF_A_BODY = FieldError("/amount_cents", "required", "Missing data for required field.")
PUBLIC_URL = "https://captive.example"


def answers(route: Route, codes: Iterable[str]) -> dict[str, Any]:
    """By status, what a route may answer."""
    found = {str(route.status): _success(route)}
    if route.has_etag:
        headers = _headers("X-Request-Id", "ETag", *_of_limit(route))
        found["304"] = {"description": "Nothing has changed since the ETag you sent.", "headers": headers}
    if route.otherwise:
        content = {"application/json": {"schema": route.otherwise.gives, "example": route.otherwise.example}}
        headers = _headers("X-Request-Id", *_of_limit(route))
        other = {"description": route.otherwise.when, "headers": headers, "content": content}
        found[str(route.otherwise.status)] = other
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes:
        by_status[status_of(_refusal(code)())].append(code)
    return found | {str(status): _failure(route, status, by_status[status]) for status in sorted(by_status)}


def shared_headers() -> dict[str, dict[str, Any]]:
    """Every header that an answer may name, by its name."""
    return {
        name: {"description": meaning, "schema": {"type": "string"}, "example": example}
        for name, (meaning, example) in HEADERS.items()
    }


def shared_examples(answered: Iterable[tuple[str, Route]]) -> dict[str, dict[str, Any]]:
    """A problem document of every code that a route may answer with; those of routes that move money speak of it."""
    wanted = sorted({(code, route.moves_money) for code, route in answered})
    return {
        _name(code, moves_money): {"summary": _refusal(code).title, "value": _example(code, moves_money=moves_money)}
        for code, moves_money in wanted
    }


def _success(route: Route) -> dict[str, Any]:
    names = ["X-Request-Id", *_of_limit(route), *route.replies]
    names += ["ETag"] if route.has_etag or route.conditional or route.tagged_as else []
    names += ["Idempotent-Replayed"] if route.idempotent or route.takes_key else []
    answer: dict[str, Any] = {"description": HTTPStatus(route.status).phrase, "headers": _headers(*names)}
    if route.status == HTTPStatus.NO_CONTENT:
        return answer
    medias = [media.split(";")[0] for media in route.medias or (route.media,)]
    plain = route.frames or {"type": "object" if medias[0].endswith("json") else "string"}
    schema: Any = route.gives if route.gives is not Document else plain
    answer["content"] = {media: {"schema": schema, "example": route.example} for media in medias}
    if route.printed:
        shape = {"type": "string", "contentMediaType": route.printed}
        example = "%PDF-1.7" if route.printed == PDF else route.example.get("text", "")
        answer["content"][route.printed] = {"schema": shape, "example": example}
    return answer


def _failure(route: Route, status: int, codes: list[str]) -> dict[str, Any]:
    narrowed: dict[str, Any] = {"properties": {"status": {"const": status}, "code": {"enum": codes}}}
    if route.moves_money:
        narrowed["required"] = ["money_moved"]
    content = {
        "schema": {"allOf": [Problem, {"type": "object", **narrowed}]},
        "examples": {code: {"$ref": f"#/components/examples/{_name(code, route.moves_money)}"} for code in codes},
    }
    waits = status == HTTPStatus.TOO_MANY_REQUESTS or any(code in RETRY_AFTER_SECONDS for code in codes)
    names = ["X-Request-Id", *_of_limit(route), *(["Retry-After"] if waits else [])]
    names += ["WWW-Authenticate"] if status == HTTPStatus.UNAUTHORIZED else []
    names += ["Idempotent-Replayed"] if (route.idempotent or route.takes_key) and any(map(_may_be_kept, codes)) else []
    lines = [f"- `{code}`: {_refusal(code).title}" for code in codes]
    return {"description": "\n".join(lines), "headers": _headers(*names), "content": {MEDIA: content}}


def _of_limit(route: Route) -> tuple[str, ...]:
    return LIMITED if route.limit or not route.is_open else ()


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _name(code: str, moves_money: bool) -> str:
    return f"{code}.money" if moves_money else code


def _example(code: str, *, moves_money: bool) -> dict[str, Any]:
    refusal = _refusal(code)()
    if code == "service_unavailable":
        refusal = errors.unavailable(NeighbourSilent("payments"), moves_money=moves_money)
    elif code == "internal_error":
        refusal = errors.fault(moves_money=moves_money)
    elif code == "invalid_request":
        refusal = _refusal(code)(errors=[WRONG_FIELD_OF_A_BODY if moves_money else WRONG_FIELD])
    request_id = HEADERS["X-Request-Id"][1]
    return errors.problem(refusal, request_id=request_id, moves_money=moves_money, public_url=PUBLIC_URL)


def _may_be_kept(code: str) -> bool:
    """The gateway's own refusals, and those of the form of a request, come before a service is asked, which keeps."""
    refusal = _refusal(code)
    is_our_own = refusal.__module__ == errors.__name__ or code in errors.STATUS_OF_CODE
    return not is_our_own and refusal.kind not in NEVER_KEPT


def _refusal(code: str) -> type[Refusal]:
    return Refusal.registry[code]
