"""What SendGrid's official client sees, and what is kept of a mail."""

from typing import Any

import pytest
from python_http_client.exceptions import BadRequestsError, UnauthorizedError
from sendgrid.helpers.mail import CustomArg, Mail

from tests.fixtures.sandbox import RunningSandbox, a_mail


def test_a_mail_sent_with_the_official_client_is_kept_with_all_its_parts(sandbox: RunningSandbox) -> None:
    mail = Mail(
        from_email=("service@captive.example", "Captive"),
        to_emails=[("ada@example.com", "Ada")],
        subject="Please verify your e-mail",
        plain_text_content="Open https://portal.example/verify?token=abc.",
        html_content='<p><a href="https://portal.example/verify?token=abc">Verify</a></p>',
    )
    mail.add_custom_arg(CustomArg("notification_id", "n-17"))

    answer = sandbox.sendgrid().send(mail)

    assert answer.status_code == 202
    (kept,) = sandbox.listed("mails", to="Ada@Example.com")
    assert kept["message_id"] == answer.headers["X-Message-Id"]
    assert kept["from"] == {"email": "service@captive.example", "name": "Captive"}
    assert kept["to"] == [{"email": "ada@example.com", "name": "Ada"}]
    assert kept["subject"] == "Please verify your e-mail"
    assert kept["text"] == "Open https://portal.example/verify?token=abc."
    assert kept["html"].startswith("<p><a")
    assert kept["custom_args"] == {"notification_id": "n-17"}
    assert kept["links"] == ["https://portal.example/verify?token=abc"]
    assert kept["status"] == "accepted"


def test_a_mail_sent_twice_is_kept_twice(sandbox: RunningSandbox) -> None:
    client = sandbox.sendgrid()
    first, second = (client.send(a_mail()).headers["X-Message-Id"] for _ in range(2))

    assert [mail["message_id"] for mail in sandbox.listed("mails")] == [second, first]


def test_each_personalization_is_a_mail_of_its_own(sandbox: RunningSandbox) -> None:
    people = [
        {"to": [{"email": "ada@example.com"}], "subject": "For Ada", "custom_args": {"who": "ada"}},
        {"to": [{"email": "bob@example.com"}], "bcc": [{"email": "audit@example.com"}]},
    ]
    sandbox.sendgrid().send(a_mail(personalizations=people, custom_args={"who": "all", "run": "7"}))

    (to_ada,) = sandbox.listed("mails", to="ada@example.com")
    (to_bob,) = sandbox.listed("mails", to="audit@example.com")
    assert (to_ada["subject"], to_ada["custom_args"]) == ("For Ada", {"who": "ada", "run": "7"})
    assert (to_bob["subject"], to_bob["custom_args"]) == ("Your payment arrived", {"who": "all", "run": "7"})


def test_the_links_of_a_mail_are_listed_as_a_customer_would_follow_them(sandbox: RunningSandbox) -> None:
    html = (
        """<A class=x HREF='https://portal.example/pay?a=1&amp;b=2'>Pay</A> <a href="mailto:x@example.com">Mail</a>"""
    )
    text = "Pay (https://portal.example/pay?a=1&b=2), or see https://portal.example/help."
    content = [{"type": "text/plain", "value": text}, {"type": "text/html", "value": html}]

    sandbox.sendgrid().send(a_mail(content=content))

    assert sandbox.listed("mails")[0]["links"] == [
        "https://portal.example/pay?a=1&b=2",
        "https://portal.example/help",
    ]


def test_a_mail_without_a_key_is_refused(sandbox: RunningSandbox) -> None:
    client = sandbox.sendgrid()
    client.client.request_headers["Authorization"] = "Bearer "

    with pytest.raises(UnauthorizedError):
        client.send(a_mail())
    assert sandbox.listed("mails") == []


@pytest.mark.parametrize(
    ("differences", "field"),
    [
        ({"from": {"name": "Captive"}}, "from.email"),
        ({"reply_to": {"email": "nobody"}}, "reply_to.email"),
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{"to": []}]}, "personalizations.0.to"),
        ({"personalizations": [{"to": [{"email": "not an address"}]}]}, "personalizations.0.to.0.email"),
        ({"personalizations": [{"to": "ada@example.com"}]}, "personalizations.0.to"),
        ({"subject": " "}, "personalizations.0.subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0"),
        (
            {"content": [{"type": "text/html", "value": "<p>"}, {"type": "text/plain", "value": "late"}]},
            "content",
        ),
        ({"custom_args": {"count": 1}}, "custom_args"),
        ({"template_id": "d-1"}, "template_id"),
    ],
)
def test_a_mail_of_a_wrong_shape_is_refused_with_its_field(
    sandbox: RunningSandbox, differences: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadRequestsError) as refusal:
        sandbox.sendgrid().send(a_mail(**differences))

    assert field in [error["field"] for error in refusal.value.to_dict["errors"]]
    assert sandbox.listed("mails") == []


def test_a_body_that_is_not_json_is_refused(sandbox: RunningSandbox) -> None:
    answer = sandbox.post("/v3/mail/send", ["not", "an", "object"], Authorization="Bearer SG.local")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] is None


def test_the_list_is_newest_first_and_limited(sandbox: RunningSandbox) -> None:
    for number in range(3):
        sandbox.sendgrid().send(a_mail(subject=f"Mail {number}"))

    assert [mail["subject"] for mail in sandbox.listed("mails", limit=2)] == ["Mail 2", "Mail 1"]
