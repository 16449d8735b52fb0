"""One account, or several, with terms and state in a single statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, cast, func, select

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.store import Transaction
from chassis.tables import event_sequences
from services.accounts.models import account_states, accounts, contract_terms, state_from_stored, terms_from_stored
from services.accounts.rules.shown import shown_standing
from services.accounts.rules.standing import Standing
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Terms

_version = (
    select(func.max(contract_terms.c.version))
    .where(contract_terms.c.account_id == accounts.c.id)
    .correlate(accounts)
    .scalar_subquery()
)
READ = (
    select(
        accounts,
        contract_terms.c.terms,
        account_states.c.state.label("stored_state"),
        account_states.c.held_cents,
        func.coalesce(event_sequences.c.sequence, 0).label("sequence"),
    )
    .join(account_states, account_states.c.account_id == accounts.c.id)
    .join(contract_terms, (contract_terms.c.account_id == accounts.c.id) & (contract_terms.c.version == _version))
    .outerjoin(event_sequences, event_sequences.c.subject == cast(accounts.c.id, Text))
    .where(accounts.c.id.in_(bindparam("account_ids", expanding=True)))
)


@dataclass(frozen=True, kw_only=True)
class ReadAccount:
    """An account's columns, with its terms and state as the rules take them."""

    columns: Mapping[str, Any]
    terms: Terms
    state: AccountState
    sequence: int

    @property
    def id(self) -> str:
        return str(self.columns["id"])

    @property
    def last4(self) -> str:
        return str(self.columns["account_number"])[-4:]

    def shown(self, *, on: date) -> Standing:
        return shown_standing(status=self.columns["status"], terms=self.terms, state=self.state, on=on)

    def as_of(self, *, on: date) -> dict[str, Any]:
        return {"sequence": self.sequence, "business_on": on}


def allowed_id(caller: CallContext, account_id: str) -> UUID:
    """The id as the database takes it. Raises NotFound for a foreign account and for what is no id at all."""
    caller.require(account_id)
    try:
        return UUID(account_id)
    except ValueError:
        raise NotFound() from None


def read_account(transaction: Transaction, *, account_id: UUID, asking: Select[Any] = READ) -> ReadAccount:
    """Raises NotFound."""
    found = read_accounts(transaction, account_ids=[account_id], asking=asking)
    if not found:
        raise NotFound()
    return found[0]


def read_accounts(
    transaction: Transaction, *, account_ids: Sequence[UUID], asking: Select[Any] = READ
) -> list[ReadAccount]:
    """Those that exist, in the order of the ids; `asking` is READ, or READ with more columns."""
    rows = {row["id"]: row for row in transaction.all(asking, {"account_ids": list(account_ids)})}
    return [_read(rows[account_id]) for account_id in dict.fromkeys(account_ids) if account_id in rows]


def _read(row: Mapping[str, Any]) -> ReadAccount:
    return ReadAccount(
        columns=row,
        terms=terms_from_stored(row["product"], row["terms"]),
        state=state_from_stored(row["stored_state"]),
        sequence=row["sequence"],
    )
