"""A lease goes on: asked for, offered by policy or by a person, accepted by every lessee, appended by accounts."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.bus.rpc import Asks
from chassis.clock import Clock
from chassis.context import CallContext
from chassis.errors import Refusal, RequestInProgress
from chassis.ids import new_id
from chassis.store import Cause, Database, Row, Transaction
from services.leases.contract import events
from services.leases.contract.errors import NotALessee, OptionStepNotPossible
from services.leases.operations.evaluating import lock_lease
from services.leases.operations.options import (
    keep_details,
    move_option,
    open_option,
    read_option,
    require_open,
    step_option,
)
from services.leases.operations.readings import lock_lease_for
from services.leases.operations.renewals import (
    agree_to_renew,
    months_before,
    refuse_renewing,
    stored_terms,
    tell_disclosed,
)
from services.leases.rules.extension import OFFER_DAYS, extension_terms, may_be_offered_by_policy
from services.leases.rules.options import EXTENSION
from services.leases.rules.told import accepting_party, extension_as_told

ASK_SECONDS = 10.0


def request_extension(
    transaction: Transaction, *, caller: CallContext, figures: Mapping[str, Any], account_id: str, months: int,
    renews: bool, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Ask for more months; tells `extension_requested`, and is offered at once where policy allows it.

    Raises NotFound, OptionAlreadyOpen, OptionNotOpen, RenewsAlready.
    """
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    require_open(transaction, account_id=lease["account_id"], option=EXTENSION, today=today)
    refuse_renewing(transaction, account_id=lease["account_id"])
    before = months_before(transaction, account_id=lease["account_id"])
    terms = extension_terms(
        lease=lease, months=months, before=before, starts_on=figures["maturity_on"],
        instalment_cents=figures["instalment_cents"], renews=renews,
    )  # fmt: skip
    details = {
        "terms": stored_terms(terms),
        "must_accept": figures["lessee_roles"] or ["borrower"],
        "have_accepted": [],
    }
    row = open_option(
        transaction, option_id=new_id(at=now), account_id=lease["account_id"], option=EXTENSION,
        ends_on=terms.starts_on, details=details, opened_by=caller.subject, now=now, today=today,
    )  # fmt: skip
    asked = {"account_id": account_id, "option_id": str(row["id"]), "months": months}
    transaction.emit(events.extension_requested, subject=account_id, data=asked)
    if may_be_offered_by_policy(months=months, before=before):
        row = _offer(transaction, row=row, reason=None, now=now, today=today)
    return extension_as_told(row=row)


def decide_extension(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, decision: str, reason: str,
    now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Staff offer or decline what policy leaves to them. Raises NotFound, OptionStepNotPossible."""
    row = _locked(transaction, caller=caller, account_id=account_id, option_id=option_id)
    decide = _offer if decision == "offer" else _decline
    return extension_as_told(row=decide(transaction, row=row, reason=reason, now=now, today=today))


def accept_extension(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, now: datetime, today: date
) -> dict[str, Any]:
    """A lessee accepts for themselves; after the last one accounts is asked to append the instalments.

    Raises NotFound, NotALessee, OptionStepNotPossible once the offer has passed.
    """
    row = _locked(transaction, caller=caller, account_id=account_id, option_id=option_id)
    role = next((grant.role for grant in caller.accounts if grant.id == account_id), None)
    details = row["details"]
    party = accepting_party(details=details, role=role, subject=caller.subject)
    if party is None:
        raise NotALessee()
    if party in details["have_accepted"]:
        return extension_as_told(row=row)
    if row["status"] != "offered" or today > row["ends_on"]:
        raise OptionStepNotPossible()
    accepted = sorted({*details["have_accepted"], party})
    known = {"have_accepted": accepted, "accepted_by": {**details.get("accepted_by", {}), party: caller.subject}}
    if accepted != sorted(details["must_accept"]):
        return extension_as_told(row=keep_details(transaction, row=row, details=known))
    row = step_option(transaction, row=row, to="accepted", details=known, now=now, today=today)
    told = {"account_id": account_id, "option_id": option_id}
    transaction.emit(events.extension_accepted, subject=account_id, data=told)
    return extension_as_told(row=row)


def withdraw_extension(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, now: datetime, today: date
) -> dict[str, Any]:
    """A lessee takes the request back. Raises NotFound, OptionStepNotPossible once every lessee has accepted."""
    row = _locked(transaction, caller=caller, account_id=account_id, option_id=option_id)
    if row["status"] != "withdrawn":
        row = step_option(transaction, row=row, to="withdrawn", now=now, today=today)
    return extension_as_told(row=row)


def apply_extension(
    store: Database, *, accounts: Asks, clock: Clock, context: CallContext, cause: Cause, told: Mapping[str, Any],
    key: str,
) -> None:  # fmt: skip
    """Have accounts append the instalments; active only on its word, declined on its refusal. Tells the decision."""
    request = {"account_id": told["account_id"], "option_id": told["option_id"]}
    with store.reading() as transaction:
        row = read_option(
            transaction, account_id=UUID(told["account_id"]), option_id=told["option_id"], option=EXTENSION
        )
    if row["status"] != "accepted":
        return
    reason = None
    try:
        accounts.ask(
            "extend_lease", request={**request, "months": row["details"]["terms"]["months"]}, context=context, key=key,
            timeout_seconds=ASK_SECONDS,
        )  # fmt: skip
    except RequestInProgress:
        raise
    except Refusal as refusal:
        reason = refusal.detail
    with store.writing(cause=cause) as transaction:
        lock_lease(transaction, account_id=row["account_id"])
        row = read_option(transaction, account_id=row["account_id"], option_id=told["option_id"], option=EXTENSION)
        if row["status"] == "accepted":
            _settle(transaction, row=row, reason=reason, now=clock.now(), today=clock.today())


def _settle(transaction: Transaction, *, row: Row, reason: str | None, now: datetime, today: date) -> None:
    if reason is not None:
        _decline(transaction, row=row, reason=reason, now=now, today=today)
        return
    row = move_option(transaction, row=row, to="active", now=now, today=today)
    if row["details"]["terms"].get("renews"):
        agree_to_renew(transaction, row=row, today=today)
    _tell_decision(transaction, row=row, decision="active", reason=None)


def _offer(transaction: Transaction, *, row: Row, reason: str | None, now: datetime, today: date) -> Row:
    until = today + timedelta(days=OFFER_DAYS)
    details = {"offered_until_on": until.isoformat(), "reason": reason}
    row = step_option(transaction, row=row, to="offered", details=details, ends_on=until, now=now, today=today)
    tell_disclosed(transaction, row=row, today=today)
    _tell_decision(transaction, row=row, decision="offered", reason=reason)
    return row


def _decline(transaction: Transaction, *, row: Row, reason: str | None, now: datetime, today: date) -> Row:
    row = step_option(transaction, row=row, to="declined", details={"reason": reason}, now=now, today=today)
    _tell_decision(transaction, row=row, decision="declined", reason=reason)
    return row


def _tell_decision(transaction: Transaction, *, row: Row, decision: str, reason: str | None) -> None:
    account_id = str(row["account_id"])
    data = {
        "account_id": account_id, "option_id": str(row["id"]), "decision": decision, "reason": reason,
        "ends_on": date.fromisoformat(row["details"]["terms"]["ends_on"]),
    }  # fmt: skip
    transaction.emit(events.extension_decided, subject=account_id, data=data)


def _locked(transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str) -> Row:
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    return read_option(transaction, account_id=lease["account_id"], option_id=option_id, option=EXTENSION)
