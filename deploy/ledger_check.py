"""Does the ledger agree with itself, with the payments and with the engine? Reads one snapshot and changes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from chassis.money import format_dollars, round_half_up_cents
from chassis.store import Database, Transaction
from deploy.ledger_check_payoffs import OF_PAYOFFS
from services.accounts.models import (
    CONTROL_ACCOUNTS,
    account_events,
    account_states,
    accounts,
    allocation_from_stored,
    allocations,
    bank_movements,
    contract_terms,
    history_from_stored,
    journal_entries,
    journal_lines,
    opening_from_stored,
    state_from_stored,
    terms_from_stored,
)
from services.accounts.rules.banking import movement_entry
from services.accounts.rules.history import Replayed, replay_history
from services.accounts.rules.journal import JournalEntry, allocation_entries, balances_cents, opening_entry
from services.accounts.rules.shown import is_paid_off
from services.accounts.rules.state import AccountState, Allocation

BATCH = 500
HELD = "payment_held"
PAID = ("payment_posted", HELD)
NAMED_MAX = 20

# Each gives rows (place, detail) that must not exist. The joins look for orphans too: constraints can be switched off.
STATEMENTS: Mapping[str, str] = {
    "entry does not balance": """
        SELECT e.source_key, count(l.*) || ' lines, off by '
               || coalesce(sum(l.debit_cents) - sum(l.credit_cents), 0) || ' cents'
        FROM journal_entries e LEFT JOIN journal_lines l ON l.entry_id = e.id
        GROUP BY e.id HAVING count(l.*) < 2 OR sum(l.debit_cents) <> sum(l.credit_cents)
        ORDER BY e.id""",
    "trial balance is not zero": """
        SELECT 'all entries', 'debits exceed credits by ' || sum(debit_cents) - sum(credit_cents) || ' cents'
        FROM journal_lines HAVING sum(debit_cents) <> sum(credit_cents)""",
    "line without its entry": """
        SELECT l.entry_id::text, 'line ' || l.number || ' on ' || l.ledger_account
        FROM journal_lines l LEFT JOIN journal_entries e ON e.id = l.entry_id WHERE e.id IS NULL
        ORDER BY l.entry_id, l.number""",
    "line of another account than its entry": """
        SELECT e.source_key, 'line ' || l.number || ' on ' || l.ledger_account
        FROM journal_lines l JOIN journal_entries e ON e.id = l.entry_id
        WHERE l.account_id <> e.account_id ORDER BY e.id, l.number""",
    "entry without its account": """
        SELECT e.source_key, 'account ' || e.account_id
        FROM journal_entries e LEFT JOIN accounts a ON a.id = e.account_id WHERE a.id IS NULL ORDER BY e.id""",
    "reversal of nothing": """
        SELECT r.source_key, 'reverses ' || r.reverses_id
        FROM journal_entries r LEFT JOIN journal_entries e ON e.id = r.reverses_id AND e.account_id = r.account_id
        WHERE r.reverses_id IS NOT NULL AND e.id IS NULL ORDER BY r.id""",
    "account without terms, state or opening": """
        SELECT a.id::text, 'terms ' || (t.account_id IS NOT NULL) || ', state ' || (s.account_id IS NOT NULL)
               || ', opening ' || (o.account_id IS NOT NULL)
        FROM accounts a
        LEFT JOIN contract_terms t ON t.account_id = a.id AND t.version = 1
        LEFT JOIN account_states s ON s.account_id = a.id
        LEFT JOIN account_events o ON o.account_id = a.id AND o.kind = 'account_opened'
        WHERE t.account_id IS NULL OR s.account_id IS NULL OR o.account_id IS NULL ORDER BY a.id""",
    "row without its account": """
        SELECT r.account_id::text, r.name
        FROM (SELECT account_id, 'terms' AS name FROM contract_terms
              UNION ALL SELECT account_id, 'state' FROM account_states
              UNION ALL SELECT account_id, 'event ' || source_key FROM account_events
              UNION ALL SELECT account_id, 'allocation ' || source_key FROM allocations
              UNION ALL SELECT account_id, 'party' FROM account_parties
              UNION ALL SELECT account_id, 'work item ' || source_key FROM work_items
                        WHERE account_id IS NOT NULL) r
        LEFT JOIN accounts a ON a.id = r.account_id WHERE a.id IS NULL ORDER BY 1, 2""",
    "payment and allocation do not agree": """
        SELECT coalesce(e.source_key, a.source_key),
               'payment ' || coalesce((e.data ->> 'amount_cents') || ' cents', 'absent')
               || ', allocation ' || coalesce(a.cents || ' cents', 'absent')
        FROM (SELECT * FROM account_events WHERE kind IN ('payment_posted', 'payment_held')) e
        FULL JOIN (SELECT *, CASE kind WHEN 'payment_reversed' THEN (explanation ->> 'reversed_amount_cents')::bigint
                             ELSE amount_cents END AS cents
                   FROM allocations
                   WHERE kind IN ('payment', 'payment_held', 'payment_reversed', 'recovery')) a
               ON a.event_id = e.id
        WHERE e.id IS NULL OR a.id IS NULL OR a.cents <> (e.data ->> 'amount_cents')::bigint
           OR a.account_id <> e.account_id OR a.source_key <> e.source_key OR a.effective_on <> e.effective_on
           OR a.kind <> 'payment_reversed' AND (a.kind = 'payment_held') <> (e.kind = 'payment_held')
        ORDER BY 1""",
    # Each entry's seal covers the one before, so a change anywhere shows there and nowhere later.
    "entry is not what its seal says": """
        SELECT source_key, 'number ' || coalesce(chain_number::text, 'none') || ' of account ' || account_id
        FROM (SELECT e.*, l.lines,
                     lag(e.chain_number, 1, 0) OVER link AS number_before,
                     lag(e.chain_digest, 1, ''::bytea) OVER link AS digest_before
              FROM journal_entries e
              LEFT JOIN (SELECT entry_id, string_agg(
                             ledger_account || ':' || debit_cents || ':' || credit_cents, chr(30) ORDER BY number
                         ) AS lines FROM journal_lines GROUP BY entry_id) l ON l.entry_id = e.id
              WINDOW link AS (PARTITION BY e.account_id ORDER BY e.chain_number, e.id)) e
        WHERE chain_number IS DISTINCT FROM number_before + 1
           OR chain_digest IS DISTINCT FROM sha256(convert_to(concat_ws(chr(31),
                  encode(digest_before, 'hex'), chain_number, source_key, account_id, cause_key, kind,
                  to_char(posted_on, 'YYYY-MM-DD'), to_char(effective_on, 'YYYY-MM-DD'),
                  coalesce(reverses_id::text, ''), (extract(epoch FROM created_at) * 1000000)::bigint,
                  coalesce(lines, '')), 'UTF8'))
        ORDER BY account_id, chain_number, id""",
    "chain ends elsewhere than its account says": """
        SELECT s.account_id::text, 'account says ' || s.chain_number || ' entries, journal '
               || coalesce(e.chain_number || ' under another seal', 'another number')
        FROM account_states s
        LEFT JOIN journal_entries e ON e.account_id = s.account_id AND e.chain_number = s.chain_number
        WHERE s.chain_number > 0 AND e.chain_digest IS DISTINCT FROM s.chain_digest
           OR s.chain_number IS NOT NULL AND EXISTS (
               SELECT FROM journal_entries n WHERE n.account_id = s.account_id AND n.chain_number > s.chain_number)
        ORDER BY 1""",
    **OF_PAYOFFS,
}


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree: what was checked, where, and the two sides."""

    check: str
    place: str
    detail: str

    def __str__(self) -> str:
        return f"{self.check}: {self.place}: {self.detail}"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was looked at."""

    accounts: int
    payments: int
    entries: int
    lines: int
    debit_cents: int
    credit_cents: int

    def __str__(self) -> str:
        return (
            f"{self.accounts} accounts, {self.payments} payments, {self.entries} entries with {self.lines} lines; "
            f"debits {format_dollars(self.debit_cents)}, credits {format_dollars(self.credit_cents)}"
        )


@dataclass(frozen=True)
class Report:
    """The figures, and what differs, the most basic check first; at most NAMED_MAX of a kind are named."""

    figures: Figures
    differences: Sequence[Difference]


def check(database: Database) -> list[Difference]:
    """What does not agree in the accounts database; empty when all does."""
    return list(examine(database).differences)


def examine(database: Database) -> Report:
    """Every entry, every account: trial balance, sub-ledgers, allocations, and each state replayed from its events."""
    with database.snapshot() as transaction:
        found = [
            Difference(name, row["place"], row["detail"])
            for name, statement in STATEMENTS.items()
            for row in transaction.all(text(f"SELECT * FROM ({statement} LIMIT {NAMED_MAX}) AS d (place, detail)"))  # noqa: S608
        ]
        found += _account_differences(transaction)
        return Report(_figures(transaction), found)


def _figures(transaction: Transaction) -> Figures:
    counted = {
        "accounts": select(func.count()).select_from(accounts),
        "payments": select(func.count()).select_from(account_events).where(account_events.c.kind.in_(PAID)),
        "entries": select(func.count()).select_from(journal_entries),
        "lines": select(func.count()).select_from(journal_lines),
        "debit_cents": select(func.coalesce(func.sum(journal_lines.c.debit_cents), 0)),
        "credit_cents": select(func.coalesce(func.sum(journal_lines.c.credit_cents), 0)),
    }
    return Figures(**{name: int(transaction.value(statement)) for name, statement in counted.items()})


def _account_differences(transaction: Transaction) -> list[Difference]:
    """Every account replayed; then each control account against the sum of the sub-ledgers that the replays gave."""
    named: dict[str, list[Difference]] = {}
    control: dict[str, int] = {}
    for batch in _batches(transaction):
        for account in batch:
            expected, differences = _compare(account)
            for difference in differences:
                of_its_kind = named.setdefault(difference.check, [])
                if len(of_its_kind) < NAMED_MAX:
                    of_its_kind.append(difference)
            for name, cents in expected.items():
                control[name] = control.get(name, 0) + cents
    found = [difference for differences in named.values() for difference in differences]
    return [*found, *_control_differences(transaction, control)]


def _control_differences(transaction: Transaction, expected: Mapping[str, int]) -> Iterator[Difference]:
    total = func.sum(journal_lines.c.debit_cents - journal_lines.c.credit_cents).label("cents")
    names = [name.value for name in CONTROL_ACCOUNTS]
    rows = transaction.all(
        select(journal_lines.c.ledger_account, total)
        .where(journal_lines.c.ledger_account.in_(names))
        .group_by(journal_lines.c.ledger_account)
    )
    held = {row["ledger_account"]: int(row["cents"]) for row in rows}
    for name in sorted(names):
        if held.get(name, 0) != expected.get(name, 0):
            detail = f"ledger {held.get(name, 0)} cents, sub-ledgers {expected.get(name, 0)} cents"
            yield Difference("control account is not the sum of its sub-ledgers", name, detail)


@dataclass(frozen=True)
class _Stored:
    """Everything that is stored about one account."""

    row: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    allocations: Sequence[Mapping[str, Any]]
    movements: Sequence[Mapping[str, Any]]
    ledger: Mapping[str, int]


def _batches(transaction: Transaction) -> Iterator[list[_Stored]]:
    newest = select(func.max(contract_terms.c.version)).where(contract_terms.c.account_id == accounts.c.id)
    statement = (
        select(accounts.c.id, accounts.c.product, accounts.c.status, contract_terms.c.terms, account_states)
        .join(account_states, account_states.c.account_id == accounts.c.id)
        .join(contract_terms, contract_terms.c.account_id == accounts.c.id)
        .where(contract_terms.c.version == newest.correlate(accounts).scalar_subquery())
        .order_by(accounts.c.id)
        .limit(BATCH)
    )
    rows = transaction.all(statement)
    while rows:
        yield _with_details(transaction, rows)
        rows = transaction.all(statement.where(accounts.c.id > rows[-1]["id"]))


def _with_details(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> list[_Stored]:
    ids = [row["id"] for row in rows]
    events = transaction.all(
        select(account_events).where(account_events.c.account_id.in_(ids)).order_by(account_events.c.number)
    )
    split = transaction.all(select(allocations).where(allocations.c.account_id.in_(ids)))
    lines = transaction.all(
        select(
            journal_entries.c.account_id,
            journal_lines.c.ledger_account,
            func.sum(journal_lines.c.debit_cents - journal_lines.c.credit_cents).label("cents"),
        )
        .join(journal_lines, journal_lines.c.entry_id == journal_entries.c.id)
        .where(journal_entries.c.account_id.in_(ids))
        .group_by(journal_entries.c.account_id, journal_lines.c.ledger_account)
    )
    moved = transaction.all(select(bank_movements).where(bank_movements.c.account_id.in_(ids)))
    events_of, split_of, lines_of, moved_of = _grouped(events), _grouped(split), _grouped(lines), _grouped(moved)
    return [
        _Stored(
            row,
            events_of.get(row["id"], []),
            split_of.get(row["id"], []),
            moved_of.get(row["id"], []),
            {line["ledger_account"]: int(line["cents"]) for line in lines_of.get(row["id"], []) if line["cents"]},
        )
        for row in rows
    ]


def _grouped(rows: Iterable[Mapping[str, Any]]) -> dict[UUID, list[Mapping[str, Any]]]:
    groups: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["account_id"], []).append(row)
    return groups


def _compare(stored: _Stored) -> tuple[dict[str, int], list[Difference]]:
    """The sub-ledger that the account's events give, and where the stored account differs from them."""
    place = f"account {stored.row['id']}"
    try:
        replayed = _replayed(stored)
        kept = state_from_stored(stored.row["state"])
    except Exception as error:  # noqa: BLE001 - whatever the engine says about stored events is the finding
        return {}, [Difference("events cannot be replayed", place, f"{type(error).__name__}: {error}")]
    expected = _expected_ledger(stored, replayed)
    pairs = {
        "stored state is not the replay of the events": (kept, replace(replayed.state, allocations=())),
        "version is not the number of events": (stored.row["version"], len(stored.events)),
        "held money is not the sum of the held payments": (stored.row["held_cents"], replayed.held_cents),
        "stored allocations are not the replay's": (
            _by_key(allocation_from_stored(row) for row in stored.allocations),
            _by_key(replayed.allocations),
        ),
        "sub-ledger is not what the events give": (dict(stored.ledger), expected),
        "sub-ledger is not the stored state": _against_state(stored, kept),
        "status is not the replay's": (
            stored.row["status"] == "paid_off",
            is_paid_off(product=stored.row["product"], state=replayed.state) and _was_open(stored),
        ),
    }
    found = [
        Difference(name, place, _told_apart(left, right)) for name, (left, right) in pairs.items() if left != right
    ]
    return expected, found


def _against_state(stored: _Stored, state: AccountState) -> tuple[dict[str, int], dict[str, int]]:
    balance = "principal_receivable" if stored.row["product"] == "loan" else "lease_receivable"
    owed = {
        balance: state.principal_cents,
        "interest_receivable": round_half_up_cents(state.accrued_interest),
        "fee_receivable": state.fees_due_cents,
        "customer_suspense": -state.unapplied_cents - stored.row["held_cents"],
    }
    return {name: stored.ledger.get(name, 0) for name in owed}, owed


def _was_open(stored: _Stored) -> bool:
    """Whether payments could have paid the account off: an account taken over closed stays closed."""
    return stored.row["status"] in ("open", "paid_off") and any(e["kind"] == "payment_posted" for e in stored.events)


def _replayed(stored: _Stored) -> Replayed:
    opening, *later = stored.events
    explanations = {row["source_key"]: row["explanation"] for row in stored.allocations if row["kind"] == HELD}
    return replay_history(
        terms=terms_from_stored(stored.row["product"], stored.row["terms"]),
        opening=opening_from_stored(opening["data"]),
        history=history_from_stored(later, explanations=explanations),
    )


def _expected_ledger(stored: _Stored, replayed: Replayed) -> dict[str, int]:
    product = stored.row["product"]
    entries: list[JournalEntry | None] = [
        opening_entry(product=product, opening=replayed.state.opening, source_key="account_opened")
    ]
    for allocation in replayed.allocations:
        entries += allocation_entries(product=product, allocation=allocation)
    entries += [
        movement_entry(**{name: moved[name] for name in ("kind", "source_key", "amount_cents", "moved_on")})
        for moved in stored.movements
    ]
    balances = balances_cents(entry for entry in entries if entry is not None)
    return {account.value: cents for account, cents in balances.items()}


def _by_key(found: Iterable[Allocation]) -> dict[str, Allocation]:
    return {allocation.source_key: allocation for allocation in found}


def _told_apart(left: Any, right: Any) -> str:
    """Only what differs, of two things that may be large."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = sorted(key for key in {*left, *right} if left.get(key) != right.get(key))
        return "; ".join(f"{key}: stored {left.get(key)}, expected {right.get(key)}" for key in keys[:3])
    return f"stored {left}, expected {right}"
