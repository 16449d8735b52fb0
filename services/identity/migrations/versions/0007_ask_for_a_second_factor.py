"""Second factors: codes of an app, codes by text, codes to recover with; and sign-ins that wait for one."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE factors (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_factors_user REFERENCES users (id),
            kind text NOT NULL,
            secret_sealed text,
            last_step bigint,
            added_at timestamptz NOT NULL,
            confirmed_at timestamptz,
            CONSTRAINT ck_factors_kind CHECK (kind IN ('totp', 'text')),
            CONSTRAINT ck_factors_secret CHECK ((kind = 'totp') = (secret_sealed IS NOT NULL)),
            CONSTRAINT uq_factors_kind UNIQUE (user_id, kind)
        );

        CREATE TABLE recovery_codes (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_recovery_codes_user REFERENCES users (id),
            code_hash text NOT NULL,
            made_at timestamptz NOT NULL,
            used_at timestamptz,
            CONSTRAINT uq_recovery_codes_code UNIQUE (user_id, code_hash)
        );

        CREATE TABLE challenges (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_challenges_user REFERENCES users (id),
            token_hash text NOT NULL,
            device text,
            asked_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            passed_at timestamptz,
            CONSTRAINT uq_challenges_token_hash UNIQUE (token_hash)
        );
        CREATE INDEX ix_challenges_user ON challenges (user_id);
        CREATE INDEX ix_challenges_expires_at ON challenges (expires_at);

        CREATE TABLE texted_codes (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_texted_codes_user REFERENCES users (id),
            challenge_id uuid
                CONSTRAINT fk_texted_codes_challenge REFERENCES challenges (id) ON DELETE CASCADE,
            texted_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz
        );
        CREATE INDEX ix_texted_codes_user ON texted_codes (user_id, texted_at);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
