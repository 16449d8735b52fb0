"""Staff flag accounts, and a flag keeps what it was until it is cleared; work items are closed with a note."""

from alembic import op

revision = "flag_accounts"
down_revision = "end_leases"

FLAGS = """
    CREATE TABLE account_flags (
        id uuid CONSTRAINT pk_account_flags PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_account_flags_account REFERENCES accounts,
        kind text NOT NULL CONSTRAINT ck_account_flags_kind
            CHECK (kind IN ('servicemember', 'bankruptcy', 'deceased', 'dispute', 'cease_contact')),
        from_on date NOT NULL,
        through_on date,
        note text NOT NULL,
        set_by text NOT NULL,
        set_at timestamptz NOT NULL,
        cleared_on date,
        cleared_by text,
        clearing_note text,
        cleared_at timestamptz,
        CONSTRAINT ck_account_flags_dates CHECK (through_on >= from_on),
        CONSTRAINT ck_account_flags_cleared
            CHECK (num_nonnulls(cleared_on, cleared_by, clearing_note, cleared_at) IN (0, 4))
    );
    CREATE UNIQUE INDEX uq_account_flags_standing ON account_flags (account_id, kind) WHERE cleared_at IS NULL;
    CREATE INDEX ix_account_flags_account_id ON account_flags (account_id);
    CREATE INDEX ix_account_flags_ending ON account_flags (through_on)
        WHERE cleared_at IS NULL AND through_on IS NOT NULL;
"""

# A flag is cleared once, and is otherwise what was set.
GUARD = """
    CREATE FUNCTION refuse_rewritten_flag() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE'
           OR to_jsonb(NEW) - '{cleared_on,cleared_by,clearing_note,cleared_at}'::text[]
              <> to_jsonb(OLD) - '{cleared_on,cleared_by,clearing_note,cleared_at}'::text[]
           OR OLD.cleared_at IS NOT NULL THEN
            RAISE EXCEPTION 'a flag keeps what was set' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;

    CREATE TRIGGER account_flags_keep_what_was_set BEFORE UPDATE OR DELETE ON account_flags
        FOR EACH ROW EXECUTE FUNCTION refuse_rewritten_flag();
"""

WORK_ITEMS = """
    ALTER TABLE work_items ADD COLUMN closed_by text, ADD COLUMN closing_note text;
    CREATE INDEX ix_accounts_vin ON accounts ((vehicle ->> 'vin')) WHERE vehicle ->> 'vin' IS NOT NULL;
"""

# Adds to the reasons that are allowed by now, whatever other revisions have added before.
WIDENED = """
    DO $$
    DECLARE
        definition text;
    BEGIN
        SELECT pg_get_constraintdef(oid) INTO STRICT definition FROM pg_constraint
            WHERE conname = 'ck_work_items_reason' AND conrelid = 'work_items'::regclass;
        EXECUTE format(
            'ALTER TABLE work_items DROP CONSTRAINT ck_work_items_reason, ADD CONSTRAINT ck_work_items_reason %s',
            replace(definition, 'ARRAY[', 'ARRAY[''servicemember_before_opening''::text, ')
        );
    END $$;
"""


def upgrade() -> None:
    for part in (FLAGS, GUARD, WORK_ITEMS, WIDENED):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
