"""The client in one file does its job against a whole stack, from a page of another origin."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.client import Client, Mailbox
from deploy.demo.people import Person, register
from gateway.contracts import typescript
from tests.contract.browser import Browser
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

GRACE = Person(
    first_name="Grace", last_name="Nakamura", account_number="KFA-1000003", ssn_last4="9150",
    email="grace@example.com", phone="", password="ferry lantern orchard nine",
)  # fmt: skip
NOTICE = "document.getElementById('notice').textContent"


@pytest.mark.slow
def test_a_customer_signs_in_sees_an_account_and_pays_once(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_static_server(typescript.FILE.parent) as origin:
        monkeypatch.setenv("CORS_ORIGINS", origin)
        with a_running_stack(data=tmp_path / "data") as stack:
            mailbox = Mailbox(url=stack.record()["sandbox_url"])
            register(client=Client(url=stack.url), mailbox=mailbox, person=GRACE)
            browser.open(f"{origin}/client.html")
            sign_in(browser, stack)
            add_bank_account(browser)
            pay_over_a_broken_connection(browser, stack)
            assert {url.rpartition("/v1")[0] or origin for url in browser.requests()} <= {origin, stack.url}
            assert [complaint for complaint in browser.complaints() if "ERR_FAILED" not in complaint] == []


@pytest.mark.slow
def test_the_page_of_an_origin_that_is_not_listed_is_kept_out(browser: Browser, url: str) -> None:
    with a_static_server(typescript.FILE.parent) as origin:
        browser.open(f"{origin}/client.html")
        browser.wait_for("document.forms.length === 3")
        fill(browser, "sign-in", server=url, user_id="jane@example.com", password="ferry lantern orchard nine")
        browser.wait_for("document.getElementById('notice').dataset.tone === 'bad'")
        assert "CORS" in " ".join(browser.complaints())


def sign_in(browser: Browser, stack: RunningStack) -> None:
    browser.wait_for("document.forms.length === 3")
    fill(browser, "sign-in", server=stack.url, user_id=GRACE.email, password="not the password at all")
    browser.wait_for(f"{NOTICE}.startsWith('Check the user ID')")
    assert browser.value("document.getElementById('accounts').hidden")
    browser.events.clear()
    fill(browser, "sign-in", password=GRACE.password)
    browser.wait_for("document.querySelector('#accounts article')")
    assert GRACE.account_number in browser.value("document.getElementById('accounts').innerText")


def add_bank_account(browser: Browser) -> None:
    fill(browser, "add-method", holder_name="Grace Nakamura")
    browser.wait_for("!document.getElementById('pay').hidden")
    assert "ending 6789" in browser.value("document.querySelector('#pay [name=payment_method_id]').innerText")


def pay_over_a_broken_connection(browser: Browser, stack: RunningStack) -> None:
    """The answer to the first try is lost on its way; the second try is the same payment."""
    browser.value(
        "void (() => { const real = window.fetch; let lost = false; window.sent = [];"
        " window.fetch = async (url, options) => { const answer = await real(url, options);"
        "  if (options.headers['Idempotency-Key']) { window.sent.push(options.headers['Idempotency-Key']);"
        "   if (!lost) { lost = true; throw new TypeError('the connection broke'); } } return answer; }; })()"
    )
    fill(browser, "pay", dollars="200.00")
    browser.wait_for(f"{NOTICE}.includes('at most once')")
    fill(browser, "pay")
    browser.wait_for(f"{NOTICE}.includes('$200.00')")
    keys = browser.value("window.sent")
    assert len(keys) == 2
    assert len(set(keys)) == 1
    payments = eventually(lambda: _payments(stack))
    assert [payment["amount_cents"] for payment in payments] == [20_000]


def _payments(stack: RunningStack) -> list[dict[str, Any]]:
    client = Client(url=stack.url)
    assert client.sign_in(user_id=GRACE.email, password=GRACE.password)
    account = client.get("/v1/accounts")["data"][0]
    found: list[dict[str, Any]] = client.get(f"/v1/accounts/{account['id']}/payments")["data"]
    return found


def fill(browser: Browser, form: str, **fields: str) -> None:
    """Write into the fields and press the button, as a person does."""
    for name, text in fields.items():
        browser.value(f"void (document.querySelector('#{form} [name={name}]').value = '{text}')")
    browser.value(f"document.querySelector('#{form} button').click()")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the test says what went wrong."""


@contextmanager
def a_static_server(folder: Path) -> Iterator[str]:
    """Any web server of somebody else's, with an origin of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
