"""What must hold between payoff quotes, payoffs and refunds: rows (place, detail) that must not exist."""

from collections.abc import Mapping

OF_PAYOFFS: Mapping[str, str] = {
    "quote and payoff do not agree": """
        SELECT 'quote ' || q.id, 'met by ' || q.met_by_key || ', of which the account has no payoff'
        FROM payoff_quotes q
        LEFT JOIN account_events e ON e.account_id = q.account_id AND e.kind IN ('payoff_settled', 'lease_ended')
            AND e.data ->> 'payment_key' = q.met_by_key
        WHERE q.status = 'met' AND e.id IS NULL ORDER BY q.id""",
    "open promise of an account that is not open": """
        SELECT 'quote ' || q.id, 'live, but the account is ' || a.status
        FROM payoff_quotes q JOIN accounts a ON a.id = q.account_id
        WHERE q.status = 'live' AND a.status <> 'open' ORDER BY q.id""",
    "payoff or refund of a payment that is not there": """
        SELECT e.source_key, 'follows ' || (e.data ->> 'payment_key')
        FROM account_events e
        LEFT JOIN account_events p ON p.account_id = e.account_id AND p.source_key = e.data ->> 'payment_key'
        WHERE e.kind IN ('payoff_settled', 'lease_ended', 'refund_due') AND e.data ->> 'payment_key' IS NOT NULL
            AND p.id IS NULL ORDER BY e.id""",
    "refunds are more than their payment": """
        SELECT p.source_key, 'brought ' || (p.data ->> 'amount_cents') || ' cents, carries back '
               || sum((e.data ->> 'amount_cents')::bigint)
        FROM account_events e
        JOIN account_events p ON p.account_id = e.account_id AND p.source_key = e.data ->> 'payment_key'
        WHERE e.kind = 'refund_due' AND NOT EXISTS (
            SELECT FROM account_events undone
            WHERE undone.account_id = p.account_id AND undone.kind IN ('payment_reversed', 'payment_returned')
                AND undone.data ->> 'payment_key' = p.source_key)
        GROUP BY p.id
        HAVING sum((e.data ->> 'amount_cents')::bigint) > (p.data ->> 'amount_cents')::bigint ORDER BY p.id""",
    "refund and work item do not agree": """
        SELECT e.source_key, (e.data ->> 'amount_cents') || ' cents, work item '
               || coalesce((w.details ->> 'amount_cents') || ' cents', 'absent')
        FROM account_events e LEFT JOIN work_items w ON w.source_key = e.source_key
        WHERE e.kind = 'refund_due' AND (w.details ->> 'amount_cents') IS DISTINCT FROM (e.data ->> 'amount_cents')
        ORDER BY e.id""",
}
