"""Accounts for staff: found by what a caller can say, and shown with what only staff see."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from chassis import logs
from chassis.context import CallContext
from chassis.keys import UNREADABLE, FieldCipher
from chassis.store import Row, Transaction
from services.accounts.contract.files import FOUND_MAX
from services.accounts.models import account_flags, account_parties, accounts, title_releases, unsealed
from services.accounts.queries.accounts import get_account
from services.accounts.queries.reading import allowed_id, read_account
from services.accounts.rules.amendments import in_force
from services.accounts.rules.flags import flag_as_told
from services.accounts.rules.names import comparable
from services.accounts.rules.terms import LoanTerms
from services.accounts.rules.titles import title_as_told

# So many who bear one name are looked at, the newest first; beside a common name the first one is asked for.
BEARERS_MAX = 5_000

log = logs.logger(__name__)


def search_accounts(
    transaction: Transaction, *, account_number: str | None, vin: str | None, source_ref: str | None,
    last_name: str | None, first_name: str | None, cipher: FieldCipher,
) -> dict[str, Any]:  # fmt: skip
    """The accounts that fit what was given, of which exactly one is, newest first."""
    if last_name is None:
        sought = _sought(account_number=account_number, vin=vin, source_ref=source_ref)
    else:
        ids = _accounts_of(transaction, last_name=last_name, first_name=first_name or "", cipher=cipher)
        sought = accounts.c.id.in_(ids)
    rows = transaction.all(select(accounts).where(sought).order_by(accounts.c.id.desc()).limit(FOUND_MAX))
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


def _accounts_of(
    transaction: Transaction, *, last_name: str, first_name: str, cipher: FieldCipher
) -> list[UUID]:  # fmt: skip
    """The accounts of who bears a name, by its print under every key; the newest of those that fit."""
    prints = cipher.prints_of(comparable(last_name))
    bearers = (
        select(account_parties)
        .where(account_parties.c.last_name_print.in_(prints))
        .order_by(account_parties.c.account_id.desc())
        .limit(BEARERS_MAX)
    )
    found: dict[UUID, None] = {}
    for party in transaction.all(bearers):
        if _is_called(cipher, party, last_name=last_name, first_name=first_name):
            found[party["account_id"]] = None
        if len(found) == FOUND_MAX:
            break
    return list(found)


def _is_called(cipher: FieldCipher, party: Row, *, last_name: str, first_name: str) -> bool:
    """In the clear: prints are short enough for two names to share one. Nobody is found by what cannot be read."""
    try:
        last, first = (comparable(unsealed(cipher, party, name) or "") for name in ("last_name", "first_name"))
    except UNREADABLE as error:
        log.error("a name cannot be read and is not found", party_id=str(party["id"]), error=type(error).__name__)
        return False
    return last == comparable(last_name) and first.startswith(comparable(first_name))


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
