"""Users, the accounts they may act on, how they came to us, and their sessions."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE users (
            id uuid PRIMARY KEY,
            email text NOT NULL,
            user_name text,
            password_hash text NOT NULL,
            status text NOT NULL,
            role text NOT NULL,
            party_id text,
            first_name text NOT NULL,
            last_name text NOT NULL,
            phone_sealed text,
            sms_consent boolean NOT NULL,
            accepted_terms text NOT NULL,
            accepted_terms_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            email_verified_at timestamptz,
            CONSTRAINT uq_users_email UNIQUE (email),
            CONSTRAINT uq_users_user_name UNIQUE (user_name),
            CONSTRAINT ck_users_email_lower CHECK (email = lower(email)),
            CONSTRAINT ck_users_user_name
                CHECK (user_name <> '' AND user_name = lower(user_name) AND user_name NOT LIKE '%@%'),
            CONSTRAINT ck_users_password_hashed CHECK (password_hash LIKE '$argon2id$%'),
            CONSTRAINT ck_users_status CHECK (status IN ('unverified', 'active', 'closed')),
            CONSTRAINT ck_users_active_verified CHECK (status <> 'active' OR email_verified_at IS NOT NULL),
            CONSTRAINT ck_users_role CHECK (role IN ('customer', 'agent')),
            CONSTRAINT ck_users_customer_party CHECK (role <> 'customer' OR party_id IS NOT NULL)
        );
        CREATE UNIQUE INDEX uq_users_active_party ON users (party_id) WHERE status = 'active';

        CREATE TABLE user_accounts (
            user_id uuid NOT NULL CONSTRAINT fk_user_accounts_user REFERENCES users (id),
            account_id uuid NOT NULL,
            role text NOT NULL,
            account_last4 text NOT NULL,
            linked_at timestamptz NOT NULL,
            PRIMARY KEY (user_id, account_id)
        );
        CREATE INDEX ix_user_accounts_account ON user_accounts (account_id);

        CREATE TABLE registrations (
            id uuid PRIMARY KEY,
            state text NOT NULL,
            account_digest text NOT NULL,
            accepted_terms text NOT NULL,
            received_at timestamptz NOT NULL,
            closed_at timestamptz,
            email text,
            user_name text,
            password_hash text,
            claim_sealed text,
            user_id uuid CONSTRAINT fk_registrations_user REFERENCES users (id),
            mail_template text,
            mail_to text,
            mail_first_name text,
            CONSTRAINT ck_registrations_state
                CHECK (state IN ('received', 'no_match', 'matched', 'done', 'abandoned')),
            CONSTRAINT ck_registrations_secrets_erased CHECK (
                (state = 'received') = (email IS NOT NULL AND password_hash IS NOT NULL AND claim_sealed IS NOT NULL)
                AND (state = 'received' OR num_nonnulls(email, user_name, password_hash, claim_sealed) = 0)
            ),
            CONSTRAINT ck_registrations_mail_waiting CHECK (
                num_nonnulls(mail_template, mail_to, mail_first_name) = CASE state WHEN 'matched' THEN 3 ELSE 0 END
            )
        );
        CREATE INDEX ix_registrations_account_digest ON registrations (account_digest, received_at);
        CREATE INDEX ix_registrations_received_at ON registrations (received_at);

        CREATE TABLE verifications (
            registration_id uuid PRIMARY KEY CONSTRAINT fk_verifications_registration REFERENCES registrations (id),
            user_id uuid NOT NULL CONSTRAINT fk_verifications_user REFERENCES users (id),
            token_hash text NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz,
            CONSTRAINT uq_verifications_token_hash UNIQUE (token_hash)
        );
        CREATE INDEX ix_verifications_user ON verifications (user_id);

        CREATE TABLE sessions (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_sessions_user REFERENCES users (id),
            device text,
            opened_at timestamptz NOT NULL,
            last_used_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            ended_at timestamptz,
            end_reason text,
            CONSTRAINT ck_sessions_end_reason CHECK (end_reason IN ('closed', 'replayed')),
            CONSTRAINT ck_sessions_ended CHECK ((ended_at IS NULL) = (end_reason IS NULL))
        );
        CREATE INDEX ix_sessions_user ON sessions (user_id, id);
        CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

        CREATE TABLE refresh_tokens (
            id uuid PRIMARY KEY,
            session_id uuid NOT NULL
                CONSTRAINT fk_refresh_tokens_session REFERENCES sessions (id) ON DELETE CASCADE,
            token_hash text NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz,
            successor_id uuid,
            successor_sealed text,
            CONSTRAINT uq_refresh_tokens_token_hash UNIQUE (token_hash),
            CONSTRAINT uq_refresh_tokens_successor UNIQUE (successor_id),
            CONSTRAINT ck_refresh_tokens_rotated CHECK ((used_at IS NULL) = (successor_id IS NULL)),
            CONSTRAINT ck_refresh_tokens_successor_sealed CHECK (successor_sealed IS NULL OR used_at IS NOT NULL)
        );
        CREATE INDEX ix_refresh_tokens_session ON refresh_tokens (session_id);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
