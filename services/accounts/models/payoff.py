"""The table of payoff quotes: what was promised never changes, only what became of it."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    Label,
    Table,
    Text,
    cast,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.accounts.models.tables import account_events, metadata

payoff_quotes = Table(
    "payoff_quotes",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("source_ref", Text),
    Column("lines", JSONB, nullable=False),
    Column("principal_cents", BigInteger, nullable=False),
    Column("interest_cents", BigInteger, nullable=False),
    Column("fees_cents", BigInteger, nullable=False),
    Column("other_cents", BigInteger, nullable=False),
    Column("credit_cents", BigInteger, nullable=False),
    Column("payoff_cents", BigInteger, nullable=False),
    Column("per_diem", Text, nullable=False),
    Column("as_of_on", Date, nullable=False),
    Column("good_through", Date, nullable=False),
    Column("rests_on_number", Integer, nullable=False),
    Column("drift_limit_cents", BigInteger, nullable=False),
    Column("explanation", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("met_by_key", Text),
    Column("withdrawn_reason", Text),
    Column("withdrawn_on", Date),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
)


def received_cents() -> Label[Any]:
    """For a statement over quotes: what was paid since each was given, effective while it was good.

    Of a lease only what names the quote: an instalment paid meanwhile is no part of the price.
    """
    amount = account_events.c.data["amount_cents"].astext.cast(BigInteger)
    undoing = account_events.alias("undoing")
    is_undone = exists().where(
        undoing.c.account_id == account_events.c.account_id,
        undoing.c.kind.in_(("payment_reversed", "payment_returned")),
        undoing.c.data["payment_key"].astext == account_events.c.source_key,
    )
    names_it = account_events.c.data["quote_id"].astext == cast(payoff_quotes.c.id, Text)
    since = select(func.coalesce(func.sum(amount), 0)).where(
        not_(is_undone),
        account_events.c.account_id == payoff_quotes.c.account_id,
        account_events.c.kind == "payment_posted",
        or_(payoff_quotes.c.kind == "payoff", names_it),
        account_events.c.number > payoff_quotes.c.rests_on_number,
        account_events.c.effective_on <= payoff_quotes.c.good_through,
    )
    return since.correlate(payoff_quotes).scalar_subquery().label("received_cents")
