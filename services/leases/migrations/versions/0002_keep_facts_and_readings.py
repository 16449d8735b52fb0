"""What was heard of a lease is kept as it came, so that answers can be built again; odometer readings."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
    ALTER TABLE leases
        ADD COLUMN start_miles integer CONSTRAINT ck_leases_start_miles CHECK (start_miles >= 0);
    ALTER TABLE lease_standings ADD COLUMN maturity_on date;

    CREATE TABLE lease_facts (
        event_id uuid CONSTRAINT pk_lease_facts PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_lease_facts_lease REFERENCES leases,
        name text NOT NULL,
        sequence bigint NOT NULL,
        data jsonb NOT NULL
    );
    CREATE INDEX ix_lease_facts_account ON lease_facts (account_id);

    CREATE TABLE odometer_readings (
        id uuid CONSTRAINT pk_odometer_readings PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_odometer_readings_lease REFERENCES leases,
        miles integer NOT NULL CONSTRAINT ck_odometer_readings_miles CHECK (miles BETWEEN 0 AND 9999999),
        read_on date NOT NULL,
        source text NOT NULL
            CONSTRAINT ck_odometer_readings_source CHECK (source IN ('customer', 'staff', 'statement', 'inspection')),
        is_plausible boolean NOT NULL,
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL
    );
    CREATE INDEX ix_odometer_readings_account ON odometer_readings (account_id, read_on);
"""

# What earlier releases heard and did not keep: as much of it as the projection still says.
HEARD = """
    INSERT INTO lease_facts (event_id, account_id, name, sequence, data)
    SELECT account_id, account_id, 'imported', sequence,
           jsonb_build_object('standing', jsonb_build_object('status', status, 'past_due_cents', past_due_cents))
    FROM lease_standings;
    INSERT INTO lease_facts (event_id, account_id, name, sequence, data)
    SELECT gen_random_uuid(), account_id, CASE WHEN is_applied THEN 'payment_applied' ELSE 'payment_posted' END, 0,
           jsonb_build_object(
               'payment_id', payment_id, 'presentment_number', presentment_number, 'amount_cents', amount_cents
           )
    FROM lease_payments;
"""


def upgrade() -> None:
    for part in (TABLES, HEARD):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
