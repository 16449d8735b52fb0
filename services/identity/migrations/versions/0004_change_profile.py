"""A person may correct their name and give a mailing address; each change raises the version of the profile."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE users
            ADD COLUMN version integer NOT NULL DEFAULT 1,
            ADD COLUMN mailing_address_sealed text,
            ADD COLUMN matched_last_name text;
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
