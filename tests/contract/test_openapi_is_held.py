"""A whole stack holds what its document says, whatever is sent: thousands of generated requests, valid and not."""

import json
import os
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from chassis.errors import Kind, Refusal
from gateway.table import ROUTES
from tests.contract.fuzzing.running import ALL_PHASES, METRICS_TOKEN, Form, Verdict, document_of, run_schemathesis
from tests.fixtures.figures import Report
from tests.fixtures.stacks import RunningStack, a_running_stack

FULL = "CAPTIVE_TEST_FULL" in os.environ
REQUESTS_MIN = 20_000 if FULL else 3_000
# A hundred make about 25,000 requests, and twelve without a token about 10,000.
EXAMPLES_MAX = 100 if FULL else 12
# The sample is always the same, so that a change is judged by what it changed; a release draws anew.
SEED = 685_800_922
AGENT_EMAIL = "fay@staff.example"
# CPython 3.11 may lose count while a generator describes itself; nothing was sent then.
GENERATOR_FAILED = "AST constructor recursion depth mismatch"
ANONYMOUS_EXAMPLES_MAX = 12 if FULL else 2
# Neither limits nor a machine that is busy with something else shall answer in the place of the routes.
SETTINGS = {
    "METRICS_TOKEN": METRICS_TOKEN,
    "REGISTRATIONS_PER_MINUTE": "1000000",
    "REQUESTS_PER_MINUTE": "1000000",
    "RPC_TIMEOUT_SECONDS": "25",
    "SESSIONS_PER_MINUTE": "1000000",
    "TEST_MESSAGES_PER_HOUR": "1000000",
    "TYPING_PER_MINUTE": "1000000",
}
# Where a service counts wrong guesses or what it sends: no setting turns that off.
WITH_LIMITS_OF_THEIR_OWN = {
    f"{route.method} {route.path}"
    for route in ROUTES
    if any(Refusal.registry[code].kind is Kind.LIMITED for code in route.errors)
}
# What nobody can invent: a link in a mail, a code of a telephone, a passkey, a password.
SECRETS = {
    "challenge_not_valid", "code_not_right", "current_password_wrong", "passkey_not_right", "refresh_token_not_valid",
    "reset_not_valid", "verification_not_valid",
}  # fmt: skip
BY_A_SECRET = {f"{route.method} {route.path}" for route in ROUTES if SECRETS & set(route.errors)}
# Some routes give what they are for only to whoever was sent a letter, or made a fitting choice: not more than these.
OUT_OF_REACH_SHARE_MAX = 0.25


@pytest.mark.slow
def test_thousands_of_generated_requests_get_documented_answers(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    seed = int(os.environ.get("CAPTIVE_TEST_SEED", secrets.randbelow(2**31) if FULL else SEED))
    with a_running_stack(data=tmp_path / "data") as stack:
        stack.captive("demo")
        logins = {"customer": json.loads((stack.data / "demo-login.json").read_text()), "agent": an_agents_login(stack)}
        documented = {
            f"{method.upper()} {path}"
            for path, methods in document_of(stack)["paths"].items()
            for method in methods
        }  # fmt: skip
        signed_in = run_schemathesis(
            stack, form=Form(seed=seed, examples_max=EXAMPLES_MAX, logins=logins),
            folder=_made(tmp_path / "signed-in"),
        )  # fmt: skip
        anonymous = run_schemathesis(
            stack, form=Form(seed=seed, examples_max=ANONYMOUS_EXAMPLES_MAX, logins={}, phases=ALL_PHASES[1:3]),
            folder=_made(tmp_path / "anonymous"),
        )  # fmt: skip
        for who, verdict in (("signed in", signed_in), ("anonymous", anonymous)):
            report(f"{who}: {verdict.requests} requests, seed {seed}, {verdict.statuses}")
            assert_everything_was_kept(verdict)
            assert {label for label, _ in verdict.answers} == documented, "every operation was asked"
        assert signed_in.requests + anonymous.requests >= REQUESTS_MIN
        out_of_reach = signed_in.never_succeeded() - BY_A_SECRET
        report(f"asked and never got what they are for: {sorted(out_of_reach)}")
        assert len(out_of_reach) <= OUT_OF_REACH_SHARE_MAX * len(documented)
        limited = {label for label, status in signed_in.answers if status == 429}
        assert limited <= WITH_LIMITS_OF_THEIR_OWN, "limits did not stand in the way"
        client = a_client(stack, login=logins["customer"])
        wants_texts_again(client)
        takes_back_what_was_chosen(client)
        assert "Every promise held." in stack.captive("demo").stdout, "the stack works as before"
        stack.captive("ledger", "check")
        assert stack.stop() == 0


def test_routes_with_limits_of_their_own_are_known() -> None:
    assert "POST /v1/sessions" in WITH_LIMITS_OF_THEIR_OWN
    assert "GET /v1/accounts" not in WITH_LIMITS_OF_THEIR_OWN


def an_agents_login(stack: RunningStack) -> dict[str, str]:
    person = ("--email", AGENT_EMAIL, "--first-name", "Fay", "--last-name", "Fuzz")
    printed = stack.captive("user", "create", "--role", "agent", *person, "--generate-password").stdout
    return {"user_id": AGENT_EMAIL, "password": printed.rpartition("password ")[2].strip()}


Client = Callable[..., requests.Response]


def a_client(stack: RunningStack, *, login: dict[str, str]) -> Client:
    """Sends requests of the customer, each of which must be answered with what it is for."""
    session = requests.post(f"{stack.url}/v1/sessions", json=login, timeout=30).json()

    def send(method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any) -> requests.Response:
        own = {"Authorization": f"Bearer {session['access_token']}", **(headers or {})}
        answer = requests.request(method, f"{stack.url}{path}", headers=own, timeout=30, **options)
        assert answer.status_code < 300, answer.text
        return answer

    return send


def wants_texts_again(client: Client) -> None:
    """The customer has chosen whatever was generated, and may have taken back the consent to texts."""
    shown = client("GET", "/v1/me/alerts")
    defaults = {"matrix": {}, "due_soon_days": [7, 1]}
    client("PUT", "/v1/me/alerts", headers={"If-Match": shown.headers["ETag"]}, json=defaults)
    version = shown.json()["texts"]["consent_offer"]["version"]
    client("POST", "/v1/me/consents", json={"channel": "sms", "is_given": True, "version": version})


def takes_back_what_was_chosen(client: Client) -> None:
    """A way out of a lease that was begun is cancelled, so that the demo finds the others open."""
    for account in client("GET", "/v1/accounts").json()["data"]:
        if account["product"] == "lease":
            lease = f"/v1/leases/{account['id']}"
            for option in client("GET", f"{lease}/lease-end").json()["options"]:
                if option["option_id"] is not None:
                    client("DELETE", f"{lease}/{option['option'].replace('_', '-')}s/{option['option_id']}")


def assert_everything_was_kept(verdict: Verdict) -> None:
    assert verdict.report["stop_reason"] == "completed", verdict.told[-6000:]
    errors = Counter({error["title"]: error["count"] for error in verdict.report["errors"]})
    errors["Runtime Error"] -= verdict.told.count(GENERATOR_FAILED)
    assert not +errors, verdict.told[-20_000:]
    assert verdict.hangs == ()
    assert [status for status in verdict.statuses if status >= 500] == []
    assert verdict.broken == [], verdict.told[-20_000:]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
