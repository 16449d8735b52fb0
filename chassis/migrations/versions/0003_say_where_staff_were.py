"""The audit log says from where somebody did what it tells."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE audit_log ADD COLUMN client_address text NOT NULL DEFAULT ''")


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
