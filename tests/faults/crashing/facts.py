"""What the databases and the vendors' books say of each payment, read once and without asking any service."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from chassis.money import format_dollars
from deploy.topology import bindings
from gateway.stream.told import told_of

Row = Mapping[str, Any]

_dollars = re.compile(r"\$[\d,]+\.\d\d")

OPEN_WORK = {
    "outbox": "SELECT count(*) FROM outbox WHERE published_at IS NULL",
    "inbox retrying": "SELECT count(*) FROM inbox WHERE state = 'retrying'",
    "attempts open": "SELECT count(*) FROM attempts WHERE state IN ('started', 'unknown', 'retrying')",
}
PARKED = """
    SELECT handler, body FROM inbox WHERE state = 'parked'
    UNION ALL SELECT handler, body FROM attempts WHERE state = 'parked'
"""


@dataclass(frozen=True)
class Facts:
    """Everything that was found, by payment id where one has it, else by amount."""

    payments_by_cents: Mapping[int, list[Row]]
    charges_by_cents: Counter[int]
    ledger: Mapping[str, Row]
    stream: Counter[tuple[str, str]]
    leases: Mapping[str, list[Row]]
    mails: Counter[tuple[str, str]]
    texts: Counter[tuple[str, str]]
    messages: Mapping[str, list[Row]]
    sequences: Mapping[str, int]
    standings: Mapping[str, int]
    lease_standings: Mapping[str, int]
    mails_by_message: Counter[str]
    balances: Mapping[str, Row]


def gathered(*, databases: Mapping[str, Engine], sandbox_state: Path) -> Facts:
    kept = _sandbox(sandbox_state)
    by_cents, by_payment = defaultdict(list), defaultdict(list)
    for row in _rows(databases["payments"], "SELECT id::text, amount_cents, status, applied_at FROM payments"):
        by_cents[row["amount_cents"]].append(row)
    for row in _rows(databases["leases"], "SELECT payment_id, is_applied FROM lease_payments"):
        by_payment[row["payment_id"]].append(row)
    mails = kept["mails"]
    return Facts(
        payments_by_cents=by_cents,
        charges_by_cents=Counter(
            charge["amount_cents"] for charge in kept["charges"] if charge["status"] == "approved"
        ),
        ledger={row["payment_id"]: row for row in _rows(databases["accounts"], LEDGER)},
        stream=Counter(
            (row["payment_id"], row["type"])
            for row in _rows(databases["gateway"], "SELECT data->>'payment_id' AS payment_id, type FROM stream_events")
        ),
        leases=by_payment,
        mails=Counter((mail["to"][0]["email"], _told_dollars(mail["subject"])) for mail in mails),
        texts=Counter((sms["to"], _told_dollars(sms["body"])) for sms in kept["texts"]),
        messages=_messages(databases),
        sequences=_numbers(databases["accounts"], "SELECT subject, sequence FROM event_sequences"),
        standings=_numbers(databases["payments"], "SELECT account_id::text, sequence FROM account_standings"),
        lease_standings=_numbers(databases["leases"], "SELECT account_id::text, sequence FROM lease_standings"),
        mails_by_message=Counter(mail["custom_args"]["message_id"] for mail in mails),
        balances={row["account_id"]: row for row in _rows(databases["accounts"], BALANCES)},
    )


# One row for each payment that the ledger has heard of: how often, with which money, and how it was split.
LEDGER = """
    SELECT split_part(e.source_key, ':', 2) AS payment_id,
           count(*) AS events,
           coalesce(sum(a.allocated), 0) AS allocations,
           coalesce(sum(a.cents), 0)::bigint AS allocated_cents,
           coalesce(sum(j.accepted), 0) AS accepted,
           coalesce(sum(j.cents), 0)::bigint AS accepted_cents
    FROM account_events e
    LEFT JOIN LATERAL (
        SELECT count(*) AS allocated, sum(amount_cents) AS cents FROM allocations
        WHERE account_id = e.account_id AND source_key = e.source_key
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT n.id) AS accepted, sum(l.debit_cents) AS cents
        FROM journal_entries n JOIN journal_lines l ON l.entry_id = n.id
        WHERE n.account_id = e.account_id AND n.cause_key = e.source_key AND n.kind = 'payment_accepted'
    ) j ON true
    WHERE e.source_key LIKE 'payment:%'
    GROUP BY 1
"""

BALANCES = """
    SELECT s.account_id::text AS account_id,
           coalesce(a.received, 0)::bigint AS received_cents,
           coalesce(a.principal, 0)::bigint AS principal_cents,
           (s.state->'opening'->>'principal_cents')::bigint - (s.state->>'principal_cents')::bigint AS moved_cents
    FROM account_states s
    LEFT JOIN (
        SELECT account_id, sum(amount_cents) AS received, sum(principal_cents) AS principal
        FROM allocations GROUP BY account_id
    ) a ON a.account_id = s.account_id
"""

MESSAGES = """
    SELECT m.id::text, m.channel, m.state, m.reason, m.source_key,
           coalesce((SELECT max(t.claim_number) FROM attempts t JOIN outbox o ON o.id::text = t.key
                     WHERE o.routing_key IN ('mail_queued', 'text_queued') AND o.subject = m.id::text), 0) AS claims
    FROM messages m WHERE m.template IN ('payment_received', 'payment_declined')
"""

CAUSES = """
    SELECT id::text, (body::jsonb)->'data'->>'payment_id' AS payment_id FROM outbox
    WHERE routing_key IN ('payment_posted', 'payment_declined')
"""


def open_work(databases: Mapping[str, Engine]) -> dict[str, int]:
    """What is still to be done by itself, by service and kind; empty when nothing is."""
    found = {}
    for service, engine in databases.items():
        for kind, question in OPEN_WORK.items():
            count = _value(engine, question)
            if count:
                found[f"{service}: {kind}"] = count
    return found


def parked(databases: Mapping[str, Engine]) -> list[tuple[str, int | None]]:
    """Handlings that wait for a person: which handler of which service, and the amount that its event names."""
    return [
        (f"{service}.{row['handler']}", json.loads(row["body"])["data"].get("amount_cents"))
        for service, engine in databases.items()
        for row in _rows(engine, PARKED)
    ]


def unheard(databases: Mapping[str, Engine]) -> dict[str, int]:
    """Published events that a handler bound to them has not closed, by queue; empty when every one was heard by all."""
    told = {service: defaultdict[str, set[str]](set) for service in databases}
    for service, engine in databases.items():
        for row in _rows(engine, "SELECT id::text, routing_key FROM outbox WHERE published_at IS NOT NULL"):
            told[service][row["routing_key"]].add(row["id"])
    handled = {service: _handled(engine) for service, engine in databases.items()}
    found = {}
    for binding in bindings():
        if binding.service == "gateway" and not told_of(binding.event):
            continue  # No partner is registered here, and what nobody wants leaves no row.
        missing = told[binding.event.source][binding.event.name] - handled[binding.service][binding.method]
        if missing:
            found[binding.queue] = len(missing)
    return found


def _handled(engine: Engine) -> Mapping[str, set[str]]:
    closed = """
        SELECT handler, event_id::text AS id FROM inbox WHERE state IN ('done', 'parked')
        UNION ALL SELECT handler, key FROM attempts WHERE state IN ('done', 'parked')
    """
    found = defaultdict[str, set[str]](set)
    for row in _rows(engine, closed):
        found[row["handler"]].add(row["id"])
    return found


def _messages(databases: Mapping[str, Engine]) -> Mapping[str, list[Row]]:
    """Notifications' messages by the payment that caused them."""
    payment_of = {row["id"]: row["payment_id"] for row in _rows(databases["payments"], CAUSES)}
    found = defaultdict(list)
    for row in _rows(databases["notifications"], MESSAGES):
        cause = row["source_key"].partition(":")[0]
        found[payment_of.get(cause, cause)].append(row)
    return found


def dollars(cents: int) -> str:
    return format_dollars(cents)


def _told_dollars(words: str) -> str:
    found = _dollars.search(words)
    return found.group() if found else ""


def _sandbox(state: Path) -> dict[str, list[dict[str, Any]]]:
    """The sandbox's own file: the last line of each document is the one that counts."""
    kept: dict[str, dict[str, dict[str, Any]]] = {"mails": {}, "texts": {}, "charges": {}}
    for line in state.read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            document = json.loads(line)
            if document["kind"] in kept:
                kept[document["kind"]][document["id"]] = document["document"]
    return {kind: list(documents.values()) for kind, documents in kept.items()}


def _numbers(engine: Engine, question: str) -> dict[str, int]:
    with engine.begin() as connection:
        return {str(name): int(number) for name, number in connection.execute(text(question)).all()}


def _rows(engine: Engine, question: str) -> list[Row]:
    with engine.begin() as connection:
        return [dict(row) for row in connection.execute(text(question)).mappings()]


def _value(engine: Engine, question: str) -> int:
    with engine.begin() as connection:
        return int(connection.execute(text(question)).scalar_one())
