"""What a vehicle may weigh: rated above 16,000 pounds, it needs no odometer statement (49 CFR 580.17)."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE leases ADD CONSTRAINT ck_leases_gross_weight
            CHECK ((vehicle ->> 'gross_weight_rating_pounds')::integer BETWEEN 1 AND 200000);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
