"""Which milestone before its end each lease was told last."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE lease_milestones (
            account_id uuid CONSTRAINT pk_lease_milestones PRIMARY KEY
                CONSTRAINT fk_lease_milestones_lease REFERENCES leases,
            ends_on date NOT NULL,
            milestone_days integer NOT NULL
        );
        CREATE INDEX ix_leases_ends_on ON leases (ends_on);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
