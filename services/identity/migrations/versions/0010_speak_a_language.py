"""A person says in which language we write to them; English until they do."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE users ADD COLUMN language text NOT NULL DEFAULT 'en';
        ALTER TABLE users ADD CONSTRAINT ck_users_language CHECK (language IN ('en', 'es')) NOT VALID;
        ALTER TABLE users VALIDATE CONSTRAINT ck_users_language;
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
