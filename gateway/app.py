"""The application: one request in, through route, limit, token, role, key and body, to its handler; one answer out.

Whatever happens inside, the answer has the security headers and a request id, and a refusal has the form of RFC 9457.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    NotFound,
    Refusal,
)
from chassis.ids import new_id
from gateway import bodies, errors, headers
from gateway.auth import Caller, TokenVerifier
from gateway.errors import MethodNotAllowed, TooManyRequests
from gateway.limits import MovingWindows, Verdict
from gateway.routing import OWN_ID, Dependencies, HttpCall, Paths, Reply, Route, path_values
from gateway.shaping import shaped

KEY_LENGTH_MAX = 255
NO_PATH = "There is no such path. GET /openapi.json lists all of them."

_uuid = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
log = logs.logger(__name__)


@dataclass(frozen=True)
class Exchange:
    """One request under way: its id, its route where it is known, and what its limit said."""

    request: Request
    request_id: str
    address: str
    route: Route | None = None
    verdict: Verdict | None = None

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
        self._cross_origin = headers.CrossOrigin(house.settings)
        self._shapes: dict[type[Schema], Schema] = {route.gives: route.gives() for route in routes}

    def __call__(self, environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        started = time.perf_counter()
        exchange = self._begin(Request(environment))
        parent = exchange.request.headers.get("Traceparent")
        with tracing.within(tracing.child(parent)), structlog.contextvars.bound_contextvars(
            request_id=exchange.request_id
        ):  # fmt: skip
            exchange, response = self._answer(exchange)
            self._finish(exchange, response)
            self._record(exchange, response, seconds=time.perf_counter() - started)
        return response(environment, start_response)

    def _begin(self, request: Request) -> Exchange:
        sent = headers.accepted_request_id(request.headers.get("X-Request-Id"))
        proxies = self._house.settings["TRUSTED_PROXIES"]
        return Exchange(
            request=request,
            request_id=sent or str(new_id(at=self._house.clock.now())),
            address=headers.client_address(request.environ, trusted_proxies=proxies),
        )

    def _answer(self, exchange: Exchange) -> tuple[Exchange, Response]:
        """The exchange with all that was found out about it, and its answer, a problem document if need be."""
        try:
            if exchange.request.method == "OPTIONS":
                return exchange, self._options(exchange)
            route = self._route(exchange)
            exchange = replace(exchange, route=route)
            exchange = replace(exchange, verdict=self._attempt(exchange, route))
            return exchange, self._handled(exchange, route)
        except Refusal as refusal:
            response = self._problem(exchange, refusal)
            if isinstance(refusal, MethodNotAllowed):
                response.headers["Allow"] = ", ".join(self._methods(exchange))
            return exchange, response
        except DependencyDown as error:
            log.warning("dependency down", error=f"{type(error).__name__}: {error}")
            return exchange, self._problem(exchange, errors.unavailable(error, moves_money=exchange.moves_money))
        except Exception:
            log.exception("request failed")
            return exchange, self._problem(exchange, errors.fault(moves_money=exchange.moves_money))

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

    def _attempt(self, exchange: Exchange, route: Route) -> Verdict | None:
        if route.limit is None:
            return None
        quota = self._house.settings[route.limit.setting]
        at = self._house.clock.now().timestamp()
        return self._windows.attempt(route.limit, quota=quota, address=exchange.address, at=at)

    def _handled(self, exchange: Exchange, route: Route) -> Response:
        if exchange.verdict is not None and not exchange.verdict.allowed:
            raise TooManyRequests()
        call = self._call(exchange, route)
        try:
            reply = route.handler(call)
        except InvalidRequest as refusal:
            raise refusal if route.takes or route.raw else _of_query(refusal) from refusal
        return self._response(exchange, route, reply)

    def _call(self, exchange: Exchange, route: Route) -> HttpCall:
        """What the handler gets, once everything that the declaration asks for holds."""
        request = exchange.request
        details = {"client_address": exchange.address}
        nobody = replace(NOBODY, request_id=exchange.request_id, details=details)
        caller = None if route.is_open else self._caller(request, route, exchange.request_id, details)
        context: CallContext = caller.context if caller else nobody
        path = _checked_path(path_values(route, request.path))
        key = _key(request, route)
        query = _loaded_query(route, request.query_string)
        body = schemas.load(route.takes, bodies.read_json(request.environ)) if route.takes else {}
        raw = bodies.read_raw(request.environ, request.headers, declared=route.raw) if route.raw else ""
        return HttpCall(
            method=request.method, path=path, body=body, query=query, headers=request.headers, context=context,
            key=key, token_expires_at=caller.expires_at if caller else None, house=self._house, raw=raw,
        )  # fmt: skip

    def _caller(self, request: Request, route: Route, request_id: str, details: Mapping[str, str]) -> Caller:
        caller = self._tokens.caller(request.headers.get("Authorization"), request_id=request_id, details=details)
        if caller.context.role not in route.who:
            raise Forbidden()
        return caller

    def _response(self, exchange: Exchange, route: Route, reply: Reply) -> Response:
        if reply.stream is not None:
            exchange.request.environ["eventlet.minimum_write_chunk_size"] = 0
            return Response(reply.stream, status=route.status, headers=dict(reply.headers), content_type=route.media)
        if reply.text is not None:
            response = Response(reply.text, status=route.status, content_type=route.media)
        elif route.status == 204:
            response = Response(status=204)
        else:
            data = shaped(self._shapes[route.gives], reply.data)
            response = Response(_json(data), status=route.status, content_type=route.media)
        response.headers.update(reply.headers)
        response.headers["Cache-Control"] = route.cache
        if reply.replayed:
            response.headers["Idempotent-Replayed"] = "true"
        return _tagged(response, exchange.request) if route.has_etag else response

    def _problem(self, exchange: Exchange, refusal: Refusal) -> Response:
        document = errors.problem(
            refusal, request_id=exchange.request_id, moves_money=exchange.moves_money, public_url=self._public_url
        )
        response = Response(_json(document), status=document["status"], content_type=errors.MEDIA)
        if document["status"] == 401:
            has_token = "Authorization" in exchange.request.headers
            response.headers["WWW-Authenticate"] = f'Bearer realm="captive"{_INVALID if has_token else ""}'
        if refusal.code in errors.RETRY_AFTER_SECONDS:
            response.headers["Retry-After"] = str(errors.RETRY_AFTER_SECONDS[refusal.code])
        return response

    def _finish(self, exchange: Exchange, response: Response) -> None:
        """What every answer carries."""
        response.headers.update(headers.SECURITY)
        if exchange.route and exchange.route.content_policy:
            response.headers["Content-Security-Policy"] = exchange.route.content_policy
        response.headers.update(self._cross_origin.headers(exchange.request.headers.get("Origin")))
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-Id"] = exchange.request_id
        if exchange.verdict is not None:
            response.headers.update(exchange.verdict.headers())

    def _record(self, exchange: Exchange, response: Response, *, seconds: float) -> None:
        operation = exchange.route.operation if exchange.route else "none"
        method = exchange.request.method if exchange.route else "none"
        metrics.HTTP.labels(operation, method, str(response.status_code)).observe(seconds)
        log.info(
            "request", operation=operation, method=method, status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
        )  # fmt: skip


_INVALID = ', error="invalid_token"'


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
    try:
        return schemas.load(route.query, bodies.read_query(query))
    except InvalidRequest as refusal:
        raise _of_query(refusal) from refusal


def _of_query(refusal: InvalidRequest) -> InvalidRequest:
    """The refusal with pointers that say where a client wrote the value: there is no body."""
    return InvalidRequest(refusal.detail, errors=[_in_query(error) for error in refusal.errors])


def _in_query(error: FieldError) -> FieldError:
    if error.pointer.startswith(("/query/", "/headers/")):
        return error
    return replace(error, pointer=f"/query{error.pointer}")


def _tagged(response: Response, request: Request) -> Response:
    """The answer with its ETag; without its body where the client has that state already."""
    etag = hashlib.sha256(response.get_data()).hexdigest()[:32]
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304, headers={"Cache-Control": response.headers["Cache-Control"]})
        del response.headers["Content-Type"]
    response.set_etag(etag)
    return response


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
