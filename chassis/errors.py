"""Everything that can go wrong, as a tree; each leaf says who may do what about it.

Refusal               a rule says no: typed, carries a code, never pages anyone
  InvalidRequest      the shape is wrong; errors[] point at the fields
  Unauthenticated     nobody proved who asks
  Forbidden           known, but not allowed
  StepUpRequired      allowed, but the proof of who asks is too old for it
  NotFound            absent, or not yours: the two answer alike
  PreconditionFailed  somebody else has changed it since the caller read it
  RequestInProgress   the same idempotency key is being worked on now
  IdempotencyKeyReused, IdempotencyKeyRequired
  RemoteRefusal       a neighbour's refusal whose class is not known here
DependencyDown        something we stand on does not answer: wait, do not count it as a try
  StoreDown, NeighbourSilent, NeighbourAbsent, BusDown, VendorDown, CallerGone
  NotAsked            NeighbourBusy, NeighbourShunned: left alone, so that others are answered
NeighbourFailed       a neighbour broke, or does not know the question: a defect, or an older release
OutcomeUnknown        a vendor may or may not have acted: ask before doing anything again
Impossible            this message can never be handled: park it at once
ConstraintViolated    the database refused by a named constraint; verbs translate it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    """What sort of no: the gateway maps a kind to an HTTP status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    UNPROCESSABLE = "unprocessable"
    PRECONDITION = "precondition"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class FieldError:
    """One wrong field: a JSON pointer into the request, a code, a sentence."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):
    """A rule says no. Subclasses fix `code`, `kind`, `title` and a default `detail` with the next step in it.

    `is_kept`: the idempotency key gives this answer from now on. `is_replayed`: an earlier request with it got it.
    """

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "The request was refused"
    detail: str = "The request was refused by a rule."

    registry: ClassVar[dict[str, type["Refusal"]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "code" in cls.__dict__:
            Refusal.registry.setdefault(cls.code, cls)

    def __init__(
        self, detail: str | None = None, *, errors: Sequence[FieldError] = (), money_moved: str | None = None
    ) -> None:
        super().__init__(detail or type(self).detail)
        self.detail = detail or type(self).detail
        self.errors = tuple(errors)
        self.money_moved = money_moved
        self.is_kept = self.is_replayed = False

    def as_data(self) -> dict[str, Any]:
        """The refusal as plain data, for the wire and for the stored reply."""
        return {
            "code": self.code,
            "kind": str(self.kind),
            "title": self.title,
            "detail": self.detail,
            "errors": [vars(error) for error in self.errors],
            "money_moved": self.money_moved,
            "is_kept": self.is_kept,
            "is_replayed": self.is_replayed,
        }


class InvalidRequest(Refusal):
    code = "invalid_request"
    kind = Kind.INVALID
    title = "The request is not valid"
    detail = "Correct the fields named in errors and send the request again."


class Unauthenticated(Refusal):
    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED
    title = "Sign in first"
    detail = "The request carries no valid access token. Sign in and send it again with the new token."


class Forbidden(Refusal):
    code = "forbidden"
    kind = Kind.FORBIDDEN
    title = "Not allowed"
    detail = "Your role may not do this. Ask somebody whose role may: customers for what is theirs, else staff."


class StepUpRequired(Refusal):
    code = "step_up_required"
    kind = Kind.FORBIDDEN
    title = "Prove once more who you are"
    detail = (
        "This moves money, or changes where money or messages go, and asks for a proof younger than ten minutes. Send "
        "your password, or a code where you have a second factor, to POST /v1/sessions/step-up, and try again with the "
        "new access token."
    )


class NotFound(Refusal):
    code = "not_found"
    kind = Kind.NOT_FOUND
    title = "Not found"
    detail = "There is no such thing among what you may see. Check the id or the name in the path."


class RequestInProgress(Refusal):
    code = "request_in_progress"
    kind = Kind.CONFLICT
    title = "This request is still running"
    detail = "A request with the same idempotency key is being worked on. Send it again in a moment to read its result."


class PreconditionFailed(Refusal):
    code = "precondition_failed"
    kind = Kind.PRECONDITION
    title = "This was changed meanwhile"
    detail = "What you read is not what stands there now. Read it again, and send your change with the new ETag."


class IdempotencyKeyReused(Refusal):
    code = "idempotency_key_reused"
    kind = Kind.UNPROCESSABLE
    title = "Idempotency key used for another request"
    detail = "This idempotency key belongs to a different request. Use a new key for a new request."


class IdempotencyKeyRequired(Refusal):
    code = "idempotency_key_required"
    kind = Kind.INVALID
    title = "Idempotency key missing"
    detail = "Send an Idempotency-Key header (any unique text up to 255 characters), so that a retry cannot act twice."


class RemoteRefusal(Refusal):
    """A neighbour's refusal rebuilt from the wire; it keeps the neighbour's code, kind and words."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data["detail"], errors=_field_errors(data), money_moved=data.get("money_moved"))
        self.code = data["code"]  # type: ignore[misc]
        self.kind = Kind(data["kind"])  # type: ignore[misc]
        self.title = data["title"]  # type: ignore[misc]


def refusal_from_data(data: Mapping[str, Any]) -> Refusal:
    """The refusal that `as_data` described, as its own class where this process knows the code."""
    known = Refusal.registry.get(data["code"])
    if known is None:
        refusal: Refusal = RemoteRefusal(data)
    else:
        refusal = known(data["detail"], errors=_field_errors(data), money_moved=data.get("money_moved"))
    # One that was stored by an earlier version does not say.
    refusal.is_kept, refusal.is_replayed = data.get("is_kept", False), data.get("is_replayed", False)
    return refusal


def _field_errors(data: Mapping[str, Any]) -> list[FieldError]:
    return [FieldError(**error) for error in data.get("errors", ())]


class DependencyDown(Exception):
    """Something we stand on does not answer. Nothing was decided; the work waits and is tried again."""


class StoreDown(DependencyDown):
    """The service's own database cannot be reached."""


class BusDown(DependencyDown):
    """The broker cannot be reached, or did not take the message in time."""


class NeighbourSilent(DependencyDown):
    """A neighbour did not answer before the deadline. It may have acted: repeat only with the same key."""


class NeighbourAbsent(DependencyDown):
    """No instance of the neighbour is there to ask."""


class NotAsked(NeighbourAbsent):
    """The neighbour may be there, but was deliberately left alone."""


class NeighbourBusy(NotAsked):
    """So many wait for the neighbour already that one more would wait too long."""


class NeighbourShunned(NotAsked):
    """The neighbour has answered nobody for a while; a few others are finding out whether it does again."""


class CallerGone(DependencyDown):
    """Whoever asked has stopped waiting before the work could begin; nothing was done."""


class VendorDown(DependencyDown):
    """A vendor refused the connection or said it is unavailable: it has certainly not acted."""


class NeighbourFailed(RuntimeError):
    """A neighbour broke on what it was asked, or is of a release that does not know it."""


class OutcomeUnknown(Exception):
    """A vendor may or may not have acted."""


class Impossible(Exception):
    """A message that no number of tries can make acceptable."""


class ConstraintViolated(Exception):
    """The database refused a row; `constraint` is the name the models gave it."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint
