"""What became of each payment and when, read afterwards from databases and sandbox: nothing is watched meanwhile.

Commit times are PostgreSQL's own (`track_commit_timestamp`), taken when a commit is written and before it is on disk;
a transaction's end is therefore early by one flush, as its beginning is, and what was measured between two is true.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from sqlalchemy import create_engine, text

from deploy.sandbox.controls import LISTED_MAX

TIMEOUT_SECONDS = 10
# The sandbox notes whole milliseconds, cut off.
SANDBOX_STEP = timedelta(milliseconds=1)

_POSTED = """
    SELECT id::text AS event_id, body::json -> 'data' ->> 'payment_id' AS payment_id, published_at,
           pg_xact_commit_timestamp(transaction_id::text::xid) AS committed_at
    FROM outbox
    WHERE routing_key = 'payment_posted' AND body::json -> 'data' ->> 'payment_id' = ANY(:payments)
"""
_HANDLED = """
    SELECT event_id::text, received_at AS began_at, pg_xact_commit_timestamp(xmin) AS committed_at
    FROM inbox WHERE handler = 'on_payment_posted' AND state = 'done' AND event_id::text = ANY(:events)
"""
_QUEUED = """
    WITH queued AS (
        SELECT id::text, published_at, body::json ->> 'causationid' AS event_id,
               body::json -> 'data' ->> 'message_id' AS message_id
        FROM outbox WHERE routing_key IN ('mail_queued', 'text_queued')
    )
    SELECT event_id, published_at, started_at, finished_at, channel, vendor_id
    FROM queued
    JOIN attempts ON attempts.handler IN ('on_mail_queued', 'on_text_queued') AND attempts.key = queued.id
    JOIN messages ON messages.id::text = message_id
    WHERE event_id = ANY(:events)
"""


@dataclass(frozen=True)
class Handled:
    """A handler's transaction."""

    began_at: datetime
    committed_at: datetime


@dataclass(frozen=True)
class Sent:
    """A message on its way to its vendor."""

    published_at: datetime
    began_at: datetime
    received_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class Trace:
    """One payment, from the commit that told of it."""

    committed_at: datetime
    published_at: datetime
    ledger: Handled
    told: Handled
    sent: Mapping[str, Sent] = field(default_factory=dict)


def read_traces(*, payments: Iterable[str], urls: Mapping[str, str], sandbox_url: str) -> dict[str, Trace]:
    """By payment, those that have arrived everywhere; one that has not is left out."""
    posted = rows_of(urls["payments"], _POSTED, payments=list(payments))
    events = [row["event_id"] for row in posted]
    ledger = _handled(urls["accounts"], events)
    told = _handled(urls["notifications"], events)
    received = {**_received(sandbox_url, "mails", "message_id"), **_received(sandbox_url, "texts", "id")}
    sent: dict[str, dict[str, Sent]] = {}
    for row in rows_of(urls["notifications"], _QUEUED, events=events):
        if row["vendor_id"] in received:
            sent.setdefault(row["event_id"], {})[row["channel"]] = Sent(
                row["published_at"], row["started_at"], received[row["vendor_id"]], row["finished_at"]
            )
    return {
        row["payment_id"]: Trace(
            row["committed_at"], row["published_at"],
            ledger[row["event_id"]], told[row["event_id"]], sent[row["event_id"]],
        )
        for row in posted
        if row["event_id"] in ledger and row["event_id"] in told and len(sent.get(row["event_id"], ())) == 2
    }  # fmt: skip


def _handled(url: str, events: list[str]) -> dict[str, Handled]:
    rows = rows_of(url, _HANDLED, events=events)
    return {row["event_id"]: Handled(row["began_at"], row["committed_at"]) for row in rows}


def _received(sandbox_url: str, kind: str, name: str) -> dict[str, datetime]:
    answer = requests.get(f"{sandbox_url}/_sandbox/{kind}", params={"limit": LISTED_MAX}, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    documents = answer.json()["data"]
    return {document[name]: datetime.fromisoformat(document["created_at"]) + SANDBOX_STEP for document in documents}


def rows_of(url: str, statement: str, **values: Any) -> list[dict[str, Any]]:
    """What a statement gives on a database, as plain rows."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]
    finally:
        engine.dispose()
