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


class Connection(extensions.connection):
    """Says BEGIN with the first statement of a transaction and, where it is told which is the last, COMMIT with that.

    Each word alone would be a round trip. For connections that are on autocommit as far as the library knows.
    """

    is_open = False
    commits_with_next = False

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        return super().cursor(*arguments, **{"cursor_factory": Cursor, **options})

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self.commits_with_next = False
        self._end("ROLLBACK")

    def _end(self, word: str) -> None:
        if self.is_open:
            self.is_open = False
            with super().cursor() as cursor:
                cursor.execute(word)


class Cursor(extensions.cursor):
    """A cursor of such a connection."""

    def execute(self, query: Any, values: Any = None) -> None:
        connection: Any = self.connection
        words = query.decode() if isinstance(query, bytes) else query
        if not connection.is_open:
            connection.is_open = True
            words = f"BEGIN; {words}"
        if connection.commits_with_next:
            connection.commits_with_next = False
            words = f"{words}; COMMIT"
            super().execute(words, values)
            connection.is_open = False
        else:
            super().execute(words, values)

    def executemany(self, query: Any, values: Any) -> None:
        connection: Any = self.connection
        if not connection.is_open:
            connection.is_open = True
            super().execute("BEGIN")
        # The library takes each of them past our `execute`.
        super().executemany(query, values)
