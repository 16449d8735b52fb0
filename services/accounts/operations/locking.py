"""Every writer of an account starts here: its state row is locked until the transaction ends."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PGUUID

from chassis.bulk import update_all
from chassis.context import CallContext
from chassis.errors import Impossible, NotFound
from chassis.store import Transaction
from services.accounts.models import (
    AGENDA,
    account_states,
    accounts,
    agenda_as_stored,
    contract_terms,
    marks_as_stored,
    marks_from_stored,
    next_action_from_stored,
    state_as_stored,
    state_from_stored,
    terms_from_stored,
)
from services.accounts.operations.posting import newest_head
from services.accounts.rules.agenda import Marks, NextAction, next_action, reopened
from services.accounts.rules.assessing import pack_of
from services.accounts.rules.chain import ChainHead
from services.accounts.rules.journal import Product
from services.accounts.rules.shown import OPEN
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Terms

_of_accounts: BindParameter[Any] = bindparam("of_accounts", type_=ARRAY(PGUUID(as_uuid=True)))
_newest = (
    select(func.max(contract_terms.c.version))
    .where(contract_terms.c.account_id == account_states.c.account_id)
    .correlate(account_states)
)
_LOCKED = (
    select(
        account_states.c.account_id,
        account_states.c.version,
        account_states.c.state,
        account_states.c.held_cents,
        account_states.c.chain_number,
        account_states.c.chain_digest,
        *(account_states.c[name] for name in AGENDA),
        accounts.c.product,
        accounts.c.status,
        accounts.c.state.label("jurisdiction"),
        contract_terms.c.terms,
    )
    .join(accounts, accounts.c.id == account_states.c.account_id)
    .join(contract_terms, contract_terms.c.account_id == account_states.c.account_id)
    .where(account_states.c.account_id == any_(_of_accounts), contract_terms.c.version == _newest.scalar_subquery())
    .order_by(account_states.c.account_id)
)
# Both rows: after a wait PostgreSQL reads only locked rows anew, and a payoff meanwhile changed the status.
_HAVING_WAITED = _LOCKED.with_for_update(of=(account_states, accounts), key_share=True)
_AT_ONCE = _LOCKED.with_for_update(of=(account_states, accounts), key_share=True, skip_locked=True)


@dataclass(frozen=True, kw_only=True)
class LockedAccount:
    """An account as it stands, which nobody else can change now; `version` is the number of its last event.

    `jurisdiction` is the state whose law the contract follows; `looked_at_next` is when a day comes to it, as stored.
    """

    id: UUID
    product: Product
    status: str
    jurisdiction: str | None
    terms: Terms
    state: AccountState
    version: int
    held_cents: int
    head: ChainHead
    marks: Marks | None
    looked_at_next: NextAction | None

    @property
    def pack(self) -> str:
        """The name of the rules for its late fees."""
        return pack_of(terms=self.terms, jurisdiction=self.jurisdiction)

    @property
    def next_action(self) -> NextAction | None:
        """When a day has to look at it next, by what is known now."""
        return next_action(status=self.status, terms=self.terms, state=self.state, pack=self.pack, marks=self.marks)


def lock_account(transaction: Transaction, *, account_id: UUID) -> LockedAccount:
    """Wait for the account's row. Raises Impossible where there is no such account."""
    account = find_and_lock(transaction, account_id=account_id)
    if account is None:
        raise Impossible(f"There is no account {account_id}.")
    return account


def lock_for(transaction: Transaction, *, caller: CallContext, account_id: str) -> LockedAccount:
    """The account that a caller wants to change. Raises NotFound for a foreign one and an absent one alike."""
    caller.require(account_id)
    try:
        account = find_and_lock(transaction, account_id=UUID(account_id))
    except ValueError:
        raise NotFound() from None
    if account is None:
        raise NotFound()
    return account


def find_and_lock(transaction: Transaction, *, account_id: UUID) -> LockedAccount | None:
    """Wait for the account's row; None where there is no such account."""
    row = transaction.one(_HAVING_WAITED, {"of_accounts": [account_id]})
    return None if row is None else _read(transaction, row)


def lock_free(transaction: Transaction, *, account_ids: Collection[UUID]) -> dict[UUID, LockedAccount]:
    """Of several accounts those that nobody else has now; one alone is waited for. Raises Impossible."""
    wanted = set(account_ids)
    if len(wanted) > 1:
        return lock_at_once(transaction, account_ids=wanted)
    return {account_id: lock_account(transaction, account_id=account_id) for account_id in wanted}


def lock_at_once(transaction: Transaction, *, account_ids: Collection[UUID]) -> dict[UUID, LockedAccount]:
    """Those of the accounts that nobody else has now, by id. Raises Impossible where one does not exist at all."""
    rows = transaction.all(_AT_ONCE, {"of_accounts": list(account_ids)})
    locked = {row["account_id"]: _read(transaction, row) for row in rows}
    missing = set(account_ids) - set(locked)
    if missing:
        known = select(func.count()).where(accounts.c.id.in_(missing))
        if transaction.value(known) < len(missing):
            raise Impossible(f"Of {len(missing)} accounts some do not exist.")
    return locked


def _read(transaction: Transaction, row: Mapping[str, Any]) -> LockedAccount:
    account_id = row["account_id"]
    return locked(account_id=account_id, row=row, head=_head(transaction, account_id=account_id, row=row))


def locked(*, account_id: UUID, row: Mapping[str, Any], head: ChainHead) -> LockedAccount:
    """The account of a row that was read under the lock of its state."""
    return LockedAccount(
        id=account_id,
        product=row["product"],
        status=row["status"],
        jurisdiction=row["jurisdiction"],
        terms=terms_from_stored(row["product"], row["terms"]),
        state=state_from_stored(row["state"]),
        version=row["version"],
        held_cents=row["held_cents"],
        head=head,
        marks=marks_from_stored(row),
        looked_at_next=next_action_from_stored(row),
    )


def account_id_of(told: str) -> UUID:
    """The id as the database takes it. Raises Impossible for what is no id at all."""
    try:
        return UUID(told)
    except ValueError as error:
        raise Impossible("The message names no account.") from error


def save_account(transaction: Transaction, *, before: LockedAccount, after: LockedAccount, now: datetime) -> None:
    """Write what changed of a locked account, and when a day has to look at it next."""
    save_accounts(transaction, changed=[(before, after)], now=now)


def save_accounts(
    transaction: Transaction, *, changed: Iterable[tuple[LockedAccount, LockedAccount]], now: datetime
) -> None:
    """The same of several, each as it was and as it is.

    A day never looks at one later than was meant before: a day that was missed comes to the account as if it had not
    been, and only that moves on.
    """
    pairs = list(changed)
    update_all(transaction, account_states, [_kept(*pair, now=now) for pair in pairs], key=("account_id",))
    for before, after in pairs:
        if after.status != before.status:
            status: dict[str, Any] = {"status": after.status}
            if after.status == OPEN:
                status["closed_on"] = None
            transaction.run(update(accounts).where(accounts.c.id == after.id).values(status))
        if after.state.charged_off_cents != before.state.charged_off_cents:
            # A payment from before that is undone later makes it more.
            charged_off = {"charged_off_cents": after.state.charged_off_cents}
            transaction.run(update(accounts).where(accounts.c.id == after.id).values(charged_off))


def _kept(before: LockedAccount, after: LockedAccount, *, now: datetime) -> dict[str, Any]:
    return {
        "account_id": after.id, "version": after.version, "state": state_as_stored(after.state),
        "held_cents": after.held_cents, "updated_at": now, "chain_number": after.head.number,
        "chain_digest": after.head.digest, "delinquent_since_on": after.state.delinquent_since_on,
        **agenda_as_stored(_sooner(before, after)), **marks_as_stored(after.marks),
    }  # fmt: skip


def _sooner(before: LockedAccount, after: LockedAccount) -> NextAction | None:
    if after.status != OPEN:
        return None
    return min((each for each in (before.looked_at_next, after.next_action) if each is not None), default=None)


def with_open_fees(*, before: LockedAccount, after: LockedAccount) -> LockedAccount:
    """The account, its late fees to be considered anew where a payment was undone that had kept them away."""
    is_reopened = after.state.next_instalment_number < before.state.next_instalment_number
    if after.marks is None or not is_reopened:
        return after
    marks = reopened(terms=after.terms, state=after.state, pack=after.pack, marks=after.marks)
    return replace(after, marks=marks)


def _head(transaction: Transaction, *, account_id: UUID, row: Mapping[str, Any]) -> ChainHead:
    """Kept in the state's row from the first event on; an account that was only opened has it in the journal alone."""
    if row["chain_number"] is None:
        return newest_head(transaction, account_id=account_id)
    return ChainHead(row["chain_number"], bytes(row["chain_digest"]))
