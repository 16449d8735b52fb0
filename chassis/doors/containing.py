"""Whatever a verb does, its worker goes on: what would end it without an answer, or end the process, is a failure."""

from collections.abc import Callable
from typing import TypeVar

import eventlet

# Statements, neighbours and vendors have shorter limits of their own: what takes longer does not end at all.
VERB_SECONDS_MAX = 60.0

T = TypeVar("T")


class BrokeOff(Exception):
    """The verb left by a door that is not its own, such as SystemExit; the message names it."""


class TookTooLong(Exception):
    """The verb was still waiting for something after as long as it may."""


def contained(verb: Callable[[], T], *, seconds_max: float = VERB_SECONDS_MAX) -> T:
    """What the verb gives. Raises what it raises, always as an Exception; TookTooLong whatever came of the limit.

    A statement that is given up takes its connection with it: the verb then leaves with that, which says nothing of
    the database.
    """
    too_long = TookTooLong()
    with eventlet.Timeout(min(seconds_max, VERB_SECONDS_MAX), too_long) as limit:
        try:
            return verb()
        except Exception as error:
            if error is not too_long and not limit.pending:
                raise too_long from error
            raise
        except BaseException as error:
            raise BrokeOff(type(error).__name__) from error
