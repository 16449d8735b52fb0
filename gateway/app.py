"""The application: one request in, through route, limit, token, role, key and body, to its handler; one answer out.

Whatever happens inside, the answer has the security headers and a request id, and a refusal has the form of RFC 9457.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import structlog
from marshmallow import Schema
from werkzeug.wrappers import Request, Response

from chassis import logs, metrics, schemas, tracing
from chassis.context import NOBODY, CallContext
from chassis.errors import (
    DependencyDown,
    FieldError,
    Forbidden,
    IdempotencyKeyRequired,
    InvalidRequest,
    NotAsked,
    NotFound,
    Refusal,
)
from chassis.ids import new_id
from chassis.schemas import Nothing, schema_of
from chassis.web import Unserved
from gateway import bodies, errors, etags, headers
from gateway.admission import Rank
from gateway.auth import Caller, TokenVerifier
from gateway.bulkheads import Bulkhead
from gateway.errors import MethodNotAllowed, Overloaded, TooManyRequests
from gateway.limits import SIGNED_IN, Limit, MovingWindows, Verdict, headers_of, network_of
from gateway.routing import OWN_ID, Dependencies, HttpCall, Paths, Reply, Route, SentFile, path_values
from gateway.shaping import shaped

KEY_LENGTH_MAX = 255
REPLAYED = "Idempotent-Replayed"
NO_PATH = "There is no such path. GET /openapi.json lists all of them."

_uuid = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
log = logs.logger(__name__)


@dataclass(slots=True)
class Exchange:
    """One request under way: its id, and what is found out about it: its route, who asks, what its limits said."""

    request: Request
    request_id: str
    address: str
    route: Route | None = None
    caller: CallContext | None = None
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def network(self) -> str:
        return network_of(self.address)

    @property
    def moves_money(self) -> bool:
        return self.route is not None and self.route.moves_money


class Application:
    """The gateway as a WSGI application."""

    def __init__(self, routes: Sequence[Route], house: Dependencies) -> None:
        self._house = house
        self._public_url: str = house.settings["PUBLIC_URL"]
        self._paths = Paths(routes)
        self._tokens = TokenVerifier(keyring=house.keyring, issuer=self._public_url, now=house.clock.now)
        self._windows = MovingWindows()
        self._neighbours = {name: Bulkhead(name, asks) for name, asks in house.neighbours.items()}
        house.admission.neighbours = tuple(self._neighbours.values())
        self._cross_origin = headers.CrossOrigin(house.settings)
        given = {route.gives for route in routes} | {route.otherwise.gives for route in routes if route.otherwise}
        given |= {route.tagged_as for route in routes if route.tagged_as}
        self._shapes: dict[type[Schema], Schema] = {shape: schema_of(shape) for shape in given}

    def __call__(self, environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        started = time.perf_counter()
        exchange = self._begin(Request(environment))
        parent = exchange.request.headers.get("Traceparent")
        with tracing.within(tracing.child(parent)), structlog.contextvars.bound_contextvars(
            request_id=exchange.request_id
        ):  # fmt: skip
            response = self._answer(exchange)
            more = self._of_every_answer(exchange, response)
            self._record(exchange, response, seconds=time.perf_counter() - started)
        return response(environment, lambda status, own, *error: start_response(status, [*own, *more], *error))

    def refused(self, unserved: Unserved) -> tuple[Sequence[tuple[str, str]], bytes]:
        """The answer to what never became a request: the same form, and the headers of every answer."""
        refusal = errors.unread(unserved.status, unserved.detail)
        request_id = str(new_id(at=self._house.clock.now()))
        # Where it was going is not known: it may have been a payment.
        document = errors.problem(refusal, request_id=request_id, moves_money=True, public_url=self._public_url)
        metrics.HTTP.labels("none", "none", str(unserved.status)).observe(0)
        log.info("request refused unread", request_id=request_id, status=unserved.status, code=refusal.code)
        found = {**headers.SECURITY, "Vary": "Origin", "Cache-Control": "no-store", "Content-Type": errors.MEDIA}
        if refusal.code in errors.RETRY_AFTER_SECONDS:
            found["Retry-After"] = str(errors.RETRY_AFTER_SECONDS[refusal.code])
        return [*found.items(), ("X-Request-Id", request_id)], _json(document)

    def _begin(self, request: Request) -> Exchange:
        sent = headers.accepted_request_id(request.headers.get("X-Request-Id"))
        proxies = self._house.settings["TRUSTED_PROXIES"]
        return Exchange(
            request=request,
            request_id=sent or str(new_id(at=self._house.clock.now())),
            address=headers.client_address(request.environ, trusted_proxies=proxies),
        )

    def _answer(self, exchange: Exchange) -> Response:
        """The answer, a problem document if need be."""
        try:
            if exchange.request.method == "OPTIONS":
                return self._options(exchange)
            exchange.route = self._route(exchange)
            return self._admitted(exchange, exchange.route)
        except Refusal as refusal:
            response = self._problem(exchange, refusal)
            if response.status_code == HTTPStatus.FORBIDDEN:
                _note_denied(exchange, refusal)
            if isinstance(refusal, MethodNotAllowed):
                response.headers["Allow"] = ", ".join(self._methods(exchange))
            return response
        except NotAsked as error:
            return self._problem(exchange, errors.unavailable(error, moves_money=exchange.moves_money))
        except DependencyDown as error:
            log.warning("dependency down", error=f"{type(error).__name__}: {error}")
            return self._problem(exchange, errors.unavailable(error, moves_money=exchange.moves_money))
        except Exception:
            log.exception("request failed")
            return self._problem(exchange, errors.fault(moves_money=exchange.moves_money))

    def _admitted(self, exchange: Exchange, route: Route) -> Response:
        """The answer of a route, unless there is too much to do: then nothing is spent on the request."""
        admission = self._house.admission
        if not admission.admits(route.rank):
            raise Overloaded(errors.MONEY_NOT_MOVED if route.moves_money else None)
        bulkhead = self._neighbours.get(route.service)
        if bulkhead is not None:
            bulkhead.refuse_too_many(route.rank)
        is_counted = route.rank is not Rank.UNCOUNTED
        admission.in_hand += is_counted
        try:
            if route.limit is None or not route.limit.is_of_persons_alone:
                self._attempt(exchange, route.limit, whom=exchange.network)
            return self._handled(exchange, route)
        finally:
            admission.in_hand -= is_counted

    def _route(self, exchange: Exchange) -> Route:
        found = self._paths.routes_of(exchange.request.path)
        if not found:
            raise NotFound(NO_PATH)
        if exchange.request.method not in found:
            raise MethodNotAllowed()
        return found[exchange.request.method]

    def _methods(self, exchange: Exchange) -> list[str]:
        found = self._paths.routes_of(exchange.request.path)
        return sorted({*found, "OPTIONS"}) if found else []

    def _options(self, exchange: Exchange) -> Response:
        methods = self._methods(exchange)
        if not methods:
            raise NotFound(NO_PATH)
        response = Response(status=204, headers={"Allow": ", ".join(methods)})
        response.headers.update(self._cross_origin.preflight(exchange.request.headers.get("Origin"), methods))
        return response

    def _attempt(self, exchange: Exchange, limit: Limit | None, *, whom: str) -> None:
        """Raises TooManyRequests."""
        if limit is None:
            return
        quota, at = self._house.settings[limit.setting], self._house.clock.now().timestamp()
        verdict = self._windows.attempt(limit, quota=quota, whom=whom, at=at)
        exchange.verdicts.append(verdict)
        if not verdict.allowed:
            raise TooManyRequests()

    def _handled(self, exchange: Exchange, route: Route) -> Response:
        call = self._call(exchange, route)
        try:
            reply = route.handler(call)
        except InvalidRequest as refusal:
            raise refusal if route.has_body else _of_query(refusal) from refusal
        return self._response(exchange, route, reply)

    def _call(self, exchange: Exchange, route: Route) -> HttpCall:
        """What the handler gets, once everything that the declaration asks for holds."""
        request = exchange.request
        details = {"client_address": exchange.address, "network": exchange.network}
        caller = None if route.is_open else self._caller(exchange, route, details)
        context = caller.context if caller else replace(NOBODY, request_id=exchange.request_id, details=details)
        path = _checked_path(path_values(route, request.path))
        key = _key(request, route)
        versions = etags.versions_of(request.headers.get("If-Match", "")) if route.conditional else ()
        query = _loaded_query(route, request.query_string)
        body, raw, file = self._sent(request, route)
        return HttpCall(
            method=request.method, path=path, body=body, query=query, headers=request.headers, context=context,
            key=key, token_expires_at=caller.expires_at if caller else None, house=self._house, raw=raw,
            file=file, versions=versions, neighbours=self._neighbours, rank=route.rank,
        )  # fmt: skip

    def _sent(self, request: Request, route: Route) -> tuple[Any, str, SentFile | None]:
        """The body, loaded, raw or a file, as the route takes it. Who is still sending it takes nobody's place."""
        found, raw, file = None, "", None
        with self._house.admission.set_aside():
            if route.takes:
                found = bodies.read_json(request.environ)
            elif route.raw:
                raw = bodies.read_raw(request.environ, request.headers, declared=route.raw)
            elif route.upload:
                file = bodies.read_file(request.environ, declared=route.upload)
        return schemas.load(route.takes, found) if route.takes else {}, raw, file

    def _caller(self, exchange: Exchange, route: Route, details: Mapping[str, str]) -> Caller:
        """Who asks, by whatever token of theirs and from wherever: the person is what is counted."""
        token = exchange.request.headers.get("Authorization")
        caller = self._tokens.caller(token, request_id=exchange.request_id, details=details)
        exchange.caller = caller.context
        self._attempt(exchange, SIGNED_IN, whom=caller.context.subject)
        if route.limit is not None:
            self._attempt(exchange, route.limit.of_persons(), whom=caller.context.subject)
        if caller.context.role not in route.who:
            raise Forbidden()
        if route.steps_up:
            caller.context.require_proof(now=self._house.clock.now())
        return caller

    def _response(self, exchange: Exchange, route: Route, reply: Reply) -> Response:
        if reply.stream is not None:
            return Response(reply.stream, status=route.status, headers=dict(reply.headers), content_type=route.media)
        if reply.text is not None:
            response = Response(reply.text, status=route.status, content_type=route.media)
        elif reply.printed is not None:
            response = Response(reply.printed.content, status=route.status, content_type=reply.printed.media)
        elif route.status == 204:
            response = Response(status=204)
        else:
            form = route.otherwise if reply.is_otherwise and route.otherwise else route
            data = shaped(self._shapes[form.gives], reply.data)
            response = Response(_json(data), status=form.status, content_type=route.media)
        response.headers.update(reply.headers)
        response.headers["Cache-Control"] = route.cache
        if reply.replayed:
            response.headers[REPLAYED] = "true"
        if route.has_etag or route.conditional:
            return etags.tagged(response, exchange.request, version=_version_of(reply))
        if route.tagged_as:
            seen = _json(shaped(self._shapes[route.tagged_as], reply.data))
            response.set_etag(etags.tag_of(seen, version=_version_of(reply)))
        return response

    def _problem(self, exchange: Exchange, refusal: Refusal) -> Response:
        document = errors.problem(
            refusal, request_id=exchange.request_id, moves_money=exchange.moves_money, public_url=self._public_url
        )
        response = Response(_json(document), status=document["status"], content_type=errors.MEDIA)
        if document["status"] == 401:
            has_token = "Authorization" in exchange.request.headers
            response.headers["WWW-Authenticate"] = f'Bearer realm="captive"{_INVALID if has_token else ""}'
        if refusal.is_replayed:
            response.headers[REPLAYED] = "true"
        if refusal.code in errors.RETRY_AFTER_SECONDS:
            response.headers["Retry-After"] = str(errors.RETRY_AFTER_SECONDS[refusal.code])
        return response

    def _of_every_answer(self, exchange: Exchange, response: Response) -> list[tuple[str, str]]:
        """The headers that every answer carries beside its own."""
        more = {
            **headers.SECURITY,
            **self._cross_origin.headers(exchange.request.headers.get("Origin")),
            "X-Request-Id": exchange.request_id,
            **headers_of(exchange.verdicts),
        }
        if exchange.route and exchange.route.content_policy:
            more["Content-Security-Policy"] = exchange.route.content_policy
        if "Cache-Control" not in response.headers:
            more["Cache-Control"] = "no-store"
        return list(more.items())

    def _record(self, exchange: Exchange, response: Response, *, seconds: float) -> None:
        operation = exchange.route.operation if exchange.route else "none"
        method = exchange.request.method if exchange.route else "none"
        metrics.HTTP.labels(operation, method, str(response.status_code)).observe(seconds)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            # Counted above. A line for each would cost more than the refusal.
            return
        log.info(
            "request", operation=operation, method=method, status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
        )  # fmt: skip


_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_INVALID = ', error="invalid_token"'


def _note_denied(exchange: Exchange, refusal: Refusal) -> None:
    """Who was denied what, for whoever watches the logs. The path's own ids are not written down, only its form."""
    route, caller = exchange.route, exchange.caller
    log.warning(
        "access denied", code=refusal.code, operation=route.operation if route else "none",
        method=exchange.request.method, path=route.path if route else "none",
        subject=caller.subject if caller else "nobody", role=caller.role if caller else "none",
        client_address=exchange.address,
    )  # fmt: skip


def _checked_path(path: Mapping[str, str]) -> dict[str, str]:
    """The ids of the path in one form. What cannot be an id names nothing: NotFound."""
    if any(name.endswith(OWN_ID) and not _uuid.fullmatch(value) for name, value in path.items()):
        raise NotFound()
    return {name: value.lower() if name.endswith(OWN_ID) else value for name, value in path.items()}


def _key(request: Request, route: Route) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if not key and route.idempotent:
        raise IdempotencyKeyRequired()
    if key is None or not (route.idempotent or route.takes_key):
        return None
    if not 1 <= len(key) <= KEY_LENGTH_MAX or not key.isprintable():
        wrong = FieldError("/headers/Idempotency-Key", "invalid", "Send 1 to 255 printable characters.")
        raise InvalidRequest(errors=[wrong])
    return key


def _loaded_query(route: Route, query: bytes) -> dict[str, Any]:
    if not query and route.query is Nothing:
        return {}
    try:
        return schemas.load(route.query, bodies.with_numbers(bodies.read_query(query), schema=route.query))
    except InvalidRequest as refusal:
        raise _of_query(refusal) from refusal


def _of_query(refusal: InvalidRequest) -> InvalidRequest:
    """The refusal with pointers that say where a client wrote the value: there is no body."""
    return InvalidRequest(refusal.detail, errors=[_in_query(error) for error in refusal.errors])


def _in_query(error: FieldError) -> FieldError:
    if error.pointer.startswith(("/query/", "/headers/")):
        return error
    return replace(error, pointer=f"/query{error.pointer}")


def _version_of(reply: Reply) -> int | None:
    return reply.data.get("version") if isinstance(reply.data, Mapping) else None


def _json(data: Any) -> bytes:
    return _to_json(data).encode()
