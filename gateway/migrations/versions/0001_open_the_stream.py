"""The events of the live stream."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE stream_events (
            id uuid PRIMARY KEY,
            transaction_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
            account_id uuid NOT NULL,
            type text NOT NULL,
            data jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT ck_stream_events_type CHECK (type <> '')
        );
        CREATE INDEX ix_stream_events_position ON stream_events (account_id, transaction_id, id);
        CREATE INDEX ix_stream_events_created_at ON stream_events (created_at);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
