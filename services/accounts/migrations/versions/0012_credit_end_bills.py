"""An end bill that was objected to may be credited: an event of its own, which comes after the bill in any replay."""

from alembic import op

revision = "credit_end_bills"
down_revision = "await_every_party"

# Adds to the values that the constraint allows by now, whatever other revisions have added before.
WIDENED = """
    DO $$
    DECLARE
        definition text;
    BEGIN
        SELECT pg_get_constraintdef(oid) INTO STRICT definition FROM pg_constraint
            WHERE conname = 'ck_account_events_kind' AND conrelid = 'account_events'::regclass;
        EXECUTE format(
            'ALTER TABLE account_events DROP CONSTRAINT ck_account_events_kind,
                 ADD CONSTRAINT ck_account_events_kind %s',
            replace(definition, 'ARRAY[', 'ARRAY[''end_bill_credited''::text, ')
        );
    END $$;
"""


def upgrade() -> None:
    op.execute(WIDENED)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
