"""A payment may wait for its business day, be cancelled before it, and is claimed by one process when it comes."""

from alembic import op

revision = "payments_are_scheduled"
down_revision = "payments_send_ach_files"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE payments
            ADD COLUMN cancel_code text,
            ADD COLUMN claimed_until timestamptz,
            DROP CONSTRAINT ck_payments_status,
            ADD CONSTRAINT ck_payments_status CHECK (
                status IN (
                    'scheduled', 'submitting', 'unknown', 'posted', 'declined', 'settled', 'returned', 'cancelled'
                )
            ),
            ADD CONSTRAINT ck_payments_cancel_has_code CHECK ((status = 'cancelled') = (cancel_code IS NOT NULL));
        CREATE INDEX ix_payments_scheduled ON payments (effective_on, id) WHERE status = 'scheduled';
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
