"""Accounts, their parties, terms, events, states and allocations; the journal, which only grows and always balances."""

from alembic import op

revision = "0001"
down_revision = None

ACCOUNTS = """
    CREATE TABLE accounts (
        id uuid CONSTRAINT pk_accounts PRIMARY KEY,
        account_number text NOT NULL CONSTRAINT uq_accounts_account_number UNIQUE,
        source_ref text NOT NULL CONSTRAINT uq_accounts_source_ref UNIQUE,
        product text NOT NULL CONSTRAINT ck_accounts_product CHECK (product IN ('loan', 'lease')),
        status text NOT NULL
            CONSTRAINT ck_accounts_status CHECK (status IN ('open', 'paid_off', 'closed', 'charged_off')),
        state text CONSTRAINT ck_accounts_state CHECK (state ~ '^[A-Z]{2}$'),
        issuer text NOT NULL,
        vehicle jsonb NOT NULL,
        lease jsonb,
        has_co_borrower boolean,
        charged_off_cents bigint CONSTRAINT ck_accounts_charged_off_cents CHECK (charged_off_cents >= 0),
        paperless boolean NOT NULL DEFAULT false,
        opened_on date,
        closed_on date,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_accounts_closed_on CHECK (closed_on IS NULL OR status <> 'open'),
        CONSTRAINT ck_accounts_lease CHECK (lease IS NULL OR product = 'lease')
    );

    CREATE TABLE account_parties (
        id uuid CONSTRAINT pk_account_parties PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_account_parties_account REFERENCES accounts,
        role text NOT NULL CONSTRAINT ck_account_parties_role CHECK (role IN ('borrower', 'co_borrower')),
        first_name_sealed text NOT NULL,
        last_name_sealed text NOT NULL,
        ssn_last4_sealed text NOT NULL,
        phone_sealed text,
        email_sealed text,
        sms_consent boolean NOT NULL
    );
    CREATE INDEX ix_account_parties_account_id ON account_parties (account_id);

    CREATE TABLE contract_terms (
        account_id uuid NOT NULL CONSTRAINT fk_contract_terms_account REFERENCES accounts,
        version integer NOT NULL CONSTRAINT ck_contract_terms_version CHECK (version >= 1),
        effective_on date NOT NULL,
        terms jsonb NOT NULL,
        CONSTRAINT pk_contract_terms PRIMARY KEY (account_id, version)
    );
"""

ENGINE = """
    CREATE TABLE account_events (
        id uuid CONSTRAINT pk_account_events PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_account_events_account REFERENCES accounts,
        number integer NOT NULL CONSTRAINT ck_account_events_number CHECK (number >= 1),
        source_key text NOT NULL CONSTRAINT uq_account_events_source_key UNIQUE,
        kind text NOT NULL
            CONSTRAINT ck_account_events_kind CHECK (kind IN ('account_opened', 'payment_posted', 'payment_held')),
        effective_on date NOT NULL,
        data jsonb NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT uq_account_events_number UNIQUE (account_id, number),
        CONSTRAINT ck_account_events_opening CHECK ((kind = 'account_opened') = (number = 1))
    );

    CREATE TABLE account_states (
        account_id uuid CONSTRAINT pk_account_states PRIMARY KEY
            CONSTRAINT fk_account_states_account REFERENCES accounts,
        version integer NOT NULL CONSTRAINT ck_account_states_version CHECK (version >= 1),
        state jsonb NOT NULL,
        held_cents bigint NOT NULL DEFAULT 0 CONSTRAINT ck_account_states_held_cents CHECK (held_cents >= 0),
        updated_at timestamptz NOT NULL
    ) WITH (fillfactor = 60);

    CREATE TABLE allocations (
        id uuid CONSTRAINT pk_allocations PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_allocations_account REFERENCES accounts,
        event_id uuid CONSTRAINT fk_allocations_event REFERENCES account_events,
        source_key text NOT NULL,
        kind text NOT NULL
            CONSTRAINT ck_allocations_kind CHECK (kind IN ('payment', 'payment_held', 'credit_used')),
        effective_on date NOT NULL,
        amount_cents bigint NOT NULL,
        interest_cents bigint NOT NULL,
        principal_cents bigint NOT NULL,
        tax_cents bigint NOT NULL,
        fees_cents bigint NOT NULL,
        unapplied_cents bigint NOT NULL,
        interest_recognised_cents bigint NOT NULL,
        instalments integer[] NOT NULL,
        explanation jsonb NOT NULL,
        revision integer NOT NULL CONSTRAINT ck_allocations_revision CHECK (revision >= 1),
        recorded_at timestamptz NOT NULL,
        CONSTRAINT uq_allocations_source_key UNIQUE (account_id, source_key),
        CONSTRAINT ck_allocations_parts CHECK (
            amount_cents = interest_cents + principal_cents + tax_cents + fees_cents + unapplied_cents
        ),
        CONSTRAINT ck_allocations_signs CHECK (
            amount_cents >= 0 AND interest_cents >= 0 AND principal_cents >= 0 AND tax_cents >= 0 AND fees_cents >= 0
        ),
        CONSTRAINT ck_allocations_event CHECK ((event_id IS NULL) = (kind = 'credit_used'))
    ) WITH (fillfactor = 80);
    CREATE INDEX ix_allocations_newest ON allocations (account_id, effective_on DESC, id DESC);

    CREATE TABLE work_items (
        id uuid CONSTRAINT pk_work_items PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_work_items_account REFERENCES accounts,
        source_key text NOT NULL CONSTRAINT uq_work_items_source_key UNIQUE,
        reason text NOT NULL CONSTRAINT ck_work_items_reason
            CHECK (reason IN ('account_not_open', 'effective_before_opening', 'credit_after_last_instalment')),
        details jsonb NOT NULL,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz
    );
    CREATE INDEX ix_work_items_open ON work_items (opened_at) WHERE closed_at IS NULL;
"""

JOURNAL = """
    CREATE TABLE journal_entries (
        id uuid CONSTRAINT pk_journal_entries PRIMARY KEY,
        source_key text NOT NULL CONSTRAINT uq_journal_entries_source_key UNIQUE,
        account_id uuid NOT NULL CONSTRAINT fk_journal_entries_account REFERENCES accounts,
        cause_key text NOT NULL,
        kind text NOT NULL,
        posted_on date NOT NULL,
        effective_on date NOT NULL,
        reverses_id uuid CONSTRAINT uq_journal_entries_reverses UNIQUE
            CONSTRAINT fk_journal_entries_reverses REFERENCES journal_entries,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_journal_entries_reverses CHECK (reverses_id <> id)
    );
    CREATE INDEX ix_journal_entries_cause ON journal_entries (account_id, cause_key);

    CREATE TABLE journal_lines (
        entry_id uuid NOT NULL CONSTRAINT fk_journal_lines_entry REFERENCES journal_entries,
        number smallint NOT NULL,
        ledger_account text NOT NULL,
        account_id uuid CONSTRAINT fk_journal_lines_account REFERENCES accounts,
        debit_cents bigint NOT NULL,
        credit_cents bigint NOT NULL,
        CONSTRAINT pk_journal_lines PRIMARY KEY (entry_id, number),
        CONSTRAINT ck_journal_lines_one_side CHECK (
            (debit_cents > 0 AND credit_cents = 0) OR (credit_cents > 0 AND debit_cents = 0)
        ),
        CONSTRAINT ck_journal_lines_ledger_account CHECK (ledger_account IN (
            'cash', 'clearing', 'customer_suspense', 'interest_receivable', 'interest_income',
            'principal_receivable', 'fee_receivable', 'fee_income', 'lease_receivable', 'rent_receivable',
            'lease_income', 'sales_tax_payable', 'refund_payable', 'charge_off_expense', 'conversion_clearing'
        )),
        CONSTRAINT ck_journal_lines_sub_ledger CHECK (
            (account_id IS NOT NULL) = (ledger_account IN (
                'customer_suspense', 'interest_receivable', 'principal_receivable', 'fee_receivable',
                'lease_receivable', 'rent_receivable', 'refund_payable'
            ))
        )
    );
    CREATE INDEX ix_journal_lines_account_id ON journal_lines (account_id) WHERE account_id IS NOT NULL;
"""

# The check runs at commit, when the whole entry is there; lines added later to an old entry are checked the same way.
GUARDS = """
    CREATE FUNCTION refuse_unbalanced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        entry uuid;
        line_count bigint;
        difference numeric;
    BEGIN
        IF TG_TABLE_NAME = 'journal_entries' THEN entry := NEW.id; ELSE entry := NEW.entry_id; END IF;
        SELECT count(*), coalesce(sum(debit_cents), 0) - coalesce(sum(credit_cents), 0)
            INTO line_count, difference FROM journal_lines WHERE entry_id = entry;
        IF line_count < 2 OR difference <> 0 THEN
            RAISE EXCEPTION 'entry % has % lines and is off by % cents', entry, line_count, difference
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_journal_entries_balance';
        END IF;
        RETURN NULL;
    END $$;

    CREATE CONSTRAINT TRIGGER journal_entries_balance AFTER INSERT ON journal_entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced_entry();
    CREATE CONSTRAINT TRIGGER journal_lines_balance AFTER INSERT ON journal_lines
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced_entry();

    CREATE TRIGGER journal_entries_append_only BEFORE UPDATE OR DELETE ON journal_entries
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER journal_lines_append_only BEFORE UPDATE OR DELETE ON journal_lines
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER account_events_append_only BEFORE UPDATE OR DELETE ON account_events
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER contract_terms_append_only BEFORE UPDATE OR DELETE ON contract_terms
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    for part in (ACCOUNTS, ENGINE, JOURNAL, GUARDS):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
