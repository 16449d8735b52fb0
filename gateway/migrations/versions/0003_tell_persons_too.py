"""Events that concern a person rather than an account, and reading what is new for everybody at once."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE stream_events ALTER COLUMN account_id DROP NOT NULL;
        ALTER TABLE stream_events ADD COLUMN user_id uuid;
        ALTER TABLE stream_events
            ADD CONSTRAINT ck_stream_events_audience CHECK (num_nonnulls(account_id, user_id) = 1);
        CREATE INDEX ix_stream_events_person ON stream_events (user_id, transaction_id, id) WHERE user_id IS NOT NULL;
        CREATE INDEX ix_stream_events_order ON stream_events (transaction_id, id);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
