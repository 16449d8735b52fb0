"""Forgotten passwords and user IDs, the messages they lead to, and the attempts to prove who one is."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE sessions ADD COLUMN proven_at timestamptz NOT NULL DEFAULT now();
        UPDATE sessions SET proven_at = opened_at;
        ALTER TABLE sessions
            DROP CONSTRAINT ck_sessions_end_reason,
            ADD CONSTRAINT ck_sessions_end_reason
                CHECK (end_reason IN ('closed', 'replayed', 'password_changed'));

        CREATE TABLE attempts_to_prove (
            id uuid PRIMARY KEY,
            target text NOT NULL,
            place text NOT NULL,
            attempted_at timestamptz NOT NULL
        );
        CREATE INDEX ix_attempts_to_prove_target ON attempts_to_prove (target, attempted_at);
        CREATE INDEX ix_attempts_to_prove_attempted_at ON attempts_to_prove (attempted_at);

        CREATE TABLE familiar_places (
            user_id uuid NOT NULL CONSTRAINT fk_familiar_places_user REFERENCES users (id),
            place text NOT NULL,
            device text NOT NULL,
            seen_at timestamptz NOT NULL,
            PRIMARY KEY (user_id, place, device)
        );

        CREATE TABLE messages (
            id uuid PRIMARY KEY,
            channel text NOT NULL,
            template text NOT NULL,
            facts_sealed text,
            written_at timestamptz NOT NULL,
            asked_at timestamptz,
            CONSTRAINT ck_messages_channel CHECK (channel IN ('email', 'sms')),
            CONSTRAINT ck_messages_facts_erased CHECK ((facts_sealed IS NULL) = (asked_at IS NOT NULL))
        );
        CREATE INDEX ix_messages_asked_at ON messages (asked_at);

        CREATE TABLE recoveries (
            id uuid PRIMARY KEY,
            kind text NOT NULL,
            state text NOT NULL,
            email_sealed text,
            user_id uuid CONSTRAINT fk_recoveries_user REFERENCES users (id),
            token_hash text,
            requested_at timestamptz NOT NULL,
            expires_at timestamptz,
            used_at timestamptz,
            CONSTRAINT uq_recoveries_token_hash UNIQUE (token_hash),
            CONSTRAINT ck_recoveries_kind CHECK (kind IN ('password', 'user_id')),
            CONSTRAINT ck_recoveries_state CHECK (state IN ('received', 'nobody', 'sent', 'used', 'void')),
            CONSTRAINT ck_recoveries_address_erased CHECK ((state = 'received') = (email_sealed IS NOT NULL)),
            CONSTRAINT ck_recoveries_token CHECK (
                (kind = 'password' AND state IN ('sent', 'used')) = (num_nonnulls(user_id, token_hash, expires_at) = 3)
            ),
            CONSTRAINT ck_recoveries_used CHECK ((state = 'used') = (used_at IS NOT NULL))
        );
        CREATE INDEX ix_recoveries_user ON recoveries (user_id, requested_at);
        CREATE INDEX ix_recoveries_requested_at ON recoveries (requested_at);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
