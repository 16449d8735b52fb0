"""Each account's journal is a hash chain; fees, reversals and changes of a contract are events of the account too."""

from alembic import op

revision = "0002"
down_revision = "0001"

# Columns may stay empty: the release before this one writes entries without them while both run.
CHAIN = """
    ALTER TABLE journal_entries
        ADD COLUMN chain_number integer CONSTRAINT ck_journal_entries_chain_number CHECK (chain_number >= 1),
        ADD COLUMN chain_digest bytea CONSTRAINT ck_journal_entries_chain_digest CHECK (length(chain_digest) = 32),
        ADD CONSTRAINT ck_journal_entries_chain CHECK ((chain_number IS NULL) = (chain_digest IS NULL));
    ALTER TABLE account_states ADD COLUMN chain_number integer, ADD COLUMN chain_digest bytea;
"""

# What was posted before is sealed now, in the order in which it was posted.
SEAL = """
    DO $$
    DECLARE
        entry record;
        owner uuid;
        seal bytea;
        place integer;
    BEGIN
        FOR entry IN
            SELECT e.id, e.source_key, e.account_id, e.cause_key, e.kind, e.posted_on, e.effective_on, e.reverses_id,
                   (extract(epoch FROM e.created_at) * 1000000)::bigint AS microseconds, l.lines
            FROM journal_entries e
            JOIN (SELECT entry_id,
                         string_agg(
                             ledger_account || ':' || debit_cents || ':' || credit_cents, chr(30) ORDER BY number
                         ) AS lines
                  FROM journal_lines GROUP BY entry_id) l ON l.entry_id = e.id
            ORDER BY e.account_id, e.created_at, e.id
        LOOP
            IF owner IS DISTINCT FROM entry.account_id THEN
                owner := entry.account_id; seal := ''::bytea; place := 0;
            END IF;
            place := place + 1;
            seal := sha256(convert_to(concat_ws(chr(31), encode(seal, 'hex'), place, entry.source_key, owner,
                entry.cause_key, entry.kind, to_char(entry.posted_on, 'YYYY-MM-DD'),
                to_char(entry.effective_on, 'YYYY-MM-DD'), coalesce(entry.reverses_id::text, ''),
                entry.microseconds, entry.lines), 'UTF8'));
            UPDATE journal_entries SET chain_number = place, chain_digest = seal WHERE id = entry.id;
        END LOOP;
    END $$;
"""

EVENTS = """
    ALTER TABLE account_events DROP CONSTRAINT ck_account_events_kind;
    ALTER TABLE account_events ADD CONSTRAINT ck_account_events_kind CHECK (kind IN (
        'account_opened', 'payment_posted', 'payment_held', 'payment_reversed', 'payment_returned', 'bill_issued',
        'late_fee_assessed', 'fee_assessed', 'fee_waived', 'rate_changed', 'due_date_changed', 'instalments_deferred',
        'account_accelerated', 'payoff_settled', 'account_charged_off'
    ));

    ALTER TABLE allocations DROP CONSTRAINT ck_allocations_kind;
    ALTER TABLE allocations ADD CONSTRAINT ck_allocations_kind CHECK (kind IN (
        'payment', 'payment_held', 'payment_reversed', 'credit_used', 'late_fee', 'late_fee_reversed',
        'returned_payment_fee', 'other_fee', 'fee_waived', 'rate_changed', 'due_date_changed', 'instalments_deferred',
        'accelerated', 'bill', 'payoff_drift', 'charged_off'
    ));

    ALTER TABLE journal_lines DROP CONSTRAINT ck_journal_lines_ledger_account;
    ALTER TABLE journal_lines ADD CONSTRAINT ck_journal_lines_ledger_account CHECK (ledger_account IN (
        'cash', 'clearing', 'customer_suspense', 'interest_receivable', 'interest_income',
        'principal_receivable', 'fee_receivable', 'fee_income', 'lease_receivable', 'rent_receivable',
        'lease_income', 'sales_tax_payable', 'refund_payable', 'charge_off_expense', 'conversion_clearing',
        'waiver_expense', 'payoff_drift'
    ));
"""


def upgrade() -> None:
    op.execute(CHAIN)
    op.execute("ALTER TABLE journal_entries DISABLE TRIGGER journal_entries_append_only")
    op.execute(SEAL)
    op.execute("ALTER TABLE journal_entries ENABLE TRIGGER journal_entries_append_only")
    op.execute("ALTER TABLE journal_entries ADD CONSTRAINT uq_journal_entries_chain UNIQUE (account_id, chain_number)")
    op.execute(EVENTS)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
