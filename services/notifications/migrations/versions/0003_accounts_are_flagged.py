"""Which flags stand on an account, as accounts told it: some messages stop."""

from alembic import op

revision = "accounts_are_flagged"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE account_flags (
            account_id uuid NOT NULL,
            kind text NOT NULL,
            sequence bigint NOT NULL,
            stands boolean NOT NULL,
            CONSTRAINT pk_account_flags PRIMARY KEY (account_id, kind)
        );
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
