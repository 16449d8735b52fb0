"""The chassis' tables: outbox, inbox, attempts, stored replies, audit."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE outbox (
            id uuid PRIMARY KEY,
            exchange text NOT NULL,
            routing_key text NOT NULL,
            subject text NOT NULL,
            sequence bigint NOT NULL,
            body text NOT NULL,
            mandatory boolean NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            transaction_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
            claimed_until timestamptz,
            published_at timestamptz,
            CONSTRAINT uq_outbox_sequence UNIQUE (subject, sequence)
        );
        CREATE INDEX ix_outbox_waiting ON outbox (created_at) WHERE published_at IS NULL;
        CREATE INDEX ix_outbox_cursor ON outbox (transaction_id, id);
        CREATE INDEX ix_outbox_published_at ON outbox (published_at);

        CREATE TABLE event_sequences (subject text PRIMARY KEY, sequence bigint NOT NULL) WITH (fillfactor = 70);

        CREATE TABLE inbox (
            event_id uuid NOT NULL,
            handler text NOT NULL,
            state text NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            next_try_at timestamptz,
            body text,
            error text,
            received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (event_id, handler),
            CONSTRAINT ck_inbox_state CHECK (state IN ('done', 'retrying', 'parked'))
        ) PARTITION BY RANGE (event_id);
        CREATE TABLE inbox_other PARTITION OF inbox DEFAULT;
        CREATE INDEX ix_inbox_due ON inbox (next_try_at) WHERE state = 'retrying';
        CREATE INDEX ix_inbox_parked ON inbox (event_id) WHERE state = 'parked';

        CREATE TABLE attempts (
            handler text NOT NULL,
            key text NOT NULL,
            state text NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            claim_number integer NOT NULL,
            claimed_until timestamptz,
            next_try_at timestamptz,
            body text NOT NULL,
            error text,
            started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_at timestamptz,
            PRIMARY KEY (handler, key),
            CONSTRAINT ck_attempts_state CHECK (state IN ('started', 'done', 'unknown', 'retrying', 'parked'))
        );
        CREATE INDEX ix_attempts_open ON attempts (started_at) WHERE state IN ('started', 'unknown', 'retrying');
        CREATE INDEX ix_attempts_parked ON attempts (started_at) WHERE state = 'parked';

        CREATE TABLE command_replies (
            principal text NOT NULL,
            key text NOT NULL,
            fingerprint text NOT NULL,
            reply jsonb,
            refusal jsonb,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (principal, key)
        );
        CREATE INDEX ix_command_replies_created_at ON command_replies (created_at);

        CREATE TABLE bus_mark (name text PRIMARY KEY, drained_at timestamptz NOT NULL);

        CREATE TABLE audit_log (
            id uuid PRIMARY KEY,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            role text NOT NULL,
            method text NOT NULL,
            request jsonb NOT NULL,
            request_id text NOT NULL
        );

        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
