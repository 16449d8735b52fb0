"""Linking another account to a user who has signed in: the same proof as at registration, and the same limit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.bus.rpc import Asks
from chassis.context import CallContext, as_service
from chassis.ids import new_id
from chassis.store import Database, Transaction
from services.identity.contract import events
from services.identity.contract.errors import AccountNotMatched
from services.identity.models import link_failures, user_accounts, users
from services.identity.operations.registration import failures_of
from services.identity.providers import Keyring
from services.identity.rules.registrations import may_try


def find_account(
    store: Database, *, accounts: Asks, keyring: Keyring, caller: CallContext, request: Mapping[str, str], now: datetime
) -> Mapping[str, Any]:
    """The account and the role in it, asked of accounts under the user's proven last name. Raises AccountNotMatched."""
    digest, user_id = keyring.account_digest(request["account_number"]), UUID(caller.subject)
    with store.reading() as transaction:
        proven = func.coalesce(users.c.matched_last_name, users.c.last_name)
        last_name = transaction.value(select(proven).where(users.c.id == user_id))
        if last_name is None or not may_try(failures=failures_of(transaction, account_digest=digest, now=now)):
            raise AccountNotMatched()
    claim = {**request, "last_name": last_name}
    found: Mapping[str, Any] = accounts.ask(
        "match_account", request=claim, context=as_service("identity", request_id=caller.request_id)
    ).data
    if not found["matched"]:
        with store.writing() as transaction:
            failure = {"id": new_id(at=now), "user_id": user_id, "account_digest": digest, "failed_at": now}
            transaction.run(link_failures.insert().values(**failure))
        raise AccountNotMatched()
    return found


def link_account(
    transaction: Transaction, *, now: datetime, caller: CallContext, found: Mapping[str, Any]
) -> dict[str, Any]:
    """The user may act on the account from the next access token on; linking it again changes nothing."""
    user_id = UUID(caller.subject)
    link = {"user_id": user_id, "account_id": UUID(found["account_id"]), "role": found["role"]}
    fresh = insert(user_accounts).values(**link, account_last4=found["account_last4"], linked_at=now)
    if transaction.run(fresh.on_conflict_do_nothing()):
        transaction.emit(events.account_linked, subject=str(user_id), data=link)
    return {"id": link["account_id"], "role": link["role"], "account_last4": found["account_last4"]}
