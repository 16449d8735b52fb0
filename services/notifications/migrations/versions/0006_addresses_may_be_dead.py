"""Since when nothing arrives at a person's mail address or number, as their vendor told us; until it changes."""

from alembic import op

revision = "addresses_may_be_dead"
down_revision = "accounts_are_flagged"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE contacts ADD COLUMN email_dead_at timestamptz;
        ALTER TABLE contacts ADD COLUMN phone_dead_at timestamptz;
        ALTER TABLE contacts ADD CONSTRAINT ck_contacts_dead_phone
            CHECK (phone_dead_at IS NULL OR phone_sealed IS NOT NULL) NOT VALID;
        ALTER TABLE contacts VALIDATE CONSTRAINT ck_contacts_dead_phone;
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
