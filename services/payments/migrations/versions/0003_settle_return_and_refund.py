"""Payments settle, are returned and presented again, are disputed and refunded; people get lists of what to look at."""

from alembic import op

revision = "settle_return_and_refund"
down_revision = "payments_name_quotes"

PAYMENTS = """
    ALTER TABLE payments
        ADD COLUMN settled_on date,
        ADD COLUMN returned_on date,
        ADD COLUMN return_code text,
        ADD COLUMN present_again_on date,
        ADD COLUMN reversed_on date,
        ADD COLUMN disputed_on date,
        ADD COLUMN refunded_on date,
        DROP CONSTRAINT ck_payments_posted_was_charged,
        ADD CONSTRAINT ck_payments_posted_was_charged CHECK (
            status NOT IN ('posted', 'settled', 'returned') OR processor_reference IS NOT NULL
        ),
        DROP CONSTRAINT ck_payments_applied_was_posted,
        ADD CONSTRAINT ck_payments_applied_was_posted CHECK (
            applied_at IS NULL OR status IN ('posted', 'settled', 'returned')
        ),
        ADD CONSTRAINT ck_payments_settled_on CHECK (
            CASE status WHEN 'settled' THEN settled_on IS NOT NULL WHEN 'returned' THEN true
            ELSE settled_on IS NULL END
        ),
        ADD CONSTRAINT ck_payments_returned_on CHECK (
            num_nonnulls(returned_on, return_code) = CASE status WHEN 'returned' THEN 2 ELSE 0 END
        ),
        ADD CONSTRAINT ck_payments_present_again_on CHECK (present_again_on IS NULL OR status = 'returned'),
        ADD CONSTRAINT ck_payments_refunded_on CHECK (refunded_on IS NULL OR processor_reference IS NOT NULL);
    CREATE INDEX ix_payments_present_again ON payments (present_again_on) WHERE present_again_on IS NOT NULL;
"""

# Adds to the values that the constraint allows by now, whatever other revisions have added before.
WIDENED = """
    DO $$
    DECLARE
        definition text;
    BEGIN
        SELECT pg_get_constraintdef(oid) INTO STRICT definition FROM pg_constraint
            WHERE conname = 'ck_payments_status' AND conrelid = 'payments'::regclass;
        EXECUTE 'ALTER TABLE payments DROP CONSTRAINT ck_payments_status, ADD CONSTRAINT ck_payments_status '
            || replace(definition, 'ARRAY[', 'ARRAY[''settled''::text, ''returned''::text, ');
    END $$;
"""

METHODS = """
    ALTER TABLE payment_methods
        ADD COLUMN disabled_at timestamptz,
        ADD COLUMN disabled_because text,
        ADD CONSTRAINT ck_payment_methods_disabled CHECK ((disabled_at IS NULL) = (disabled_because IS NULL));
"""

RETURNS = """
    CREATE TABLE payment_returns (
        payment_id uuid NOT NULL,
        presentment_number integer NOT NULL,
        processor_reference text NOT NULL,
        return_code text NOT NULL,
        effective_on date NOT NULL,
        settled_on date,
        returned_on date NOT NULL,
        present_again_on date,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_payment_returns PRIMARY KEY (payment_id, presentment_number),
        CONSTRAINT fk_payment_returns_payment FOREIGN KEY (payment_id) REFERENCES payments (id)
    );
    CREATE FUNCTION refuse_change_of_record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what is on record is never changed' USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER payment_returns_stay BEFORE UPDATE OR DELETE ON payment_returns
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
"""

REFUNDS = """
    CREATE TABLE refunds (
        id uuid,
        kind text NOT NULL,
        payment_id uuid NOT NULL,
        presentment_number integer NOT NULL,
        account_id uuid NOT NULL,
        amount_cents bigint NOT NULL,
        status text NOT NULL,
        processor_reference text,
        failure_code text,
        requested_by text NOT NULL,
        reason text,
        created_at timestamptz NOT NULL,
        unknown_at timestamptz,
        paid_on date,
        CONSTRAINT pk_refunds PRIMARY KEY (id),
        CONSTRAINT ck_refunds_kind CHECK (kind IN ('surplus', 'payment')),
        CONSTRAINT ck_refunds_amount CHECK (amount_cents > 0),
        CONSTRAINT ck_refunds_status CHECK (status IN ('requested', 'unknown', 'paid', 'failed', 'cancelled')),
        CONSTRAINT ck_refunds_paid CHECK (
            CASE status WHEN 'paid' THEN num_nulls(paid_on, processor_reference) = 0
            WHEN 'failed' THEN true ELSE paid_on IS NULL END
        ),
        CONSTRAINT ck_refunds_failed CHECK ((status = 'failed') = (failure_code IS NOT NULL))
    );
    CREATE INDEX ix_refunds_payment ON refunds (payment_id);
    CREATE UNIQUE INDEX uq_refunds_of_a_whole_payment ON refunds (payment_id, presentment_number)
        WHERE kind = 'payment' AND status NOT IN ('failed', 'cancelled');
"""

WORK_ITEMS = """
    CREATE TABLE work_items (
        id uuid,
        account_id uuid NOT NULL,
        payment_id uuid,
        source_key text NOT NULL,
        reason text NOT NULL,
        details jsonb NOT NULL,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz,
        closed_by text,
        note text,
        CONSTRAINT pk_work_items PRIMARY KEY (id),
        CONSTRAINT uq_work_items_source_key UNIQUE (source_key),
        CONSTRAINT ck_work_items_closed CHECK (closed_at IS NOT NULL OR num_nonnulls(closed_by, note) = 0)
    );
    CREATE INDEX ix_work_items_open ON work_items (id) WHERE closed_at IS NULL;
"""


def upgrade() -> None:
    for part in (PAYMENTS, WIDENED, METHODS, RETURNS, REFUNDS, WORK_ITEMS):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
