"""Leases end, are billed for their end, and go on beyond it: as events, allocations and postings."""

from alembic import op

revision = "end_leases"
down_revision = "run_business_days"

# Adds to the values that a constraint allows by now, whatever other revisions have added before.
WIDENED = """
    DO $$
    DECLARE
        widened record;
        definition text;
    BEGIN
        FOR widened IN SELECT * FROM (VALUES
            ('account_events', 'ck_account_events_kind',
             $v$'lease_ended'::text, 'lease_end_billed'::text, 'lease_extended'::text, $v$),
            ('allocations', 'ck_allocations_kind',
             $v$'lease_ended'::text, 'lease_end_billed'::text, 'lease_extended'::text, $v$),
            ('journal_lines', 'ck_journal_lines_ledger_account',
             $v$'vehicles_held'::text, 'lease_end_income'::text, 'lease_end_result'::text,
                'official_fees_payable'::text, $v$)
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


def upgrade() -> None:
    op.execute(WIDENED)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
