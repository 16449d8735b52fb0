"""A new bank account may be tried with an entry of no money, and is not debited before its bank could object."""

from alembic import op

revision = "try_bank_accounts"
down_revision = "date_after_cut_offs"


def upgrade() -> None:
    op.execute("ALTER TABLE payment_methods ADD COLUMN debits_from_on date")
    op.execute("ALTER TABLE ach_entries ADD COLUMN is_prenote boolean NOT NULL DEFAULT false")
    op.execute("""
        ALTER TABLE ach_entries
            DROP CONSTRAINT ck_ach_entries_amount,
            ADD CONSTRAINT ck_ach_entries_amount CHECK (amount_cents > 0 OR is_prenote AND amount_cents = 0) NOT VALID
    """)
    op.execute("ALTER TABLE ach_entries VALIDATE CONSTRAINT ck_ach_entries_amount")


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
