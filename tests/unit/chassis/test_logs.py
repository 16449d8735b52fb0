"""No canary reaches a log line: not by the name of its field, not inside a sentence, not in a traceback."""

import io
import json
import logging

import pytest

from chassis import logs
from chassis.logs import COVER, redact, redact_text

CANARIES = {
    "e-mail address": "jane.canary+x@example.co.uk",
    "phone": "+12145550142",
    "social security number": "078-05-1120",
    "card number": "4242424242424242",
    "card number in groups": "4242 4242 4242 4242",
    "bearer token": "Bearer abc.def-ghi_jkl",
    "signed token": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "password in a url": "postgresql://payments:s3cret-canary@127.0.0.1/payments",
}


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES.keys())
def test_a_sentence_loses_its(canary: str) -> None:
    covered = redact_text(f"before {canary} after")
    assert COVER in covered
    secret = "s3cret-canary" if "s3cret" in canary else canary
    assert secret not in covered
    assert covered.startswith("before")
    assert covered.endswith("after")


@pytest.mark.parametrize(
    "field",
    ["password", "refresh_token", "ssn_last4", "account_number", "Authorization", "holder_name", "to_email", "phone"],
)
def test_a_field_is_covered_by_its_name(field: str) -> None:
    assert redact({"deep": [{field: "anything"}]}) == {"deep": [{field: COVER}]}


@pytest.mark.parametrize(
    "innocent",
    [
        "01900000-0000-7000-8000-000000000001",
        "2026-11-23T15:30:00Z",
        "1795403215",
        "payment_posted",
        "submitPayment",
        "4242424242424241",
    ],
)
def test_what_only_looks_like_it_stays(innocent: str) -> None:
    assert redact_text(innocent) == innocent


def test_every_line_of_the_process_is_covered_json(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before = root.handlers, root.level
    try:
        logs.configure(service="payments", level="info")
        logs.logger("ours").info("signed in as jane@example.com", password="hunter2", amount_cents=100)
        logging.getLogger("theirs").error("failed for %s", "4242424242424242")
        try:
            raise ValueError("no such customer: +12145550142")
        except ValueError:
            logs.logger("ours").exception("it failed")
    finally:
        root.handlers, root.level = before
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 3
    for canary in ("jane@example.com", "hunter2", "4242424242424242", "+12145550142"):
        assert canary not in stream.getvalue()
    assert lines[0]["amount_cents"] == 100
    assert {line["service"] for line in lines} == {"payments"}
    assert all(len(line["trace_id"]) == 32 for line in lines)
