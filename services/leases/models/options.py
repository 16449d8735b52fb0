"""The ways out that were taken, and the statements that were signed on them."""

import uuid
from datetime import datetime

from sqlalchemy import Column, Date, DateTime, Integer, Select, Table, Text, cast, select
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.leases.models.tables import metadata

lease_options = Table(
    "lease_options",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("option", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_on", Date),
    Column("closed_at", DateTime(timezone=True)),
)
"""`ends_on` is the last day of what is under way: a quote's, an offer's, an appointment's."""

odometer_statements = Table(
    "odometer_statements",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("reading_id", UUID(as_uuid=True), nullable=False),
    Column("certification", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
)

lease_milestones_told = Table(
    "lease_milestones_told",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("ends_on", Date, primary_key=True),
    Column("milestone_days", Integer, primary_key=True),
)
"""Every milestone that was told, and of which end: days may be handled in another order than they came."""

lease_renewals = Table(
    "lease_renewals",
    metadata,
    Column("option_id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("agreed_on", Date, nullable=False),
    Column("ended_on", Date),
    Column("ended_because", Text),
)
"""Leases that renew themselves, by the extension that agreed to it; at most one of a lease runs."""


def option_of(*, account_id: uuid.UUID, option_id: str, option: str) -> Select[tuple[object, ...]]:
    """One way out of one lease, by an id that need not be one."""
    is_that_one = cast(lease_options.c.id, Text) == option_id
    return select(lease_options).where(
        lease_options.c.account_id == account_id, lease_options.c.option == option, is_that_one
    )


def option_under_way(account_id: uuid.UUID) -> Select[tuple[object, ...]]:
    """The way out of one lease that is under way: one row, or none."""
    return select(lease_options).where(lease_options.c.account_id == account_id, lease_options.c.closed_at.is_(None))


def statement_since(*, account_id: uuid.UUID, opened_at: datetime) -> Select[tuple[object, ...]]:
    """The last odometer statement that was signed since an option was opened."""
    of_lease = (odometer_statements.c.account_id == account_id) & (odometer_statements.c.signed_at >= opened_at)
    return select(odometer_statements).where(of_lease).order_by(odometer_statements.c.id.desc()).limit(1)
