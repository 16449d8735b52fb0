"""Parties are found by a keyed print of their last name, and may have an address that letters go to, sealed."""

from alembic import op

revision = "find_and_write_to_parties"
down_revision = "tell_each_reminder_once"

# Rows that are there, and those of the release before while both run, are printed by and by: they have no print yet.
PARTIES = """
    ALTER TABLE account_parties ADD COLUMN last_name_print bigint, ADD COLUMN mailing_address_sealed text;
    CREATE INDEX ix_account_parties_last_name_print ON account_parties (last_name_print);
    CREATE INDEX ix_account_parties_unprinted ON account_parties (id) WHERE last_name_print IS NULL;
"""


def upgrade() -> None:
    op.execute(PARTIES)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
