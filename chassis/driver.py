"""How a green thread waits for PostgreSQL: the event loop goes on meanwhile, and no wait is without end.

psycopg2 ignores its own connect_timeout when a wait callback is set, and a statement_timeout cannot help when
the server is gone without a word; so the bound is here.
"""

from typing import Any

import psycopg2
from eventlet.hubs import trampoline
from psycopg2 import extensions

CONNECT_SECONDS_MAX = 4
# A little more than the statement_timeout of our sessions: the server's own answer comes first where there is one.
ANSWER_SECONDS_MAX = 25


def install() -> None:
    """From now on every connection of this process waits so."""
    extensions.set_wait_callback(wait)


def wait(connection: Any) -> None:
    """Let others run until the connection has its answer. Raises OperationalError when none comes in time."""
    while True:
        state = connection.poll()
        if state == extensions.POLL_OK:
            return
        seconds = CONNECT_SECONDS_MAX if connection.status == extensions.STATUS_SETUP else ANSWER_SECONDS_MAX
        silence = psycopg2.OperationalError(f"PostgreSQL did not answer within {seconds} s")
        trampoline(
            connection.fileno(),
            read=state == extensions.POLL_READ,
            write=state == extensions.POLL_WRITE,
            timeout=seconds,
            timeout_exc=silence,
        )
