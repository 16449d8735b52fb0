"""Messages learn from their vendor whether they arrived; one that was accepted may fail later."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE messages ADD COLUMN delivered_at timestamptz;

        ALTER TABLE messages DROP CONSTRAINT ck_messages_state;
        ALTER TABLE messages ADD CONSTRAINT ck_messages_state
            CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'suppressed', 'unknown')) NOT VALID;
        ALTER TABLE messages VALIDATE CONSTRAINT ck_messages_state;

        ALTER TABLE messages DROP CONSTRAINT ck_messages_sent_at;
        ALTER TABLE messages ADD CONSTRAINT ck_messages_sent_at
            CHECK (CASE WHEN state IN ('sent', 'delivered') THEN sent_at IS NOT NULL
                ELSE sent_at IS NULL OR state IN ('failed', 'suppressed') END) NOT VALID;
        ALTER TABLE messages VALIDATE CONSTRAINT ck_messages_sent_at;

        ALTER TABLE messages ADD CONSTRAINT ck_messages_delivered_at
            CHECK (CASE WHEN state = 'delivered' THEN delivered_at IS NOT NULL
                ELSE delivered_at IS NULL OR state = 'failed' END) NOT VALID;
        ALTER TABLE messages VALIDATE CONSTRAINT ck_messages_delivered_at;
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
