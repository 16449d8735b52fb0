"""An operator makes a member of staff, who registers a partner's webhook; what happens then arrives there."""

from pathlib import Path
from typing import Any

import pytest
import requests

from tests.builders.partners import a_partner
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

EMAIL = "sam@captive.example"


@pytest.mark.slow
def test_from_the_operators_command_to_the_partners_server(tmp_path: Path) -> None:
    with (
        a_running_stack(data=tmp_path / "data", options=("--no-demo",)) as stack,
        a_partner() as partner,
    ):
        staff = Staff(stack)
        webhook = staff.asks("POST", "", {"url": partner.url, "events": ["session_opened"]})
        staff.signs_in()
        eventually(lambda: partner.arrivals, seconds=20, describe=stack.output)
        told = partner.arrivals[0].verified_with(webhook["secret"])
        assert told["type"] == "captive.identity.session_opened.v1"
        eventually(lambda: staff.asks("GET", f"/{webhook['id']}/deliveries")["data"][0]["state"] == "delivered")


class Staff:
    """Made by the command, with the password that it printed."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        person = ("--email", EMAIL, "--first-name", "Sam", "--last-name", "Hill")
        printed = stack.captive("user", "create", "--role", "agent", *person, "--generate-password").stdout
        self._password = printed.splitlines()[1].removeprefix("password ")
        self._token = self.signs_in()

    def signs_in(self) -> str:
        credentials = {"user_id": EMAIL, "password": self._password}
        token: str = self._answered("POST", "/v1/sessions", credentials)["access_token"]
        return token

    def asks(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._answered(method, f"/v1/staff/webhooks{path}", body, headers=headers)

    def _answered(self, method: str, path: str, body: Any, **options: Any) -> Any:
        answer = requests.request(method, self._stack.url + path, json=body, timeout=20, **options)
        assert answer.ok, answer.text
        return answer.json()
