"""A loan bears another rate from a date on, also from one that lies back: a servicemember's cap, or an agreement."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from chassis.context import CallContext
from chassis.errors import Impossible
from chassis.ids import new_id
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import ChangeNotPossible
from services.accounts.operations.changing import change, changed, require_open
from services.accounts.operations.locking import LockedAccount, lock_for
from services.accounts.operations.telling import tell, tell_consequences
from services.accounts.rules.amendments import in_force
from services.accounts.rules.events import InvalidEvent, RateChange, RateReason
from services.accounts.rules.schedule import maturity_on


def change_rate(
    transaction: Transaction,
    *,
    account_id: str,
    caller: CallContext,
    now: datetime,
    today: date,
    **asked: Any,
) -> dict[str, Any]:
    """Interest from `effective_on` on at the new rate, what was posted since corrected; tells `schedule_changed`.

    `asked` is the rest of ChangeRate. Raises NotFound, AccountNotOpen, and ChangeNotPossible with the reason.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    require_open(account)
    event = _event(source_key=f"rate_change:{new_id(at=now)}", **asked)
    after = apply_rate_change(transaction, account=account, event=event, caller=caller, now=now, today=today)
    return changed(after, today=today)


def apply_rate_change(
    transaction: Transaction,
    *,
    account: LockedAccount,
    event: RateChange,
    caller: CallContext,
    now: datetime,
    today: date,
) -> LockedAccount:
    """The account with another rate. Raises ChangeNotPossible."""
    details = {"changed_by": caller.subject}
    folded = change(
        transaction, account=account, event=event, kind="rate_changed", now=now, today=today, details=details
    )
    if folded is None:
        raise Impossible(f"{event.source_key} was recorded before.")
    after = folded.account
    data = {
        "reason": "rate_change",
        "effective_on": event.effective_on,
        "from_instalment": event.from_number,
        "maturity_on": maturity_on(terms=in_force(terms=after.terms, state=after.state)),
    }
    tell(transaction, event=events.schedule_changed, account=after, today=today, data=data)
    tell_consequences(transaction, before=account, folded=folded, today=today)
    return after


def _event(
    *,
    source_key: str,
    annual_rate_percent: str,
    effective_on: date,
    reason: RateReason,
    from_instalment: int | None,
    payment_cents: int | None,
) -> RateChange:
    try:
        return RateChange(
            source_key=source_key,
            effective_on=effective_on,
            annual_rate_percent=Decimal(annual_rate_percent),
            reason=reason,
            from_number=from_instalment,
            payment_cents=payment_cents,
        )
    except InvalidEvent as error:
        raise ChangeNotPossible(f"{error} Correct the request and send it again.") from error
