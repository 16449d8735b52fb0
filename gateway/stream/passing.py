"""What is told at once to whoever listens, at any gateway, and remembered nowhere: that somebody is typing."""

import json
from collections.abc import Mapping
from typing import Any

from chassis.notices import announce
from chassis.store import Transaction
from gateway.stream.feed import Feed

CHANNEL = "stream_passing"


def tell(transaction: Transaction, *, audience: str, name: str, data: Mapping[str, Any]) -> None:
    """Told when the transaction commits; who does not listen at that moment never hears of it."""
    announce(transaction, channel=CHANNEL, payload=json.dumps({"audience": audience, "name": name, "data": data}))


def hand_on(feed: Feed, payload: str) -> None:
    """Give what was told to the streams of this process."""
    told = json.loads(payload)
    feed.pass_on((told["name"], told["data"]), audience=told["audience"])
