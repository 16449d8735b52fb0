"""Whether a request that failed can have reached a processor at all."""

import requests
from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout, SSLError
from urllib3.exceptions import MaxRetryError, NewConnectionError

CONNECT_SECONDS, READ_SECONDS = 3.0, 4.0
# A token is looked up while its owner waits for the answer to a command.
LOOK_UP_SECONDS = 2.0


def never_connected(error: BaseException | None) -> bool:
    """Whether not one byte of the request was sent. Being wrong is harmless: the key is charged at most once."""
    if isinstance(error, ConnectTimeout | SSLError):
        return True
    cause = error.args[0] if isinstance(error, NotConnected) and error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def private_session() -> requests.Session:
    """For one conversation: neither proxies nor passwords of the machine's user belong to it.

    A kept connection that the other side has closed would look like a lost charge, so none is kept.
    """
    session = requests.Session()
    session.trust_env = False
    return session
