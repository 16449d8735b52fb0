"""What we give to partners verifies what we send, in Python and in JavaScript, and believes nobody else."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
import requests
from standardwebhooks import Webhook

from gateway.webhooks import rules
from tests.builders.partners import Arrival, Partner
from tests.fixtures.node import find_node
from tests.fixtures.ports import free_port
from tests.fixtures.processes import ROOT, eventually
from tests.service.gateway.webhooks import Stage

EXAMPLES = ROOT / "gateway" / "examples"
SAMPLES = ("take_webhooks.py", "take_webhooks.mjs")
LINES_MAX = 30


@contextmanager
def running(sample: str, *, secret: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    program = sys.executable if sample.endswith(".py") else find_node()
    if program is None:
        pytest.skip("there is no Node.js on this machine, and only root can install it")
    port = free_port()
    environment = {**os.environ, "SECRET": secret}
    process = subprocess.Popen(
        [program, str(EXAMPLES / sample), str(port)], env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        eventually(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}/", process
    finally:
        process.kill()
        process.communicate(timeout=10)


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


def status_of(
    url: str, arrival: Arrival, *, body: bytes = b"", changed: Mapping[str, str] = MappingProxyType({})
) -> int:
    """What the sample answers to what arrived at somebody, or to what was made of it."""
    sent = {name: value for name, value in arrival.headers.items() if name.startswith("webhook-")}
    return requests.post(url, data=body or arrival.body, headers={**sent, **changed}, timeout=10).status_code


def signed_long_ago(arrival: Arrival, *, secret: str) -> dict[str, str]:
    """Headers that were right once, and that somebody has kept."""
    then = datetime.now(UTC) - timedelta(minutes=6)
    signature = Webhook(secret).sign(arrival.id, then, arrival.body.decode())
    return {"webhook-timestamp": str(int(then.timestamp())), "webhook-signature": signature}


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_believes_us_alone_and_takes_an_event_once(
    partners_stage: Stage, partner: Partner, sample: str
) -> None:
    webhook = partners_stage.registers(partner)
    second = partners_stage.asks("POST", f"/{webhook['id']}/rotate-secret").json["secret"]
    (event,) = partners_stage.happens()
    partners_stage.dispatches()
    (arrival,) = partner.arrivals
    for secret in (webhook["secret"], second):
        with running(sample, secret=secret) as (url, process):
            forged = arrival.body.replace(b"41235", b"41236")
            assert status_of(url, arrival, body=forged) == 400
            assert status_of(url, arrival, changed={"webhook-id": "another"}) == 400
            assert status_of(url, arrival, changed=signed_long_ago(arrival, secret=secret)) == 400
            assert status_of(url, arrival, changed={"webhook-signature": "v1,AAAA"}) == 400
            assert [status_of(url, arrival), status_of(url, arrival)] == [204, 204]
            process.kill()
            printed = process.communicate(timeout=10)[0].splitlines()
        assert printed == [f"{event.type} {event.subject} {event.sequence}"]


def test_samples_are_short_and_the_page_that_explains_them_says_what_holds() -> None:
    for sample in SAMPLES:
        assert len((EXAMPLES / sample).read_text().splitlines()) < LINES_MAX
    page = (ROOT / "gateway" / "webhooks" / "README.md").read_text()
    assert all(sample in page for sample in SAMPLES)
    assert "5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h" in page
    assert rules.RETRY_DELAYS_SECONDS == (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    for hours, days in ((rules.SECRET_OVERLAP, "24 hours"), (rules.KEPT, "30 days")):
        assert days in page, hours
