"""Mailed cheques: the files in which they came, each cheque once, and the lines that could not be taken."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from chassis.keys import FieldCipher
from services.payments.models.metadata import metadata

lockbox_files = Table(
    "lockbox_files",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("last_line", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("booked_lines", Integer, nullable=False),
    Column("booked_cents", BigInteger, nullable=False),
    Column("waiting_lines", Integer, nullable=False),
    Column("waiting_cents", BigInteger, nullable=False),
    Column("repeated_lines", Integer, nullable=False),
    Column("repeated_cents", BigInteger, nullable=False),
    Column("refused_lines", Integer, nullable=False),
    Column("refused_cents", BigInteger, nullable=False),
    Column("unreadable_lines", Integer, nullable=False),
    PrimaryKeyConstraint("id", name="pk_lockbox_files"),
    UniqueConstraint("sha256", name="uq_lockbox_files_sha256"),
    CheckConstraint(
        "lines = booked_lines + waiting_lines + repeated_lines + refused_lines", name="ck_lockbox_files_every_line"
    ),
)

lockbox_receipts = Table(
    "lockbox_receipts",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("file_id", UUID(as_uuid=True), nullable=False),
    Column("line", Integer, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("cheque_key", Text),
    Column("received_on", Date, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("account_number", Text),
    Column("cheque_number", Text, nullable=False),
    Column("drawn_on_last4", Text),
    Column("remitter_encrypted", Text),
    Column("status", Text, nullable=False),
    Column("waits_because", Text),
    Column("payment_id", UUID(as_uuid=True)),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("note", Text),
    PrimaryKeyConstraint("id", name="pk_lockbox_receipts"),
    UniqueConstraint("source_key", name="uq_lockbox_receipts_source_key"),
    ForeignKeyConstraint(["file_id"], ["lockbox_files.id"], name="fk_lockbox_receipts_file"),
    ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_lockbox_receipts_payment"),
    CheckConstraint("amount_cents > 0", name="ck_lockbox_receipts_amount"),
    CheckConstraint(
        "status IN ('booked', 'waiting', 'sent_back') AND (status = 'booked') = (payment_id IS NOT NULL)",
        name="ck_lockbox_receipts_booked_has_payment",
    ),
    CheckConstraint("status <> 'waiting' OR waits_because IS NOT NULL", name="ck_lockbox_receipts_waiting_says_why"),
    Index("ix_lockbox_receipts_cheque", "cheque_key", postgresql_where=text("cheque_key IS NOT NULL")),
    Index("ix_lockbox_receipts_waiting", "id", postgresql_where=text("status = 'waiting'")),
)

lockbox_refusals = Table(
    "lockbox_refusals",
    metadata,
    Column("file_id", UUID(as_uuid=True), nullable=False),
    Column("line", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("amount_cents", BigInteger),
    PrimaryKeyConstraint("file_id", "line", name="pk_lockbox_refusals"),
    ForeignKeyConstraint(["file_id"], ["lockbox_files.id"], name="fk_lockbox_refusals_file"),
)

receipts_shown = select(lockbox_receipts, lockbox_files.c.name.label("file_name")).join(
    lockbox_files, lockbox_files.c.id == lockbox_receipts.c.file_id
)


def receipt_as_told(cipher: FieldCipher, receipt: Mapping[str, Any]) -> dict[str, Any]:
    """The Receipt of the contract from a row of `receipts_shown`."""
    sealed = receipt["remitter_encrypted"]
    remitter = None if sealed is None else cipher.decrypt(sealed, bound_to=str(receipt["id"]))
    return {**receipt, "remitter": remitter}
