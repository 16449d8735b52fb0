"""The contracts as documents and as pages to read, from files of this repository."""

import functools
import json
from pathlib import Path

from chassis.errors import NotFound
from gateway.docs.events_page import PAGES, events_page
from gateway.docs.home_page import home_page
from gateway.headers import READ_PAGE, WORKING_PAGE
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Document

HOME = Path(__file__).parents[1]
ASYNCAPI_FILE = HOME / "asyncapi.json"
EVENT_SCHEMAS = HOME / "contracts" / "events"
SWAGGER = HOME / "docs" / "vendor" / "swagger-ui"
CSS, JAVASCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
PUBLIC_FOR_MINUTES = "public, max-age=300"
HTML = "text/html; charset=utf-8"

# All that may be asked for by name: nothing of a client's text ever becomes part of a path.
ASSETS = {
    "docs.css": (PAGES / "docs.css", CSS),
    "docs.js": (PAGES / "docs.js", JAVASCRIPT),
    "swagger-ui.css": (SWAGGER / "swagger-ui.css", CSS),
    "swagger-ui-bundle.js": (SWAGGER / "swagger-ui-bundle.js", JAVASCRIPT),
}


@route(
    "GET", "/asyncapi.json", operation="getAsyncApi", tags=("discovery",), has_etag=True, cache=PUBLIC_FOR_MINUTES,
    gives=Document, summary="The events, AsyncAPI 3.0", example={"asyncapi": "3.0.0"},
)  # fmt: skip
def get_asyncapi(_: HttpCall) -> Reply:
    return Reply(text=_text(ASYNCAPI_FILE))


@route(
    "GET", "/docs/events/{schema}", operation="getEventSchema", tags=("discovery",), has_etag=True,
    cache=PUBLIC_FOR_MINUTES, gives=Document, media="application/schema+json", errors=("not_found",),
    summary="The data of one event version as JSON Schema, by its name in /asyncapi.json with .json behind it",
    example={"$id": "urn:captive:event:payments:payment_posted:1"},
)  # fmt: skip
def get_event_schema(call: HttpCall) -> Reply:
    known = {path.name: path for path in EVENT_SCHEMAS.glob("*.json")}
    if call.path["schema"] not in known:
        raise NotFound()
    return Reply(text=_text(known[call.path["schema"]]))


@route(
    "GET", "/", operation="getHomePage", tags=("discovery",), has_etag=True, cache=PUBLIC_FOR_MINUTES, gives=Document,
    media=HTML, content_policy=READ_PAGE, summary="What this is, and where to read on", example="<!doctype html>",
)  # fmt: skip
def get_home_page(call: HttpCall) -> Reply:
    settings = call.house.settings
    return Reply(text=home_page(brand=settings["BRAND_NAME"], phone=settings["BRAND_PHONE"]))


@route(
    "GET", "/docs", operation="getApiPage", tags=("discovery",), has_etag=True, cache=PUBLIC_FOR_MINUTES,
    gives=Document, media=HTML, content_policy=WORKING_PAGE, summary="The HTTP interface as a page that can try it",
    example="<!doctype html>",
)  # fmt: skip
def get_api_page(_: HttpCall) -> Reply:
    return Reply(text=_text(PAGES / "api.html"))


@route(
    "GET", "/docs/events", operation="getEventsPage", tags=("discovery",), has_etag=True, cache=PUBLIC_FOR_MINUTES,
    gives=Document, media=HTML, content_policy=READ_PAGE, summary="The events as a page to read",
    example="<!doctype html>",
)  # fmt: skip
def get_events_page(_: HttpCall) -> Reply:
    return Reply(text=_events_page())


@route(
    "GET", "/docs/assets/{file}", operation="getPageFile", tags=("discovery",), has_etag=True,
    cache=PUBLIC_FOR_MINUTES, gives=Document, media=CSS, medias=(CSS, JAVASCRIPT), errors=("not_found",),
    summary="A style or script of these pages", example="body { margin: 0 }",
)  # fmt: skip
def get_page_file(call: HttpCall) -> Reply:
    if call.path["file"] not in ASSETS:
        raise NotFound()
    path, media = ASSETS[call.path["file"]]
    return Reply(text=_text(path), headers={"Content-Type": media})


@functools.cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@functools.cache
def _events_page() -> str:
    return events_page(json.loads(_text(ASYNCAPI_FILE)))


ROUTES = (get_home_page, get_asyncapi, get_event_schema, get_api_page, get_events_page, get_page_file)
