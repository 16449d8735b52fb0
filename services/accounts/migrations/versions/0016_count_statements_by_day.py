"""How many statements a day has: they are stored in the order of their days, so that ranges of pages are enough."""

from alembic import op

revision = "count_statements_by_day"
down_revision = "mail_paper_in_batches"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_statements_on ON statements USING brin (statement_on) WITH (autosummarize = on)")


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
