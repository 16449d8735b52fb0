"""Business days: which are open, what payments said of them, and when each account has to be looked at next."""

from alembic import op

revision = "run_business_days"
down_revision = "book_what_banks_moved"

DAYS = """
    CREATE TABLE business_days (
        business_on date CONSTRAINT pk_business_days PRIMARY KEY,
        opened_at timestamptz NOT NULL,
        billed_at timestamptz,
        awaited_since timestamptz,
        payments_closed_at timestamptz,
        payments_count integer,
        payments_cents bigint,
        unconfirmed_account_ids uuid[],
        confirmed_at timestamptz,
        unconfirmed_at timestamptz,
        closed_at timestamptz,
        CONSTRAINT ck_business_days_payments CHECK (
            num_nonnulls(payments_closed_at, payments_count, payments_cents, unconfirmed_account_ids) IN (0, 4)
        ),
        CONSTRAINT ck_business_days_confirmed CHECK (confirmed_at IS NULL OR payments_closed_at IS NOT NULL),
        CONSTRAINT ck_business_days_closed CHECK (
            closed_at IS NULL OR billed_at IS NOT NULL AND num_nonnulls(confirmed_at, unconfirmed_at) > 0
        )
    );
    CREATE UNIQUE INDEX uq_business_days_open ON business_days ((closed_at IS NULL)) WHERE closed_at IS NULL;

    CREATE TABLE business_day_batches (
        id uuid CONSTRAINT pk_business_day_batches PRIMARY KEY,
        business_on date NOT NULL CONSTRAINT fk_business_day_batches_day REFERENCES business_days,
        stage smallint NOT NULL CONSTRAINT ck_business_day_batches_stage CHECK (stage IN (1, 2)),
        accounts_count integer NOT NULL,
        bills_count integer NOT NULL,
        reminders_count integer NOT NULL,
        late_fees_count integer NOT NULL,
        past_due_count integer NOT NULL,
        failures_count integer NOT NULL,
        done_at timestamptz NOT NULL
    );
    CREATE INDEX ix_business_day_batches_day ON business_day_batches (business_on);
"""

# The constant is for accounts that are there already, and for those that the release before this one takes over while
# both run: the first day looks at each of them.
AGENDA = """
    ALTER TABLE account_states
        ADD COLUMN next_action_on date DEFAULT '1970-01-01',
        ADD COLUMN next_action_stage smallint DEFAULT 1
            CONSTRAINT ck_account_states_next_action_stage CHECK (next_action_stage IN (1, 2)),
        ADD COLUMN reminded_on date,
        ADD COLUMN fees_considered_on date,
        ADD COLUMN bucket_due_on date,
        ADD COLUMN bucket_days smallint NOT NULL DEFAULT 0
            CONSTRAINT ck_account_states_bucket_days CHECK (bucket_days IN (0, 1, 30, 60, 90, 120)),
        ADD COLUMN delinquent_since_on date,
        ADD CONSTRAINT ck_account_states_next_action CHECK ((next_action_on IS NULL) = (next_action_stage IS NULL)),
        ADD CONSTRAINT ck_account_states_marks CHECK (num_nonnulls(reminded_on, fees_considered_on) IN (0, 2));
    CREATE INDEX ix_account_states_next_action ON account_states (next_action_on, next_action_stage, account_id)
        WHERE next_action_on IS NOT NULL;
    CREATE INDEX ix_account_states_delinquent ON account_states (delinquent_since_on)
        WHERE delinquent_since_on IS NOT NULL;
"""

BOOKED = """
    CREATE INDEX ix_account_events_booked_on ON account_events ((data ->> 'booked_on'))
        WHERE kind IN ('payment_posted', 'payment_held') AND data ->> 'booked_on' IS NOT NULL;
"""

# Some work is about a day and no account.
WORK = """
    ALTER TABLE work_items ALTER COLUMN account_id DROP NOT NULL;
    DO $$
    DECLARE
        definition text;
    BEGIN
        SELECT pg_get_constraintdef(oid) INTO STRICT definition FROM pg_constraint
            WHERE conname = 'ck_work_items_reason' AND conrelid = 'work_items'::regclass;
        EXECUTE 'ALTER TABLE work_items DROP CONSTRAINT ck_work_items_reason, ADD CONSTRAINT ck_work_items_reason '
            || replace(definition, 'ARRAY[',
                $v$ARRAY['payment_day_unconfirmed'::text, 'business_day_failed'::text, $v$);
    END $$;
    ALTER TABLE work_items ADD CONSTRAINT ck_work_items_account
        CHECK ((account_id IS NULL) = (reason = 'payment_day_unconfirmed'));
"""


def upgrade() -> None:
    for part in (DAYS, AGENDA, BOOKED, WORK):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
