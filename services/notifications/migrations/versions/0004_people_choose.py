"""People choose what they are told and how; consents are kept; texts come in; the inbox holds its words."""

from alembic import op

revision = "people_choose"
down_revision = "accounts_are_flagged"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE contacts ADD COLUMN phone_print bigint;
        ALTER TABLE contacts ADD COLUMN zones text[] NOT NULL DEFAULT '{}';
        ALTER TABLE contacts ADD COLUMN sms_consent_chosen boolean;
        ALTER TABLE contacts ADD COLUMN email_dead_at timestamptz;
        ALTER TABLE contacts ADD COLUMN phone_dead_at timestamptz;
        ALTER TABLE contacts ADD CONSTRAINT ck_contacts_dead_phone
            CHECK (phone_dead_at IS NULL OR phone_sealed IS NOT NULL) NOT VALID;
        ALTER TABLE contacts VALIDATE CONSTRAINT ck_contacts_dead_phone;
        CREATE INDEX ix_contacts_phone_print ON contacts (phone_print);
        CREATE INDEX ix_contacts_unprinted ON contacts (user_id)
            WHERE phone_sealed IS NOT NULL AND phone_print IS NULL;

        ALTER TABLE messages ADD COLUMN decisions jsonb NOT NULL DEFAULT '[]';
        ALTER TABLE messages DROP CONSTRAINT ck_messages_channel;
        ALTER TABLE messages ADD CONSTRAINT ck_messages_channel
            CHECK (channel IN ('email', 'sms', 'inbox')) NOT VALID;
        ALTER TABLE messages VALIDATE CONSTRAINT ck_messages_channel;

        CREATE TABLE choices (
            user_id uuid NOT NULL,
            version integer NOT NULL,
            matrix jsonb NOT NULL,
            due_soon_days integer[] NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT pk_choices PRIMARY KEY (user_id),
            CONSTRAINT ck_choices_version CHECK (version > 0)
        );

        CREATE TABLE consents (
            id uuid NOT NULL,
            user_id uuid NOT NULL,
            channel text NOT NULL,
            is_given boolean NOT NULL,
            source text NOT NULL,
            version text,
            wording text,
            proof jsonb NOT NULL,
            address_last4 text,
            said_at timestamptz NOT NULL,
            CONSTRAINT pk_consents PRIMARY KEY (id),
            CONSTRAINT ck_consents_channel CHECK (channel IN ('email', 'sms')),
            CONSTRAINT ck_consents_source CHECK (source IN ('servicing', 'portal', 'text', 'carrier', 'staff')),
            CONSTRAINT ck_consents_given_in_the_portal
                CHECK (NOT (is_given AND source = 'portal') OR num_nonnulls(version, wording) = 2)
        );
        CREATE INDEX ix_consents_user_id ON consents (user_id, id);
        CREATE FUNCTION refuse_to_change_consents() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'consents are only added' USING ERRCODE = 'restrict_violation'; END $$;
        CREATE TRIGGER consents_are_only_added BEFORE UPDATE OR DELETE ON consents
            FOR EACH ROW EXECUTE FUNCTION refuse_to_change_consents();

        CREATE TABLE inbox_items (
            message_id uuid NOT NULL,
            user_id uuid NOT NULL,
            title_sealed text NOT NULL,
            text_sealed text NOT NULL,
            read_at timestamptz,
            CONSTRAINT pk_inbox_items PRIMARY KEY (message_id),
            CONSTRAINT fk_inbox_items_message FOREIGN KEY (message_id) REFERENCES messages (id)
        );
        CREATE INDEX ix_inbox_items_user_id ON inbox_items (user_id, message_id);
        CREATE INDEX ix_inbox_items_unread ON inbox_items (user_id) WHERE read_at IS NULL;

        CREATE TABLE inbound_texts (
            id uuid NOT NULL,
            vendor_id text NOT NULL,
            number_print bigint NOT NULL,
            number_sealed text NOT NULL,
            word text,
            state text NOT NULL,
            received_at timestamptz NOT NULL,
            CONSTRAINT pk_inbound_texts PRIMARY KEY (id),
            CONSTRAINT uq_inbound_texts_vendor_id UNIQUE (vendor_id),
            CONSTRAINT ck_inbound_texts_word CHECK (word IN ('stop', 'help', 'start')),
            CONSTRAINT ck_inbound_texts_state CHECK (state IN ('heeded', 'handed_over'))
        );
        CREATE INDEX ix_inbound_texts_number_print ON inbound_texts (number_print, received_at);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
