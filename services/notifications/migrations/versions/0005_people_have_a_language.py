"""Each person is written to in a language of theirs; English where nobody has said another."""

from alembic import op

revision = "people_have_a_language"
down_revision = "people_choose"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE contacts ADD COLUMN language text NOT NULL DEFAULT 'en';
        ALTER TABLE contacts ADD CONSTRAINT ck_contacts_language CHECK (language IN ('en', 'es')) NOT VALID;
        ALTER TABLE contacts VALIDATE CONSTRAINT ck_contacts_language;
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
