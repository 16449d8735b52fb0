"""Statements are issued: what was posted since the last one, with its arithmetic, kept as it is for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.bulk import insert_all
from chassis.context import CallContext
from chassis.doors import EventCall
from chassis.errors import Impossible
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.accounts.contract import events
from services.accounts.contract.statements import ELECTRONIC, MONTHLY, PAPER
from services.accounts.models import paper_mailings, statements
from services.accounts.operations.covering import Known, about_accounts, covered_accounts
from services.accounts.operations.locking import LockedAccount, account_id_of, lock_for, lock_free
from services.accounts.operations.telling import tell
from services.accounts.rules.addresses import mail_to
from services.accounts.rules.events import Bill
from services.accounts.rules.paperless import holding_consent
from services.accounts.rules.shown import OPEN, shown_standing
from services.accounts.rules.statements import Letterhead, Owing, monthly_document, paid_in_years

NO_CONSENT = "no_paperless_consent"
NAMED_VEHICLE = ("vin", "year", "make", "model")
TOLD = ("kind", "statement_on", "period_from_on", "period_to_on", "delivery", "amount_due_cents", "due_on")


@dataclass(frozen=True, kw_only=True)
class Due:
    """A locked account, with everything of the day in it, and the bill that goes with its statement, if any."""

    account: LockedAccount
    bill: Bill | None = None
    # On account of whose event it is told, where each has one of its own.
    transaction: Transaction | None = None


def issue_statement(
    transaction: Transaction,
    *,
    account_id: str,
    caller: CallContext,
    letterhead: Letterhead,
    now: datetime,
    today: date,
) -> dict[str, Any]:
    """Issue today's statement of one account without a bill; the one there is where today's was issued before.

    Raises NotFound.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    issue_statements(transaction, due=[Due(account=account)], letterhead=letterhead, now=now, today=today)
    todays = select(statements).where(
        statements.c.account_id == account.id, statements.c.kind == MONTHLY, statements.c.period_to_on == today
    )
    issued = transaction.one(todays)
    if issued is None:
        raise Impossible(f"The account {account_id} has a statement of a later day.")
    return {**issued}


def issue_statements(
    transaction: Transaction, *, due: Sequence[Due], letterhead: Letterhead, now: datetime, today: date
) -> int:
    """Issue the statements of a day for accounts that are all locked; tells `statement_issued`. Gives their number.

    An account that has one of this day, or of a later one, gets none. Bills and whatever else belongs on the statement
    are folded in and saved before.
    """
    abouts = about_accounts(transaction, ids=[each.account.id for each in due])
    fresh = {
        id: about for id, about in abouts.items() if about["period_to_on"] is None or about["period_to_on"] < today
    }
    wanted = [each for each in due if each.account.id in fresh]
    if not wanted:
        return 0
    opened_on = {each.account.id: each.account.state.opening.as_of_on for each in wanted}
    known = covered_accounts(transaction, abouts=fresh, opened_on=opened_on, on=today)
    rows = [_row(each, known[each.account.id], letterhead=letterhead, now=now, today=today) for each in wanted]
    telling = [each.transaction or transaction for each in wanted]
    keep(transaction, rows=rows, accounts=[each.account for each in wanted], today=today, telling=telling)
    return len(rows)


def issue_billed_statements(calls: Sequence[EventCall], *, letterhead: Letterhead, now: datetime) -> set[UUID]:
    """The statement that goes with each bill (`bill_issued`), of the day of the bill; gives the events left for later.

    Left is what belongs to an account that another transaction has, or that has an earlier bill among these.
    """
    transaction = calls[0].transaction
    first: dict[UUID, EventCall] = {}
    for call in sorted(calls, key=lambda call: call.data["billed_on"]):
        first.setdefault(account_id_of(call.data["account_id"]), call)
    locked = lock_free(transaction, account_ids=list(first))
    for billed_on in sorted({call.data["billed_on"] for call in first.values()}):
        due = [
            Due(account=locked[id], bill=_billed(call.data), transaction=call.transaction)
            for id, call in first.items()
            if id in locked and call.data["billed_on"] == billed_on
        ]
        issue_statements(transaction, due=due, letterhead=letterhead, now=now, today=billed_on)
    done = {call.event.id for id, call in first.items() if id in locked}
    return {call.event.id for call in calls} - done


def _billed(told: Mapping[str, Any]) -> Bill:
    figures = ("instalment_number", "due_on", "instalment_cents", "past_due_cents", "fees_due_cents", "credit_cents")
    return Bill(
        source_key=told["bill_id"], effective_on=told["billed_on"], amount_due_cents=told["amount_due_cents"],
        **{name: told[name] for name in figures},
    )  # fmt: skip


def keep(
    transaction: Transaction, *, rows: Sequence[Mapping[str, Any]], accounts: Sequence[LockedAccount], today: date,
    telling: Sequence[Transaction] = (),
) -> None:  # fmt: skip
    """Store statements of any kind, put those on paper on the list of what goes out, and tell each."""
    insert_all(transaction, statements, rows)
    insert_all(transaction, paper_mailings, [_mailing(row) for row in rows if row["delivery"] == PAPER])
    for row, account, teller in zip(rows, accounts, telling or [transaction] * len(rows), strict=True):
        data = {"statement_id": str(row["id"]), **{name: row[name] for name in TOLD}}
        tell(teller, event=events.statement_issued, account=account, today=today, data=data)


def owing_of(account: LockedAccount) -> Owing:
    return Owing(product=account.product, status=account.status, terms=account.terms, state=account.state)


def about_of(about: Row, *, letterhead: Letterhead, product: str) -> dict[str, Any]:
    """What a statement says of lender, vehicle, number and addresses."""
    return {
        "lender": {"name": letterhead.name, "phone": letterhead.phone},
        "account_number": about["account_number"],
        "vehicle": {name: about["vehicle"][name] for name in NAMED_VEHICLE},
        "mail_to": mail_to(letterhead.addresses, product=product, purpose="payment"),
    }


def issued_row(
    account: LockedAccount, *, known_act: Mapping[str, Any] | None, letterhead: Letterhead
) -> dict[str, Any]:
    """The columns that every kind of statement has alike: where it ends, and how it goes out."""
    consent = holding_consent(known_act, versions=letterhead.versions)
    return {
        "account_id": account.id,
        "through_number": account.version,
        "through_chain_number": account.head.number,
        "delivery": PAPER if consent is None else ELECTRONIC,
        "consent_id": None if consent is None else consent["consent_id"],
    }


def _row(due: Due, known: Known, *, letterhead: Letterhead, now: datetime, today: date) -> dict[str, Any]:
    account, opened_on = due.account, due.account.state.opening.as_of_on
    document = monthly_document(
        covered=known.covered, owing=owing_of(account), bill=due.bill,
        about=about_of(known.about, letterhead=letterhead, product=account.product),
        paid_in_years=paid_in_years(known.paid, years=(today.year - 1, today.year), opened_on=opened_on),
    )  # fmt: skip
    return {
        "id": new_id(at=now),
        **issued_row(account, known_act=known.last_act, letterhead=letterhead),
        "kind": MONTHLY,
        "revision": 1,
        "statement_on": today,
        "period_from_on": known.covered.from_on,
        "period_to_on": today,
        **_asked(due, today=today),
        "document": document,
        "issued_at": now,
    }


def _asked(due: Due, *, today: date) -> dict[str, Any]:
    """What the statement asks for: the bill's own figures, or what is due today without one."""
    if due.bill is not None:
        return {"amount_due_cents": due.bill.amount_due_cents, "due_on": due.bill.due_on}
    account = due.account
    if account.status != OPEN:
        return {"amount_due_cents": None, "due_on": None}
    standing = shown_standing(status=account.status, terms=account.terms, state=account.state, on=today)
    return {"amount_due_cents": standing.amount_due_cents, "due_on": standing.next_due_on}


def _mailing(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "statement_id": row["id"],
        "account_id": row["account_id"],
        "reason": NO_CONSENT,
        "requested_at": row["issued_at"],
        "mailed_at": None,
        "batch_id": None,
        "mailed_by": None,
        "without_address_at": None,
    }
