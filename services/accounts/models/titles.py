"""The table of title releases: by when the title of a closed loan is due, and when it went out."""

from sqlalchemy import Column, Date, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from services.accounts.models.tables import metadata

title_releases = Table(
    "title_releases",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("good_funds_on", Date, primary_key=True),
    Column("state", Text),
    Column("due_on", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("released_on", Date),
    Column("released_by", Text),
    Column("reference", Text),
    Column("withdrawn_on", Date),
)
