"""The table of payoff quotes: what was promised never changes, only what became of it."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.accounts.models.tables import metadata

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
    Column("explanation", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("met_by_key", Text),
    Column("withdrawn_reason", Text),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
)
