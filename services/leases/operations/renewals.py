"""A lease that goes on from month to month: agreed to once, begun anew each month by the day, ended by who has it."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from chassis.context import CallContext, as_service
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.leases.contract import events
from services.leases.contract.errors import NotFound, RenewsAlready
from services.leases.models import (
    facts_of,
    lease_options,
    lease_renewals,
    lease_standings,
    leases,
    newest_renewal,
)
from services.leases.operations.options import open_option
from services.leases.operations.readings import lock_lease_for
from services.leases.rules import Facts, evaluate
from services.leases.rules.extension import ExtensionTerms, extension_terms
from services.leases.rules.options import EXTENSION, require_step
from services.leases.rules.renewal import NOT_RENEWED, NOTICE, RENEWAL_DAYS, renewal_as_told

MONTHS = 1
ACTIVE, ENDED, ACCEPTED = "active", "ended", "accepted"


def agree_to_renew(transaction: Transaction, *, row: Row, today: date) -> None:
    """The extension is active, and the lease goes on from month to month after it; one that does so already stays."""
    if _running(transaction, account_id=row["account_id"]) is None:
        values = {"option_id": row["id"], "account_id": row["account_id"], "agreed_on": today}
        transaction.run(insert(lease_renewals).values(values))


def refuse_renewing(transaction: Transaction, *, account_id: UUID) -> None:
    """Raises RenewsAlready where the lease goes on from month to month: it is extended by itself."""
    if _running(transaction, account_id=account_id) is not None:
        raise RenewsAlready()


def give_notice(transaction: Transaction, *, caller: CallContext, account_id: str, today: date) -> dict[str, Any]:
    """A lessee ends it: no month more is begun. Raises NotFound where the lease never went on from month to month."""
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    end_renewal(transaction, account_id=lease["account_id"], because=NOTICE, today=today)
    row = transaction.one(newest_renewal(lease["account_id"]))
    if row is None:
        raise NotFound()
    return renewal_as_told(row)


def end_renewal(transaction: Transaction, *, account_id: UUID, because: str, today: date) -> None:
    """No month more is begun; tells `renewal_ended`, once. The lease is locked."""
    renewal = _running(transaction, account_id=account_id)
    if renewal is None:
        return
    mine = lease_renewals.c.option_id == renewal["option_id"]
    transaction.run(update(lease_renewals).where(mine).values(ended_on=today, ended_because=because))
    data = {
        "account_id": str(account_id), "option_id": str(renewal["option_id"]), "because": because,
        "lease_ends_on": renewal["lease_ends_on"], "ended_on": today,
    }  # fmt: skip
    transaction.emit(events.renewal_ended, subject=str(account_id), data=data)


def end_lease_time(transaction: Transaction, *, account_id: UUID, because: str, today: date) -> None:
    """The lease is over: it is not renewed, and its extensions have ended with it. The lease is locked."""
    end_renewal(transaction, account_id=account_id, because=because, today=today)
    mine = lease_options.c.account_id == account_id
    _end(transaction, transaction.all(_active().where(mine)), on=today)


def end_extensions(transaction: Transaction, *, on: date) -> None:
    """Extensions whose last day has passed have ended."""
    last_on = lease_options.c.details["terms"]["ends_on"].astext
    _end(transaction, transaction.all(_active().where(last_on < on.isoformat()).with_for_update()), on=on)


def renew_leases(transaction: Transaction, *, on: date, now: datetime) -> None:
    """Begin the next month of every lease whose day has come; one that may not go on yet is looked at again tomorrow.

    A lease whose last day has passed without a next month is not renewed any more.
    """
    ends_on = func.coalesce(lease_standings.c.maturity_on, leases.c.ends_on)
    due = (
        select(lease_renewals.c.account_id, lease_renewals.c.option_id)
        .join(leases, leases.c.account_id == lease_renewals.c.account_id)
        .join(lease_standings, lease_standings.c.account_id == leases.c.account_id)
        .where(lease_renewals.c.ended_on.is_(None), ends_on <= on + timedelta(days=RENEWAL_DAYS))
        .order_by(lease_renewals.c.account_id)
        .with_for_update(of=leases)
    )
    for renewal in transaction.all(due):
        if _running(transaction, account_id=renewal["account_id"]) is None:
            continue  # Notice came while the lease was waited for.
        facts = Facts(**(transaction.one(facts_of(renewal["account_id"])) or {}))
        if on > facts.ends_on:
            end_renewal(transaction, account_id=renewal["account_id"], because=NOT_RENEWED, today=on)
        elif not evaluate(facts=facts, on=on)[EXTENSION]:
            _begin_month(transaction, renewal=renewal, starts_on=facts.ends_on, on=on, now=now)


def months_before(transaction: Transaction, *, account_id: UUID) -> list[int]:
    """How long each extension that came about was, in order."""
    came_about = (lease_options.c.option == EXTENSION) & lease_options.c.status.in_((ACTIVE, ENDED))
    rows = transaction.all(
        select(lease_options.c.details)
        .where(lease_options.c.account_id == account_id, came_about)
        .order_by(lease_options.c.id)
    )
    return [row["details"]["terms"]["months"] for row in rows]


def stored_terms(terms: ExtensionTerms) -> dict[str, Any]:
    """The terms as an option keeps them."""
    return {**asdict(terms), "starts_on": terms.starts_on.isoformat(), "ends_on": terms.ends_on.isoformat()}


def tell_disclosed(transaction: Transaction, *, row: Row, today: date) -> None:
    """Tell `extension_disclosed` where the extension comes with new disclosures."""
    terms = row["details"]["terms"]
    if terms["new_disclosure"]:
        data = {
            "account_id": str(row["account_id"]), "option_id": str(row["id"]), "disclosed_on": today,
            "month_number": terms["extended_months_so_far"] + 1,
            **{name: terms[name] for name in ("months", "instalment_cents", "total_cents")},
            **{name: date.fromisoformat(terms[name]) for name in ("starts_on", "ends_on")},
        }  # fmt: skip
        transaction.emit(events.extension_disclosed, subject=str(row["account_id"]), data=data)


def _begin_month(transaction: Transaction, *, renewal: Row, starts_on: date, on: date, now: datetime) -> None:
    """One month more on the terms that every lessee accepted when they agreed to it: accounts is asked to append it."""
    account_id = renewal["account_id"]
    lease = transaction.one(select(leases).where(leases.c.account_id == account_id))
    agreed = transaction.one(select(lease_options).where(lease_options.c.id == renewal["option_id"]))
    assert lease is not None, "a renewal is of a lease"
    assert agreed is not None, "a renewal was agreed to in an extension"
    terms = extension_terms(
        lease=lease, months=MONTHS, before=months_before(transaction, account_id=account_id), starts_on=starts_on,
        instalment_cents=agreed["details"]["terms"]["instalment_cents"], renews=True,
    )  # fmt: skip
    parties = dict.fromkeys(("must_accept", "have_accepted"), agreed["details"]["must_accept"])
    row = open_option(
        transaction, option_id=new_id(at=now), account_id=account_id, option=EXTENSION, status=ACCEPTED,
        ends_on=starts_on, details={"terms": stored_terms(terms), **parties, "renewal_of": str(agreed["id"])},
        opened_by=as_service("leases").subject, now=now, today=on,
    )  # fmt: skip
    tell_disclosed(transaction, row=row, today=on)
    told = {"account_id": str(account_id), "option_id": str(row["id"])}
    transaction.emit(events.extension_accepted, subject=str(account_id), data=told)


def _running(transaction: Transaction, *, account_id: UUID) -> Row | None:
    newest = transaction.one(newest_renewal(account_id))
    return newest if newest is not None and newest["ended_on"] is None else None


def _active() -> Any:
    return select(lease_options).where(lease_options.c.option == EXTENSION, lease_options.c.status == ACTIVE)


def _end(transaction: Transaction, rows: list[Row], *, on: date) -> None:
    for row in rows:
        require_step(option=EXTENSION, status=row["status"], to=ENDED)
        transaction.run(update(lease_options).where(lease_options.c.id == row["id"]).values(status=ENDED))
        data = {"account_id": str(row["account_id"]), "option_id": str(row["id"]), "ended_on": on}
        transaction.emit(events.extension_ended, subject=str(row["account_id"]), data=data)
