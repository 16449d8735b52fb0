"""A small HTTP client of the gateway and of the sandbox's mailbox."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import uuid4

import requests

TIMEOUT_SECONDS = 10
T = TypeVar("T")


class StepFailed(Exception):
    """A step of the demo did not turn out as promised; the message says what was expected and what was seen."""


class Client:
    """One customer at the gateway."""

    def __init__(self, *, url: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()

    def sign_in(self, *, user_id: str, password: str) -> bool:
        """True when signed in; False when the log-in is not known."""
        answer = self._send("POST", "/v1/sessions", json={"user_id": user_id, "password": password})
        if answer.status_code == 401:
            return False
        self._session.headers["Authorization"] = f"Bearer {self._checked(answer, 201)['access_token']}"
        return True

    @property
    def authorization(self) -> str:
        return str(self._session.headers["Authorization"])

    def get(self, path: str, **query: Any) -> Any:
        return self._checked(self._send("GET", path, params=query), 200)

    def post(self, path: str, body: Mapping[str, Any], *, expect: int, headers: Mapping[str, str] | None = None) -> Any:
        return self._checked(self._send("POST", path, json=body, headers=headers), expect)

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            return self._session.request(method, self.url + path, timeout=TIMEOUT_SECONDS, **options)
        except requests.RequestException as error:
            raise StepFailed(f"{self.url} does not answer ({type(error).__name__}). Is the stack up?") from error

    def _checked(self, answer: requests.Response, expected: int) -> Any:
        if answer.status_code != expected:
            raise StepFailed(
                f"{answer.request.method} {answer.request.path_url} answered {answer.status_code}: {answer.text[:600]}"
            )
        return answer.json() if answer.content else None


class Mailbox:
    """What the pretend vendors have received."""

    def __init__(self, *, url: str) -> None:
        self._url = url.rstrip("/")

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        return self._list("mails", to=address)

    def texts_to(self, number: str) -> list[dict[str, Any]]:
        return self._list("texts", to=number)

    def _list(self, what: str, **query: str) -> list[dict[str, Any]]:
        answer = requests.get(f"{self._url}/_sandbox/{what}", params=query, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["data"]
        return found


def eventually(probe: Callable[[], T | None], *, what: str, seconds: float = 20) -> T:
    """The first true thing that the probe gives. Raises StepFailed, naming what was waited for."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        found = probe()
        if found:
            return found
        time.sleep(0.1)
    raise StepFailed(f"{what}: not seen within {seconds:.0f} seconds.")


def a_key() -> str:
    """A fresh idempotency key."""
    return str(uuid4())
