"""Texts through Twilio's official client, at the address that a setting gives."""

import ssl
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from chassis.errors import OutcomeUnknown, VendorDown
from services.notifications.providers.channels import CONNECT_SECONDS, OWN_ID, READ_SECONDS, raise_for_status

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
        client = Client(account_sid, auth_token, http_client=_Addressed(base_url, (connect_seconds, read_seconds)))
        # The first touch loads Twilio's whole interface: better now than within the first text.
        self._messages = client.messages

    def send(self, *, message_id: UUID, to: str, body: str) -> str:
        callback = self._callback(message_id)
        try:
            text = self._messages.create(to=to, from_=self._from_number, body=body, **callback)
        except TwilioException as error:
            status, code = getattr(error, "status", 0), getattr(error, "code", None)
            raise_for_status(vendor=VENDOR, status=status, code=code, opted_out=code == OPTED_OUT)
        except RequestException as error:
            if _never_connected(error):
                raise VendorDown(f"{VENDOR}: no connection ({type(error).__name__})") from error
            raise OutcomeUnknown(f"{VENDOR}: {type(error).__name__} after the connection was open") from error
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


class _Addressed(TwilioHttpClient):
    """Twilio's own HTTP client, which has no setting for an address, with one, and two timeouts.

    Each text has a connection of its own: one that was kept and had died would leave the outcome unknown for nothing.
    """

    def __init__(self, base_url: str, timeouts_seconds: tuple[float, float]) -> None:
        super().__init__(pool_connections=False)
        self.timeout = timeouts_seconds
        self._address = urlsplit(base_url)

    def request(self, method: str, url: str, *arguments: Any, **options: Any) -> Response:
        meant = urlsplit(url)
        address = urlunsplit((self._address.scheme, self._address.netloc, meant.path, meant.query, ""))
        options["headers"] = {**(options.get("headers") or {}), "Connection": "close"}
        return super().request(method, address, *arguments, **options)


def _never_connected(error: RequestException) -> bool:
    """Whether the request cannot have left: no address, no connection, or a stranger at the other end of it."""
    cause = error.args[0] if error.args else None
    cause = getattr(cause, "reason", cause)
    stranger = cause is not None and any(isinstance(part, ssl.SSLCertVerificationError) for part in cause.args)
    return isinstance(error, ConnectTimeout) or isinstance(cause, NewConnectionError) or stranger
