"""The capitalized cost as it was before money down, and what reduced it (12 CFR 1013.4(f)); a pool does not say."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE leases
            ADD COLUMN gross_capitalized_cost_cents bigint,
            ADD COLUMN capitalized_cost_reduction_cents bigint,
            ADD CONSTRAINT ck_leases_costs CHECK (
                (gross_capitalized_cost_cents IS NULL) = (capitalized_cost_reduction_cents IS NULL)
                AND coalesce(gross_capitalized_cost_cents - capitalized_cost_reduction_cents,
                             adjusted_capitalized_cost_cents) = adjusted_capitalized_cost_cents
            );
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
