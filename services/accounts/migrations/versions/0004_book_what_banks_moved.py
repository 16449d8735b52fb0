"""What banks moved is booked apart from what accounts owe: settled, returned, paid back, come back."""

from alembic import op

revision = "book_what_banks_moved"
down_revision = "promise_payoffs"

MOVEMENTS = """
    CREATE TABLE bank_movements (
        source_key text CONSTRAINT pk_bank_movements PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_bank_movements_account REFERENCES accounts,
        kind text NOT NULL CONSTRAINT ck_bank_movements_kind CHECK (
            kind IN ('settled', 'returned', 'payment_refunded', 'refund_paid', 'refund_came_back', 'payment_came_back')
        ),
        amount_cents bigint NOT NULL CONSTRAINT ck_bank_movements_amount CHECK (amount_cents > 0),
        moved_on date NOT NULL,
        recorded_at timestamptz NOT NULL
    );
    CREATE INDEX ix_bank_movements_account ON bank_movements (account_id);
    CREATE TRIGGER bank_movements_append_only BEFORE UPDATE OR DELETE ON bank_movements
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.execute(MOVEMENTS)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
