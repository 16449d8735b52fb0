"""The end of hope: a balance is called due, or charged off. What comes back later is recovery."""

from datetime import date, datetime
from typing import Any

from chassis.context import CallContext
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import BalanceNotConfirmed, ChangeNotPossible
from services.accounts.operations.changing import change, changed, require_open
from services.accounts.operations.locking import LockedAccount, lock_for
from services.accounts.operations.quoting import expire_payoff_quotes, payable_quotes
from services.accounts.operations.telling import tell, tell_consequences
from services.accounts.rules.events import Acceleration, ChargeOff
from services.accounts.rules.payoff import LIVE
from services.accounts.rules.standing import standing


def accelerate_balance(
    transaction: Transaction, *, account_id: str, balance_cents: int, reason: str, caller: CallContext, now: datetime,
    today: date,
) -> dict[str, Any]:  # fmt: skip
    """Call the whole balance of a loan due, once; tells `account_accelerated`.

    Raises NotFound, AccountNotOpen, BalanceNotConfirmed, ChangeNotPossible for a lease or a balance called before.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    require_open(account)
    _require_confirmed(account, balance_cents=balance_cents, today=today)
    event = Acceleration(source_key=f"acceleration:{account.id}", effective_on=today, reason=reason)
    folded = change(
        transaction, account=account, event=event, kind="account_accelerated", now=now, today=today,
        details={"accelerated_by": caller.subject},
    )  # fmt: skip
    if folded is None:
        raise ChangeNotPossible("The balance was called due before. Look at the account's history.")
    after = folded.account
    tell(transaction, event=events.account_accelerated, account=after, today=today, data={"accelerated_on": today})
    tell_consequences(transaction, before=account, folded=folded, today=today)
    return changed(after, today=today)


def charge_off(
    transaction: Transaction, *, account_id: str, balance_cents: int, reason: str, caller: CallContext, now: datetime,
    today: date,
) -> dict[str, Any]:  # fmt: skip
    """Give up in the books all that an account owes; tells `account_charged_off`.

    Raises NotFound, AccountNotOpen, BalanceNotConfirmed, and ChangeNotPossible while a payoff is promised.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    require_open(account)
    _require_confirmed(account, balance_cents=balance_cents, today=today)
    expire_payoff_quotes(transaction, now=now, today=today, account_id=account.id)
    promised = payable_quotes(transaction, account_id=account.id, on=today, statuses=(LIVE,))
    if promised:
        last_on = max(quote["good_through"] for quote in promised)
        raise ChangeNotPossible(f"A payoff quote is good through {last_on}. Charge the account off after that.")
    event = ChargeOff(source_key=f"charge_off:{account.id}", effective_on=today, reason=reason)
    folded = change(
        transaction, account=account, event=event, kind="account_charged_off", now=now, today=today,
        details={"charged_off_by": caller.subject},
    )  # fmt: skip
    if folded is None:
        raise ChangeNotPossible("The account was charged off before. Look at its history.")
    given_up = folded.allocation_of(event.source_key)
    parts = {
        name: getattr(given_up, name) for name in ("amount_cents", "interest_cents", "principal_cents", "fees_cents")
    }
    data = {"charged_off_on": today, **parts}
    tell(transaction, event=events.account_charged_off, account=folded.account, today=today, data=data)
    tell_consequences(transaction, before=account, folded=folded, today=today)
    return changed(folded.account, today=today)


def _require_confirmed(account: LockedAccount, *, balance_cents: int, today: date) -> None:
    owed_cents = standing(terms=account.terms, state=account.state, on=today).payoff_ceiling_cents
    if balance_cents != owed_cents:
        raise BalanceNotConfirmed()
