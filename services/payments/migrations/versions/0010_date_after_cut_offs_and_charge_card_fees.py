"""A payment made after the cut-off keeps the day on which it was made; a card's fee is charged beside the amount."""

from alembic import op

revision = "date_after_cut_offs"
down_revision = "payments_say_what_recurs"


def upgrade() -> None:
    op.execute("ALTER TABLE payments ADD COLUMN made_on date")
    op.execute("ALTER TABLE payments ADD COLUMN card_fee_cents bigint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE payments ADD CONSTRAINT ck_payments_card_fee CHECK (card_fee_cents >= 0) NOT VALID")
    op.execute("ALTER TABLE payments VALIDATE CONSTRAINT ck_payments_card_fee")
    op.execute("ALTER TABLE account_standings ADD COLUMN state text")


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
