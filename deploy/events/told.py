"""What both sources of past events give: events in batches, each batch with the place up to which all has been read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from chassis.events import Envelope
from deploy.rabbitmq.passwords import DEPLOYER


@dataclass(frozen=True)
class Told:
    """One event as it travelled. `user` is who the broker vouched for, where that is known."""

    event: Envelope
    body: str
    user: str | None = None


@dataclass(frozen=True)
class Batch:
    """Events, and where to go on after them: plain data that a file can hold. It may be empty and still move on."""

    events: Sequence[Told]
    place: Mapping[str, Any]


def named_sender(sender: str | None, *, url: str) -> str | None:
    """The sender, where the broker lets this user name it: the deployer names anybody, everybody else themselves."""
    user = unquote(urlsplit(url).username or "")
    return sender if user in (DEPLOYER, sender) else None
