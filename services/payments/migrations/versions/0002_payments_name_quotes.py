"""A payment may name the payoff quote that it is meant to meet."""

from alembic import op

revision = "payments_name_quotes"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE payments ADD COLUMN quote_id uuid")


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
