"""Accounts for staff: found by what a caller can say, and shown with what only staff see."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from chassis.context import CallContext
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.accounts.contract.files import FOUND_MAX
from services.accounts.models import account_flags, account_parties, accounts, title_releases, unsealed
from services.accounts.queries.accounts import get_account
from services.accounts.queries.reading import allowed_id, read_account
from services.accounts.rules.amendments import in_force
from services.accounts.rules.flags import flag_as_told
from services.accounts.rules.terms import LoanTerms
from services.accounts.rules.titles import title_as_told


def search_accounts(
    transaction: Transaction, *, account_number: str | None, vin: str | None, source_ref: str | None,
    cipher: FieldCipher,
) -> dict[str, Any]:  # fmt: skip
    """The accounts that fit what was given, of which exactly one is, newest first."""
    rows = transaction.all(
        select(accounts)
        .where(_sought(account_number=account_number, vin=vin, source_ref=source_ref))
        .order_by(accounts.c.id.desc())
        .limit(FOUND_MAX)
    )
    parties = _parties(transaction, account_ids=[row["id"] for row in rows], cipher=cipher)
    return {"data": [{**row, "parties": parties.get(row["id"], [])} for row in rows]}


def get_account_file(
    transaction: Transaction, *, account_id: str, caller: CallContext, cipher: FieldCipher, today: date
) -> dict[str, Any]:
    """The whole of one account. Raises NotFound."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    columns, identifier = account.columns, account.columns["id"]
    terms = in_force(terms=account.terms, state=account.state)
    standing = select(account_flags).where(
        account_flags.c.account_id == identifier, account_flags.c.cleared_at.is_(None)
    )
    return {
        "account": get_account(transaction, account_id=account_id, caller=caller, today=today),
        **{name: columns[name] for name in ("source_ref", "issuer", "state", "opened_on", "closed_on")},
        "is_accelerated": account.state.is_accelerated,
        "charged_off_cents": columns["charged_off_cents"] or 0,
        "recovered_cents": account.state.recovered_cents,
        "annual_rate_percent": str(terms.annual_rate_percent) if isinstance(terms, LoanTerms) else None,
        "parties": _parties(transaction, account_ids=[identifier], cipher=cipher).get(identifier, []),
        "flags": [flag_as_told(row) for row in transaction.all(standing.order_by(account_flags.c.id.desc()))],
        "title": _title(transaction, columns=columns, today=today),
    }


def _sought(*, account_number: str | None, vin: str | None, source_ref: str | None) -> ColumnElement[bool]:
    if account_number is not None:
        return accounts.c.account_number.in_({account_number.strip(), account_number.strip().upper()})
    by_vin: ColumnElement[bool] = accounts.c.vehicle["vin"].astext == (vin or "").strip().upper()
    return by_vin if vin is not None else accounts.c.source_ref == source_ref


def _parties(
    transaction: Transaction, *, account_ids: Sequence[UUID], cipher: FieldCipher
) -> dict[UUID, list[dict[str, Any]]]:
    rows = transaction.all(
        select(account_parties)
        .where(account_parties.c.account_id.in_(account_ids))
        .order_by(account_parties.c.role, account_parties.c.id)
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        names = {name: unsealed(cipher, row, name) for name in ("first_name", "last_name")}
        found.setdefault(row["account_id"], []).append({"role": row["role"], **names})
    return found


def _title(transaction: Transaction, *, columns: Mapping[str, Any], today: date) -> dict[str, Any] | None:
    standing = select(title_releases).where(
        title_releases.c.account_id == columns["id"], title_releases.c.withdrawn_on.is_(None)
    )
    release = transaction.one(standing)
    if release is None:
        return None
    return title_as_told({**release, "account_number": columns["account_number"]}, today=today)
