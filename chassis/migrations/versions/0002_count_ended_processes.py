"""Processes that ended with a handling in hand are counted apart from its failures."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE inbox ADD COLUMN ended integer NOT NULL DEFAULT 0;
        ALTER TABLE attempts ADD COLUMN ended integer NOT NULL DEFAULT 0;
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
