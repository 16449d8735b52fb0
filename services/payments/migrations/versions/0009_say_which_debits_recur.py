"""A debit that is drawn by a standing consent says so in its ACH entry."""

from alembic import op

revision = "payments_say_what_recurs"
down_revision = "draft_by_consent"


def upgrade() -> None:
    op.execute("ALTER TABLE ach_entries ADD COLUMN recurs boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
