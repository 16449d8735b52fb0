"""What leases decides about a lease is booked here: a vehicle came back, an end is billed, a lease goes on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from chassis.context import CallContext
from chassis.errors import Impossible
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import ChangeNotPossible, LeaseNotRunning, LeasePastDue
from services.accounts.operations.changing import change, changed
from services.accounts.operations.closing import (
    LEASE_END,
    REFUND,
    close_for_good,
    credit_refund,
    refund_details,
    tell_refund,
)
from services.accounts.operations.locking import LockedAccount, account_id_of, lock_account, lock_for
from services.accounts.operations.quoting import give_up_quotes
from services.accounts.operations.recording import find_recorded
from services.accounts.operations.telling import last_payment_id, tell, tell_consequences
from services.accounts.rules.events import Charge, EndBill, EndBillCredit, LeaseEnd, LeaseExtension, LeaseWay
from services.accounts.rules.lease_end import extension_of
from services.accounts.rules.payoff import PayoffPolicy
from services.accounts.rules.shown import OPEN, PAID_OFF, shown_standing


def note_vehicle_returned(transaction: Transaction, *, returned: Mapping[str, Any], now: datetime, today: date) -> None:
    """The vehicle is back: nothing falls due any more, what is owed of the lease becomes its end bill, once.

    Raises Impossible for an unknown account, and for a lease that has ended in another way: a person looks.
    """
    account = lock_account(transaction, account_id=account_id_of(returned["account_id"]))
    try:
        _ended(
            transaction, account=account, option_id=returned["option_id"], way=returned["way"],
            ended_on=returned["returned_on"], due_through_on=returned["due_through_on"],
            vehicle_cents=returned["vehicle_cents"], prorated_on=returned["prorated_on"], now=now, today=today,
        )  # fmt: skip
    except (LeaseNotRunning, ChangeNotPossible) as error:
        raise Impossible(f"The vehicle of {account.id} came back, but its lease does not run.") from error


def assess_charges(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, way: LeaseWay, ended_on: date,
    due_through_on: date, vehicle_cents: int | None, prorated_on: date | None, charges: Sequence[Mapping[str, Any]],
    policy: PayoffPolicy, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Bill the end of a lease, which ends here if it has not yet. An account that owes nothing then is closed, and
    credit that is left goes back.

    Raises NotFound, LeaseNotRunning, ChangeNotPossible.
    """
    before = lock_for(transaction, caller=caller, account_id=account_id)
    account = _ended(
        transaction, account=before, option_id=option_id, way=way, ended_on=ended_on, due_through_on=due_through_on,
        vehicle_cents=vehicle_cents, prorated_on=prorated_on, now=now, today=today,
    )  # fmt: skip
    bill = EndBill(
        source_key=f"end_bill:{option_id}",
        effective_on=max(today, account.state.last_effective_on),
        charges=tuple(Charge(**charge) for charge in charges),
    )
    folded = change(transaction, account=account, event=bill, kind="lease_end_billed", now=now, today=today)
    if folded is not None:
        account = folded.account
        paid_by = last_payment_id(transaction, account=account) or option_id
        tell_consequences(transaction, before=before, folded=folded, today=today, payment_id=paid_by)
        if account.status == PAID_OFF:
            account = _credit_goes_back(transaction, account=account, policy=policy, now=now, today=today)
            close_for_good(transaction, account=account, payment_id=paid_by, today=today)
    standing = shown_standing(status=account.status, terms=account.terms, state=account.state, on=today)
    billed_cents = sum(charge["amount_cents"] for charge in charges)
    return {**changed(account, today=today), "billed_cents": billed_cents, "owed_cents": standing.fees_due_cents}


def credit_end_bill(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, credit_ref: str,
    amount_cents: int, reason: str, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Take off what an upheld objection is worth, as far as it is unpaid, once. An account that owes nothing is closed.

    Raises NotFound.
    """
    before = lock_for(transaction, caller=caller, account_id=account_id)
    credit = EndBillCredit(
        source_key=f"end_bill_credit:{credit_ref}", effective_on=max(today, before.state.last_effective_on),
        fee_key=f"end_bill:{option_id}", reason=reason, most_cents=amount_cents,
    )  # fmt: skip
    known = find_recorded(transaction, source_key=credit.source_key)
    if known is not None:
        return {**changed(before, today=today), "credited_cents": known["data"]["credited_cents"]}
    unpaid_cents = sum(fee.unpaid_cents for fee in before.state.open_fees if fee.source_key == credit.fee_key)
    credited_cents = min(amount_cents, unpaid_cents)
    folded = change(
        transaction, account=before, event=credit, kind="end_bill_credited", now=now, today=today,
        details={"credited_cents": credited_cents},
    )  # fmt: skip
    assert folded is not None, "it was looked for under the account's lock"
    paid_by = last_payment_id(transaction, account=folded.account) or option_id
    tell_consequences(transaction, before=before, folded=folded, today=today, payment_id=paid_by)
    if before.status == OPEN and folded.account.status == PAID_OFF:
        close_for_good(transaction, account=folded.account, payment_id=paid_by, today=today)
    return {**changed(folded.account, today=today), "credited_cents": credited_cents}


def extend_lease(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, months: int, now: datetime,
    today: date,
) -> dict[str, Any]:  # fmt: skip
    """Append instalments, once per option; tells `lease_extended`. Raises NotFound, LeaseNotRunning, LeasePastDue."""
    account = lock_for(transaction, caller=caller, account_id=account_id)
    event = LeaseExtension(source_key=f"lease_extension:{option_id}", effective_on=today, months=months)
    known = find_recorded(transaction, source_key=event.source_key)
    if known is not None:
        kept = known["data"]["told"]
        told = {**kept, "maturity_on": date.fromisoformat(kept["maturity_on"])}
        return {**told, **changed(account, today=today)}
    _require_running(account)
    if shown_standing(status=account.status, terms=account.terms, state=account.state, on=today).past_due_cents:
        raise LeasePastDue()
    told = extension_of(terms=account.terms, state=account.state, months=months)
    kept = {**told, "maturity_on": told["maturity_on"].isoformat()}
    folded = change(
        transaction, account=account, event=event, kind="lease_extended", now=now, today=today, details={"told": kept}
    )
    assert folded is not None, "it was looked for under the account's lock"
    tell(transaction, event=events.lease_extended, account=folded.account, today=today, data=told)
    return {**told, **changed(folded.account, today=today)}


def _ended(
    transaction: Transaction, *, account: LockedAccount, option_id: str, way: LeaseWay, ended_on: date,
    due_through_on: date, vehicle_cents: int | None, prorated_on: date | None, now: datetime, today: date,
) -> LockedAccount:  # fmt: skip
    """The account with its lease ended by that option, now or before."""
    key = f"lease_end:{option_id}"
    if find_recorded(transaction, source_key=key) is not None:
        return account
    _require_running(account)
    event = LeaseEnd(
        source_key=key, effective_on=ended_on, way=way, due_through_on=due_through_on, vehicle_cents=vehicle_cents,
        prorated_on=prorated_on,
    )  # fmt: skip
    give_up_quotes(transaction, account_id=account.id, now=now)
    folded = change(transaction, account=account, event=event, kind=LEASE_END, now=now, today=today)
    assert folded is not None, "it was looked for under the account's lock"
    tell_consequences(transaction, before=account, folded=folded, today=today)
    return folded.account


def _credit_goes_back(
    transaction: Transaction, *, account: LockedAccount, policy: PayoffPolicy, now: datetime, today: date
) -> LockedAccount:
    """Set aside what is left of the customer's credit, to go back the way the last payment came."""
    refund = credit_refund(transaction, account=account, policy=policy, now=now, today=today)
    if refund is None:
        return account
    details = refund_details(refund)
    folded = change(transaction, account=account, event=refund, kind=REFUND, now=now, today=today, details=details)
    assert folded is not None, "its key is new"
    tell_refund(transaction, account=folded.account, refund=refund, today=today)
    return folded.account


def _require_running(account: LockedAccount) -> None:
    if account.product != "lease" or account.status != OPEN or account.state.lease_end:
        raise LeaseNotRunning()
