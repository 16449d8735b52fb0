"""The table that kept one milestone a lease goes: every one is kept since the sixth revision, and none reads this."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("DROP TABLE lease_milestones")


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
