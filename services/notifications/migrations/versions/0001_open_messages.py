"""Contacts with their accounts, and messages."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE contacts (
            user_id uuid NOT NULL,
            version bigint NOT NULL,
            email_sealed text NOT NULL,
            phone_sealed text,
            first_name_sealed text NOT NULL,
            sms_consent boolean NOT NULL,
            sms_opted_out_at timestamptz,
            time_zone text,
            created_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT pk_contacts PRIMARY KEY (user_id),
            CONSTRAINT ck_contacts_opted_out_phone CHECK (sms_opted_out_at IS NULL OR phone_sealed IS NOT NULL)
        );

        CREATE TABLE contact_accounts (
            user_id uuid NOT NULL,
            account_id uuid NOT NULL,
            last4 text NOT NULL,
            CONSTRAINT pk_contact_accounts PRIMARY KEY (user_id, account_id),
            CONSTRAINT fk_contact_accounts_contact
                FOREIGN KEY (user_id) REFERENCES contacts (user_id) ON DELETE CASCADE,
            CONSTRAINT ck_contact_accounts_last4 CHECK (last4 ~ '^[0-9A-Za-z]{1,4}$')
        );
        CREATE INDEX ix_contact_accounts_account_id ON contact_accounts (account_id);

        CREATE TABLE messages (
            id uuid NOT NULL,
            source_key text NOT NULL,
            user_id uuid,
            account_id uuid,
            channel text NOT NULL,
            template text NOT NULL,
            language text NOT NULL,
            state text NOT NULL,
            reason text NOT NULL,
            not_before timestamptz,
            variables_sealed text,
            vendor_id text,
            created_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL,
            sent_at timestamptz,
            CONSTRAINT pk_messages PRIMARY KEY (id),
            CONSTRAINT uq_messages_source_key UNIQUE (source_key),
            CONSTRAINT ck_messages_channel CHECK (channel IN ('email', 'sms')),
            CONSTRAINT ck_messages_state
                CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'suppressed', 'unknown')),
            CONSTRAINT ck_messages_words_wiped
                CHECK ((variables_sealed IS NOT NULL) = (state IN ('queued', 'sending'))),
            CONSTRAINT ck_messages_sent_at CHECK ((sent_at IS NOT NULL) = (state = 'sent')),
            CONSTRAINT ck_messages_not_before CHECK (not_before IS NULL OR state = 'queued')
        );
        CREATE INDEX ix_messages_user_id ON messages (user_id, id);
        CREATE INDEX ix_messages_waiting ON messages (not_before) WHERE not_before IS NOT NULL;
        CREATE INDEX ix_messages_unsettled ON messages (changed_at) WHERE state IN ('sending', 'unknown');
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
