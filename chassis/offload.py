"""Heavy computation off the event loop: in a native thread where the loop is green, in place where it is not.

At most one computation per spare core runs at a time; the others wait their turn.
"""

import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from eventlet import patcher, tpool

T = TypeVar("T")

AT_ONCE_MAX = max(1, (os.cpu_count() or 1) - 1)

_turns = threading.BoundedSemaphore(AT_ONCE_MAX)


def run_in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """What `function(*arguments)` gives or raises. Other green threads run meanwhile; `function` must not use them."""
    with _turns:
        if not patcher.is_monkey_patched("thread"):
            return function(*arguments)
        result: T = tpool.execute(function, *arguments)
        return result
