"""One event as it is told to those whom it concerns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.notifications.operations.queueing import tell_holders
from services.notifications.rules.kinds import Channel


@dataclass(frozen=True, kw_only=True)
class News:
    """What was heard: `cause` is the event's id, `data` what it says.

    `root_id` is that of what began it all. `follows`: another event of ours brought it about, and has been told, or
    will be.
    """

    now: datetime
    cipher: FieldCipher
    cause: str
    root_id: str
    data: Mapping[str, Any]
    follows: bool


def tell(
    transaction: Transaction, *, news: News, template: str, facts: Iterable[str] = (),
    more: Mapping[str, Any] | None = None, channels: Iterable[Channel] = tuple(Channel), days: Sequence[int] = (),
    on_paper: bool = False,
) -> None:  # fmt: skip
    """Tell everybody who holds the account; `facts` names what the words take from the event as it is."""
    variables = {name: _kept(news.data[name]) for name in facts} | {
        name: _kept(value) for name, value in (more or {}).items()
    }
    tell_holders(
        transaction, now=news.now, cipher=news.cipher, cause=news.cause, account_id=UUID(news.data["account_id"]),
        template=template, variables=variables, channels=channels, days=days, on_paper=on_paper,
        root_id=news.root_id,
    )  # fmt: skip


def _kept(value: Any) -> Any:
    """A fact as it waits with its message: days are written as ISO 8601 has them, and read when it is sent."""
    return value.isoformat() if isinstance(value, date) else value
