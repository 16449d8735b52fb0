"""Flags on an account: set and cleared by staff, ended by themselves on their last day."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.context import CallContext, as_service
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import FlagAlreadySet, FlagDatesWrong, FlagNotSet
from services.accounts.models import account_flags, accounts, work_items
from services.accounts.operations.change_rate import apply_rate_change
from services.accounts.operations.fees import forgive_fees
from services.accounts.operations.locking import LockedAccount, find_and_lock, lock_for
from services.accounts.operations.telling import tell
from services.accounts.rules.flags import SERVICEMEMBER, FlagKind, flag_as_told
from services.accounts.rules.servicemember import cap, end_of_cap, is_before_service
from services.accounts.rules.shown import OPEN, carried_standing
from services.accounts.rules.terms import LoanTerms

ENDED = "it has come to its last day"
BEFORE_OPENING = "servicemember_before_opening"
FEES_FORGIVEN = "it was charged on active duty, 50 U.S.C. § 3937(d)"


def set_account_flag(
    transaction: Transaction, *, account_id: str, kind: FlagKind, from_on: date, through_on: date | None, note: str,
    caller: CallContext, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Set a flag; a servicemember's forgives the fees since, and caps a loan's rate, of a contract made before it.

    Tells `account_flagged`. Raises NotFound, FlagAlreadySet, FlagDatesWrong.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    if _standing(transaction, account_id=account.id, kind=kind) is not None:
        raise FlagAlreadySet()
    if from_on > today or (through_on is not None and through_on < from_on):
        raise FlagDatesWrong()
    flag = {
        "id": new_id(at=now), "account_id": account.id, "kind": kind, "from_on": from_on, "through_on": through_on,
        "note": note, "set_by": caller.subject, "set_at": now, "cleared_on": None, "cleared_by": None,
        "clearing_note": None, "cleared_at": None,
    }  # fmt: skip
    transaction.run(insert(account_flags).values(flag))
    if kind == SERVICEMEMBER:
        account = _capped(transaction, account=account, flag=flag, caller=caller, now=now, today=today)
    data = {"kind": kind, "from_on": from_on, "through_on": through_on}
    tell(transaction, event=events.account_flagged, account=account, today=today, data=data)
    return _flagged(account, flag=flag, today=today)


def clear_account_flag(
    transaction: Transaction, *, account_id: str, kind: FlagKind, cleared_on: date | None, note: str,
    caller: CallContext, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Clear a flag; the rate that a servicemember's capped is the contract's own again. Tells `account_unflagged`.

    Raises NotFound, FlagNotSet, FlagDatesWrong.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    return _cleared(
        transaction, account=account, kind=kind, cleared_on=today if cleared_on is None else cleared_on, note=note,
        caller=caller, now=now, today=today,
    )  # fmt: skip


def end_flags(store: Database, *, now: datetime, today: date) -> int:
    """Clear the flags whose last day has passed; gives their number. Safe to run in many processes."""
    passed = select(account_flags.c.account_id, account_flags.c.kind, account_flags.c.through_on).where(
        account_flags.c.cleared_at.is_(None), account_flags.c.through_on < today
    )
    with store.reading() as reading:
        ending = reading.all(passed)
    ended = 0
    for flag in ending:
        with store.writing() as transaction:
            ended += _ended(transaction, flag=flag, caller=as_service(store.service), now=now, today=today)
    return ended


def _ended(transaction: Transaction, *, flag: Row, caller: CallContext, now: datetime, today: date) -> bool:
    """False where another process was quicker."""
    account = find_and_lock(transaction, account_id=flag["account_id"])
    standing = _standing(transaction, account_id=flag["account_id"], kind=flag["kind"])
    if account is None or standing is None or standing["through_on"] != flag["through_on"]:
        return False
    _cleared(
        transaction, account=account, kind=flag["kind"], cleared_on=flag["through_on"] + timedelta(days=1), note=ENDED,
        caller=caller, now=now, today=today,
    )  # fmt: skip
    return True


def _cleared(
    transaction: Transaction, *, account: LockedAccount, kind: FlagKind, cleared_on: date, note: str,
    caller: CallContext, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    flag = _standing(transaction, account_id=account.id, kind=kind)
    if flag is None:
        raise FlagNotSet()
    if not flag["from_on"] <= cleared_on <= today:
        raise FlagDatesWrong()
    clearing = {"cleared_on": cleared_on, "cleared_by": caller.subject, "clearing_note": note, "cleared_at": now}
    transaction.run(update(account_flags).where(account_flags.c.id == flag["id"]).values(clearing))
    if kind == SERVICEMEMBER:
        account = _uncapped(transaction, account=account, flag=flag, on=cleared_on, caller=caller, now=now, today=today)
    data = {"kind": kind, "cleared_on": cleared_on}
    tell(transaction, event=events.account_unflagged, account=account, today=today, data=data)
    return _flagged(account, flag={**flag, **clearing}, today=today)


def _capped(
    transaction: Transaction, *, account: LockedAccount, flag: Row, caller: CallContext, now: datetime, today: date
) -> LockedAccount:
    """An open account of before service: the fees charged since are forgiven, and a loan's rate is capped.

    Fees are interest by 50 U.S.C. § 3937(d)(1), "with respect to an obligation or liability", and a lease is one. That
    § 3937(a)(1) caps one which bears no other interest is not settled. The servicemember has the benefit of that doubt:
    a flag that was set in time stops a lease's fees too, and hearing of the service late must not cost more.
    """
    contract_on = transaction.value(select(accounts.c.opened_on).where(accounts.c.id == account.id))
    if account.status != OPEN or not is_before_service(contract_on=contract_on, called_up_on=flag["from_on"]):
        return account
    account = forgive_fees(
        transaction, account=account, flag=flag, reason=FEES_FORGIVEN, caller=caller, now=now, today=today
    )  # fmt: skip
    if not isinstance(account.terms, LoanTerms):
        return account
    return _rate_capped(
        transaction, account=account, terms=account.terms, flag=flag, caller=caller, now=now, today=today
    )  # fmt: skip


def _rate_capped(
    transaction: Transaction, *, account: LockedAccount, terms: LoanTerms, flag: Row, caller: CallContext,
    now: datetime, today: date,
) -> LockedAccount:  # fmt: skip
    event = cap(terms=terms, state=account.state, from_on=flag["from_on"], source_key=f"servicemember:{flag['id']}")
    if event is None:
        return account
    if event.effective_on > flag["from_on"]:
        _ask_a_person(transaction, account=account, flag=flag, capped_from_on=event.effective_on, now=now)
    return apply_rate_change(transaction, account=account, event=event, caller=caller, now=now, today=today)


def _uncapped(
    transaction: Transaction, *, account: LockedAccount, flag: Row, on: date, caller: CallContext, now: datetime,
    today: date,
) -> LockedAccount:  # fmt: skip
    if not isinstance(account.terms, LoanTerms) or account.status != OPEN:
        return account
    event = end_of_cap(terms=account.terms, state=account.state, on=on, source_key=f"servicemember_end:{flag['id']}")
    if event is None:
        return account
    return apply_rate_change(transaction, account=account, event=event, caller=caller, now=now, today=today)


def _ask_a_person(
    transaction: Transaction, *, account: LockedAccount, flag: Row, capped_from_on: date, now: datetime
) -> None:
    """The interest before the opening is not in these books: who took it has to forgive it."""
    details = {"from_on": flag["from_on"].isoformat(), "capped_from_on": capped_from_on.isoformat()}
    item = {
        "id": new_id(at=now), "account_id": account.id, "source_key": f"{BEFORE_OPENING}:{flag['id']}",
        "reason": BEFORE_OPENING, "details": details, "opened_at": now,
    }  # fmt: skip
    transaction.run(insert(work_items).values(item))


def _standing(transaction: Transaction, *, account_id: UUID, kind: str) -> Row | None:
    return transaction.one(
        select(account_flags).where(
            account_flags.c.account_id == account_id, account_flags.c.kind == kind,
            account_flags.c.cleared_at.is_(None),
        )
    )  # fmt: skip


def _flagged(account: LockedAccount, *, flag: Row, today: date) -> dict[str, Any]:
    standing = carried_standing(status=account.status, terms=account.terms, state=account.state, on=today)
    return {"account_id": str(account.id), "flag": flag_as_told(flag), "standing": standing}
