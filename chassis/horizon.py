"""Below which transaction everything is settled: a reader that stays below it never passes a row that commits late."""

from sqlalchemy import text

from chassis.store import Transaction

# A transaction that can be seen running holds the horizon back, if it is one of this database: those of the other
# databases on the server write nothing here, however long they take. Where a session's transaction is hidden from us,
# because it is another role's, nothing running anywhere is passed; PostgreSQL's own workers, such as those that vacuum,
# are hidden as well, but they are nobody's and write no row of ours. Transaction ids in pg_stat_activity are 32 bits
# wide and wrap around; ones begun since this statement lie ahead of us and do not count.
_HORIZON = text(
    """
    WITH now_running AS (SELECT pg_current_snapshot() AS snapshot),
    seen AS (
        SELECT pg_snapshot_xmin(snapshot)::text::bigint AS oldest, pg_snapshot_xmax(snapshot)::text::bigint AS next
        FROM now_running
    ),
    sessions AS (
        SELECT coalesce(bool_or(query = '<insufficient privilege>'), false) AS are_hidden,
               count(backend_xid) = 0 AS are_idle,
               coalesce(max(behind) FILTER (WHERE behind < 2147483648), 0) AS behind_most
        FROM (
            SELECT query, backend_xid, (seen.next - backend_xid::text::bigint) & 4294967295 AS behind
            FROM pg_stat_activity, seen WHERE datname = current_database() AND usesysid IS NOT NULL
        ) AS session
    )
    SELECT CASE WHEN are_hidden THEN oldest ELSE next - behind_most END AS below,
           CASE WHEN are_hidden THEN oldest = next ELSE are_idle END AS is_settled
    FROM seen, sessions
    """
)


def find_horizon(transaction: Transaction) -> tuple[int, bool]:
    """Every transaction with a smaller id than this has ended; and whether none was running that could commit later.

    Rows must be read by a later statement than this one, or what commits in between would be passed over.
    """
    found = transaction.one(_HORIZON)
    assert found, "the statement gives one row"
    return found["below"], found["is_settled"]
