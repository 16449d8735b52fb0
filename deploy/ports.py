"""Ports for programs that start a moment later than their port is chosen.

They lie below those that the system gives to outgoing connections, of which a stack makes hundreds while it starts, and
every process that chooses begins at a place of its own.
"""

import os
import socket
from collections.abc import Collection
from itertools import count

from deploy.stack import StackProblem

FIRST, LAST = 26_000, 32_700
# About as many as one stack takes.
PLACES = 37

_numbers = count(os.getpid() * PLACES)


def free_ports(wanted: int, *, without: Collection[int] = ()) -> list[int]:
    """So many ports of 127.0.0.1 that nobody has, nor is to have; only after thousands of others is one given again.

    Raises StackProblem where there are not so many.
    """
    found: list[int] = []
    left = LAST - FIRST
    while len(found) < wanted:
        if not left:
            raise StackProblem(f"This machine has no {wanted} free ports on 127.0.0.1 from {FIRST} to {LAST}.")
        left -= 1
        port = FIRST + next(_numbers) % (LAST - FIRST)
        if port not in without and is_free(port):
            found.append(port)
    return found


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True
