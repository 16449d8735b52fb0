"""Bank debits may leave in ACH files; returns, corrections and settlement reports come back."""

from alembic import op

revision = "payments_send_ach_files"
down_revision = "payments_take_cheques"

SENT = """
    CREATE TABLE ach_files (
        id uuid,
        business_on date NOT NULL,
        modifier text NOT NULL,
        effective_on date NOT NULL,
        originator jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        sha256 text NOT NULL,
        entries integer NOT NULL,
        debit_cents bigint NOT NULL,
        credit_cents bigint NOT NULL,
        CONSTRAINT pk_ach_files PRIMARY KEY (id),
        CONSTRAINT uq_ach_files_modifier UNIQUE (business_on, modifier),
        CONSTRAINT ck_ach_files_modifier CHECK (modifier ~ '^[A-Z0-9]$')
    );

    CREATE TABLE ach_entries (
        id uuid,
        number bigint GENERATED ALWAYS AS IDENTITY,
        charge_key text NOT NULL,
        direction text NOT NULL,
        amount_cents bigint NOT NULL,
        routing_number text NOT NULL,
        account_number_encrypted text NOT NULL,
        account_type text NOT NULL,
        holder_name text NOT NULL,
        entry_class text NOT NULL,
        description text NOT NULL,
        queued_at timestamptz NOT NULL,
        file_id uuid,
        trace_number text,
        CONSTRAINT pk_ach_entries PRIMARY KEY (id),
        CONSTRAINT uq_ach_entries_charge_key UNIQUE (charge_key),
        CONSTRAINT fk_ach_entries_file FOREIGN KEY (file_id) REFERENCES ach_files (id),
        CONSTRAINT ck_ach_entries_direction CHECK (direction IN ('credit', 'debit')),
        CONSTRAINT ck_ach_entries_amount CHECK (amount_cents > 0),
        CONSTRAINT ck_ach_entries_filed CHECK ((file_id IS NULL) = (trace_number IS NULL))
    );
    CREATE INDEX ix_ach_entries_waiting ON ach_entries (number) WHERE file_id IS NULL;
    CREATE INDEX ix_ach_entries_trace ON ach_entries (trace_number) WHERE trace_number IS NOT NULL;
    CREATE INDEX ix_ach_entries_file ON ach_entries (file_id);
"""

TAKEN = """
    CREATE TABLE ach_intakes (
        id uuid,
        sha256 text NOT NULL,
        name text NOT NULL,
        taken_at timestamptz NOT NULL,
        CONSTRAINT pk_ach_intakes PRIMARY KEY (id),
        CONSTRAINT uq_ach_intakes_sha256 UNIQUE (sha256)
    );

    CREATE TABLE ach_notices (
        id uuid,
        intake_id uuid NOT NULL,
        source_key text NOT NULL,
        kind text NOT NULL,
        code text NOT NULL,
        trace_number text NOT NULL,
        entry_id uuid,
        amount_cents bigint NOT NULL,
        corrected_encrypted text,
        outcome text NOT NULL,
        waits_because text,
        closed_at timestamptz,
        closed_by text,
        note text,
        CONSTRAINT pk_ach_notices PRIMARY KEY (id),
        CONSTRAINT uq_ach_notices_source_key UNIQUE (source_key),
        CONSTRAINT fk_ach_notices_intake FOREIGN KEY (intake_id) REFERENCES ach_intakes (id),
        CONSTRAINT fk_ach_notices_entry FOREIGN KEY (entry_id) REFERENCES ach_entries (id),
        CONSTRAINT ck_ach_notices_outcome CHECK (outcome IN ('done', 'known', 'waiting')),
        CONSTRAINT ck_ach_notices_waiting_says_why CHECK ((outcome = 'waiting') = (waits_because IS NOT NULL))
    );
    CREATE INDEX ix_ach_notices_waiting ON ach_notices (id) WHERE outcome = 'waiting' AND closed_at IS NULL;
"""

SETTLED = """
    CREATE TABLE settlement_reports (
        id uuid,
        sha256 text NOT NULL,
        name text NOT NULL,
        compared_at timestamptz NOT NULL,
        first_on date NOT NULL,
        last_on date NOT NULL,
        lines integer NOT NULL,
        agreed_lines integer NOT NULL,
        agreed_cents bigint NOT NULL,
        differences integer NOT NULL,
        CONSTRAINT pk_settlement_reports PRIMARY KEY (id)
    );

    CREATE TABLE settlement_differences (
        report_id uuid,
        number integer,
        kind text NOT NULL,
        reference text NOT NULL,
        line integer,
        payment_id uuid,
        ours_cents bigint,
        theirs_cents bigint,
        CONSTRAINT pk_settlement_differences PRIMARY KEY (report_id, number),
        CONSTRAINT fk_settlement_differences_report FOREIGN KEY (report_id) REFERENCES settlement_reports (id),
        CONSTRAINT ck_settlement_differences_kind
            CHECK (kind IN ('ours_not_theirs', 'theirs_not_ours', 'amount_differs', 'told_twice'))
    );
"""


def upgrade() -> None:
    for part in (SENT, TAKEN, SETTLED):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
