"""After `bench http` has paid: where each payment has left its trace, read from every database and the vendors' side.

A payment is accounted for when it stands exactly once in every place; what stands in a place and was never accepted
is a stranger.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import create_engine, text

from deploy.sandbox.processor import CHARGES
from deploy.sandbox.sendgrid import MAILS
from deploy.sandbox.twilio import TEXTS
from services.notifications.providers.channels import OWN_ID

NAMED_MAX = 5

_ON_RECORD = "SELECT id::text FROM payments WHERE created_at >= :since"
_POSTED = """
    SELECT id::text AS event_id, body::json -> 'data' ->> 'payment_id' AS payment_id FROM outbox
    WHERE routing_key = 'payment_posted' AND created_at >= :since
"""
_IN_BALANCE = (
    "SELECT id::text FROM payments WHERE created_at >= :since AND status = 'posted' AND applied_at IS NOT NULL"
)
_IN_LEDGER = "SELECT data ->> 'payment_id' FROM account_events WHERE kind = 'payment_posted' AND recorded_at >= :since"
_ALLOCATED = """
    SELECT e.data ->> 'payment_id' FROM allocations a JOIN account_events e ON e.id = a.event_id
    WHERE e.kind = 'payment_posted' AND e.recorded_at >= :since
"""
_LOOKED_AT = """
    SELECT event_id::text FROM inbox
    WHERE handler = 'on_payment_posted' AND state = 'done' AND received_at >= :since
"""
_TOLD = """
    SELECT body::json ->> 'causationid' AS event_id, channel, messages.id::text AS message_id
    FROM outbox JOIN messages ON messages.id::text = body::json -> 'data' ->> 'message_id'
    WHERE routing_key IN ('mail_queued', 'text_queued') AND template = 'payment_received'
        AND outbox.created_at >= :since
"""


@dataclass(frozen=True)
class Evidence:
    """The payments that clients were told of, and by place how often each payment stands there."""

    accepted: Sequence[str]
    places: Mapping[str, Counter[str]]


@dataclass(frozen=True)
class Verdict:
    """What does not add up, as `place: payment` each; nothing where every payment is accounted for."""

    lost: list[str]
    twice: list[str]
    strangers: list[str]

    def lines(self) -> list[str]:
        """The first of each kind, for a person who must look into it."""
        kinds = {"lost": self.lost, "twice": self.twice, "never accepted": self.strangers}
        return [f"{kind}: {place}" for kind, found in kinds.items() for place in found[:NAMED_MAX]]


def judge(evidence: Evidence) -> Verdict:
    """Look for every accepted payment in every place, and for every other one that is there."""
    accepted = set(evidence.accepted)
    lost, twice, strangers = [], [], []
    for place, found in evidence.places.items():
        lost += [f"{place}: {payment}" for payment in evidence.accepted if found[payment] == 0]
        twice += [f"{place}: {payment}" for payment in evidence.accepted if found[payment] > 1]
        strangers += [f"{place}: {payment}" for payment in found if payment not in accepted]
    return Verdict(lost, twice, strangers)


def read_evidence(*, accepted: Sequence[str], since: Any, urls: Mapping[str, str], sandbox_state: Path) -> Evidence:
    """Everything that payments made since an instant have left behind."""
    payment_of = {row["event_id"]: row["payment_id"] for row in _rows(urls["payments"], _POSTED, since)}
    documents = _documents(sandbox_state)
    told = _rows(urls["notifications"], _TOLD, since)
    # A vendor may have taken a message more than once: each time counts.
    mails = Counter(str(mail["custom_args"].get(OWN_ID)) for mail in documents[MAILS].values())
    texts = Counter(_message_of(sms["status_callback"]) for sms in documents[TEXTS].values())
    return Evidence(
        accepted=accepted,
        places={
            "on record": Counter(_column(urls["payments"], _ON_RECORD, since)),
            "told as posted": Counter(payment_of.values()),
            "charged": Counter(
                charge["key"] for charge in documents[CHARGES].values() if charge["created_at"] >= since.isoformat()
            ),
            "in the ledger": Counter(_column(urls["accounts"], _IN_LEDGER, since)),
            "allocated": Counter(_column(urls["accounts"], _ALLOCATED, since)),
            "in the balance": Counter(_column(urls["payments"], _IN_BALANCE, since)),
            "looked at by leases": _by_payment(payment_of, _column(urls["leases"], _LOOKED_AT, since)),
            "mail sent": _sent(told, mails, channel="email", payment_of=payment_of),
            "text sent": _sent(told, texts, channel="sms", payment_of=payment_of),
        },
    )


def _sent(
    told: Iterable[Mapping[str, Any]], sent: Counter[str], *, channel: str, payment_of: Mapping[str, str]
) -> Counter[str]:
    found: Counter[str] = Counter()
    for message in told:
        if message["channel"] == channel:
            event = message["event_id"]
            found[payment_of.get(event, event)] += sent[message["message_id"]]
    return found


def _by_payment(payment_of: Mapping[str, str], events: Iterable[str]) -> Counter[str]:
    return Counter(payment_of.get(event, event) for event in events)


def _message_of(callback: str | None) -> str:
    """Our id in the address that a text's vendor was told to call."""
    return parse_qs(urlsplit(callback or "").query).get(OWN_ID, [""])[0]


def _documents(state: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """What the sandbox keeps, by kind and id, each as it is now."""
    found: dict[str, dict[str, dict[str, Any]]] = {CHARGES: {}, MAILS: {}, TEXTS: {}}
    with state.open() as lines:
        for line in lines:
            kept = json.loads(line)
            if kept["kind"] in found:
                found[kept["kind"]][kept["id"]] = kept["document"]
    return found


def _column(url: str, statement: str, since: Any) -> list[str]:
    return [str(next(iter(row.values()))) for row in _rows(url, statement, since)]


def _rows(url: str, statement: str, since: Any) -> list[dict[str, Any]]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(statement), {"since": since}).mappings()]
    finally:
        engine.dispose()
