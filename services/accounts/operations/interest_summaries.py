"""Interest paid in a year is summed up once the year is over, and anew where that year is corrected later."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, not_, select

from chassis.context import CallContext
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.accounts.contract.errors import NoInterestPaid, YearNotOver
from services.accounts.contract.statements import YEAR_END_INTEREST
from services.accounts.models import accounts, allocations, statements
from services.accounts.operations.covering import about_accounts, paid_by_account
from services.accounts.operations.locking import LockedAccount, find_and_lock, lock_for
from services.accounts.operations.statements import about_of, issued_row, keep, owing_of
from services.accounts.rules.statements import YEAR_END_RULE, Letterhead, contract_shown, paid_in_years

JANUARY, AT_ONCE = 1, 200
LOWEST_ID = UUID(int=0)

_NEWEST = (
    select(statements)
    .where(
        statements.c.account_id == bindparam("of_account"), statements.c.kind == YEAR_END_INTEREST,
        statements.c.period_to_on == bindparam("year_ends_on"),
    )
    .order_by(statements.c.revision.desc())
    .limit(1)
)  # fmt: skip


def issue_interest_summary(
    transaction: Transaction, *, account_id: str, year: int, caller: CallContext, letterhead: Letterhead,
    now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """The summary of a loan and year; a new revision where that year has been corrected since the last one.

    Raises NotFound, YearNotOver, NoInterestPaid.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    if year >= today.year:
        raise YearNotOver()
    issued = _issue(transaction, account=account, year=year, letterhead=letterhead, now=now, today=today)
    if issued is None:
        raise NoInterestPaid()
    return issued


def issue_interest_summaries(store: Database, *, letterhead: Letterhead, now: datetime, today: date) -> int:
    """In January, the summaries of the year before that are missing, a batch in each transaction; gives their number.

    Safe to run in many processes: each account is locked, and what another has issued meanwhile is left.
    """
    if today.month != JANUARY:
        return 0
    after, issued = LOWEST_ID, 0
    while True:
        with store.writing() as transaction:
            waiting = _waiting(transaction, year=today.year - 1, after=after)
            for row in waiting:
                account = find_and_lock(transaction, account_id=row["id"])
                issued += account is not None and bool(
                    _issue(
                        transaction, account=account, year=today.year - 1, letterhead=letterhead, now=now, today=today
                    )
                )
        if not waiting:
            return issued
        after = waiting[-1]["id"]


def _issue(
    transaction: Transaction, *, account: LockedAccount, year: int, letterhead: Letterhead, now: datetime, today: date
) -> dict[str, Any] | None:
    """The summary as it is right now, stored before or new; None where nothing was paid and nothing was summed up."""
    ends_on = date(year, 12, 31)
    newest = transaction.one(_NEWEST, {"of_account": account.id, "year_ends_on": ends_on})
    paid = paid_by_account(transaction, ids=[account.id], from_on=date(year, 1, 1), to_on=ends_on)[account.id]
    if account.product != "loan" or (newest is None and not any(row["interest_cents"] for row in paid)):
        return None
    about = about_accounts(transaction, ids=[account.id])[account.id]
    document = _document(account, about=about, paid=paid, year=year, letterhead=letterhead)
    if newest is not None and newest["document"]["paid"] == document["paid"]:
        return {**newest}
    act = about if about["act"] is not None else None
    row = {
        "id": new_id(at=now),
        **issued_row(account, known_act=act, letterhead=letterhead),
        "kind": YEAR_END_INTEREST,
        "revision": 1 if newest is None else newest["revision"] + 1,
        "statement_on": today,
        "period_from_on": date.fromisoformat(document["paid"]["since_on"]),
        "period_to_on": ends_on,
        "amount_due_cents": None,
        "due_on": None,
        "document": document,
        "issued_at": now,
    }
    keep(transaction, rows=[row], accounts=[account], today=today)
    return row


def _document(
    account: LockedAccount, *, about: Row, paid: Sequence[Row], year: int, letterhead: Letterhead
) -> dict[str, Any]:
    said = about_of(about, letterhead=letterhead, product=account.product)
    opened_on = min(account.state.opening.as_of_on, date(year, 12, 31))
    return {
        "lender": said["lender"],
        "contract": contract_shown(owing=owing_of(account), about=said),
        "paid": paid_in_years(paid, years=(year,), opened_on=opened_on)[0],
        "payments": sum(row["payments"] for row in paid),
        "rule": YEAR_END_RULE,
    }


def _waiting(transaction: Transaction, *, year: int, after: UUID) -> list[Row]:
    """Loans that were paid interest in the year and have no summary of it, by id from one on."""
    ends_on = date(year, 12, 31)
    paid_interest = exists().where(
        allocations.c.account_id == accounts.c.id, allocations.c.kind == "payment", allocations.c.interest_cents > 0,
        allocations.c.effective_on.between(date(year, 1, 1), ends_on),
    )  # fmt: skip
    summed_up = exists().where(
        statements.c.account_id == accounts.c.id, statements.c.kind == YEAR_END_INTEREST,
        statements.c.period_to_on == ends_on,
    )  # fmt: skip
    loans = select(accounts.c.id).where(accounts.c.product == "loan", accounts.c.id > after)
    return transaction.all(loans.where(paid_interest, not_(summed_up)).order_by(accounts.c.id).limit(AT_ONCE))
