"""Each reminder of an instalment is told once, whoever runs the day: the database holds which were told and missed."""

from alembic import op

revision = "tell_each_reminder_once"
down_revision = "credit_end_bills"

REMINDERS = """
    CREATE TABLE reminders (
        account_id uuid NOT NULL CONSTRAINT fk_reminders_account REFERENCES accounts,
        due_on date NOT NULL,
        days_before smallint NOT NULL CONSTRAINT ck_reminders_days_before CHECK (days_before IN (10, 7, 5, 3, 1)),
        business_on date NOT NULL,
        told_at timestamptz,
        CONSTRAINT pk_reminders PRIMARY KEY (account_id, due_on, days_before),
        CONSTRAINT ck_reminders_business_on CHECK (business_on = due_on - days_before)
    );
    CREATE INDEX ix_reminders_missed ON reminders (account_id, due_on) WHERE told_at IS NULL;
    CREATE INDEX ix_reminders_due_on ON reminders (due_on);
"""


def upgrade() -> None:
    op.execute(REMINDERS)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
