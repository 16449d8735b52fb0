"""Wrong claims on an account by users who have signed in: they count against guessing like those of strangers."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE link_failures (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_link_failures_user REFERENCES users,
            account_digest text NOT NULL,
            failed_at timestamptz NOT NULL
        );
        CREATE INDEX ix_link_failures_account ON link_failures (account_digest, failed_at);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
