"""What payments knows of the accounts it pays: a projection of accounts' events, asked for where that is not enough."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE
from sqlalchemy import BindParameter, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.bus.rpc import Asks
from chassis.context import CallContext, as_service
from chassis.errors import Refusal
from chassis.store import Database, Row, Transaction
from services.accounts.contract.schemas import AccountStanding
from services.payments.models import account_standings, is_pending, payments
from services.payments.rules.limits import can_take, with_quote
from services.payments.rules.states import CHARGED, RETURNED

# Shorter than the caller's own wait, so that it hears from us and not from its own clock.
ASK_SECONDS = 2.5

_of_account: BindParameter[UUID] = bindparam("of_account")
_PENDING = select(func.coalesce(func.sum(payments.c.amount_cents), 0)).where(
    payments.c.account_id == _of_account, is_pending
)
_STANDING = select(account_standings).where(account_standings.c.account_id == _of_account)
_LOCKED = _STANDING.with_for_update()
_KNOWN = _STANDING.add_columns(_PENDING.scalar_subquery().label("pending_cents"))

_FIGURES = frozenset(account_standings.c.keys()) - {"account_id", "sequence"}
_told = insert(account_standings)
_NOTE = _told.on_conflict_do_update(
    index_elements=["account_id"],
    set_={name: _told.excluded[name] for name in sorted(_FIGURES | {"sequence"})},
    where=account_standings.c.sequence < _told.excluded.sequence,
)
_of_presentment = (payments.c.id == bindparam("of_payment"), payments.c.presentment_number == bindparam("number"))
# What was returned meanwhile, and is presented again, is other money.
_APPLIED = update(payments).where(
    *_of_presentment, payments.c.applied_at.is_(None), payments.c.status.in_(sorted({*CHARGED, RETURNED}))
)
_REVERSED = update(payments).where(*_of_presentment, payments.c.reversed_on.is_(None))


def learn_standing(
    store: Database, *, accounts: Asks, caller: CallContext, account_id: UUID, amount_cents: int,
    quoted_cents: int | None,
) -> Mapping[str, Any]:  # fmt: skip
    """What accounts says of an account that is unknown here, or that would have to be refused by what is known.

    The projection may say yes alone, so that payments are taken while accounts is down; it grows old in between two
    events (a loan's payoff rises daily), so a no is given only on accounts' own word. Empty where there is no need to
    ask. Raises NotFound, and NeighbourSilent or NeighbourAbsent.
    """
    caller.require(str(account_id))
    with store.reading() as transaction:
        known = transaction.one(_KNOWN, {"of_account": account_id})
    if known and can_take(
        standing=with_quote(known, quoted_cents=quoted_cents), pending_cents=int(known["pending_cents"]),
        amount_cents=amount_cents,
    ):  # fmt: skip
        return {}
    context = as_service(store.service, request_id=caller.request_id)
    request = {"account_id": str(account_id)}
    try:
        reply = accounts.ask("get_standing", request=request, context=context, timeout_seconds=ASK_SECONDS)
    except Refusal as refusal:
        refusal.money_moved = "no"
        raise
    standing = AccountStanding(unknown=EXCLUDE).load(reply.data)
    return {"standing": _figures(standing), "sequence": known["sequence"] if known else 0}


def locked_standing(transaction: Transaction, *, account_id: UUID, answers: Mapping[str, Any]) -> Row:
    """The account's row, locked until the transaction ends, so that two payments cannot both use what is left.

    An answer is used unless an event has overtaken it since the projection was read.
    """
    if "standing" in answers:
        values = {"account_id": account_id, "sequence": answers["sequence"], **answers["standing"]}
        answered = insert(account_standings).values(values)
        transaction.run(
            answered.on_conflict_do_update(
                index_elements=["account_id"],
                set_=answers["standing"],
                where=account_standings.c.sequence == answers["sequence"],
            )
        )
    standing = transaction.one(_LOCKED, {"of_account": account_id})
    if standing is None:
        raise LookupError("the standing of an account was to be learnt before its payment")
    return standing


def note_standing(transaction: Transaction, *, sequence: int, data: Mapping[str, Any]) -> None:
    """Keep the standing that an event of accounts carries, unless a later one is kept already."""
    row = {"account_id": UUID(data["account_id"]), "sequence": sequence, **_figures(data["standing"])}
    transaction.run(_NOTE, row)


def note_payment_applied(
    transaction: Transaction, *, sequence: int, applied_at: datetime, data: Mapping[str, Any]
) -> None:
    """The ledger has a payment: it no longer counts as pending. Money that came another way is no payment of ours."""
    note_standing(transaction, sequence=sequence, data=data)
    presentment = {"of_payment": UUID(data["payment_id"]), "number": data["presentment_number"]}
    transaction.run(_APPLIED, {**presentment, "applied_at": applied_at})


def note_payment_reversed(transaction: Transaction, *, sequence: int, data: Mapping[str, Any]) -> None:
    """The ledger has undone a payment, whoever asked for it: it is in no balance any more."""
    note_standing(transaction, sequence=sequence, data=data)
    presentment = {"of_payment": UUID(data["payment_id"]), "number": data["presentment_number"]}
    transaction.run(_REVERSED, {**presentment, "reversed_on": data["reversed_on"]})


def pending_cents(transaction: Transaction, *, account_id: UUID) -> int:
    """What is accepted or on its way for the account and not in its balance."""
    return int(transaction.value(_PENDING, {"of_account": account_id}))


def _figures(standing: Mapping[str, Any]) -> dict[str, Any]:
    return {name: standing[name] for name in sorted(_FIGURES)}
