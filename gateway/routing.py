"""Routes are declared once. From the declaration follow validation, permission, keys, problem documents and OpenAPI."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from marshmallow import Schema
from werkzeug.datastructures import Headers

from chassis.clock import Clock
from chassis.context import ANONYMOUS, CallContext
from chassis.schemas import Nothing
from chassis.settings import Settings
from chassis.store import Database
from gateway.admission import Admission, Rank
from gateway.limits import Limit

if TYPE_CHECKING:
    from chassis.bus.rpc import Asks
    from chassis.bus.rpc import Reply as Answer
    from gateway.auth import Keyring
    from gateway.bulkheads import Bulkhead
    from gateway.stream.feed import Feed

OWN_ID = "_id"


@dataclass(frozen=True)
class Printed:
    """A document that is given as it is, byte for byte."""

    content: bytes
    media: str


@dataclass(frozen=True)
class Reply:
    """What a handler gives back: JSON data shaped by the route's schema, or a stream of bytes, or text as it is.

    `printed` is the same resource in the other form that its route names. `is_otherwise`: the data is the route's
    other good answer.
    """

    data: Any = None
    replayed: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterable[bytes] | None = None
    text: str | None = None
    printed: Printed | None = None
    is_otherwise: bool = False


@dataclass(frozen=True)
class Otherwise:
    """Another good answer than a route's usual one: when it is given, with which status, in which form."""

    when: str
    status: int
    gives: type[Schema]
    example: Any


@dataclass(frozen=True)
class Dependencies:
    """What the application stands on, the same for every request. `pause` waits a number of seconds."""

    neighbours: "Mapping[str, Asks]"
    settings: Settings
    clock: Clock
    store: Database
    feed: "Feed"
    keyring: "Keyring"
    is_ready: Callable[[], bool]
    pause: Callable[[float], None]
    admission: Admission


@dataclass(frozen=True)
class HttpCall:
    """One request that passed the door: loaded body and query, ids of the path, who asks, and the request's key.

    `versions` are those of If-Match, for the service to compare with what it has.
    """

    method: str
    path: Mapping[str, str]
    body: Mapping[str, Any]
    query: Mapping[str, Any]
    headers: Headers
    context: CallContext
    key: str | None
    token_expires_at: datetime | None
    house: Dependencies
    neighbours: "Mapping[str, Bulkhead]"
    rank: Rank
    raw: str = ""
    file: "SentFile | None" = None
    versions: tuple[int, ...] = ()

    def ask(self, service: str, method: str, **request: Any) -> "Answer":
        """Ask a service in the caller's name, with the caller's key. Raises its Refusal, or DependencyDown."""
        return self.neighbours[service].ask(method, request=request, context=self.context, key=self.key, rank=self.rank)

    def ask_unkeyed(self, service: str, method: str, **request: Any) -> "Answer":
        """The same for what comes before the request itself, to which alone its key belongs."""
        return self.neighbours[service].ask(method, request=request, context=self.context, key=None, rank=self.rank)

    def ask_beside(self, service: str, method: str, **request: Any) -> "Answer":
        """Ask for what the answer can do without: nobody waits for it while that service is silent. Raises like ask."""
        return self.neighbours[service].ask(
            method, request=request, context=self.context, key=self.key, rank=self.rank, is_optional=True
        )

    def relay(self, service: str, method: str, **request: Any) -> Reply:
        """The service's answer as it is."""
        answer = self.ask(service, method, **request)
        return Reply(answer.data, replayed=answer.replayed)


@dataclass(frozen=True)
class SentFile:
    """A file that a client sent as the body, byte for byte; `media` is what it is announced as."""

    content: bytes
    media: str


Handler = Callable[[HttpCall], Reply]


@dataclass(frozen=True)
class Upload:
    """A body that is a file, announced as one of `medias`."""

    medias: tuple[str, ...]
    bytes_max: int


@dataclass(frozen=True)
class RawBody:
    """A body that is handed on as it came, because a signature covers every byte of it.

    `signed_by` names the headers of the signature: a body without them is not even read. `shape` is its JSON Schema.
    """

    media: str
    bytes_max: int
    signed_by: tuple[str, ...]
    shape: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Route:
    """One row of the table of routes.

    A body is loaded by the schema `takes`, handed on as `raw` says, or a file as `upload` says.
    `idempotent`: an Idempotency-Key is required; `takes_key`: it is passed on where it is sent. `conditional`: If-Match
    is required, and its versions are handed to the service, which compares them. `limit` counts the attempts of an
    address, and of a person who has signed in; `rank` says who goes first when not everybody can be answered.
    `tagged_as`: the answer shows more than the resource, whose ETag it has: that of the resource in this shape.
    `printed` is the media type of the other form in which the same thing is given, to whoever asks for it by Accept.
    `steps_up`: the person must have proven lately who they are.
    `reads` names other request headers that mean something here, `errors` the codes that this route adds to those of
    its form, `replies` the headers of the answer that its handler sets. `content_policy` is what a page may load,
    where it is one. `sends` is an example of the body, or of the query where there is no body.
    """

    method: str
    path: str
    operation: str
    handler: Handler
    gives: type[Schema]
    takes: type[Schema] | None = None
    raw: RawBody | None = None
    upload: Upload | None = None
    query: type[Schema] = Nothing
    status: int = 200
    who: tuple[str, ...] = (ANONYMOUS,)
    idempotent: bool = False
    takes_key: bool = False
    moves_money: bool = False
    has_etag: bool = False
    tagged_as: type[Schema] | None = None
    conditional: bool = False
    steps_up: bool = False
    otherwise: Otherwise | None = None
    limit: Limit | None = None
    rank: Rank = Rank.REST
    media: str = "application/json"
    medias: tuple[str, ...] = ()
    printed: str | None = None
    frames: Any = None
    cache: str = "no-store"
    reads: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    content_policy: str | None = None
    sends: Any = None
    example: Any = None
    summary: str = ""
    tags: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Nobody has to sign in for it."""
        return ANONYMOUS in self.who

    @property
    def has_body(self) -> bool:
        return bool(self.takes or self.raw or self.upload)

    @property
    def service(self) -> str:
        """Its first tag: the service without which there is no answer, or what the gateway answers by itself."""
        return self.tags[0]

    @property
    def path_names(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


class Paths:
    """Finds the routes of a path. A part in braces takes any text without a slash; parts as they are go first."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Place()
        for declared in routes:
            by_method = self._root.made(declared.path.split("/")).by_method
            by_method[declared.method] = declared
            if declared.method == "GET":
                by_method["HEAD"] = declared

    def routes_of(self, path: str) -> Mapping[str, Route]:
        """By method; empty for an unknown path. HEAD is answered wherever GET is."""
        return self._root.found(path.split("/"))


class _Place:
    """Where a path has come to: the routes that end here, and the parts that may follow."""

    def __init__(self) -> None:
        self.by_method: dict[str, Route] = {}
        self._inner: dict[str, _Place] = {}

    def made(self, parts: Sequence[str]) -> "_Place":
        if not parts:
            return self
        name = "{}" if parts[0].startswith("{") else parts[0]
        return self._inner.setdefault(name, _Place()).made(parts[1:])

    def found(self, parts: Sequence[str]) -> Mapping[str, Route]:
        if not parts:
            return self.by_method
        for name in (parts[0], "{}" if parts[0] else ""):
            inner = self._inner.get(name)
            if inner is not None and (routes := inner.found(parts[1:])):
                return routes
        return {}


def path_values(route: Route, path: str) -> dict[str, str]:
    """What stands in the places of the names in braces."""
    pairs = zip(route.path.split("/"), path.split("/"), strict=True)
    return {declared[1:-1]: part for declared, part in pairs if declared.startswith("{")}


def route(method: str, path: str, *, operation: str, gives: type[Schema], **options: Any) -> Callable[[Handler], Route]:
    """Declare a route on a handler; the decorated name becomes the Route."""

    def declare(handler: Handler) -> Route:
        return Route(method=method, path=path, operation=operation, handler=handler, gives=gives, **options)

    return declare
