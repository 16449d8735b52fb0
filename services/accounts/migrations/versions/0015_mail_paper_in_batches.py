"""What goes out on paper is taken in batches: a letter is in one batch at most, and who mailed it is on record."""

from alembic import op

revision = "mail_paper_in_batches"
down_revision = "find_and_write_to_parties"

BATCHES = """
    CREATE TABLE paper_batches (
        id uuid CONSTRAINT pk_paper_batches PRIMARY KEY,
        taken_by text NOT NULL,
        taken_at timestamptz NOT NULL
    );
    ALTER TABLE paper_mailings
        ADD COLUMN batch_id uuid CONSTRAINT fk_paper_mailings_batch REFERENCES paper_batches,
        ADD COLUMN mailed_by text,
        ADD CONSTRAINT ck_paper_mailings_mailed_by CHECK (mailed_by IS NULL OR mailed_at IS NOT NULL);
    CREATE INDEX ix_paper_mailings_batch ON paper_mailings (batch_id) WHERE batch_id IS NOT NULL;
    CREATE INDEX ix_paper_mailings_untaken ON paper_mailings (statement_id)
        WHERE mailed_at IS NULL AND batch_id IS NULL;
"""

# What has been mailed stays mailed.
GUARD = """
    CREATE FUNCTION keep_mailed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.mailed_at IS NOT NULL AND NEW IS DISTINCT FROM OLD
            OR OLD.batch_id IS NOT NULL AND NEW.batch_id IS DISTINCT FROM OLD.batch_id THEN
            RAISE EXCEPTION 'a letter that was mailed, or taken into a batch, stays so'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_paper_mailings_stays';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER paper_mailings_stay BEFORE UPDATE ON paper_mailings
        FOR EACH ROW EXECUTE FUNCTION keep_mailed();
"""


def upgrade() -> None:
    for part in (BATCHES, GUARD):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
