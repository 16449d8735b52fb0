"""Runs the sandbox as its own process, as a stack does, and speaks to it with the clients that a stack uses."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests import Response
from sendgrid import SendGridAPIClient
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response as TwilioResponse
from twilio.rest import Client

REPOSITORY = Path(__file__).parents[3]
ACCOUNT_SID = "AC" + "0" * 32
HANG_SECONDS = 1.2
CLIENT_TIMEOUT_SECONDS = 0.4
ANSWER_SECONDS_MAX = 10.0


class LocalTwilio:
    """Sends what is meant for Twilio to a local address; the official client has no setting for it."""

    is_async = False

    def __init__(self, url: str, *, timeout: float) -> None:
        self._official = TwilioHttpClient(timeout=timeout, pool_connections=False)
        self._target = urlsplit(url)

    def request(self, method: str, url: str, *arguments: Any, **named: Any) -> TwilioResponse:
        meant = urlsplit(url)
        local = urlunsplit((self._target.scheme, self._target.netloc, meant.path, meant.query, ""))
        return self._official.request(method, local, *arguments, **named)


@dataclass
class RunningSandbox:
    """A sandbox process with its address and state file."""

    process: subprocess.Popen[str]
    url: str
    state: Path

    def get(self, path: str, **query: str | int) -> Any:
        answer = requests.get(self.url + path, params=query, timeout=ANSWER_SECONDS_MAX)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def listed(self, kind: str, **query: str | int) -> list[dict[str, Any]]:
        data: list[dict[str, Any]] = self.get(f"/_sandbox/{kind}", **query)["data"]
        return data

    def post(self, path: str, body: object = None, **headers: str) -> Response:
        return requests.post(self.url + path, json=body, headers=headers, timeout=ANSWER_SECONDS_MAX)

    def page(self, **query: str) -> str:
        answer = requests.get(
            self.url + "/_sandbox", params=query, headers={"Accept": "text/html"}, timeout=ANSWER_SECONDS_MAX
        )
        assert answer.status_code == 200, answer.text
        return answer.text

    def charge(
        self, key: str, source: dict[str, str], *, amount_cents: int = 41_235, timeout: float = ANSWER_SECONDS_MAX
    ) -> Response:
        return requests.post(
            self.url + "/processor/charges",
            json={"amount_cents": amount_cents, "source": source, "currency": "usd"},
            headers={"Idempotency-Key": key},
            timeout=timeout,
        )

    def sendgrid(self, *, timeout: float = ANSWER_SECONDS_MAX) -> SendGridAPIClient:
        client = SendGridAPIClient(api_key="SG.local", host=self.url)
        client.client.timeout = timeout
        return client

    def twilio(self, *, timeout: float = ANSWER_SECONDS_MAX, secret: str = "secret") -> Client:
        return Client(ACCOUNT_SID, secret, http_client=LocalTwilio(self.url, timeout=timeout))

    def fault(self, provider: str, mode: str, **more: float) -> None:
        assert self.post("/_sandbox/faults", {"provider": provider, "mode": mode, **more}).status_code == 200

    def end_standard_input(self) -> None:
        """What the sandbox sees when the process that started it is gone."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.stdin = None

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=ANSWER_SECONDS_MAX)


def start_sandbox(state: Path, *options: str, port: int = 0, is_heard: bool = True) -> subprocess.Popen[str]:
    """The process, which may still refuse to start; its complaints go to the test run's own unless they are heard."""
    command = [sys.executable, "-m", "deploy.sandbox", "--port", str(port), "--state", str(state), *options]
    return subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if is_heard else None,
        text=True,
    )


def run_sandbox(state: Path, *options: str) -> RunningSandbox:
    """A sandbox that has said it is ready, on a port that the system chose."""
    timings = ("--hang-seconds", str(HANG_SECONDS), "--slow-seconds", "0.01")
    process = start_sandbox(state, *timings, *options, is_heard=False)
    assert process.stdout is not None
    ready = process.stdout.readline()
    if "http://" not in ready:
        process.communicate(timeout=ANSWER_SECONDS_MAX)
        raise AssertionError("The sandbox did not start; it says why on standard error.")
    address = urlsplit(ready.split()[-1])
    return RunningSandbox(process=process, url=f"{address.scheme}://{address.netloc}", state=state)


def a_card(token: str = "tok_approved") -> dict[str, str]:
    return {"token": token}


def a_bank_account(account_number: str = "000123456789") -> dict[str, str]:
    return {"routing_number": "110000000", "account_number": account_number}


def a_mail(**differences: Any) -> dict[str, Any]:
    """The body of a mail as SendGrid takes it."""
    return {
        "personalizations": [{"to": [{"email": "ada@example.com", "name": "Ada"}]}],
        "from": {"email": "service@captive.example"},
        "subject": "Your payment arrived",
        "content": [
            {"type": "text/plain", "value": "We received $412.35."},
            {"type": "text/html", "value": "<p>We received <b>$412.35</b>.</p>"},
        ],
        **differences,
    }
