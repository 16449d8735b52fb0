"""A webhook has a version, so that nobody changes what somebody else has changed since it was read."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("webhook_endpoints", sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")))


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
