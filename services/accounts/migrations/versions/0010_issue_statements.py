"""Statements that never change, the consents that let them be electronic, and those that have to go out on paper."""

from alembic import op

revision = "issue_statements"
down_revision = "freeze_furnishing_facts"

CONSENTS = """
    CREATE TABLE paperless_consents (
        id uuid CONSTRAINT pk_paperless_consents PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_paperless_consents_account REFERENCES accounts,
        number integer NOT NULL CONSTRAINT ck_paperless_consents_number CHECK (number >= 1),
        act text NOT NULL CONSTRAINT ck_paperless_consents_act CHECK (act IN ('given', 'withdrawn', 'suspended')),
        version text,
        proof text,
        acted_by text NOT NULL,
        reason text,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT uq_paperless_consents_number UNIQUE (account_id, number),
        CONSTRAINT ck_paperless_consents_given
            CHECK (num_nonnulls(version, proof) = CASE act WHEN 'given' THEN 2 ELSE 0 END),
        CONSTRAINT ck_paperless_consents_suspended CHECK ((act = 'suspended') = (reason IS NOT NULL))
    );
    CREATE INDEX ix_paperless_consents_acted_by ON paperless_consents (acted_by) WHERE act = 'given';
"""

STATEMENTS = """
    CREATE TABLE statements (
        id uuid CONSTRAINT pk_statements PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_statements_account REFERENCES accounts,
        kind text NOT NULL CONSTRAINT ck_statements_kind CHECK (kind IN ('monthly', 'year_end_interest')),
        revision integer NOT NULL CONSTRAINT ck_statements_revision CHECK (revision >= 1),
        statement_on date NOT NULL,
        period_from_on date NOT NULL,
        period_to_on date NOT NULL,
        through_number integer NOT NULL,
        through_chain_number integer NOT NULL,
        delivery text NOT NULL CONSTRAINT ck_statements_delivery CHECK (delivery IN ('electronic', 'paper')),
        consent_id uuid CONSTRAINT fk_statements_consent REFERENCES paperless_consents,
        amount_due_cents bigint,
        due_on date,
        document jsonb NOT NULL,
        issued_at timestamptz NOT NULL,
        CONSTRAINT uq_statements_period UNIQUE (account_id, kind, period_to_on, revision),
        CONSTRAINT fk_statements_through
            FOREIGN KEY (account_id, through_number) REFERENCES account_events (account_id, number),
        CONSTRAINT ck_statements_period CHECK (period_from_on <= period_to_on AND period_to_on <= statement_on),
        CONSTRAINT ck_statements_monthly CHECK (kind <> 'monthly' OR revision = 1),
        CONSTRAINT ck_statements_consent CHECK ((delivery = 'electronic') = (consent_id IS NOT NULL))
    );
    CREATE INDEX ix_statements_account ON statements (account_id, id DESC);
    CREATE INDEX ix_statements_consent ON statements (consent_id) WHERE consent_id IS NOT NULL;

    CREATE TABLE paper_mailings (
        statement_id uuid CONSTRAINT pk_paper_mailings PRIMARY KEY
            CONSTRAINT fk_paper_mailings_statement REFERENCES statements,
        account_id uuid NOT NULL CONSTRAINT fk_paper_mailings_account REFERENCES accounts,
        reason text NOT NULL
            CONSTRAINT ck_paper_mailings_reason CHECK (reason IN ('no_paperless_consent', 'mail_bounced')),
        requested_at timestamptz NOT NULL,
        mailed_at timestamptz
    );
    CREATE INDEX ix_paper_mailings_waiting ON paper_mailings (statement_id) WHERE mailed_at IS NULL;
"""

GUARDS = """
    CREATE TRIGGER statements_append_only BEFORE UPDATE OR DELETE ON statements
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER paperless_consents_append_only BEFORE UPDATE OR DELETE ON paperless_consents
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    for part in (CONSENTS, STATEMENTS, GUARDS):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
