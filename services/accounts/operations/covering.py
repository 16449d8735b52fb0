"""What a statement covers of each of several accounts: all that was posted since its last one, in four questions."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.store import Row, Transaction
from services.accounts.rules.statements import Balances, Covered, Moved

_ABOUT = text("""
    SELECT a.id, a.account_number, a.vehicle, last.period_to_on, last.through_number, last.through_chain_number,
           last.closing, consent.id AS consent_id, consent.act, consent.version
    FROM accounts a
    LEFT JOIN LATERAL (
        SELECT period_to_on, through_number, through_chain_number, document -> 'closing' AS closing
        FROM statements WHERE account_id = a.id AND kind = 'monthly' ORDER BY period_to_on DESC LIMIT 1
    ) last ON true
    LEFT JOIN LATERAL (
        SELECT id, act, version FROM paperless_consents WHERE account_id = a.id ORDER BY number DESC LIMIT 1
    ) consent ON true
    WHERE a.id = ANY(CAST(:ids AS uuid[]))
""")
_SINCE = "json_to_recordset(CAST(:since AS json)) AS s (account_id uuid, number integer, chain_number integer)"
_MOVED = text(f"""
    SELECT e.account_id, e.cause_key, min(e.effective_on) AS effective_on,
           coalesce(bool_or(wrong.chain_number <= s.chain_number), false) AS corrects,
           coalesce(sum(l.debit_cents - l.credit_cents)
               FILTER (WHERE l.ledger_account IN ('principal_receivable', 'lease_receivable')), 0) AS principal_cents,
           coalesce(sum(l.debit_cents - l.credit_cents)
               FILTER (WHERE l.ledger_account IN ('interest_receivable', 'rent_receivable')), 0) AS interest_cents,
           coalesce(sum(l.debit_cents - l.credit_cents)
               FILTER (WHERE l.ledger_account = 'fee_receivable'), 0) AS fees_cents,
           coalesce(sum(l.credit_cents - l.debit_cents)
               FILTER (WHERE l.ledger_account = 'customer_suspense'), 0) AS credit_cents
    FROM {_SINCE}
    JOIN journal_entries e ON e.account_id = s.account_id AND e.chain_number > s.chain_number
    JOIN journal_lines l ON l.entry_id = e.id
    LEFT JOIN journal_entries wrong ON wrong.id = e.reverses_id
    GROUP BY e.account_id, e.cause_key
""")  # noqa: S608 - our own text
_HAPPENED = text(f"""
    SELECT a.*, happened.data AS details
    FROM {_SINCE}
    JOIN allocations a ON a.account_id = s.account_id
    LEFT JOIN account_events happened ON happened.id = a.event_id
    WHERE happened.number > s.number OR EXISTS (
        SELECT FROM journal_entries e
        WHERE e.account_id = s.account_id AND e.cause_key = a.source_key AND e.chain_number > s.chain_number
    )
""")  # noqa: S608 - our own text
_PAID = text("""
    SELECT account_id, extract(year FROM effective_on)::integer AS year, count(*) FILTER (WHERE kind = 'payment')
           AS payments, sum(interest_cents)::bigint AS interest_cents, sum(principal_cents)::bigint AS principal_cents,
           sum(fees_cents)::bigint AS fees_cents
    FROM allocations
    WHERE account_id = ANY(CAST(:ids AS uuid[])) AND kind IN ('payment', 'credit_used')
          AND effective_on BETWEEN :from_on AND :to_on
    GROUP BY account_id, year
""")
_MONEY = ("principal_cents", "interest_cents", "fees_cents", "credit_cents")
# Before the first event, and before the first entry.
NOTHING_YET = 0
OPENED = 1


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a statement needs to know of an account besides its state."""

    about: Row
    covered: Covered
    paid: Sequence[Row]

    @property
    def last_act(self) -> Mapping[str, Any] | None:
        return self.about if self.about["act"] is not None else None


def about_accounts(transaction: Transaction, *, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """By account: number, vehicle, where its last monthly statement ended, and the last act about paper."""
    return {row["id"]: row for row in transaction.all(_ABOUT, {"ids": _texts(ids)})}


def covered_accounts(
    transaction: Transaction, *, abouts: Mapping[UUID, Row], opened_on: Mapping[UUID, date], on: date
) -> dict[UUID, Known]:
    """What the statements of a day cover; `opened_on` says from when an account is known to us."""
    since = json.dumps([_since(about) for about in abouts.values()])
    moved: dict[UUID, dict[str, Moved]] = defaultdict(dict)
    for row in transaction.all(_MOVED, {"since": since}):
        moved[row["account_id"]][row["cause_key"]] = _moved(row)
    happened = _by_account(transaction.all(_HAPPENED, {"since": since}))
    paid = paid_by_account(transaction, ids=list(abouts), from_on=date(on.year - 1, 1, 1), to_on=on)
    return {
        id: Known(
            about=about,
            paid=paid[id],
            covered=Covered(
                from_on=about["period_to_on"] or opened_on[id], to_on=on, opening=_opening(about), moved=moved[id],
                happened=happened[id],
            ),
        )
        for id, about in abouts.items()
    }  # fmt: skip


def paid_by_account(
    transaction: Transaction, *, ids: Sequence[UUID], from_on: date, to_on: date
) -> dict[UUID, list[Row]]:
    """Per account and calendar year, what payments effective in those days have paid by now."""
    return _by_account(transaction.all(_PAID, {"ids": _texts(ids), "from_on": from_on, "to_on": to_on}))


def _since(about: Row) -> dict[str, Any]:
    return {
        "account_id": str(about["id"]),
        "number": about["through_number"] or OPENED,
        "chain_number": about["through_chain_number"] or NOTHING_YET,
    }


def _opening(about: Row) -> Balances | None:
    return None if about["closing"] is None else Balances(**{name: about["closing"][name] for name in _MONEY})


def _moved(row: Row) -> Moved:
    return Moved(
        effective_on=row["effective_on"],
        balances=Balances(**{name: int(row[name]) for name in _MONEY}),
        corrects=row["corrects"],
    )


def _by_account(rows: Sequence[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["account_id"]].append(row)
    return found


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(id) for id in ids]
