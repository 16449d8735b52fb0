"""The tables of statements: what was issued and what was consented to never change; a mailing only goes out."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.accounts.models.tables import metadata

statements = Table(
    "statements",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("statement_on", Date, nullable=False),
    Column("period_from_on", Date, nullable=False),
    Column("period_to_on", Date, nullable=False),
    Column("through_number", Integer, nullable=False),
    Column("through_chain_number", Integer, nullable=False),
    Column("delivery", Text, nullable=False),
    Column("consent_id", UUID(as_uuid=True)),
    Column("amount_due_cents", BigInteger),
    Column("due_on", Date),
    Column("document", JSONB, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
)

paperless_consents = Table(
    "paperless_consents",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("number", Integer, nullable=False),
    Column("act", Text, nullable=False),
    Column("version", Text),
    Column("proof", Text),
    Column("acted_by", Text, nullable=False),
    Column("reason", Text),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

paper_mailings = Table(
    "paper_mailings",
    metadata,
    Column("statement_id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("mailed_at", DateTime(timezone=True)),
    Column("batch_id", UUID(as_uuid=True)),
    Column("mailed_by", Text),
    Column("without_address_at", DateTime(timezone=True)),
    Column("printed_at", DateTime(timezone=True)),
)

# Letters that one person has taken to print and mail.
paper_batches = Table(
    "paper_batches",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("taken_by", Text, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("printed_at", DateTime(timezone=True)),
)
