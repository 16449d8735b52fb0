"""An e-mail address or a telephone number changes once both its ends have proven themselves."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE contact_changes (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_contact_changes_user REFERENCES users (id),
            kind text NOT NULL,
            state text NOT NULL,
            value_sealed text,
            asked_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            made_at timestamptz,
            CONSTRAINT ck_contact_changes_kind CHECK (kind IN ('email', 'phone')),
            CONSTRAINT ck_contact_changes_state CHECK (state IN ('asked', 'waiting', 'made', 'void')),
            CONSTRAINT ck_contact_changes_erased
                CHECK ((state IN ('asked', 'waiting')) = (value_sealed IS NOT NULL)),
            CONSTRAINT ck_contact_changes_made CHECK ((state = 'made') = (made_at IS NOT NULL))
        );
        CREATE UNIQUE INDEX uq_contact_changes_open ON contact_changes (user_id, kind)
            WHERE state IN ('asked', 'waiting');
        CREATE INDEX ix_contact_changes_asked_at ON contact_changes (asked_at);

        CREATE TABLE contact_proofs (
            id uuid PRIMARY KEY,
            change_id uuid NOT NULL
                CONSTRAINT fk_contact_proofs_change REFERENCES contact_changes (id) ON DELETE CASCADE,
            which_end text NOT NULL,
            by text NOT NULL,
            secret_hash text NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            expires_at timestamptz NOT NULL,
            proven_at timestamptz,
            CONSTRAINT uq_contact_proofs_end UNIQUE (change_id, which_end),
            CONSTRAINT uq_contact_proofs_secret_hash UNIQUE (secret_hash),
            CONSTRAINT ck_contact_proofs_which_end CHECK (which_end IN ('old', 'new')),
            CONSTRAINT ck_contact_proofs_by CHECK (by IN ('link', 'code'))
        );
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
