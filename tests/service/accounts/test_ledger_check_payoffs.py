"""`ledger check` looks at payoffs and refunds too, and names what somebody could plant there."""

from datetime import date

import pytest
from sqlalchemy import create_engine, text

from chassis.store import Database
from deploy.ledger_check import check
from deploy.postgres.cluster import Cluster
from services.accounts.service import AccountsService
from tests.builders.accounts import a_loan, a_stored_quote, an_account, payment_posted
from tests.builders.wiring import deliver

EVENTS_DIFFER = "stored state is not the replay of the events"
VERSION = "version is not the number of events"
ALLOCATIONS = "stored allocations are not the replay's"
SUB_LEDGER = "sub-ledger is not what the events give"
STATUS = "status is not the replay's"
CONTROL = "control account is not the sum of its sub-ledgers"

DEFECTS: dict[str, tuple[str, list[str]]] = {
    "a payoff deleted": (
        "DELETE FROM account_events WHERE kind = 'payoff_settled' AND (data ->> 'quote_id') IS NOT NULL",
        ["quote and payoff do not agree", EVENTS_DIFFER, VERSION, ALLOCATIONS, SUB_LEDGER, STATUS, CONTROL],
    ),
    "a refund made larger": (
        "UPDATE account_events SET data = jsonb_set(data, '{amount_cents}', '501') WHERE kind = 'refund_due'",
        ["refund and work item do not agree", ALLOCATIONS, SUB_LEDGER, CONTROL],
    ),
    "a refund made larger than its payment": (
        (
            "WITH larger AS (UPDATE account_events SET data = jsonb_set(data, '{amount_cents}', '9000000')"
            " WHERE kind = 'refund_due' RETURNING source_key)"
            " UPDATE work_items w SET details = jsonb_set(details, '{amount_cents}', '9000000')"
            " FROM larger WHERE w.source_key = larger.source_key"
        ),
        ["refunds are more than their payment", ALLOCATIONS, SUB_LEDGER, CONTROL],
    ),
    "a refund nobody was told to pay": (
        "DELETE FROM work_items WHERE reason = 'refund_due'",
        ["refund and work item do not agree"],
    ),
    "a payoff without its payment": (
        "UPDATE account_events SET data = data || '{\"payment_key\": \"payment:x:1\"}' WHERE kind = 'refund_due'",
        ["payoff or refund of a payment that is not there"],
    ),
    "a promise left open": (
        "UPDATE payoff_quotes SET status = 'live', met_by_key = NULL, decided_at = NULL",
        ["open promise of an account that is not open"],
    ),
    "more written off than there was": (
        "UPDATE allocations SET amount_cents = amount_cents + 1, fees_cents = 1 WHERE kind = 'payoff_drift'",
        [ALLOCATIONS],
    ),
}  # fmt: skip


@pytest.fixture
def books(service: AccountsService) -> Database:
    """A loan closed by a quote with 91 cents of drift, and one that was paid off with five dollars too much."""
    drifted, overpaid = an_account(service, a_loan()), an_account(service, a_loan(source_ref="overpaid"))
    quote_id = a_stored_quote(service, account_id=drifted, payoff_cents=1_830_750, good_through=date(2026, 11, 30))
    for account_id, cents, quote in ((drifted, 1_830_750, quote_id), (overpaid, 1_831_341, None)):
        envelope = payment_posted(service, account_id=account_id, amount_cents=cents, quote_id=quote)
        deliver(service.on_payment_posted, envelope)
    return service.store


def test_sound_books_show_no_difference(books: Database) -> None:
    assert check(books) == []


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found(books: Database, cluster: Cluster, defect: str) -> None:
    statement, expected = DEFECTS[defect]
    engine = create_engine(cluster.admin_url(str(books.engine.url.database)))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        assert connection.execute(text(statement)).rowcount > 0
    engine.dispose()
    assert list(dict.fromkeys(difference.check for difference in check(books))) == expected
