"""What waits for a person is found without reading every way out that was ever taken."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """
        CREATE INDEX ix_lease_options_waiting ON lease_options (id) WHERE closed_at IS NULL;
        CREATE INDEX ix_lease_options_disputed ON lease_options (id) WHERE details ? 'disputes';
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
