"""The pages stand on files of this repository alone: no other host, nothing inline, every link leads somewhere."""

import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from chassis.clock import FixedClock
from gateway import asyncapi, openapi
from gateway.api import documentation
from gateway.contracts.declared import Declared, declared_events
from gateway.docs.events_page import PAGES as PAGES_FOLDER
from gateway.docs.events_page import events_page
from gateway.headers import READ_PAGE, SECURITY, WORKING_PAGE
from tests.unit.gateway.builders import a_gateway

VENDORED = documentation.HOME / "docs" / "vendor"
PAGES = {"/": READ_PAGE, "/docs": WORKING_PAGE, "/docs/events": READ_PAGE, "/docs/problems/not_found": READ_PAGE}
each_page = pytest.mark.parametrize("path", PAGES)
each_asset = pytest.mark.parametrize("name", documentation.ASSETS)


class Parts(HTMLParser):
    """What a page names, holds inline and can be jumped to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.places: list[str] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        self._within = tag
        self.addresses += [named[name] for name in ("src", "href", "action") if name in named]
        self.places += [named["id"]] if "id" in named else []
        self.inline += [name for name in named if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in ("script", "style") and data.strip():
            self.inline.append(data)


@each_page
def test_a_page_is_answered_under_a_policy_that_allows_nothing_inline(path: str, clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get(path, token=None)
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    policy = answer.headers["Content-Security-Policy"]
    assert policy == PAGES[path]
    assert policy.startswith("default-src 'none'; ")
    assert not [word for word in ("unsafe", "http:", "https:", "*") if word in policy]
    assert {name: answer.headers[name] for name in SECURITY if name != "Content-Security-Policy"} == {
        name: value for name, value in SECURITY.items() if name != "Content-Security-Policy"
    }


@each_page
def test_a_page_holds_nothing_inline_and_names_no_other_host(path: str, clock: FixedClock) -> None:
    found = Parts(a_gateway(clock=clock).get(path, token=None).text)
    assert found.inline == []
    assert "/docs/assets/docs.css" in found.addresses
    assert [address for address in found.addresses if not address.startswith(("/", "#", "data:,"))] == []
    assert [address for address in found.addresses if address.startswith("//")] == []


@each_page
def test_every_link_of_a_page_leads_somewhere(path: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    found = Parts(gateway.get(path, token=None).text)
    for address in set(found.addresses) - {"data:,"}:
        if address.startswith("#"):
            assert address[1:] in found.places
        else:
            assert gateway.get(address, token=None).status_code == 200, address


@each_asset
def test_a_file_of_a_page_is_answered_as_what_it_is(name: str, clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get(f"/docs/assets/{name}", token=None)
    path, media = documentation.ASSETS[name]
    assert (answer.status_code, answer.content_type, answer.data) == (200, media, path.read_bytes())
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = a_gateway(clock=clock).get(
        f"/docs/assets/{name}", token=None, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/docs/assets/api.html", "/docs/assets/..%2f..%2fsettings.py", "/docs/assets/%2e%2e", "/docs/assets/DOCS.CSS",
        "/docs/events/payments.payment_posted.v9.json", "/docs/events/..%2fREADME.md", "/docs/events/README.md",
    ],
)  # fmt: skip
def test_no_other_file_can_be_had(path: str, clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get(path, token=None)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_styles_and_our_script_ask_no_other_host() -> None:
    for name in ("docs.css", "docs.js", "swagger-ui.css"):
        text = documentation.ASSETS[name][0].read_text()
        asked = re.findall(r"url\(\s*[\"']?(?!\s*[\"']?data:)[^)]{1,80}|@import\s+\S+", text)
        assert asked == [], name
    assert "://" not in documentation.ASSETS["docs.css"][0].read_text() + documentation.ASSETS["docs.js"][0].read_text()
    assert "validatorUrl: null" in documentation.ASSETS["docs.js"][0].read_text()


def test_our_style_leaves_swagger_ui_alone() -> None:
    rules = re.sub(r"/\*.*?\*/", "", documentation.ASSETS["docs.css"][0].read_text(), flags=re.DOTALL)
    selectors = [selector.strip() for group in re.findall(r"([^{}]+)\{", rules) for selector in group.split(",")]
    assert len(selectors) > 10
    assert [name for name in selectors if not re.match(r"(body|nav|nav [ab]|\.page( .+)?)$", name)] == []
    assert 'class="page"' not in (PAGES_FOLDER / "api.html").read_text()


def test_what_is_vendored_is_what_was_published_and_nothing_else_lies_there() -> None:
    listed = re.findall(r"^([0-9a-f]{64})  (\S+)$", (VENDORED / "README.md").read_text(), flags=re.MULTILINE)
    files = {path.relative_to(VENDORED).as_posix(): path for path in VENDORED.rglob("*") if path.is_file()}
    files.pop("README.md")
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()} == {
        name: checksum for checksum, name in listed
    }
    assert {"swagger-ui/LICENSE", "swagger-ui/NOTICE", "swagger-ui/swagger-ui-bundle.js.LICENSE.txt"} <= set(files)


def test_the_contracts_are_served_as_committed(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get("/asyncapi.json", token=None).data == asyncapi.FILE.read_bytes()
    assert gateway.get("/openapi.json", token=None).data == openapi.FILE.read_bytes()
    assert gateway.get("/asyncapi.json", token=None).content_type == "application/json"


@pytest.mark.parametrize("entry", declared_events(), ids=lambda entry: str(entry.key))
class TestTheEventsPage:
    def test_it_shows_where_the_event_travels_what_it_holds_and_for_whom(
        self, entry: Declared, clock: FixedClock
    ) -> None:
        article = _article(entry, a_gateway(clock=clock).get("/docs/events", token=None).text)
        assert f"<code>{entry.event.exchange}</code>, routing key <code>{entry.event.name}</code>" in article
        assert f"<code>{entry.event.type}</code>" in article
        assert ("ours only" in article) == (not entry.event.promised)
        for name in entry.event.schema().fields:
            assert f"<td><code>{name}</code></td>" in article

    def test_its_schema_can_be_had_by_the_link(self, entry: Declared, clock: FixedClock) -> None:
        answer = a_gateway(clock=clock).get(f"/docs/events/{entry.key}.json", token=None)
        assert answer.content_type == "application/schema+json"
        assert json.loads(answer.data)["$id"] == entry.event.dataschema


def test_words_of_an_event_cannot_become_markup_of_the_page() -> None:
    document = asyncapi.document()
    evil = "<script>alert(1)</script> & `<b>`"
    channel: dict[str, Any] = document["channels"]["payments.payment_posted"]
    channel["description"] = channel["title"] = evil
    document["components"]["messages"]["payments.payment_posted.v1"]["examples"][0]["payload"]["subject"] = evil
    page = events_page(document)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<code>&lt;b&gt;</code>" in page


def _article(entry: Declared, page: str) -> str:
    return page.partition(f'<article id="{entry.channel}">')[2].partition("</article>")[0]
