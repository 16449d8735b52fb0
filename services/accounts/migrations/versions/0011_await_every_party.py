"""A change of an account with several parties waits until each has agreed, or its time is over."""

from alembic import op

revision = "await_every_party"
down_revision = "issue_statements"

CHANGES = """
    CREATE TABLE awaited_changes (
        id uuid CONSTRAINT pk_awaited_changes PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT fk_awaited_changes_account REFERENCES accounts,
        kind text NOT NULL CONSTRAINT ck_awaited_changes_kind CHECK (kind IN ('due_date_change', 'deferment')),
        asked jsonb NOT NULL,
        figures jsonb NOT NULL,
        summary text NOT NULL,
        parties text[] NOT NULL CONSTRAINT ck_awaited_changes_parties CHECK (cardinality(parties) > 1),
        agreed jsonb NOT NULL,
        status text NOT NULL CONSTRAINT ck_awaited_changes_status
            CHECK (status IN ('offered', 'accepted', 'withdrawn', 'lapsed', 'replaced')),
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL,
        decide_by_on date NOT NULL,
        closed_by text,
        closed_at timestamptz,
        CONSTRAINT ck_awaited_changes_agreed CHECK (status <> 'accepted' OR agreed ?& parties),
        CONSTRAINT ck_awaited_changes_closed CHECK (
            (status = 'offered') = (closed_at IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)
        )
    );
    CREATE UNIQUE INDEX uq_awaited_changes_waiting ON awaited_changes (account_id) WHERE status = 'offered';
"""


def upgrade() -> None:
    op.execute(CHANGES)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
