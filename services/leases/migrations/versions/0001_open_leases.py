"""Leases as signed, the standing that accounts tells, payments on their way, and the answers that follow."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE leases (
            account_id uuid PRIMARY KEY,
            term_months integer NOT NULL CONSTRAINT ck_leases_term CHECK (term_months BETWEEN 1 AND 120),
            first_due_on date NOT NULL,
            ends_on date NOT NULL,
            adjusted_capitalized_cost_cents bigint NOT NULL,
            residual_cents bigint NOT NULL CONSTRAINT ck_leases_residual CHECK (residual_cents >= 0),
            base_payment_cents bigint NOT NULL CONSTRAINT ck_leases_base_payment CHECK (base_payment_cents > 0),
            tax_cents bigint NOT NULL CONSTRAINT ck_leases_tax CHECK (tax_cents >= 0),
            mileage_allowance_miles integer,
            excess_mile_cents bigint,
            purchase_option_fee_cents bigint,
            disposition_fee_cents bigint,
            vehicle jsonb NOT NULL,
            CONSTRAINT ck_leases_dates CHECK (ends_on > first_due_on)
        );
        CREATE TABLE lease_standings (
            account_id uuid PRIMARY KEY CONSTRAINT fk_lease_standings_lease REFERENCES leases,
            sequence bigint NOT NULL,
            status text NOT NULL,
            past_due_cents bigint NOT NULL
        );
        CREATE TABLE lease_payments (
            payment_id text NOT NULL,
            presentment_number integer NOT NULL,
            account_id uuid NOT NULL CONSTRAINT fk_lease_payments_lease REFERENCES leases,
            amount_cents bigint NOT NULL,
            is_applied boolean NOT NULL,
            PRIMARY KEY (payment_id, presentment_number)
        );
        CREATE INDEX ix_lease_payments_in_transit ON lease_payments (account_id) WHERE NOT is_applied;
        CREATE TABLE lease_eligibilities (
            account_id uuid PRIMARY KEY CONSTRAINT fk_lease_eligibilities_lease REFERENCES leases,
            evaluated_on date NOT NULL,
            evaluated_at timestamptz NOT NULL,
            cause_event_id uuid,
            reasons jsonb NOT NULL
        );
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
