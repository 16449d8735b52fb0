"""Passkeys: signing in with a key that never leaves the person's device."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE passkeys (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_passkeys_user REFERENCES users (id),
            credential_id text NOT NULL,
            public_key text NOT NULL,
            sign_count bigint NOT NULL,
            label text NOT NULL,
            added_at timestamptz NOT NULL,
            last_used_at timestamptz,
            CONSTRAINT uq_passkeys_credential UNIQUE (credential_id)
        );
        CREATE INDEX ix_passkeys_user ON passkeys (user_id);

        CREATE TABLE ceremonies (
            challenge_hash text PRIMARY KEY,
            purpose text NOT NULL,
            user_id uuid CONSTRAINT fk_ceremonies_user REFERENCES users (id),
            begun_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz,
            CONSTRAINT ck_ceremonies_purpose CHECK (purpose IN ('add', 'sign_in')),
            CONSTRAINT ck_ceremonies_user CHECK ((purpose = 'add') = (user_id IS NOT NULL))
        );
        CREATE INDEX ix_ceremonies_expires_at ON ceremonies (expires_at);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
