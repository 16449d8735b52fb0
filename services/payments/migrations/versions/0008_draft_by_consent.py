"""Autopay: consents that are never changed, enrolments, and one draft for each instalment."""

from alembic import op

revision = "draft_by_consent"
down_revision = "payments_are_scheduled"

CONSENTS = """
    CREATE TABLE autopay_consents (
        id uuid,
        account_id uuid NOT NULL,
        user_id text NOT NULL,
        kind text NOT NULL,
        version text NOT NULL,
        text text NOT NULL,
        proof jsonb NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_autopay_consents PRIMARY KEY (id),
        CONSTRAINT ck_autopay_consents_kind CHECK (kind IN ('given', 'withdrawn'))
    );
    CREATE INDEX ix_autopay_consents_account ON autopay_consents (account_id, id);

    CREATE FUNCTION refuse_consent_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'A consent on record is never changed; a new one says what holds from then on.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'autopay_consents_append_only';
    END $$;
    CREATE TRIGGER autopay_consents_append_only BEFORE UPDATE OR DELETE ON autopay_consents
        FOR EACH ROW EXECUTE FUNCTION refuse_consent_change();

    ALTER TABLE payment_methods
        ADD COLUMN consent_version text,
        ADD COLUMN consent_text text,
        ADD COLUMN consent_at timestamptz,
        ADD CONSTRAINT ck_payment_methods_consent_whole CHECK (
            num_nulls(consent_version, consent_text, consent_at) IN (0, 3)
        );
"""

ENROLMENTS = """
    CREATE TABLE autopay_enrolments (
        account_id uuid,
        version integer NOT NULL,
        status text NOT NULL,
        user_id text NOT NULL,
        payment_method_id uuid NOT NULL,
        day_offset integer NOT NULL,
        fixed_amount_cents bigint,
        extra_principal_cents bigint NOT NULL,
        maximum_cents bigint,
        consent_id uuid NOT NULL,
        reason_code text,
        reason text,
        resumes_on date,
        is_stale boolean NOT NULL,
        look_on date,
        claimed_until timestamptz,
        changed_at timestamptz NOT NULL,
        CONSTRAINT pk_autopay_enrolments PRIMARY KEY (account_id),
        CONSTRAINT fk_autopay_enrolments_payment_method FOREIGN KEY (payment_method_id) REFERENCES payment_methods (id),
        CONSTRAINT fk_autopay_enrolments_consent FOREIGN KEY (consent_id) REFERENCES autopay_consents (id),
        CONSTRAINT ck_autopay_enrolments_status CHECK (status IN ('active', 'paused', 'cancelled')),
        CONSTRAINT ck_autopay_enrolments_reason CHECK ((status = 'active') = (reason_code IS NULL)),
        CONSTRAINT ck_autopay_enrolments_resumes_paused CHECK (resumes_on IS NULL OR status = 'paused')
    );
    CREATE INDEX ix_autopay_enrolments_stale ON autopay_enrolments (account_id)
        WHERE is_stale AND status = 'active';
    CREATE INDEX ix_autopay_enrolments_look ON autopay_enrolments (look_on) WHERE status <> 'cancelled';
    CREATE INDEX ix_autopay_enrolments_method ON autopay_enrolments (payment_method_id);
"""

DRAFTS = """
    CREATE TABLE autopay_drafts (
        id uuid,
        account_id uuid NOT NULL,
        instalment_number integer NOT NULL,
        due_on date NOT NULL,
        draft_on date NOT NULL,
        amount_cents bigint NOT NULL,
        notified_cents bigint,
        notified_at timestamptz,
        status text NOT NULL,
        claimed_until timestamptz,
        changed_at timestamptz NOT NULL,
        CONSTRAINT pk_autopay_drafts PRIMARY KEY (id),
        CONSTRAINT uq_autopay_drafts_instalment UNIQUE (account_id, instalment_number),
        CONSTRAINT ck_autopay_drafts_status CHECK (
            status IN ('planned', 'skipped', 'drafted', 'covered', 'declined', 'cancelled')
        ),
        CONSTRAINT ck_autopay_drafts_notice_whole CHECK ((notified_cents IS NULL) = (notified_at IS NULL)),
        CONSTRAINT ck_autopay_drafts_drafted_was_told CHECK (status <> 'drafted' OR notified_at IS NOT NULL)
    );
    CREATE INDEX ix_autopay_drafts_due ON autopay_drafts (draft_on, id) WHERE status = 'planned';

    ALTER TABLE payments
        ADD COLUMN draft_id uuid,
        ADD COLUMN consent_id uuid,
        DROP CONSTRAINT ck_payments_amount_minimum,
        ADD CONSTRAINT ck_payments_amount_minimum CHECK (
            amount_cents >= CASE WHEN num_nonnulls(cheque_number, draft_id) = 0 THEN 100 ELSE 1 END
        ),
        ADD CONSTRAINT ck_payments_draft_cites_consent CHECK ((draft_id IS NULL) = (consent_id IS NULL)),
        ADD CONSTRAINT uq_payments_draft UNIQUE (draft_id);
"""


def upgrade() -> None:
    for part in (CONSENTS, ENROLMENTS, DRAFTS):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
