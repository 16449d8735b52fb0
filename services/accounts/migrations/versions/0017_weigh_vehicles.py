"""What a vehicle may weigh: the manufacturer's gross vehicle weight rating, where a portfolio says it."""

from alembic import op

revision = "weigh_vehicles"
down_revision = "count_statements_by_day"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE accounts ADD CONSTRAINT ck_accounts_gross_weight
            CHECK ((vehicle ->> 'gross_weight_rating_pounds')::integer BETWEEN 1 AND 200000);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
