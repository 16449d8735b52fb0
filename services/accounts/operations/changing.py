"""What most commands on an account have in common: one event, folded and saved, and the standing as the answer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from chassis.store import Transaction
from services.accounts.contract.errors import AccountNotOpen, ChangeNotPossible
from services.accounts.operations.allocating import Folded, fold
from services.accounts.operations.closing import close_fallen_refunds
from services.accounts.operations.locking import LockedAccount, save_account
from services.accounts.operations.quoting import review_payoff_quotes
from services.accounts.operations.recording import record
from services.accounts.operations.titles import stop_title_clock
from services.accounts.rules.events import AccountEvent, InvalidEvent
from services.accounts.rules.shown import CLOSED, OPEN, carried_standing
from services.accounts.rules.state import EffectiveBeforeOpening


def require_open(account: LockedAccount) -> None:
    """Raises AccountNotOpen."""
    if account.status != OPEN:
        raise AccountNotOpen()


def change(
    transaction: Transaction,
    *,
    account: LockedAccount,
    event: AccountEvent,
    kind: str,
    now: datetime,
    today: date,
    details: Mapping[str, Any] | None = None,
    returned_number: int | None = None,
) -> Folded | None:
    """Record an event, fold it in, save the account and look at its quotes; None where its key is recorded already.

    Raises ChangeNotPossible where the rules refuse the event.
    """
    arrived = record(transaction, account=account, event=event, kind=kind, now=now, today=today, details=details)
    if arrived is None:
        return None
    try:
        folded = fold(transaction, account=account, arrived=arrived)
    except (InvalidEvent, EffectiveBeforeOpening) as error:
        raise ChangeNotPossible(f"{error} Correct the request and send it again.") from error
    save_account(transaction, before=account, after=folded.account, now=now)
    if account.status == CLOSED and folded.account.status == OPEN:
        stop_title_clock(transaction, account_id=account.id, now=now, today=today)
    close_fallen_refunds(transaction, changes=folded.changes, now=now)
    review_payoff_quotes(transaction, account=folded.account, now=now, today=today, returned_number=returned_number)
    return folded


def changed(account: LockedAccount, *, today: date) -> dict[str, Any]:
    """The answer to a command: the account's standing after it."""
    standing = carried_standing(status=account.status, terms=account.terms, state=account.state, on=today)
    return {"account_id": str(account.id), "standing": standing}
