"""Conversations between customers and staff, kept for good: the words sealed, found again by keyed prints of them."""

from alembic import op

revision = "customers_and_staff_converse"
down_revision = "people_have_a_language"

CONVERSATIONS = """
    CREATE TABLE conversations (
        id uuid NOT NULL,
        user_id uuid,
        phone_sealed text,
        phone_print bigint,
        account_id uuid,
        topic text NOT NULL,
        subject_sealed text NOT NULL,
        subject_prints bigint[] NOT NULL,
        state text NOT NULL,
        queue text NOT NULL,
        agent_id uuid,
        messages_count integer NOT NULL,
        last_message_id uuid,
        last_author text,
        customer_read_id uuid,
        staff_read_id uuid,
        opened_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        closed_at timestamptz,
        CONSTRAINT pk_conversations PRIMARY KEY (id),
        CONSTRAINT ck_conversations_state CHECK (state IN ('open', 'closed')),
        CONSTRAINT ck_conversations_closed_at CHECK ((closed_at IS NOT NULL) = (state = 'closed')),
        CONSTRAINT ck_conversations_whose CHECK (num_nonnulls(user_id, phone_print) = 1),
        CONSTRAINT ck_conversations_phone CHECK ((phone_sealed IS NULL) = (phone_print IS NULL)),
        CONSTRAINT ck_conversations_account CHECK (account_id IS NULL OR user_id IS NOT NULL),
        CONSTRAINT ck_conversations_last_author CHECK (last_author IN ('customer', 'staff')),
        CONSTRAINT ck_conversations_last_message CHECK ((last_message_id IS NULL) = (last_author IS NULL))
    );
    CREATE INDEX ix_conversations_user_id ON conversations (user_id, id);
    CREATE INDEX ix_conversations_account_id ON conversations (account_id, id) WHERE account_id IS NOT NULL;
    CREATE INDEX ix_conversations_phone_print ON conversations (phone_print) WHERE phone_print IS NOT NULL;
    CREATE INDEX ix_conversations_open ON conversations (queue, agent_id, id) WHERE state = 'open';
    CREATE INDEX ix_conversations_subject_prints ON conversations USING gin (subject_prints);
"""

MESSAGES = """
    CREATE TABLE conversation_messages (
        id uuid NOT NULL,
        conversation_id uuid NOT NULL,
        author text NOT NULL,
        agent_id uuid,
        channel text NOT NULL,
        body_sealed text NOT NULL,
        prints bigint[] NOT NULL,
        source_key text,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_conversation_messages PRIMARY KEY (id),
        CONSTRAINT uq_conversation_messages_source_key UNIQUE (source_key),
        CONSTRAINT fk_conversation_messages_conversation
            FOREIGN KEY (conversation_id) REFERENCES conversations (id),
        CONSTRAINT ck_conversation_messages_author CHECK (author IN ('customer', 'staff')),
        CONSTRAINT ck_conversation_messages_agent CHECK ((agent_id IS NOT NULL) = (author = 'staff')),
        CONSTRAINT ck_conversation_messages_channel CHECK (channel IN ('portal', 'sms'))
    );
    CREATE INDEX ix_conversation_messages_conversation_id ON conversation_messages (conversation_id, id);
    CREATE INDEX ix_conversation_messages_prints ON conversation_messages USING gin (prints);
"""

ATTACHMENTS = """
    CREATE TABLE attachments (
        id uuid NOT NULL,
        conversation_id uuid NOT NULL,
        author text NOT NULL,
        uploaded_by uuid NOT NULL,
        name_sealed text NOT NULL,
        media text NOT NULL,
        size_bytes integer NOT NULL,
        content_sealed bytea NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_attachments PRIMARY KEY (id),
        CONSTRAINT fk_attachments_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id),
        CONSTRAINT ck_attachments_author CHECK (author IN ('customer', 'staff')),
        CONSTRAINT ck_attachments_size_bytes CHECK (size_bytes > 0)
    );
    -- What is sealed cannot be made smaller.
    ALTER TABLE attachments ALTER COLUMN content_sealed SET STORAGE EXTERNAL;
    CREATE INDEX ix_attachments_conversation_id ON attachments (conversation_id, id);
    CREATE INDEX ix_attachments_created_at ON attachments (created_at);

    CREATE TABLE message_attachments (
        attachment_id uuid NOT NULL,
        message_id uuid NOT NULL,
        CONSTRAINT pk_message_attachments PRIMARY KEY (attachment_id),
        CONSTRAINT fk_message_attachments_attachment FOREIGN KEY (attachment_id) REFERENCES attachments (id),
        CONSTRAINT fk_message_attachments_message FOREIGN KEY (message_id) REFERENCES conversation_messages (id)
    );
    CREATE INDEX ix_message_attachments_message_id ON message_attachments (message_id);
"""

STEPS = """
    CREATE TABLE conversation_steps (
        id bigint GENERATED ALWAYS AS IDENTITY,
        conversation_id uuid NOT NULL,
        kind text NOT NULL,
        author text NOT NULL,
        actor_id uuid,
        queue text NOT NULL,
        agent_id uuid,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_conversation_steps PRIMARY KEY (id),
        CONSTRAINT fk_conversation_steps_conversation
            FOREIGN KEY (conversation_id) REFERENCES conversations (id),
        CONSTRAINT ck_conversation_steps_kind CHECK (kind IN ('opened', 'handed_over', 'closed', 'reopened')),
        CONSTRAINT ck_conversation_steps_author CHECK (author IN ('customer', 'staff'))
    );
    CREATE INDEX ix_conversation_steps_conversation_id ON conversation_steps (conversation_id, id);
"""

GUARDS = """
    CREATE FUNCTION refuse_change_of_conversations() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE TRIGGER conversation_messages_append_only BEFORE UPDATE OR DELETE ON conversation_messages
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_conversations();
    CREATE TRIGGER message_attachments_append_only BEFORE UPDATE OR DELETE ON message_attachments
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_conversations();
    CREATE TRIGGER conversation_steps_append_only BEFORE UPDATE OR DELETE ON conversation_steps
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_conversations();
    CREATE TRIGGER attachments_unchanged BEFORE UPDATE ON attachments
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_conversations();
"""


def upgrade() -> None:
    for part in (CONVERSATIONS, MESSAGES, ATTACHMENTS, STEPS, GUARDS):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
