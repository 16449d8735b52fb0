"""No payment carries back more than it brought: the database refuses a refund that would, whoever records it."""

from alembic import op

revision = "let_no_refund_exceed_its_payment"
down_revision = "set_letters_aside"


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_refund_beyond_payment() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            paid bigint;
            back bigint;
        BEGIN
            SELECT (data ->> 'amount_cents')::bigint INTO paid FROM account_events
                WHERE account_id = NEW.account_id AND source_key = NEW.data ->> 'payment_key';
            SELECT sum((data ->> 'amount_cents')::bigint) INTO back FROM account_events
                WHERE account_id = NEW.account_id AND kind = 'refund_due'
                  AND data ->> 'payment_key' = NEW.data ->> 'payment_key';
            IF back > coalesce(paid, 0) THEN
                RAISE EXCEPTION 'refunds of % come to % cents, it brought %', NEW.data ->> 'payment_key', back, paid
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_account_events_refund';
            END IF;
            RETURN NULL;
        END $$;

        CREATE TRIGGER account_events_refund AFTER INSERT ON account_events
            FOR EACH ROW WHEN (NEW.kind = 'refund_due') EXECUTE FUNCTION refuse_refund_beyond_payment();
        """
    )


def downgrade() -> None:
    raise NotImplementedError("expand and contract: old code runs on the new schema")
