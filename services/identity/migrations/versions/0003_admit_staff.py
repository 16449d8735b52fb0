"""Staff have users too: nobody asks them to accept the terms that customers accept."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE users
            ALTER COLUMN accepted_terms DROP NOT NULL,
            ALTER COLUMN accepted_terms_at DROP NOT NULL,
            ADD CONSTRAINT ck_users_customer_terms CHECK (
                role <> 'customer' OR num_nonnulls(accepted_terms, accepted_terms_at) = 2
            );
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
