"""What machines ask first: the contract, the keys, whether we live, and what each kind of problem means."""

import hmac
from html import escape
from pathlib import Path

from chassis import metrics
from chassis.errors import NotFound, Refusal, Unauthenticated
from gateway.admission import Rank
from gateway.errors import NotReady, status_of
from gateway.headers import READ_PAGE
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Document, Health
from services.accounts.contract import errors as accounts_errors
from services.identity.contract import errors as identity_errors
from services.identity.contract import schemas as identity
from services.leases.contract import errors as leases_errors
from services.notifications.contract import errors as notifications_errors
from services.payments.contract import errors as payments_errors

# Loaded, their codes are known to the contract and have their pages, whichever services run in this process.
REFUSING = (accounts_errors, identity_errors, leases_errors, notifications_errors, payments_errors)
OPENAPI_FILE = Path(__file__).parents[1] / "openapi.json"
PUBLIC_FOR_MINUTES = "public, max-age=300"
PAGE_LINKS = '<link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/assets/docs.css">'
PAGE_MENU = '<nav><a href="/docs">HTTP</a> <a href="/docs/events">Events</a></nav>'


@route(
    "GET", "/openapi.json", operation="getOpenApi", tags=("discovery",), has_etag=True, cache=PUBLIC_FOR_MINUTES,
    gives=Document, summary="This contract, OpenAPI 3.1", example={"openapi": "3.1.0"},
)  # fmt: skip
def get_openapi(_: HttpCall) -> Reply:
    return Reply(text=OPENAPI_FILE.read_text(encoding="utf-8"))


@route(
    "GET", "/.well-known/jwks.json", operation="getSigningKeys", rank=Rank.FIRST, tags=("discovery",), has_etag=True,
    cache=PUBLIC_FOR_MINUTES, gives=identity.SigningKeys, summary="The public keys of access tokens (RFC 7517)",
    example={
        "keys": [
            {
                "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "use": "sig",
                "alg": "Ed25519", "kid": "01935840-0000-7000-8000-000000000001",
            }
        ]
    },
)  # fmt: skip
def get_signing_keys(call: HttpCall) -> Reply:
    return Reply(call.house.keyring.published())


@route(
    "GET", "/health/live", operation="getLiveness", rank=Rank.UNCOUNTED, tags=("discovery",), gives=Health,
    summary="The process turns", example={"status": "ok"},
)  # fmt: skip
def get_liveness(_: HttpCall) -> Reply:
    return Reply({"status": "ok"})


@route(
    "GET", "/health/ready", operation="getReadiness", rank=Rank.UNCOUNTED,
    tags=("discovery",), gives=Health, errors=("not_ready",),
    summary="The gateway has its database and its bus", example={"status": "ok"},
)  # fmt: skip
def get_readiness(call: HttpCall) -> Reply:
    """What is missing is told on the operator's port only."""
    if not call.house.is_ready():
        raise NotReady()
    return Reply({"status": "ok"})


@route(
    "GET", "/metrics", operation="getMetrics", rank=Rank.UNCOUNTED, tags=("discovery",), gives=Document,
    media="text/plain; version=0.0.4; charset=utf-8", summary="Counters for the operator, with the operator's token",
    example="# HELP captive_http_seconds Time to answer an HTTP request\n", errors=("not_found", "unauthenticated"),
)  # fmt: skip
def get_metrics(call: HttpCall) -> Reply:
    token = call.house.settings["METRICS_TOKEN"]
    if not token:
        raise NotFound()
    sent = call.headers.get("Authorization", "")
    if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        raise Unauthenticated("Send the operator's token as a bearer token.")
    return Reply(text=metrics.render().decode())


@route(
    "GET", "/docs/problems/{code}", operation="getProblemPage", tags=("discovery",), gives=Document,
    media="text/html; charset=utf-8", cache=PUBLIC_FOR_MINUTES, summary="What a problem means and what to do",
    example="<!doctype html>", errors=("not_found",), content_policy=READ_PAGE,
)  # fmt: skip
def get_problem_page(call: HttpCall) -> Reply:
    """The page that the `type` of every problem document leads to."""
    code = call.path["code"]
    known = Refusal.registry.get(code)
    if known is None:
        raise NotFound()
    title, detail, status = escape(known.title), escape(known.detail), status_of(known())
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{PAGE_LINKS}</head>'
    facts = f'<p class="quiet">Code <code>{escape(code)}</code>, HTTP status {status}.</p>'
    body = f'{PAGE_MENU}<main class="page"><h1>{title}</h1><p>{detail}</p>{facts}</main>'
    return Reply(text=f"{head}<body>{body}</body></html>")


ROUTES = (get_openapi, get_signing_keys, get_liveness, get_readiness, get_metrics, get_problem_page)
