"""What Twilio's official client sees, and what STOP does."""

import re

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.fixtures.sandbox import ACCOUNT_SID, REPOSITORY, RunningSandbox

ADA = "+12125552368"
OUR_NUMBER = "+15005550006"


def send(
    sandbox: RunningSandbox, *, to: str = ADA, sender: str = OUR_NUMBER, body: str = "Your payment arrived."
) -> str:
    return str(sandbox.twilio().messages.create(to=to, from_=sender, body=body).sid)


def fixed_numbers() -> list[tuple[str, int]]:
    """The table of the README, so that it stays true."""
    readme = (REPOSITORY / "deploy/sandbox/README.md").read_text()
    rows = re.findall(r"^\| `(\+1500\d+)` \| (\d+) \|$", readme, flags=re.MULTILINE)
    assert len(rows) >= 5
    return [(number, int(code)) for number, code in rows]


def test_a_text_sent_with_the_official_client_is_queued_and_kept(sandbox: RunningSandbox) -> None:
    message = sandbox.twilio().messages.create(
        to=ADA,
        from_=OUR_NUMBER,
        body="Pay at https://portal.example/pay",
        status_callback="https://stack.example/status",
    )

    assert re.fullmatch(r"SM[0-9a-f]{32}", str(message.sid))
    assert (message.status, message.to, message.account_sid) == ("queued", ADA, ACCOUNT_SID)
    assert message.date_created is not None
    (kept,) = sandbox.listed("texts", to=ADA)
    assert kept["id"] == message.sid
    assert kept["body"] == "Pay at https://portal.example/pay"
    assert kept["links"] == ["https://portal.example/pay"]
    assert kept["status_callback"] == "https://stack.example/status"


@pytest.mark.parametrize(
    ("to", "sender", "body", "code"),
    [
        ("2125552368", OUR_NUMBER, "Hello", 21211),
        ("+1212555", OUR_NUMBER, "Hello", 21211),
        (ADA, "Captive", "Hello", 21212),
        (ADA, OUR_NUMBER, "", 21602),
        (ADA, "", "Hello", 21603),
        ("", OUR_NUMBER, "Hello", 21604),
        (ADA, OUR_NUMBER, "x" * 1601, 21617),
        *((number, OUR_NUMBER, "Hello", code) for number, code in fixed_numbers()),
    ],
)
def test_a_text_that_cannot_go_out_is_refused_with_twilios_code(
    sandbox: RunningSandbox, to: str, sender: str, body: str, code: int
) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        send(sandbox, to=to, sender=sender, body=body)

    assert (refusal.value.status, refusal.value.code) == (400, code)
    assert sandbox.listed("texts") == []


def test_an_error_has_the_four_fields_of_twilios_form(sandbox: RunningSandbox) -> None:
    answer = requests.post(
        f"{sandbox.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
        data={"To": "nobody", "From": OUR_NUMBER, "Body": "Hello"},
        auth=(ACCOUNT_SID, "secret"),
        timeout=5,
    )

    error = answer.json()
    assert error.keys() == {"code", "message", "more_info", "status"}
    assert (answer.status_code, error["status"], error["code"]) == (400, 400, 21211)


def test_a_text_for_another_account_than_the_one_signed_in_is_refused(sandbox: RunningSandbox) -> None:
    answer = requests.post(
        f"{sandbox.url}/2010-04-01/Accounts/AC{'1' * 32}/Messages.json",
        data={"To": ADA, "From": OUR_NUMBER, "Body": "Hello"},
        auth=(ACCOUNT_SID, "secret"),
        timeout=5,
    )

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_a_number_that_said_stop_gets_nothing_until_it_says_start(sandbox: RunningSandbox) -> None:
    assert sandbox.post("/_sandbox/numbers/stop", {"number": ADA}).json()["opted_out"] is True
    with pytest.raises(TwilioRestException) as refusal:
        send(sandbox)
    assert refusal.value.code == 21610

    assert sandbox.post("/_sandbox/numbers/start", {"number": ADA}).json()["opted_out"] is False
    sid = send(sandbox)
    assert [text["id"] for text in sandbox.listed("texts", to=ADA)] == [sid]


def test_stop_from_one_number_leaves_the_others_alone(sandbox: RunningSandbox) -> None:
    sandbox.post("/_sandbox/numbers/stop", {"number": "+13125550142"})

    assert send(sandbox).startswith("SM")


def test_stop_from_something_that_is_no_number_is_refused(sandbox: RunningSandbox) -> None:
    answer = sandbox.post("/_sandbox/numbers/stop", {"number": "Ada"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "number_invalid")
