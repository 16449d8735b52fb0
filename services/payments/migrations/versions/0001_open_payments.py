"""Payment methods, payments, and what is known of the accounts they pay."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE payment_methods (
            id uuid,
            user_id text NOT NULL,
            type text NOT NULL,
            last4 text NOT NULL,
            routing_number text,
            account_number_encrypted text,
            account_type text,
            holder_name text,
            processor_token text,
            brand text,
            exp_month integer,
            exp_year integer,
            created_at timestamptz NOT NULL,
            removed_at timestamptz,
            CONSTRAINT pk_payment_methods PRIMARY KEY (id),
            CONSTRAINT ck_payment_methods_fields_of_type CHECK (
                CASE type
                WHEN 'bank_account' THEN
                    num_nulls(routing_number, account_number_encrypted, account_type, holder_name) = 0
                    AND num_nonnulls(processor_token, brand, exp_month, exp_year) = 0
                WHEN 'card' THEN
                    num_nulls(processor_token, brand, exp_month, exp_year) = 0
                    AND num_nonnulls(routing_number, account_number_encrypted, account_type, holder_name) = 0
                ELSE false END
            ),
            CONSTRAINT ck_payment_methods_last4 CHECK (last4 ~ '^[0-9]{4}$')
        );
        CREATE INDEX ix_payment_methods_user ON payment_methods (user_id, id) WHERE removed_at IS NULL;

        CREATE TABLE payments (
            id uuid,
            account_id uuid NOT NULL,
            payer_id text NOT NULL,
            payment_method_id uuid NOT NULL,
            amount_cents bigint NOT NULL,
            effective_on date NOT NULL,
            extra text,
            status text NOT NULL,
            presentment_number integer NOT NULL,
            processor_reference text,
            decline_code text,
            created_at timestamptz NOT NULL,
            unknown_at timestamptz,
            applied_at timestamptz,
            CONSTRAINT pk_payments PRIMARY KEY (id),
            CONSTRAINT fk_payments_payment_method FOREIGN KEY (payment_method_id) REFERENCES payment_methods (id),
            CONSTRAINT ck_payments_amount_minimum CHECK (amount_cents >= 100),
            CONSTRAINT ck_payments_status CHECK (status IN ('submitting', 'unknown', 'posted', 'declined')),
            CONSTRAINT ck_payments_extra CHECK (extra IN ('principal', 'paid_ahead')),
            CONSTRAINT ck_payments_decline_has_code CHECK ((status = 'declined') = (decline_code IS NOT NULL)),
            CONSTRAINT ck_payments_posted_was_charged CHECK (status <> 'posted' OR processor_reference IS NOT NULL),
            CONSTRAINT ck_payments_applied_was_posted CHECK (applied_at IS NULL OR status = 'posted'),
            CONSTRAINT ck_payments_presentment_number CHECK (presentment_number >= 1)
        );
        CREATE INDEX ix_payments_account ON payments (account_id, id);
        CREATE INDEX ix_payments_pending ON payments (account_id) WHERE applied_at IS NULL AND status <> 'declined';

        CREATE TABLE account_standings (
            account_id uuid,
            sequence bigint NOT NULL,
            status text NOT NULL,
            amount_due_cents bigint NOT NULL,
            past_due_cents bigint NOT NULL,
            next_due_on date,
            next_instalment_number integer,
            days_past_due integer NOT NULL,
            payoff_ceiling_cents bigint NOT NULL,
            payments_made integer NOT NULL,
            CONSTRAINT pk_account_standings PRIMARY KEY (account_id)
        );
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
