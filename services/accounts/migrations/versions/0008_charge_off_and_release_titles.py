"""Money after a charge-off is recovery income; a closed loan's title is due to its owner by a date."""

from alembic import op

revision = "charge_off_and_release_titles"
down_revision = "flag_accounts"

# Adds to the values that a constraint allows by now, whatever other revisions have added before.
WIDENED = """
    DO $$
    DECLARE
        widened record;
        definition text;
    BEGIN
        FOR widened IN SELECT * FROM (VALUES
            ('allocations', 'ck_allocations_kind', $v$'recovery'::text, $v$),
            ('journal_lines', 'ck_journal_lines_ledger_account', $v$'recovery_income'::text, $v$),
            ('work_items', 'ck_work_items_reason', $v$'title_released_account_reopened'::text, $v$)
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

TITLES = """
    CREATE TABLE title_releases (
        account_id uuid NOT NULL CONSTRAINT fk_title_releases_account REFERENCES accounts,
        good_funds_on date NOT NULL,
        state text CONSTRAINT ck_title_releases_state CHECK (state ~ '^[A-Z]{2}$'),
        due_on date NOT NULL,
        source text NOT NULL,
        released_on date,
        released_by text,
        reference text,
        withdrawn_on date,
        CONSTRAINT pk_title_releases PRIMARY KEY (account_id, good_funds_on),
        CONSTRAINT ck_title_releases_due_on CHECK (due_on > good_funds_on),
        CONSTRAINT ck_title_releases_released CHECK (num_nonnulls(released_on, released_by, reference) IN (0, 3)),
        CONSTRAINT ck_title_releases_released_on CHECK (released_on >= good_funds_on)
    );
    CREATE UNIQUE INDEX uq_title_releases_standing ON title_releases (account_id) WHERE withdrawn_on IS NULL;
    CREATE INDEX ix_title_releases_open ON title_releases (due_on, account_id)
        WHERE released_on IS NULL AND withdrawn_on IS NULL;
"""


def upgrade() -> None:
    for part in (WIDENED, TITLES):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
