"""The days that payments are booked on: opened by accounts, closed here with what was handed to the ledger."""

from alembic import op

revision = "open_payment_days"
down_revision = "settle_return_and_refund"

DAYS = """
    CREATE TABLE payment_days (
        business_on date CONSTRAINT pk_payment_days PRIMARY KEY,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz,
        posted_count integer,
        posted_cents bigint,
        CONSTRAINT ck_payment_days_closed CHECK (
            num_nonnulls(closed_at, posted_count, posted_cents) IN (0, 3)
        )
    );

    CREATE TABLE payment_book (
        is_the_only_one boolean DEFAULT true
            CONSTRAINT pk_payment_book PRIMARY KEY CONSTRAINT ck_payment_book_only CHECK (is_the_only_one),
        business_on date NOT NULL
    ) WITH (fillfactor = 10);

    CREATE TABLE payment_postings (
        payment_id uuid NOT NULL,
        presentment_number integer NOT NULL,
        booked_on date NOT NULL,
        amount_cents bigint NOT NULL CONSTRAINT ck_payment_postings_amount_cents CHECK (amount_cents > 0),
        CONSTRAINT pk_payment_postings PRIMARY KEY (payment_id, presentment_number)
    );
    CREATE INDEX ix_payment_postings_booked_on ON payment_postings (booked_on) INCLUDE (amount_cents);
"""

UNDER_WAY = """
    CREATE INDEX ix_payments_under_way ON payments (effective_on) WHERE status IN ('submitting', 'unknown');
"""


def upgrade() -> None:
    op.execute(DAYS)
    op.execute(UNDER_WAY)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
