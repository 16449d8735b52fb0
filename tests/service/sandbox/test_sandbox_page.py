"""What a person sees at /_sandbox, and what its buttons do without any script."""

import re
from html.parser import HTMLParser

import pytest
import requests

from tests.fixtures.sandbox import RunningSandbox, a_bank_account, a_card, a_mail

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


class Elements(HTMLParser):
    """Every element of a page with its attributes, as a browser would build it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.found if found == tag]


def press(sandbox: RunningSandbox, path: str, **form: str) -> requests.Response:
    """What a browser does when a button of the page is pressed."""
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Site": "same-origin"}
    return requests.post(sandbox.url + path, data=form, headers=headers, timeout=5, allow_redirects=False)


def text_ada(sandbox: RunningSandbox, body: str = "Hello") -> str:
    return str(sandbox.twilio().messages.create(to="+12125552368", from_="+15005550006", body=body).sid)


def test_an_empty_sandbox_says_so(sandbox: RunningSandbox) -> None:
    page = sandbox.page()

    assert "No mail yet." in page
    assert "No text yet." in page
    assert "No charge yet." in page


def test_hostile_content_stays_text(sandbox: RunningSandbox) -> None:
    sandbox.sendgrid().send(
        a_mail(
            subject=HOSTILE,
            custom_args={HOSTILE: HOSTILE},
            personalizations=[{"to": [{"email": "ada@example.com", "name": HOSTILE}]}],
            content=[
                {"type": "text/plain", "value": HOSTILE},
                {"type": "text/html", "value": f'<a href="javascript:alert(1)">x</a>{HOSTILE}'},
            ],
        )
    )
    text_ada(sandbox, HOSTILE)
    sandbox.charge(HOSTILE, a_card())

    elements = Elements(sandbox.page(to=""))
    hostile_filter = Elements(sandbox.page(to=HOSTILE))

    for seen in (elements, hostile_filter):
        assert seen.all("script") == []
        assert seen.all("img") == []
        assert not any(name.startswith("on") for _, attributes in seen.found for name in attributes)
        assert not any((link["href"] or "").startswith("javascript:") for link in seen.all("a"))
    assert len(elements.all("article")) == 3


def test_the_page_allows_no_script_and_no_outside_request(sandbox: RunningSandbox) -> None:
    sandbox.sendgrid().send(a_mail())
    answer = requests.get(f"{sandbox.url}/_sandbox", timeout=5)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "script-src" not in policy
    elements = Elements(answer.text)
    asked_for = [sheet["href"] for sheet in elements.all("link")] + [frame["src"] for frame in elements.all("iframe")]
    assert len(asked_for) == 2
    for path in asked_for:
        assert path is not None
        assert path.startswith("/_sandbox/")
        assert requests.get(sandbox.url + path, timeout=5).status_code == 200
    assert "url(" not in requests.get(f"{sandbox.url}/_sandbox/style.css", timeout=5).text


def test_the_html_of_a_mail_is_locked_into_a_sandboxed_frame(sandbox: RunningSandbox) -> None:
    sandbox.sendgrid().send(a_mail())

    (frame,) = Elements(sandbox.page()).all("iframe")
    answer = requests.get(f"{sandbox.url}{frame['src']}", timeout=5)

    assert (frame["sandbox"] or "") == ""
    assert answer.text == "<p>We received <b>$412.35</b>.</p>"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["sandbox", "default-src 'none'"]
    assert not any(rule.startswith("script-src") for rule in policy)


def test_the_page_shows_only_what_went_to_one_person_when_asked(sandbox: RunningSandbox) -> None:
    sandbox.sendgrid().send(a_mail(subject="For Ada"))
    sandbox.sendgrid().send(a_mail(subject="For Bob", personalizations=[{"to": [{"email": "bob@example.com"}]}]))

    page = sandbox.page(to="BOB@example.com")

    assert "For Bob" in page
    assert "For Ada" not in page


def test_every_button_on_the_page_works_as_a_plain_form(sandbox: RunningSandbox) -> None:
    sandbox.sendgrid().send(a_mail())
    text_ada(sandbox)
    sandbox.charge("key-1", a_bank_account("000333333301"))
    page = sandbox.page()
    forms = re.findall(r'<form method="post" action="([^"]+)"(.*?)</form>', page, flags=re.DOTALL)
    assert len(forms) >= 11

    for action, inside in forms:
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', inside))
        if 'name="mode"' in inside:
            hidden["mode"] = "ok"
        if 'name="body"' in inside:
            hidden |= {"number": "+12125552368", "body": "STOP"}
        answer = press(sandbox, action, **hidden)
        # The second return of the same debit is refused, and says why.
        allowed = (303, 409) if action.endswith("/return") else (303,)
        assert answer.status_code in allowed, (action, answer.text)


@pytest.mark.parametrize("fate", ["delivered", "bounced"])
def test_pressing_a_button_records_what_became_of_a_mail_and_shows_it(sandbox: RunningSandbox, fate: str) -> None:
    sandbox.sendgrid().send(a_mail())
    mail_id = sandbox.listed("mails")[0]["id"]

    answer = press(sandbox, f"/_sandbox/mails/{mail_id}/{fate}")

    assert answer.headers["Location"] == f"/_sandbox#{mail_id}"
    assert sandbox.listed("mails")[0]["status"] == fate
    assert f'class="status {fate}"' in sandbox.page()


def test_a_bounced_text_carries_the_code_of_its_failure(sandbox: RunningSandbox) -> None:
    sid = text_ada(sandbox)

    answer = sandbox.post(f"/_sandbox/texts/{sid}/undelivered")

    assert (answer.json()["status"], answer.json()["error_code"]) == ("undelivered", 30003)


def test_a_number_that_said_stop_is_listed_until_it_says_start(sandbox: RunningSandbox) -> None:
    press(sandbox, "/_sandbox/numbers/stop", number="+12125552368")
    assert "+12125552368 since" in sandbox.page()

    press(sandbox, "/_sandbox/numbers/start", number="+12125552368")
    assert "No number has said STOP." in sandbox.page()


@pytest.mark.parametrize(
    "path",
    [
        "/_sandbox/mails/mail_absent/delivered",
        "/_sandbox/mails/mail_absent/eaten",
        "/_sandbox/texts/SM0/delivered",
        "/_sandbox/charges/ch_absent/return",
        "/nowhere",
    ],
)
def test_what_is_not_there_is_not_found_in_words(sandbox: RunningSandbox, path: str) -> None:
    answer = sandbox.post(path, {})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_wrong_method_is_refused_with_the_right_ones(sandbox: RunningSandbox) -> None:
    answer = requests.get(f"{sandbox.url}/v3/mail/send", timeout=5)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_another_site_cannot_press_the_buttons(sandbox: RunningSandbox) -> None:
    sandbox.sendgrid().send(a_mail())

    answer = sandbox.post("/_sandbox/reset", **{"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_page")
    assert len(sandbox.listed("mails")) == 1


def test_a_request_under_a_foreign_host_name_is_refused(sandbox: RunningSandbox) -> None:
    answer = requests.get(f"{sandbox.url}/_sandbox/mails", headers={"Host": "evil.example"}, timeout=5)

    assert answer.status_code == 400


def test_a_list_limit_out_of_range_is_refused(sandbox: RunningSandbox) -> None:
    answers = [requests.get(f"{sandbox.url}/_sandbox/mails?limit={limit}", timeout=5) for limit in ("0", "1001", "x")]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
