"""What one event says to people, before it is known who they are and whether it may go to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chassis.doors import EventCall
from services.notifications.rules.kinds import Channel


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """Words to be filled with `variables`, for everybody who holds the account, or for one `person` alone.

    `days`: it comes so many days before what it announces, or in place of one that was to come then; people choose
    which they want. `on_paper`: what it announces goes out on paper, for want of consent to anything else. `waits`: a
    vendor has it after a while, in which it may become needless.
    """

    news: EventCall
    template: str
    variables: Mapping[str, Any]
    account_id: UUID | None = None
    person: UUID | None = None
    channels: tuple[Channel, ...] = tuple(Channel)
    days: tuple[int, ...] = ()
    on_paper: bool = False
    waits: timedelta | None = None


def to_holders(
    news: EventCall, *, template: str, facts: Iterable[str] = (), more: Mapping[str, Any] | None = None,
    channels: Iterable[Channel] = tuple(Channel), days: tuple[int, ...] = (), on_paper: bool = False,
) -> Announcement:  # fmt: skip
    """For everybody who holds the account; `facts` names what the words take from the event as it is."""
    said = {name: news.data[name] for name in facts} | dict(more or {})
    return Announcement(
        news=news, template=template, variables={name: _kept(value) for name, value in said.items()},
        account_id=UUID(news.data["account_id"]), channels=tuple(channels), days=days, on_paper=on_paper,
    )  # fmt: skip


def _kept(value: Any) -> Any:
    """A fact as it waits with its message: days are written as ISO 8601 has them, and read when it is sent."""
    return value.isoformat() if isinstance(value, date) else value
