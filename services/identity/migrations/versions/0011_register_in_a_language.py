"""Who registers is written to in the language in which they do; English where it is not known."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE registrations ADD COLUMN language text NOT NULL DEFAULT 'en';
        ALTER TABLE registrations ADD CONSTRAINT ck_registrations_language CHECK (language IN ('en', 'es')) NOT VALID;
        ALTER TABLE registrations VALIDATE CONSTRAINT ck_registrations_language;
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
