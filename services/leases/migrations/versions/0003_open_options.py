"""The way out of a lease that somebody has taken, at most one at a time, and the odometer statements."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE lease_options (
            id uuid CONSTRAINT pk_lease_options PRIMARY KEY,
            account_id uuid NOT NULL CONSTRAINT fk_lease_options_lease REFERENCES leases,
            option text NOT NULL CONSTRAINT ck_lease_options_option
                CHECK (option IN ('buyout', 'turn_in', 'extension', 'early_termination')),
            status text NOT NULL,
            ends_on date NOT NULL,
            details jsonb NOT NULL,
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            opened_at timestamptz NOT NULL,
            closed_on date,
            closed_at timestamptz,
            CONSTRAINT ck_lease_options_closed CHECK ((closed_on IS NULL) = (closed_at IS NULL))
        );
        CREATE UNIQUE INDEX uq_lease_options_open ON lease_options (account_id) WHERE closed_at IS NULL;
        CREATE INDEX ix_lease_options_account ON lease_options (account_id, opened_at);
        CREATE INDEX ix_lease_options_running ON lease_options (ends_on) WHERE closed_at IS NULL;

        CREATE TABLE odometer_statements (
            id uuid CONSTRAINT pk_odometer_statements PRIMARY KEY,
            account_id uuid NOT NULL CONSTRAINT fk_odometer_statements_lease REFERENCES leases,
            reading_id uuid NOT NULL CONSTRAINT fk_odometer_statements_reading REFERENCES odometer_readings,
            certification text NOT NULL CONSTRAINT ck_odometer_statements_certification
                CHECK (certification IN ('actual', 'exceeds_mechanical_limits', 'not_actual')),
            details jsonb NOT NULL,
            signed_by text NOT NULL,
            signed_at timestamptz NOT NULL
        );
        CREATE INDEX ix_odometer_statements_account ON odometer_statements (account_id, signed_at);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
