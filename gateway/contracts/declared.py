"""Every event that a service declares, with the words its owner wrote beside it."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc
from types import ModuleType

from chassis.events import Event
from services.accounts.contract import events as accounts
from services.identity.contract import events as identity
from services.leases.contract import events as leases
from services.notifications.contract import events as notifications
from services.payments.contract import events as payments

OWNERS = (identity, accounts, payments, leases, notifications)


@dataclass(frozen=True)
class Declared:
    """One version of an event. `meaning` says what happened, in its owner's words."""

    event: Event
    meaning: str

    @property
    def key(self) -> str:
        """The name of this version among all events, such as `payments.payment_posted.v1`."""
        return f"{self.event.source}.{self.event.name}.v{self.event.version}"

    @property
    def channel(self) -> str:
        """All versions of an event share one exchange and routing key."""
        return f"{self.event.source}.{self.event.name}"


def declared_events() -> list[Declared]:
    """In the order of their owners, then of their declaration."""
    return [found for module in OWNERS for found in _of(module)]


def promised_events() -> list[Event]:
    """What other systems may rely on."""
    return [found.event for found in declared_events() if found.event.promised]


def about(source: str) -> str:
    """What an owner says of its events as a whole."""
    return next(cleandoc(module.__doc__ or "") for module in OWNERS if module.__name__.split(".")[1] == source)


def _of(module: ModuleType) -> Iterator[Declared]:
    words = _words_beside(inspect.getsource(module))
    for name, value in vars(module).items():
        if isinstance(value, Event):
            yield Declared(value, words.get(name) or cleandoc(value.schema.__dict__.get("__doc__") or ""))


def _words_beside(source: str) -> dict[str, str]:
    """For each assigned name the text that follows it as a docstring, or the comment that stands directly above."""
    lines, body = source.splitlines(), ast.parse(source).body
    found: dict[str, str] = {}
    for statement, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            text = _text_of(following) or _comment_above(lines, statement.lineno)
            found[statement.targets[0].id] = cleandoc(text)
    return found


def _text_of(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""


def _comment_above(lines: list[str], number: int) -> str:
    comment: list[str] = []
    for line in reversed(lines[: number - 1]):
        if not line.startswith("#"):
            break
        comment.insert(0, line.lstrip("# "))
    return "\n".join(comment)
