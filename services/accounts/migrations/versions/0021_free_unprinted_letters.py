"""What went into an archive is on record, and a letter that did not go out with its batch comes into another one."""

from alembic import op

revision = "free_unprinted_letters"
down_revision = "refuse_emptied_books"

PRINTED = """
    ALTER TABLE paper_mailings
        ADD COLUMN printed_at timestamptz,
        ADD CONSTRAINT ck_paper_mailings_printed CHECK (printed_at IS NULL OR batch_id IS NOT NULL);
    ALTER TABLE paper_batches ADD COLUMN printed_at timestamptz;
"""

# What has been mailed stays mailed, in its batch; what has not may leave its batch, but goes into no other one at once.
GUARD = """
    CREATE OR REPLACE FUNCTION keep_mailed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.mailed_at IS NOT NULL AND NEW IS DISTINCT FROM OLD
            OR OLD.batch_id IS NOT NULL AND NEW.batch_id IS DISTINCT FROM OLD.batch_id
                AND (NEW.batch_id IS NOT NULL OR NEW.mailed_at IS NOT NULL) THEN
            RAISE EXCEPTION 'a letter that was mailed stays so, and one in a batch goes into no other'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_paper_mailings_stays';
        END IF;
        RETURN NEW;
    END $$;
"""

# These were left when their batch was noted as mailed, and no other batch could take them.
FREED = """
    UPDATE paper_mailings SET batch_id = NULL
        WHERE mailed_at IS NULL AND batch_id IS NOT NULL AND without_address_at IS NOT NULL;
"""


def upgrade() -> None:
    for part in (PRINTED, GUARD, FREED):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
