"""A whole stack holds what its document says, whatever is sent: thousands of generated requests, valid and not."""

import json
import os
import secrets
from pathlib import Path

import pytest

from tests.contract.fuzzing.running import ALL_PHASES, METRICS_TOKEN, Form, Verdict, document_of, run_schemathesis
from tests.fixtures.figures import Report
from tests.fixtures.stacks import a_running_stack

FULL = "CAPTIVE_TEST_FULL" in os.environ
REQUESTS_MIN = 20_000 if FULL else 3_000
EXAMPLES_MAX = 900 if FULL else 60
ANONYMOUS_EXAMPLES_MAX = 100 if FULL else 5
LIMITS = ("SESSIONS_PER_MINUTE", "REGISTRATIONS_PER_MINUTE")
# What only somebody who was sent a letter, or holds a refresh token, can do.
OUT_OF_REACH = {
    "POST /v1/email-verifications",
    "POST /v1/sessions/refresh",
    "POST /v1/sessions",
    "POST /v1/me/accounts",
}


@pytest.mark.slow
def test_thousands_of_generated_requests_get_documented_answers(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in LIMITS:
        monkeypatch.setenv(limit, "1000000")
    monkeypatch.setenv("METRICS_TOKEN", METRICS_TOKEN)
    seed = int(os.environ.get("CAPTIVE_TEST_SEED", secrets.randbelow(2**31)))
    with a_running_stack(data=tmp_path / "data") as stack:
        stack.captive("demo")
        login = json.loads((stack.data / "demo-login.json").read_text())
        documented = {
            f"{method.upper()} {path}"
            for path, methods in document_of(stack)["paths"].items()
            for method in methods
        }  # fmt: skip
        signed_in = run_schemathesis(
            stack, form=Form(seed=seed, examples_max=EXAMPLES_MAX, logins={"customer": login}),
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
        assert signed_in.never_succeeded() <= OUT_OF_REACH
        assert 429 not in {status for _, status in signed_in.answers}, "limits did not stand in the way"
        assert "Every promise held." in stack.captive("demo").stdout, "the stack works as before"
        stack.captive("ledger", "check")
        assert stack.stop() == 0


def assert_everything_was_kept(verdict: Verdict) -> None:
    assert verdict.report["stop_reason"] == "completed", verdict.told[-6000:]
    assert verdict.report["errors"] == [], verdict.told[-6000:]
    assert verdict.hangs == ()
    assert [status for status in verdict.statuses if status >= 500] == []
    assert verdict.broken == [], verdict.told[-20_000:]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
