"""Mailed cheques are payments too: the files in which they came, each cheque once, and what waits for a person."""

from alembic import op

revision = "payments_take_cheques"
down_revision = "open_payment_days"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE payments
            ALTER COLUMN payment_method_id DROP NOT NULL,
            ADD COLUMN cheque_number text,
            ADD COLUMN drawn_on_last4 text,
            DROP CONSTRAINT ck_payments_amount_minimum,
            ADD CONSTRAINT ck_payments_amount_minimum
                CHECK (amount_cents >= CASE WHEN cheque_number IS NULL THEN 100 ELSE 1 END),
            ADD CONSTRAINT ck_payments_one_source
                CHECK ((payment_method_id IS NULL) = (cheque_number IS NOT NULL)),
            ADD CONSTRAINT ck_payments_drawn_on_last4
                CHECK (drawn_on_last4 IS NULL OR cheque_number IS NOT NULL AND drawn_on_last4 ~ '^[0-9]{4}$');

        CREATE TABLE lockbox_files (
            id uuid,
            sha256 text NOT NULL,
            name text NOT NULL,
            opened_at timestamptz NOT NULL,
            finished_at timestamptz,
            last_line integer NOT NULL,
            lines integer NOT NULL,
            booked_lines integer NOT NULL,
            booked_cents bigint NOT NULL,
            waiting_lines integer NOT NULL,
            waiting_cents bigint NOT NULL,
            repeated_lines integer NOT NULL,
            repeated_cents bigint NOT NULL,
            refused_lines integer NOT NULL,
            refused_cents bigint NOT NULL,
            unreadable_lines integer NOT NULL,
            CONSTRAINT pk_lockbox_files PRIMARY KEY (id),
            CONSTRAINT uq_lockbox_files_sha256 UNIQUE (sha256),
            CONSTRAINT ck_lockbox_files_every_line
                CHECK (lines = booked_lines + waiting_lines + repeated_lines + refused_lines)
        );

        CREATE TABLE lockbox_receipts (
            id uuid,
            file_id uuid NOT NULL,
            line integer NOT NULL,
            source_key text NOT NULL,
            cheque_key text,
            received_on date NOT NULL,
            amount_cents bigint NOT NULL,
            account_number text,
            cheque_number text NOT NULL,
            drawn_on_last4 text,
            remitter_encrypted text,
            status text NOT NULL,
            waits_because text,
            payment_id uuid,
            decided_by text,
            decided_at timestamptz,
            note text,
            CONSTRAINT pk_lockbox_receipts PRIMARY KEY (id),
            CONSTRAINT uq_lockbox_receipts_source_key UNIQUE (source_key),
            CONSTRAINT fk_lockbox_receipts_file FOREIGN KEY (file_id) REFERENCES lockbox_files (id),
            CONSTRAINT fk_lockbox_receipts_payment FOREIGN KEY (payment_id) REFERENCES payments (id),
            CONSTRAINT ck_lockbox_receipts_amount CHECK (amount_cents > 0),
            CONSTRAINT ck_lockbox_receipts_booked_has_payment CHECK (
                status IN ('booked', 'waiting', 'sent_back') AND (status = 'booked') = (payment_id IS NOT NULL)
            ),
            CONSTRAINT ck_lockbox_receipts_waiting_says_why CHECK (status <> 'waiting' OR waits_because IS NOT NULL)
        );
        CREATE INDEX ix_lockbox_receipts_cheque ON lockbox_receipts (cheque_key) WHERE cheque_key IS NOT NULL;
        CREATE INDEX ix_lockbox_receipts_waiting ON lockbox_receipts (id) WHERE status = 'waiting';

        CREATE TABLE lockbox_refusals (
            file_id uuid,
            line integer,
            field text NOT NULL,
            reason text NOT NULL,
            amount_cents bigint,
            CONSTRAINT pk_lockbox_refusals PRIMARY KEY (file_id, line),
            CONSTRAINT fk_lockbox_refusals_file FOREIGN KEY (file_id) REFERENCES lockbox_files (id)
        );
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
