"""A change of a webhook's secret knows the request that asked for it, so that the same one again changes nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("webhook_endpoints", sa.Column("rotation_digest", sa.Text))


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
