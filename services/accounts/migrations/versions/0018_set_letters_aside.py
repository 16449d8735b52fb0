"""A letter that has no address to go to is set aside, so that it stands in nobody's way and in no batch."""

from alembic import op

revision = "set_letters_aside"
down_revision = "weigh_vehicles"


# Whatever reasons there are, and this one.
WIDENED = """
    DO $$ DECLARE definition text; BEGIN
        SELECT pg_get_constraintdef(oid) INTO STRICT definition FROM pg_constraint
            WHERE conname = 'ck_work_items_reason' AND conrelid = 'work_items'::regclass;
        EXECUTE format(
            'ALTER TABLE work_items DROP CONSTRAINT ck_work_items_reason, ADD CONSTRAINT ck_work_items_reason %s',
            replace(definition, 'ARRAY[', $v$ARRAY['letter_without_address'::text, $v$)
        );
    END $$;
"""


def upgrade() -> None:
    op.execute(WIDENED)
    op.execute(
        """
        ALTER TABLE paper_mailings ADD COLUMN without_address_at timestamptz;
        CREATE INDEX ix_paper_mailings_addressed ON paper_mailings (statement_id)
            WHERE mailed_at IS NULL AND batch_id IS NULL AND without_address_at IS NULL;
        CREATE INDEX ix_paper_mailings_without_address ON paper_mailings (without_address_at, statement_id)
            WHERE mailed_at IS NULL AND batch_id IS NULL AND without_address_at IS NOT NULL;
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
