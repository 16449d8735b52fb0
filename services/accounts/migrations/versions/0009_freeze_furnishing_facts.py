"""What is furnished of an account for a month is frozen; a correction is another version, and the first one stays."""

from alembic import op

revision = "freeze_furnishing_facts"
down_revision = "charge_off_and_release_titles"

FACTS = """
    CREATE TABLE furnishing_facts (
        account_id uuid NOT NULL CONSTRAINT fk_furnishing_facts_account REFERENCES accounts,
        month_end_on date NOT NULL,
        version integer NOT NULL CONSTRAINT ck_furnishing_facts_version CHECK (version >= 1),
        status_code text NOT NULL CONSTRAINT ck_furnishing_facts_status_code
            CHECK (status_code IN ('11', '13', '71', '78', '80', '82', '83', '84', '97')),
        days_past_due integer NOT NULL CONSTRAINT ck_furnishing_facts_days_past_due CHECK (days_past_due >= 0),
        first_delinquent_on date,
        is_deferred boolean NOT NULL,
        current_balance_cents bigint NOT NULL,
        amount_past_due_cents bigint NOT NULL,
        charged_off_cents bigint NOT NULL,
        flags text[] NOT NULL,
        compliance_condition_code text CONSTRAINT ck_furnishing_facts_compliance_condition_code
            CHECK (compliance_condition_code ~ '^X[A-HR]$'),
        rests_on_number integer NOT NULL,
        reason text,
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_furnishing_facts PRIMARY KEY (account_id, month_end_on, version),
        CONSTRAINT ck_furnishing_facts_month_end_on
            CHECK (extract(month FROM month_end_on + 1) <> extract(month FROM month_end_on)),
        CONSTRAINT ck_furnishing_facts_reason CHECK ((version = 1) = (reason IS NULL)),
        CONSTRAINT ck_furnishing_facts_signs
            CHECK (current_balance_cents >= 0 AND amount_past_due_cents >= 0 AND charged_off_cents >= 0),
        CONSTRAINT ck_furnishing_facts_first_delinquent_on CHECK (first_delinquent_on <= month_end_on)
    );
    CREATE TRIGGER furnishing_facts_append_only BEFORE UPDATE OR DELETE ON furnishing_facts
        FOR EACH ROW EXECUTE FUNCTION refuse_change();

    CREATE TABLE furnishing_months (
        month_end_on date CONSTRAINT pk_furnishing_months PRIMARY KEY,
        frozen_at timestamptz NOT NULL
    );
"""


def upgrade() -> None:
    op.execute(FACTS)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
