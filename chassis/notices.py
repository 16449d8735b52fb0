"""A database tells at once that something was committed: LISTEN and NOTIFY, one connection for a whole process.

A notice says that there is something to look for, not what. It can be missed (the connection breaks), so whoever
listens also looks by itself from time to time; `is_up` says whether notices come in.
"""

import random
from collections.abc import Callable
from typing import Any

import eventlet
import psycopg2
from eventlet.hubs import trampoline
from sqlalchemy import func, select

from chassis import logs
from chassis.store import Database, Transaction

# A connection that has died without a word is found by this.
CHECK_SECONDS = 15
RECONNECT_SECONDS = 0.5

log = logs.logger(__name__)


def announce(transaction: Transaction, *, channel: str, payload: str = "") -> None:
    """Give notice when this transaction commits; of several that are equal in one transaction one is given.

    `payload` (8000 bytes at most) is for what may be missed: it is stored nowhere.
    """
    transaction.value(select(func.pg_notify(channel, payload)))


class Notices:
    """Calls back for every notice on a channel, and once for each connection that was made anew.

    `on_payload` is given what each notice carries.
    """

    def __init__(
        self, *, database: Database, channel: str, on_notice: Callable[[], None] = lambda: None,
        on_payload: Callable[[str], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self._database = database
        self._channel = channel
        self._on_notice = on_notice
        self._on_payload = on_payload
        self.is_up = False

    def run(self) -> None:
        """Listen until this green thread is killed."""
        while True:
            try:
                self._listen()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next connection may do
                log.warning("notices do not come in", channel=self._channel, error=f"{type(error).__name__}: {error}")
            eventlet.sleep(RECONNECT_SECONDS * random.uniform(1, 2))  # noqa: S311 - jitter

    def _listen(self) -> None:
        connection = self._database.own_connection()
        try:
            with connection.cursor() as cursor:
                cursor.execute(f'LISTEN "{self._channel}"')
                self.is_up = True
                self._on_notice()
                while True:
                    if not _has_news(connection):
                        cursor.execute("SELECT 1")
                    if connection.notifies:
                        payloads = [notice.payload for notice in connection.notifies]
                        connection.notifies.clear()
                        self._on_notice()
                        for payload in payloads:
                            self._on_payload(payload)
        finally:
            self.is_up = False
            connection.close()


def _has_news(connection: Any) -> bool:
    """Wait until the server says something: True; False when it has been silent for a while."""
    try:
        trampoline(connection.fileno(), read=True, timeout=CHECK_SECONDS, timeout_exc=TimeoutError())
    except TimeoutError:
        return False
    if connection.poll() != psycopg2.extensions.POLL_OK:
        raise psycopg2.OperationalError("the connection is not idle")
    return True
