"""The pages as a person sees them: they render, ask nobody else, and nothing complains."""

from urllib.parse import urlsplit

import pytest

from gateway.openapi import document
from gateway.table import ROUTES
from tests.contract.browser import Browser

pytestmark = pytest.mark.slow


def assert_kept_to_itself(browser: Browser, url: str) -> None:
    assert {urlsplit(asked).netloc for asked in browser.requests()} == {urlsplit(url).netloc}
    assert browser.complaints() == []


# Of a long list Swagger UI draws what is in view: this reads a page from its top to its bottom, screen by screen.
SEEN_WHILE_SCROLLING = """
(async () => {
  const seen = new Set();
  for (let y = 0; y <= document.body.scrollHeight; y += window.innerHeight / 2) {
    window.scrollTo(0, y);
    await new Promise((drawn) => setTimeout(drawn, 60));
    document.querySelectorAll('.opblock').forEach((block) => seen.add(block.id));
  }
  return seen.size;
})()
"""


def test_swagger_ui_shows_every_operation_and_opens_one(browser: Browser, url: str) -> None:
    browser.open(f"{url}/docs")
    browser.wait_for("document.querySelectorAll('.opblock').length", seconds=60)
    # What partners' endpoints are called with stands there too.
    assert browser.value(SEEN_WHILE_SCROLLING) == len(ROUTES) + len(document()["webhooks"])
    browser.open("about:blank")
    browser.open(f"{url}/docs#/payments/submitPayment")
    browser.wait_for("document.querySelector('#operations-payments-submitPayment .responses-table')", seconds=60)
    shown = browser.value("document.querySelector('#operations-payments-submitPayment').innerText")
    assert "Idempotency-Key" in shown
    assert "amount_too_small" in shown
    assert_kept_to_itself(browser, url)


def test_swagger_ui_can_send_a_request_under_the_policy(browser: Browser, url: str) -> None:
    place = "document.querySelector('#operations-support-getSupportContact')"
    browser.open("about:blank")
    browser.open(f"{url}/docs#/support/getSupportContact")
    browser.wait_for(place, seconds=60)
    browser.wait_for(f"{place}.querySelector('.try-out__btn')", seconds=60)
    browser.value(f"{place}.querySelector('.try-out__btn').click()")
    browser.wait_for(f"{place}.querySelector('.execute')")
    browser.value(f"{place}.querySelector('.execute').click()")
    browser.wait_for(
        f"{place}.innerText.includes('Dallas, TX 75265-0805') && {place}.querySelector('.live-responses-table')"
    )
    assert f"{url}/v1/support/contact" in browser.requests()
    assert_kept_to_itself(browser, url)


def test_the_events_can_be_read_with_their_style(browser: Browser, url: str) -> None:
    browser.open(f"{url}/docs/events")
    browser.wait_for("document.querySelectorAll('article').length >= 15")
    browser.wait_for("getComputedStyle(document.querySelector('.ours')).borderRadius === '16px'")
    browser.value("document.querySelector('details summary').click()")
    assert "specversion" in browser.value("document.querySelector('details').innerText")
    assert browser.value("document.scripts.length") == 0
    assert_kept_to_itself(browser, url)


def test_the_browser_tells_when_a_page_asks_another_host_or_breaks_its_policy(browser: Browser, url: str) -> None:
    """What the other tests rest on: neither would go unseen."""
    browser.open(f"{url}/docs/events")
    browser.wait_for("document.querySelector('article')")
    browser.value("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://another.example/pixel.png\">')")
    browser.value("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">inline</p>')")
    browser.wait_for("true")
    complaints = " ".join(browser.complaints())
    assert "another.example" in complaints
    assert "style" in complaints
