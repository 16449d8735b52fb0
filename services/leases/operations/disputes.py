"""A lessee objects to the end bill, a person decides, and accounts takes off what was upheld."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from chassis.bus.rpc import Asks
from chassis.context import CallContext
from chassis.store import Cause, Database, Row, Transaction
from services.leases.contract import events
from services.leases.contract.errors import DisputeWindowOver, NotFound, OptionStepNotPossible
from services.leases.contract.turn_ins import DISPUTES_MAX
from services.leases.models import statement_since
from services.leases.operations.evaluating import lock_lease
from services.leases.operations.options import keep_details, read_option
from services.leases.operations.readings import lock_lease_for
from services.leases.rules.disputes import decided, disputes_of, raised
from services.leases.rules.options import TURN_IN
from services.leases.rules.told import turn_in_as_told

ASK_SECONDS = 10.0


def dispute_end_bill(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, reason: str, today: date
) -> dict[str, Any]:  # fmt: skip
    """Keep an objection to the bill. Raises NotFound, OptionStepNotPossible before it, DisputeWindowOver after."""
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    row = read_option(transaction, account_id=lease["account_id"], option_id=option_id, option=TURN_IN)
    known = disputes_of(row["details"])
    if "billed_on" not in row["details"] or len(known) >= DISPUTES_MAX:
        raise OptionStepNotPossible()
    if today > row["ends_on"]:
        raise DisputeWindowOver()
    kept = [*known, raised(number=len(known) + 1, reason=reason, on=today)]
    return _told(transaction, lease, keep_details(transaction, row=row, details={"disputes": kept}))


def decide_dispute(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, number: int, decision: str,
    credit_cents: int, reason: str, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Staff uphold an objection, and accounts is asked to take that off, or reject it.

    Raises NotFound, OptionStepNotPossible where it was decided before.
    """
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    row = read_option(transaction, account_id=lease["account_id"], option_id=option_id, option=TURN_IN)
    known = disputes_of(row["details"])
    if number > len(known):
        raise NotFound()
    if known[number - 1]["status"] != "open":
        raise OptionStepNotPossible()
    is_upheld = decision == "uphold"
    known[number - 1] = decided(
        known[number - 1], is_upheld=is_upheld, credit_cents=credit_cents, reason=reason, by=caller.subject, on=today
    )
    row = keep_details(transaction, row=row, details={"disputes": known})
    if is_upheld:
        told = {"account_id": account_id, "option_id": option_id, "number": number}
        transaction.emit(events.end_bill_credited, subject=account_id, data=told)
    return _told(transaction, lease, row)


def credit_end(
    store: Database, *, accounts: Asks, context: CallContext, cause: Cause, told: Mapping[str, Any], key: str
) -> None:
    """Have accounts take it off, once, and keep what it could. Raises what accounts refuses: a person looks at it."""
    account_id, number = UUID(told["account_id"]), told["number"]
    with store.reading() as transaction:
        row = read_option(transaction, account_id=account_id, option_id=told["option_id"], option=TURN_IN)
    dispute = disputes_of(row["details"])[number - 1]
    request = {
        "account_id": told["account_id"], "option_id": told["option_id"],
        "credit_ref": f"{told['option_id']}/{number}", "amount_cents": dispute["credit_cents"],
        "reason": dispute["decision_reason"],
    }  # fmt: skip
    reply = accounts.ask("credit_end_bill", request=request, context=context, key=key, timeout_seconds=ASK_SECONDS)
    with store.writing(cause=cause) as transaction:
        lock_lease(transaction, account_id=account_id)
        row = read_option(transaction, account_id=account_id, option_id=told["option_id"], option=TURN_IN)
        known = disputes_of(row["details"])
        known[number - 1] = {**known[number - 1], "credited_cents": reply.data["credited_cents"]}
        keep_details(transaction, row=row, details={"disputes": known})


def _told(transaction: Transaction, lease: Row, row: Row) -> dict[str, Any]:
    statement = transaction.one(statement_since(account_id=row["account_id"], opened_at=row["opened_at"]))
    return turn_in_as_told(vehicle=lease["vehicle"], row=row, statement=statement)
