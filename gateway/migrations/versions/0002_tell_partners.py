"""Webhooks of partners, and what they are told."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE webhook_endpoints (
            id uuid PRIMARY KEY,
            url text NOT NULL,
            description text NOT NULL,
            events text[] NOT NULL,
            secret_sealed text NOT NULL,
            previous_secret_sealed text,
            previous_secret_until timestamptz,
            state text NOT NULL,
            disabled_reason text,
            disabled_at timestamptz,
            failures_in_row integer NOT NULL DEFAULT 0,
            failing_since timestamptz,
            paused_until timestamptz,
            created_at timestamptz NOT NULL,
            CONSTRAINT ck_webhook_endpoints_state CHECK (state IN ('active', 'disabled')),
            CONSTRAINT ck_webhook_endpoints_reason CHECK (disabled_reason IN ('by_staff', 'gone', 'failing')),
            CONSTRAINT ck_webhook_endpoints_disabled CHECK (
                num_nonnulls(disabled_reason, disabled_at) = CASE state WHEN 'disabled' THEN 2 ELSE 0 END
            ),
            CONSTRAINT ck_webhook_endpoints_previous CHECK (
                (previous_secret_sealed IS NULL) = (previous_secret_until IS NULL)
            ),
            CONSTRAINT ck_webhook_endpoints_failing CHECK ((failures_in_row = 0) = (failing_since IS NULL)),
            CONSTRAINT ck_webhook_endpoints_events CHECK (cardinality(events) > 0)
        );

        CREATE TABLE webhook_deliveries (
            id uuid PRIMARY KEY,
            endpoint_id uuid NOT NULL
                CONSTRAINT fk_webhook_deliveries_endpoint REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
            event_id uuid NOT NULL,
            type text NOT NULL,
            body text NOT NULL,
            state text NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            next_try_at timestamptz,
            claimed_until timestamptz,
            last_tried_at timestamptz,
            last_status integer,
            last_error text,
            created_at timestamptz NOT NULL,
            settled_at timestamptz,
            CONSTRAINT uq_webhook_deliveries_event UNIQUE (endpoint_id, event_id),
            CONSTRAINT ck_webhook_deliveries_state CHECK (state IN ('waiting', 'delivered', 'failed')),
            CONSTRAINT ck_webhook_deliveries_waiting CHECK (
                (state = 'waiting') = (next_try_at IS NOT NULL) AND (state = 'waiting') = (settled_at IS NULL)
            ),
            CONSTRAINT ck_webhook_deliveries_claimed CHECK (claimed_until IS NULL OR state = 'waiting')
        );
        CREATE INDEX ix_webhook_deliveries_due
            ON webhook_deliveries (endpoint_id, next_try_at) WHERE state = 'waiting';
        CREATE INDEX ix_webhook_deliveries_settled ON webhook_deliveries (settled_at) WHERE settled_at IS NOT NULL;
        CREATE INDEX ix_webhook_deliveries_listed ON webhook_deliveries (endpoint_id, id);
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
