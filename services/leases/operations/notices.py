"""A servicemember gives notice of ending the lease (50 USC 3955(c)), and may take it back until the vehicle is here."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.context import CallContext
from chassis.errors import FieldError
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.leases.contract.errors import (
    NotFound,
    OptionAlreadyOpen,
    OptionNotOpen,
    ServicememberNoticeGiven,
    ServicememberOrdersDoNotFit,
)
from services.leases.models import facts_of
from services.leases.operations.options import find_newest, find_open, open_option, step_option
from services.leases.operations.readings import lock_lease_for
from services.leases.rules import Facts
from services.leases.rules.early_end import RETURN_DAYS, misfit_of_orders, misfit_of_return
from services.leases.rules.options import EARLY_TERMINATION, NOTICED
from services.leases.rules.told import notice_as_told


def give_servicemember_notice(
    transaction: Transaction, *, caller: CallContext, account_id: str, basis: str, orders_on: date, evidence: str,
    return_on: date, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Keep the notice as of today: staff confirm the orders, and end the lease when the vehicle is here.

    Raises NotFound, OptionAlreadyOpen, OptionNotOpen, ServicememberNoticeGiven, ServicememberOrdersDoNotFit.
    """
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    if running_notice(transaction, account_id=lease["account_id"]) is not None:
        raise ServicememberNoticeGiven()
    unfit = misfit_of_return(return_on=return_on, today=today)
    if unfit is not None:
        raise ServicememberOrdersDoNotFit(
            unfit, errors=[FieldError(pointer="/return_on", code="out_of_range", detail=unfit)]
        )  # fmt: skip
    misfit = misfit_of_orders(
        signed_on=lease["first_due_on"], orders_on=orders_on, noticed_on=today, returned_on=return_on, today=today
    )
    if misfit is not None:
        raise ServicememberOrdersDoNotFit(misfit)
    notice = {
        "basis": basis, "orders_on": orders_on.isoformat(), "noticed_on": today.isoformat(), "evidence": evidence,
        "return_on": return_on.isoformat(),
    }  # fmt: skip
    row = open_option(
        transaction, option_id=new_id(at=now), account_id=lease["account_id"], option=EARLY_TERMINATION,
        ends_on=today + timedelta(days=RETURN_DAYS), details={"notice": notice}, opened_by=caller.subject, now=now,
        today=today,
    )  # fmt: skip
    return notice_as_told(row=row)


def withdraw_servicemember_notice(
    transaction: Transaction, *, caller: CallContext, account_id: str, now: datetime, today: date
) -> dict[str, Any]:
    """Take it back. Raises NotFound where none was given, OptionStepNotPossible once the lease has ended by it."""
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    row = find_newest(transaction, account_id=lease["account_id"], option=EARLY_TERMINATION)
    if row is None or "notice" not in row["details"]:
        raise NotFound()
    if row["status"] != "withdrawn":
        row = step_option(transaction, row=row, to="withdrawn", now=now, today=today)
    return notice_as_told(row=row)


def running_notice(transaction: Transaction, *, account_id: UUID) -> Row | None:
    """The notice that stands on a lease that runs. Raises OptionAlreadyOpen for another way out, OptionNotOpen."""
    facts = Facts(**(transaction.one(facts_of(account_id)) or {}))
    taken = find_open(transaction, account_id=account_id)
    if taken is not None and (taken["option"], taken["status"]) != (EARLY_TERMINATION, NOTICED):
        raise OptionAlreadyOpen()
    if facts.status != "open" or facts.is_returned:
        raise OptionNotOpen("The lease has ended: there is nothing to end early.")
    return taken
