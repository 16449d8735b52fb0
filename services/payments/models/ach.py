"""ACH files: what was sent in them entry by entry, what came back, and where a settlement report differs from us."""

import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from chassis.keys import FieldCipher
from chassis.store import Row
from services.payments.models.metadata import metadata

ach_files = Table(
    "ach_files",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("business_on", Date, nullable=False),
    Column("modifier", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("originator", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("debit_cents", BigInteger, nullable=False),
    Column("credit_cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("id", name="pk_ach_files"),
    UniqueConstraint("business_on", "modifier", name="uq_ach_files_modifier"),
    CheckConstraint("modifier ~ '^[A-Z0-9]$'", name="ck_ach_files_modifier"),
)

ach_entries = Table(
    "ach_entries",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("charge_key", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("routing_number", Text, nullable=False),
    Column("account_number_encrypted", Text, nullable=False),
    Column("account_type", Text, nullable=False),
    Column("holder_name", Text, nullable=False),
    Column("entry_class", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("queued_at", DateTime(timezone=True), nullable=False),
    Column("file_id", UUID(as_uuid=True)),
    Column("trace_number", Text),
    Column("recurs", Boolean, nullable=False),
    Column("is_prenote", Boolean, nullable=False, server_default="false"),
    PrimaryKeyConstraint("id", name="pk_ach_entries"),
    UniqueConstraint("charge_key", name="uq_ach_entries_charge_key"),
    ForeignKeyConstraint(["file_id"], ["ach_files.id"], name="fk_ach_entries_file"),
    CheckConstraint("direction IN ('credit', 'debit')", name="ck_ach_entries_direction"),
    CheckConstraint("amount_cents > 0 OR is_prenote AND amount_cents = 0", name="ck_ach_entries_amount"),
    CheckConstraint("(file_id IS NULL) = (trace_number IS NULL)", name="ck_ach_entries_filed"),
    Index("ix_ach_entries_waiting", "number", postgresql_where=text("file_id IS NULL")),
    Index("ix_ach_entries_trace", "trace_number", postgresql_where=text("trace_number IS NOT NULL")),
    Index("ix_ach_entries_file", "file_id"),
)

ach_intakes = Table(
    "ach_intakes",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="pk_ach_intakes"),
    UniqueConstraint("sha256", name="uq_ach_intakes_sha256"),
)

ach_notices = Table(
    "ach_notices",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("intake_id", UUID(as_uuid=True), nullable=False),
    Column("source_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("trace_number", Text, nullable=False),
    Column("entry_id", UUID(as_uuid=True)),
    Column("amount_cents", BigInteger, nullable=False),
    Column("corrected_encrypted", Text),
    Column("outcome", Text, nullable=False),
    Column("waits_because", Text),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", Text),
    Column("note", Text),
    PrimaryKeyConstraint("id", name="pk_ach_notices"),
    UniqueConstraint("source_key", name="uq_ach_notices_source_key"),
    ForeignKeyConstraint(["intake_id"], ["ach_intakes.id"], name="fk_ach_notices_intake"),
    ForeignKeyConstraint(["entry_id"], ["ach_entries.id"], name="fk_ach_notices_entry"),
    CheckConstraint("outcome IN ('done', 'known', 'waiting')", name="ck_ach_notices_outcome"),
    CheckConstraint("(outcome = 'waiting') = (waits_because IS NOT NULL)", name="ck_ach_notices_waiting_says_why"),
    Index("ix_ach_notices_waiting", "id", postgresql_where=text("outcome = 'waiting' AND closed_at IS NULL")),
)

settlement_reports = Table(
    "settlement_reports",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("compared_at", DateTime(timezone=True), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("agreed_lines", Integer, nullable=False),
    Column("agreed_cents", BigInteger, nullable=False),
    Column("differences", Integer, nullable=False),
    PrimaryKeyConstraint("id", name="pk_settlement_reports"),
)

settlement_differences = Table(
    "settlement_differences",
    metadata,
    Column("report_id", UUID(as_uuid=True), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("line", Integer),
    Column("payment_id", UUID(as_uuid=True)),
    Column("ours_cents", BigInteger),
    Column("theirs_cents", BigInteger),
    PrimaryKeyConstraint("report_id", "number", name="pk_settlement_differences"),
    ForeignKeyConstraint(["report_id"], ["settlement_reports.id"], name="fk_settlement_differences_report"),
    CheckConstraint(
        "kind IN ('ours_not_theirs', 'theirs_not_ours', 'amount_differs', 'told_twice')",
        name="ck_settlement_differences_kind",
    ),
)

_NUMBERS = re.compile(r"[0-9]{4,}")


def notice_as_told(cipher: FieldCipher, row: Row) -> dict[str, Any]:
    """The AchNotice of the contract, with every long number cut to its last four digits."""
    sealed = row["corrected_encrypted"]
    corrected = None if sealed is None else cipher.decrypt(sealed, bound_to=str(row["id"]))
    shown = corrected and _NUMBERS.sub(lambda found: f"…{found[0][-4:]}", corrected).strip()
    return {**row, "corrected": shown}
