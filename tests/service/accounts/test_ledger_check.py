"""`ledger check` finds every defect that somebody with the keys to the database could plant, and names it first."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import create_engine, text

from chassis.store import Database
from deploy.ledger_check import BATCH, NAMED_MAX, Difference, check, examine
from deploy.postgres.cluster import Cluster
from services.accounts.service import AccountsService
from tests.builders.accounts import a_closed_loan, a_lease, a_loan, an_account, payment_posted, take_over
from tests.builders.wiring import deliver

EVENTS_DIFFER = "stored state is not the replay of the events"
SUB_LEDGER = "sub-ledger is not what the events give"
STATE_AND_LEDGER = "sub-ledger is not the stored state"
CONTROL = "control account is not the sum of its sub-ledgers"
PAYMENTS = "payment and allocation do not agree"
ALLOCATIONS = "stored allocations are not the replay's"
UNREADABLE = "events cannot be replayed"
HALF_AN_ACCOUNT = "account without terms, state or opening"
NO_ACCOUNT = "row without its account"
SEAL = "entry is not what its seal says"
CHAIN_END = "chain ends elsewhere than its account says"

Plant = Callable[[str], int]

# What was done to the books, how, and what the check says of it, first finding first.
DEFECTS: dict[str, tuple[str, list[str]]] = {
    "an amount changed on one side": (
        (
            "UPDATE journal_lines SET debit_cents = debit_cents + 1 WHERE ledger_account = 'principal_receivable'"
            " AND debit_cents = 1825000"
        ),
        ["entry does not balance", "trial balance is not zero", SEAL, SUB_LEDGER, STATE_AND_LEDGER, CONTROL],
    ),
    "an amount changed on both sides": (
        (
            "UPDATE journal_lines SET debit_cents = debit_cents + (debit_cents > 0)::int,"
            " credit_cents = credit_cents + (credit_cents > 0)::int WHERE entry_id ="
            " (SELECT id FROM journal_entries WHERE kind = 'interest_recognised' ORDER BY id LIMIT 1)"
        ),
        [SEAL, SUB_LEDGER, STATE_AND_LEDGER, CONTROL],
    ),
    "an entry emptied": (
        (
            "DELETE FROM journal_lines WHERE entry_id ="
            " (SELECT id FROM journal_entries WHERE kind = 'payment_accepted' ORDER BY id LIMIT 1)"
        ),
        ["entry does not balance", SEAL, SUB_LEDGER, STATE_AND_LEDGER, CONTROL],
    ),
    "an entry deleted from under its lines": (
        "DELETE FROM journal_entries WHERE kind = 'payment_accepted'",
        ["line without its entry", SEAL, CHAIN_END, SUB_LEDGER, STATE_AND_LEDGER],
    ),
    "a line moved to another account's sub-ledger": (
        (
            "UPDATE journal_lines SET account_id = (SELECT id FROM accounts WHERE source_ref = 'demo/leases/1')"
            " WHERE ledger_account = 'principal_receivable' AND credit_cents > 0"
        ),
        ["line of another account than its entry"],
    ),
    "an entry of no account": (
        "UPDATE journal_entries SET account_id = gen_random_uuid() WHERE kind = 'account_opened'",
        ["line of another account than its entry", "entry without its account", SEAL, SUB_LEDGER, STATE_AND_LEDGER],
    ),
    "an entry dated otherwise": (
        "UPDATE journal_entries SET posted_on = posted_on - 1 WHERE kind = 'account_opened' AND chain_number = 1",
        [SEAL],
    ),
    "an entry said to come from something else": (
        "UPDATE journal_entries SET cause_key = 'other' WHERE kind = 'payment_accepted'",
        [SEAL],
    ),
    "a seal changed": (
        "UPDATE journal_entries SET chain_digest = sha256('other') WHERE chain_number = 2",
        [SEAL],
    ),
    "a whole chain sealed anew": (
        "UPDATE account_states SET chain_digest = sha256('other') WHERE chain_number > 0",
        [CHAIN_END],
    ),
    "an entry taken out of the chain": (
        "UPDATE journal_entries SET chain_number = NULL, chain_digest = NULL WHERE chain_number = 2",
        [SEAL],
    ),
    "the newest entry gone without a trace": (
        (
            "WITH gone AS (DELETE FROM journal_entries WHERE id IN"
            " (SELECT id FROM journal_entries ORDER BY chain_number DESC LIMIT 1) RETURNING id)"
            " DELETE FROM journal_lines WHERE entry_id IN (SELECT id FROM gone)"
        ),
        [CHAIN_END, SUB_LEDGER, STATE_AND_LEDGER, CONTROL],
    ),
    "a reversal of nothing": (
        "UPDATE journal_entries SET reverses_id = gen_random_uuid() WHERE kind = 'payment_allocated_reversed'",
        ["reversal of nothing", SEAL],
    ),
    "an account without its state": (
        "DELETE FROM account_states WHERE account_id IN (SELECT id FROM accounts WHERE product = 'lease')",
        [HALF_AN_ACCOUNT, CONTROL],
    ),
    "an account without its opening": (
        (
            "DELETE FROM account_events WHERE kind = 'account_opened' AND account_id IN"
            " (SELECT id FROM accounts WHERE status = 'closed')"
        ),
        [HALF_AN_ACCOUNT, UNREADABLE],
    ),
    "an account deleted from under its rows": (
        "DELETE FROM accounts WHERE status = 'closed'",
        [NO_ACCOUNT],
    ),
    "a payment deleted": (
        "DELETE FROM account_events WHERE source_key = 'payment:backdated:1'",
        [PAYMENTS, EVENTS_DIFFER, "version is not the number of events", ALLOCATIONS, SUB_LEDGER, CONTROL],
    ),
    "a payment changed": (
        (
            "UPDATE account_events SET data = jsonb_set(data, '{amount_cents}', '30001')"
            " WHERE source_key = 'payment:late:1'"
        ),
        [PAYMENTS, EVENTS_DIFFER, ALLOCATIONS, SUB_LEDGER, CONTROL],
    ),
    "an allocation deleted": (
        "DELETE FROM allocations WHERE source_key = 'payment:late:1'",
        [PAYMENTS, ALLOCATIONS],
    ),
    "an allocation split another way": (
        (
            "UPDATE allocations SET principal_cents = principal_cents - 1, fees_cents = fees_cents + 1"
            " WHERE source_key = 'payment:late:1'"
        ),
        [ALLOCATIONS],
    ),
    "a state changed": (
        (
            "UPDATE account_states SET state = jsonb_set(state, '{principal_cents}', '1')"
            " WHERE account_id IN (SELECT id FROM accounts WHERE source_ref = 'demo/loans/1')"
        ),
        [EVENTS_DIFFER, STATE_AND_LEDGER],
    ),
    "a version lost": (
        "UPDATE account_states SET version = 1",
        ["version is not the number of events"],
    ),
    "a state that is none": (
        "UPDATE account_states SET state = '{}' WHERE account_id IN (SELECT id FROM accounts WHERE status = 'closed')",
        [UNREADABLE],
    ),
    "held money forgotten": (
        "UPDATE account_states SET held_cents = 0",
        ["held money is not the sum of the held payments", STATE_AND_LEDGER],
    ),
    "terms changed behind the engine's back": (
        (
            "UPDATE contract_terms SET terms = jsonb_set(terms, '{annual_rate_percent}', '\"6.99\"')"
            " WHERE terms ? 'annual_rate_percent'"
        ),
        [EVENTS_DIFFER, ALLOCATIONS, SUB_LEDGER, CONTROL],
    ),
    "a loan called paid off": (
        "UPDATE accounts SET status = 'paid_off' WHERE source_ref = 'demo/loans/1'",
        ["status is not the replay's"],
    ),
}


@pytest.fixture
def books(service: AccountsService) -> Database:
    """A loan with a payment that came late and one held, a lease with a payment, a closed loan."""
    loan, lease = an_account(service, a_loan()), an_account(service, a_lease())
    take_over(service, a_closed_loan())
    for name, account_id, day, cents in (
        ("late", loan, 20, 30_000),
        ("backdated", loan, 10, 20_000),
        ("too early", loan, 1, 5_000),
        ("lease", lease, 20, 50_000),
    ):
        on = date(2026, 11, day)
        envelope = payment_posted(service, account_id=account_id, payment_id=name, effective_on=on, amount_cents=cents)
        deliver(service.on_payment_posted, envelope)
    return service.store


@pytest.fixture
def plant(service: AccountsService, cluster: Cluster) -> Iterator[Plant]:
    """Change the books as only the server's superuser could: with every trigger and foreign key off."""
    engine = create_engine(cluster.admin_url(str(service.store.engine.url.database)))

    def change(statement: str) -> int:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            return connection.execute(text(statement)).rowcount

    yield change
    engine.dispose()


def test_sound_books_show_no_difference_and_their_figures(books: Database) -> None:
    report = examine(books)
    assert report.differences == []
    assert str(report.figures) == (
        "3 accounts, 4 payments, 16 entries with 38 lines; debits $49,385.01, credits $49,385.01"
    )


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found(books: Database, plant: Plant, defect: str) -> None:
    statement, expected = DEFECTS[defect]
    assert plant(statement) > 0
    assert list(dict.fromkeys(difference.check for difference in check(books))) == expected


def test_a_difference_says_where_and_what(books: Database, plant: Plant) -> None:
    plant("UPDATE allocations SET kind = 'payment' WHERE source_key = 'payment:too early:1'")
    difference, *_ = check(books)
    expected = Difference(PAYMENTS, "payment:too early:1", "payment 5000 cents, allocation 5000 cents")
    assert difference == expected
    assert str(difference) == f"{PAYMENTS}: payment:too early:1: payment 5000 cents, allocation 5000 cents"


def test_the_check_changes_nothing(books: Database) -> None:
    assert examine(books) == examine(books)


def test_an_empty_ledger_is_sound(service: AccountsService) -> None:
    assert check(service.store) == []
    assert examine(service.store).figures.accounts == 0


def test_every_account_of_a_large_portfolio_is_looked_at_but_not_every_difference_named(
    service: AccountsService, plant: Plant
) -> None:
    take_over(service, *[a_loan(source_ref=f"demo/{number}", parties=()) for number in range(BATCH + 5)])
    assert check(service.store) == []
    plant("UPDATE account_states SET version = 2")
    assert len(check(service.store)) == NAMED_MAX
    last = "(SELECT id FROM accounts ORDER BY id DESC LIMIT 1)"
    plant(f"UPDATE account_states SET version = 1 WHERE account_id <> {last}")
    assert len(check(service.store)) == 1
