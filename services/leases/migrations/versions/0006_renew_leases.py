"""Leases that go on from month to month, and every milestone that was told, in whatever order days are handled."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE lease_renewals (
            option_id uuid CONSTRAINT pk_lease_renewals PRIMARY KEY
                CONSTRAINT fk_lease_renewals_option REFERENCES lease_options,
            account_id uuid NOT NULL CONSTRAINT fk_lease_renewals_lease REFERENCES leases,
            agreed_on date NOT NULL,
            ended_on date,
            ended_because text CONSTRAINT ck_lease_renewals_because
                CHECK (ended_because IN ('notice', 'vehicle_returned', 'account_closed', 'not_renewed')),
            CONSTRAINT ck_lease_renewals_ended CHECK ((ended_on IS NULL) = (ended_because IS NULL))
        );
        CREATE UNIQUE INDEX uq_lease_renewals_running ON lease_renewals (account_id) WHERE ended_on IS NULL;
        CREATE INDEX ix_lease_renewals_account ON lease_renewals (account_id);
        CREATE INDEX ix_lease_options_active ON lease_options ((details -> 'terms' ->> 'ends_on'))
            WHERE status = 'active';

        CREATE TABLE lease_milestones_told (
            account_id uuid NOT NULL CONSTRAINT fk_lease_milestones_told_lease REFERENCES leases,
            ends_on date NOT NULL,
            milestone_days integer NOT NULL,
            CONSTRAINT pk_lease_milestones_told PRIMARY KEY (account_id, ends_on, milestone_days)
        );
        INSERT INTO lease_milestones_told SELECT account_id, ends_on, milestone_days FROM lease_milestones;
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
