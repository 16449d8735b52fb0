"""Texts through Twilio's official client, at the address that a setting gives."""

import logging
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from chassis.errors import OutcomeUnknown
from services.notifications.providers.channels import CONNECT_SECONDS, OWN_ID, READ_SECONDS, raise_for_status
from services.notifications.providers.connections import Connections
from services.notifications.rules import addresses

VENDOR = "twilio"
OPTED_OUT = 21610
STATUS_PATH = "/v1/webhooks/twilio/status"
TWILIOS_OWN = "twilio.com"
# Without being asked to, Twilio does not call again after an answer of 5xx (connection overrides; never sent to us).
RETRIES = "#rc=5&rp=all"


class TwilioText:
    """Sends texts through Twilio, or whatever answers like it at `base_url`."""

    def __init__(
        self, *, account_sid: str, auth_token: str, base_url: str, from_number: str, public_url: str,
        connect_seconds: float = CONNECT_SECONDS, read_seconds: float = READ_SECONDS,
    ) -> None:  # fmt: skip
        self._from_number = from_number
        self._public_url = public_url.rstrip("/") if can_be_called_back(public_url, by=base_url) else None
        connections = Connections(
            vendor=VENDOR, base_url=base_url, connect_seconds=connect_seconds, read_seconds=read_seconds
        )
        client = Client(account_sid, auth_token, http_client=_Kept(connections))
        # The first touch loads Twilio's whole interface: better now than within the first text.
        self._messages = client.messages

    def send(self, *, message_id: UUID, to: str, body: str) -> str:
        callback = self._callback(message_id)
        try:
            text = self._messages.create(to=to, from_=self._from_number, body=body, **callback)
        except TwilioException as error:
            status, code = getattr(error, "status", 0), getattr(error, "code", None)
            raise_for_status(
                vendor=VENDOR, status=status, code=code, opted_out=code == OPTED_OUT,
                is_dead=addresses.is_dead_number(code=code),
            )  # fmt: skip
        except ValueError as error:
            raise OutcomeUnknown(f"{VENDOR}: the answer could not be read") from error
        return str(text.sid)

    def _callback(self, message_id: UUID) -> dict[str, str]:
        """Twilio keeps no id of ours; it can only bring it back to an address."""
        if self._public_url is None:
            return {}
        query = urlencode({OWN_ID: str(message_id)})
        return {"status_callback": f"{self._public_url}{STATUS_PATH}?{query}{RETRIES}"}


def can_be_called_back(public_url: str, *, by: str) -> bool:
    """Whether whoever answers at `by` can reach our address: Twilio itself only a public one."""
    host = urlsplit(by).hostname or ""
    is_twilio = host == TWILIOS_OWN or host.endswith(f".{TWILIOS_OWN}")
    return public_url.startswith("https://") or not is_twilio


class _Kept(HttpClient):
    """What Twilio's client speaks through: the address that a setting gives, on connections of ours."""

    def __init__(self, connections: Connections) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), is_async=False)
        self._connections = connections

    def request(
        self, method: str, url: str, params: Any = None, data: Any = None, headers: Any = None, auth: Any = None,
        **_: Any,
    ) -> Response:  # fmt: skip
        meant = urlsplit(url)
        query = urlencode(params or {}, doseq=True) or meant.query
        answer = self._connections.exchange(
            method, f"{meant.path}?{query}" if query else meant.path,
            headers={**(headers or {}), "Authorization": _basic(auth)}, body=urlencode(data or {}, doseq=True).encode(),
        )  # fmt: skip
        return Response(answer.status, answer.body.decode(errors="replace"), answer.headers)


def _basic(auth: tuple[str, str]) -> str:
    return f"Basic {b64encode(':'.join(auth).encode()).decode()}"
