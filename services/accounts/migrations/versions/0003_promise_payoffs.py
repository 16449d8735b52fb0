"""Payoff quotes are stored as promises; a payoff's write-off and a refund are events, allocations and postings."""

from alembic import op

revision = "promise_payoffs"
down_revision = "0002"

QUOTES = """
    CREATE TABLE payoff_quotes (
        id uuid CONSTRAINT pk_payoff_quotes PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_payoff_quotes_account REFERENCES accounts,
        kind text NOT NULL
            CONSTRAINT ck_payoff_quotes_kind CHECK (kind IN ('payoff', 'lease_purchase', 'early_termination')),
        source_ref text,
        lines jsonb NOT NULL,
        principal_cents bigint NOT NULL,
        interest_cents bigint NOT NULL,
        fees_cents bigint NOT NULL,
        other_cents bigint NOT NULL,
        credit_cents bigint NOT NULL,
        payoff_cents bigint NOT NULL,
        per_diem text NOT NULL CONSTRAINT ck_payoff_quotes_per_diem CHECK (per_diem ~ '^[0-9]+[.][0-9]{4}$'),
        as_of_on date NOT NULL,
        good_through date NOT NULL,
        rests_on_number integer NOT NULL,
        drift_limit_cents bigint NOT NULL
            CONSTRAINT ck_payoff_quotes_drift_limit_cents CHECK (drift_limit_cents >= 0),
        explanation jsonb NOT NULL,
        status text NOT NULL
            CONSTRAINT ck_payoff_quotes_status CHECK (status IN ('live', 'met', 'withdrawn', 'expired')),
        met_by_key text,
        withdrawn_reason text CONSTRAINT ck_payoff_quotes_withdrawn_reason
            CHECK (withdrawn_reason IN ('drift_beyond_limit', 'counted_payment_returned')),
        withdrawn_on date,
        issued_at timestamptz NOT NULL,
        decided_at timestamptz,
        CONSTRAINT fk_payoff_quotes_rests_on
            FOREIGN KEY (account_id, rests_on_number) REFERENCES account_events (account_id, number),
        CONSTRAINT ck_payoff_quotes_signs CHECK (
            principal_cents >= 0 AND interest_cents >= 0 AND fees_cents >= 0 AND other_cents >= 0
            AND credit_cents >= 0 AND payoff_cents > 0
        ),
        CONSTRAINT ck_payoff_quotes_sum CHECK (
            payoff_cents = principal_cents + interest_cents + fees_cents + other_cents - credit_cents
        ),
        CONSTRAINT ck_payoff_quotes_good_through CHECK (good_through >= as_of_on),
        CONSTRAINT ck_payoff_quotes_met CHECK ((status = 'met') = (met_by_key IS NOT NULL)),
        CONSTRAINT ck_payoff_quotes_withdrawn CHECK (
            num_nonnulls(withdrawn_reason, withdrawn_on) = CASE status WHEN 'withdrawn' THEN 2 ELSE 0 END
        ),
        CONSTRAINT ck_payoff_quotes_decided CHECK ((status = 'live') = (decided_at IS NULL))
    );
    CREATE INDEX ix_payoff_quotes_account ON payoff_quotes (account_id);
    CREATE INDEX ix_payoff_quotes_live ON payoff_quotes (good_through) WHERE status = 'live';
"""

# What may change is what became of a promise: it is live, then decided; met it may prove also after that.
GUARD = """
    CREATE FUNCTION refuse_broken_promise() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE'
           OR to_jsonb(NEW) - '{status,met_by_key,withdrawn_reason,withdrawn_on,decided_at}'::text[]
              <> to_jsonb(OLD) - '{status,met_by_key,withdrawn_reason,withdrawn_on,decided_at}'::text[]
           OR NOT (OLD.status = 'live' OR (OLD.status IN ('expired', 'withdrawn') AND NEW.status = 'met')) THEN
            RAISE EXCEPTION 'a payoff quote keeps what it promised' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;

    CREATE TRIGGER payoff_quotes_keep_their_promise BEFORE UPDATE OR DELETE ON payoff_quotes
        FOR EACH ROW EXECUTE FUNCTION refuse_broken_promise();
"""

# Adds to the values that a constraint allows by now, whatever other revisions have added before.
WIDENED = """
    DO $$
    DECLARE
        widened record;
        definition text;
    BEGIN
        FOR widened IN SELECT * FROM (VALUES
            ('account_events', 'ck_account_events_kind', $v$'refund_due'::text, $v$),
            ('allocations', 'ck_allocations_kind', $v$'refund_due'::text, $v$),
            ('work_items', 'ck_work_items_reason',
             $v$'refund_due'::text, 'payoff_quote_missed'::text, 'lease_quote_met'::text, $v$)
        ) AS w (table_name, constraint_name, added)
        LOOP
            SELECT pg_get_constraintdef(oid) INTO STRICT definition FROM pg_constraint
                WHERE conname = widened.constraint_name AND conrelid = widened.table_name::regclass;
            EXECUTE format(
                'ALTER TABLE %I DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', widened.table_name,
                widened.constraint_name, widened.constraint_name,
                replace(definition, 'ARRAY[', 'ARRAY[' || widened.added)
            );
        END LOOP;
    END $$;
"""

ALLOCATIONS = """
    ALTER TABLE allocations
        ADD COLUMN written_off_cents bigint NOT NULL DEFAULT 0
            CONSTRAINT ck_allocations_written_off_cents CHECK (written_off_cents >= 0),
        DROP CONSTRAINT ck_allocations_parts,
        ADD CONSTRAINT ck_allocations_parts CHECK (
            amount_cents + written_off_cents
            = interest_cents + principal_cents + tax_cents + fees_cents + unapplied_cents
        ),
        DROP CONSTRAINT ck_allocations_signs,
        ADD CONSTRAINT ck_allocations_signs CHECK (
            (amount_cents >= 0 OR kind = 'refund_due')
            AND interest_cents >= 0 AND principal_cents >= 0 AND tax_cents >= 0 AND fees_cents >= 0
        );
"""


def upgrade() -> None:
    for part in (QUOTES, GUARD, WIDENED, ALLOCATIONS):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
