"""W3C trace context, carried across RPC and events; each process adds spans to one trace by passing it on."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_FORM = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current() -> str:
    """The traceparent of the work at hand; a new trace where none was begun."""
    return _current.get() or new()


def new() -> str:
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def child(parent: object) -> str:
    """A new span in the parent's trace; a new trace where the parent is absent or malformed."""
    match = _FORM.match(parent) if isinstance(parent, str) else None
    if match is None or set(match.group(1)) == {"0"}:
        return new()
    return f"00-{match.group(1)}-{secrets.token_hex(8)}-01"


def trace_id(traceparent: str) -> str:
    return traceparent.split("-")[1]


@contextmanager
def within(traceparent: str) -> Iterator[None]:
    """Everything called inside belongs to this span."""
    token = _current.set(traceparent)
    try:
        yield
    finally:
        _current.reset(token)
