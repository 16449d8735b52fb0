"""The table of what banks moved: cash that came in, and cash that went back out. Never changed."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from services.accounts.models.tables import metadata

bank_movements = Table(
    "bank_movements",
    metadata,
    Column("source_key", Text, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("moved_on", Date, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)
