"""Code to HTTP: which status a refusal has, and the problem document (RFC 9457) that says it.

Every refusal of the services has a kind, and a kind has a status; the few codes that need another status are listed.
A problem never holds the name of a class, a trace or an address of ours.
"""

from typing import Any

from chassis.errors import (
    DependencyDown,
    FieldError,
    Kind,
    NeighbourAbsent,
    NeighbourBusy,
    Refusal,
    RequestInProgress,
)

STATUS_OF_KIND = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.UNPROCESSABLE: 422,
    Kind.PRECONDITION: 412,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}

STATUS_OF_CODE = {
    "idempotency_key_required": 400,
    "malformed_request": 400,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "internal_error": 500,
    "precondition_required": 428,
    "request_too_slow": 408,
    "first_line_too_long": 414,
    "expectation_unknown": 417,
    "headers_too_large": 431,
    "transfer_coding_unknown": 501,
    "http_version_unknown": 505,
}

RETRY_AFTER_SECONDS = {
    "service_unavailable": 2,
    "not_ready": 2,
    "too_many_streams": 30,
    "request_in_progress": 1,
    "overloaded": 1,
    "too_many_attempts": 900,
    "too_many_texts": 3600,
    "too_many_contact_changes": 86_400,
}
MEDIA = "application/problem+json"


class MalformedRequest(Refusal):
    code = "malformed_request"
    kind = Kind.INVALID
    title = "The request cannot be read"
    detail = "The body must be one JSON object in UTF-8."


class MethodNotAllowed(Refusal):
    code = "method_not_allowed"
    kind = Kind.INVALID
    title = "This path does not know the method"
    detail = "Use one of the methods that the Allow header names."


class NotAcceptable(Refusal):
    code = "not_acceptable"
    kind = Kind.INVALID
    title = "This is not given in the form that was asked for"
    detail = "Name a media type in the Accept header that this resource is given in; the contract lists them."


class BodyTooLarge(Refusal):
    code = "body_too_large"
    kind = Kind.INVALID
    title = "The body is too large"
    detail = "A body may hold at most 64 KiB. Send less."


class UnsupportedMediaType(Refusal):
    code = "unsupported_media_type"
    kind = Kind.INVALID
    title = "The body has the wrong type"
    detail = "Send JSON in UTF-8, not compressed, with the header Content-Type: application/json."


class PreconditionRequired(Refusal):
    code = "precondition_required"
    kind = Kind.PRECONDITION
    title = "Say which state you are changing"
    detail = "Read the resource, and send the ETag of that answer as If-Match (`*` is not taken): nothing is lost then."


class RequestTooSlow(Refusal):
    code = "request_too_slow"
    kind = Kind.INVALID
    title = "The request took too long to arrive"
    detail = "A request must be here within a few seconds of its first byte. Send it again over a better connection."


class FirstLineTooLong(Refusal):
    code = "first_line_too_long"
    kind = Kind.INVALID
    title = "The address is too long"
    detail = "The first line may hold at most 8192 bytes. Send a shorter path and query."


class HeadersTooLarge(Refusal):
    code = "headers_too_large"
    kind = Kind.INVALID
    title = "The headers are too large"
    detail = "Send at most 100 header fields, and at most 32 KiB of them."


class ExpectationUnknown(Refusal):
    code = "expectation_unknown"
    kind = Kind.INVALID
    title = "This expectation cannot be met"
    detail = "The only expectation that is known here is 100-continue. Send the request without the Expect header."


class TransferCodingUnknown(Refusal):
    code = "transfer_coding_unknown"
    kind = Kind.INVALID
    title = "This transfer coding is not known"
    detail = "Send the body with its Content-Length, or in chunks."


class HttpVersionUnknown(Refusal):
    code = "http_version_unknown"
    kind = Kind.INVALID
    title = "This version of HTTP is not known"
    detail = "HTTP/1.1 and HTTP/1.0 are spoken here."


class Overloaded(Refusal):
    code = "overloaded"
    kind = Kind.UNAVAILABLE
    title = "More is asked than can be answered in time"
    detail = "Nothing was done. Wait as many seconds as the Retry-After header says and send the request again."


class SignatureMissing(Refusal):
    code = "webhook_signature_missing"
    kind = Kind.FORBIDDEN
    title = "The signature is missing"
    detail = "This address is called by vendors of ours, which sign what they send. Send the headers of the signature."


class TooManyRequests(Refusal):
    code = "too_many_requests"
    kind = Kind.LIMITED
    title = "Too many attempts"
    detail = (
        "Too many requests came from you or from your address. Wait as long as the Retry-After header says, then go on."
    )


class TooManyStreams(Refusal):
    code = "too_many_streams"
    kind = Kind.LIMITED
    title = "Too many open streams"
    detail = "Close a stream that is open elsewhere, or wait a little, then open this one again."


class ServiceUnavailable(Refusal):
    code = "service_unavailable"
    kind = Kind.UNAVAILABLE
    title = "A part of the system does not answer"
    detail = "Nothing was decided. Wait as many seconds as the Retry-After header says and send the request again."


class NotReady(Refusal):
    code = "not_ready"
    kind = Kind.UNAVAILABLE
    title = "Not ready"
    detail = "The gateway has lost its database or its bus and should get no requests now. Ask again in a moment."


class InternalError(Refusal):
    code = "internal_error"
    kind = Kind.UNAVAILABLE
    title = "A fault on our side"
    detail = "This is our fault and is on record. Try again later; if it stays, give support the request_id."


MONEY_UNKNOWN = (
    "It is not known yet whether the payment was taken. Send the same request again with the same Idempotency-Key: "
    "it is taken at most once, and the answer will say what became of it."
)
KEPT = "This Idempotency-Key keeps this answer: send whatever comes next with a new one."
MONEY_NOT_MOVED = "No money was moved. Send the same request again with the same Idempotency-Key in a moment."


# What the server answers before there is a request that the application could see.
BY_STATUS: dict[int, type[Refusal]] = {
    400: MalformedRequest,
    408: RequestTooSlow,
    414: FirstLineTooLong,
    417: ExpectationUnknown,
    431: HeadersTooLarge,
    500: InternalError,
    501: TransferCodingUnknown,
    503: Overloaded,
    505: HttpVersionUnknown,
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal: by its code where the code is listed, else by its kind."""
    return STATUS_OF_CODE.get(refusal.code) or STATUS_OF_KIND[refusal.kind]


def unavailable(error: DependencyDown, *, moves_money: bool) -> Refusal:
    """What a client is told when something we stand on does not answer.

    A neighbour that is absent was certainly not asked; any other silence may hide a payment that was taken.
    """
    if isinstance(error, NeighbourBusy):
        return Overloaded(MONEY_NOT_MOVED if moves_money else None, money_moved="no" if moves_money else None)
    if not moves_money:
        return ServiceUnavailable()
    if isinstance(error, NeighbourAbsent):
        return ServiceUnavailable(MONEY_NOT_MOVED, money_moved="no")
    return ServiceUnavailable(MONEY_UNKNOWN, money_moved="unknown")


def fault(*, moves_money: bool) -> Refusal:
    """What a client is told about a defect of ours."""
    return (
        InternalError(f"{InternalError.detail} {MONEY_UNKNOWN}", money_moved="unknown")
        if moves_money
        else (InternalError())
    )


def unread(status: int, detail: str) -> Refusal:
    """What is answered to what never became a request: it cannot have moved money, unless it failed on its way."""
    refusal = BY_STATUS[status]
    if refusal is InternalError:
        return refusal(f"{detail} {MONEY_UNKNOWN}", money_moved="unknown")
    return refusal(detail, money_moved="no")


def money_moved(refusal: Refusal) -> str:
    """What a refusal on a money route says of the money: a rule that says no moves none, a running twin may."""
    if refusal.money_moved:
        return refusal.money_moved
    return "unknown" if isinstance(refusal, RequestInProgress) else "no"


def problem(refusal: Refusal, *, request_id: str, moves_money: bool, public_url: str) -> dict[str, Any]:
    """The problem document of a refusal."""
    document: dict[str, Any] = {
        "type": problem_type(refusal.code, public_url=public_url),
        "title": refusal.title,
        "status": status_of(refusal),
        "detail": f"{refusal.detail} {KEPT}" if refusal.is_kept else refusal.detail,
        "code": refusal.code,
        "request_id": request_id,
    }
    if moves_money:
        document["money_moved"] = money_moved(refusal)
    if refusal.errors:
        document["errors"] = [_field(error) for error in refusal.errors]
    return document


def problem_type(code: str, *, public_url: str) -> str:
    """The URL that names a sort of problem and opens the page about it."""
    return f"{public_url.rstrip('/')}/docs/problems/{code}"


def _field(error: FieldError) -> dict[str, str]:
    return {"pointer": error.pointer, "code": error.code, "detail": error.detail}
