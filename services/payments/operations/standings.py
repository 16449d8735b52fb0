"""What payments knows of the accounts it pays: a projection of accounts' events, asked for where that is not enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE
from sqlalchemy import ARRAY, BindParameter, Date, Uuid, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import Executable

from chassis.bus.rpc import Asks
from chassis.context import CallContext, as_service
from chassis.doors import EventCall
from chassis.errors import Refusal
from chassis.store import Database, Row, Transaction
from services.accounts.contract.schemas import AccountStanding
from services.payments.models import (
    account_standings,
    autopay_enrolments,
    is_pending,
    is_scheduled,
    is_to_come,
    payments,
)
from services.payments.operations.refunding import cancel_surplus
from services.payments.rules.autopay_wording import ACTIVE
from services.payments.rules.limits import can_take, with_quote
from services.payments.rules.policy import Policy
from services.payments.rules.scheduling import NEAR_DAYS, is_covered
from services.payments.rules.states import CHARGED, RETURNED

# Shorter than the caller's own wait, so that it hears from us and not from its own clock.
ASK_SECONDS = 2.5

_of_account: BindParameter[UUID] = bindparam("of_account")
_near = payments.c.effective_on.between(bindparam("near_from", type_=Date), bindparam("near_to", type_=Date))
_ARRIVED_NEAR = select(payments.c.id).where(
    payments.c.account_id == _of_account,
    payments.c.status.in_(sorted(CHARGED)),
    payments.c.applied_at.is_not(None),
    _near,
)
_ON_THE_WAY = select(
    func.coalesce(func.sum(payments.c.amount_cents).filter(is_pending), 0).label("pending_cents"),
    func.coalesce(func.sum(payments.c.amount_cents).filter(is_scheduled), 0).label("scheduled_cents"),
    func.coalesce(func.sum(payments.c.amount_cents).filter(_near), 0).label("near_cents"),
    _ARRIVED_NEAR.exists().label("is_paid_near"),
).where(payments.c.account_id == _of_account, is_to_come)
_STANDING = select(account_standings).where(account_standings.c.account_id == _of_account)
_LOCKED = _STANDING.with_for_update()
_counted = _ON_THE_WAY.subquery()
# The one row of what is counted, beside it what is known of the account, if anything is.
_KNOWN = select(_counted, account_standings).join_from(
    _counted, account_standings, account_standings.c.account_id == _of_account, isouter=True
)
# No event tells the state: it is asked for, and never changes.
_FIGURES = frozenset(account_standings.c.keys()) - {"account_id", "sequence", "state"}
_told = insert(account_standings)
_NOTE = _told.on_conflict_do_update(
    index_elements=["account_id"],
    set_={name: _told.excluded[name] for name in sorted(_FIGURES | {"sequence"})},
    where=account_standings.c.sequence < _told.excluded.sequence,
).returning(account_standings.c.account_id)
_STALE = (
    update(autopay_enrolments)
    .where(autopay_enrolments.c.account_id == func.any(bindparam("of_accounts", type_=ARRAY(Uuid))))
    .where(autopay_enrolments.c.status == ACTIVE)
    .values(is_stale=True)
)
# What was returned meanwhile, and is presented again, is other money.
_APPLIED = text("""
    UPDATE payments SET applied_at = given.applied_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS integer[]), CAST(:instants AS timestamptz[]))
        AS given(id, number, applied_at)
    WHERE payments.id = given.id AND payments.presentment_number = given.number AND payments.applied_at IS NULL
        AND payments.status = ANY(CAST(:arrived AS text[]))
""")
_of_presentment = (payments.c.id == bindparam("of_payment"), payments.c.presentment_number == bindparam("number"))
_REVERSED = update(payments).where(*_of_presentment, payments.c.reversed_on.is_(None))


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a payment is to be: `on` is its date, `minds_cover` whether one that nobody asks for is pointed out.

    `needs_state`: what it costs depends on the account's state.
    """

    account_id: UUID
    amount_cents: int
    on: date
    is_later: bool
    quoted_cents: int | None
    minds_cover: bool
    needs_state: bool = False


def learn_standing(store: Database, *, accounts: Asks, caller: CallContext, wish: Wish) -> Mapping[str, Any]:
    """What accounts says of an account that is unknown here, or whose payment would be refused by what is known.

    The projection may say yes alone, so that payments are taken while accounts is down; it grows old in between two
    events (a loan's payoff rises daily), so a no is given only on accounts' own word. Empty where there is no need to
    ask. Raises NotFound, and NeighbourSilent or NeighbourAbsent.
    """
    caller.require(str(wish.account_id))
    with store.reading() as transaction:
        on_the_way = _one(transaction, _KNOWN, account_id=wish.account_id, near=wish.on)
    known = None if on_the_way["account_id"] is None else on_the_way
    is_known = known is not None and (known["state"] is not None or not wish.needs_state)
    if known and is_known and _passes(known, wish=wish, on_the_way=on_the_way):
        return {}
    context = as_service(store.service, request_id=caller.request_id)
    request = {"account_id": str(wish.account_id)}
    try:
        reply = accounts.ask("get_standing", request=request, context=context, timeout_seconds=ASK_SECONDS)
    except Refusal as refusal:
        refusal.money_moved = "no"
        raise
    standing = AccountStanding(unknown=EXCLUDE).load(reply.data)
    told = {**_figures(standing), "state": standing["state"]}
    return {"standing": told, "sequence": known["sequence"] if known else 0}


def learn_state(
    store: Database, *, accounts: Asks, caller: CallContext, policy: Policy, account_id: UUID
) -> Mapping[str, Any]:  # fmt: skip
    """{"state": whose law holds for the account}, asked for only where a policy depends on it.

    Raises NotFound, and NeighbourSilent or NeighbourAbsent.
    """
    caller.require(str(account_id))
    if not policy.card_fees:
        return {"state": None}
    with store.reading() as transaction:
        known = transaction.one(_STANDING, {"of_account": account_id})
    if known is not None and known["state"] is not None:
        return {"state": known["state"]}
    reply = accounts.ask(
        "get_standing", request={"account_id": str(account_id)}, timeout_seconds=ASK_SECONDS,
        context=as_service(store.service, request_id=caller.request_id),
    )  # fmt: skip
    return {"state": AccountStanding(unknown=EXCLUDE).load(reply.data)["state"]}


def read_on_the_way(transaction: Transaction, *, account_id: UUID, near: date) -> Row:
    """What is on its way to the balance or scheduled, in all and near a day, and whether near it money arrived."""
    return _one(transaction, _ON_THE_WAY, account_id=account_id, near=near)


def _one(transaction: Transaction, counting: Executable, *, account_id: UUID, near: date) -> Row:
    margin = timedelta(days=NEAR_DAYS)
    values = {"of_account": account_id, "near_from": near - margin, "near_to": near + margin}
    found = transaction.one(counting, values)
    assert found is not None
    return found


def used_cents(on_the_way: Row, *, is_later: bool) -> int:
    """What counts against what the account can take; what is only scheduled waits behind money that comes now."""
    return int(on_the_way["pending_cents"]) + (int(on_the_way["scheduled_cents"]) if is_later else 0)


def _passes(standing: Row, *, wish: Wish, on_the_way: Row) -> bool:
    if wish.minds_cover and is_covered(
        standing=standing, near_cents=int(on_the_way["near_cents"]), is_paid_near=on_the_way["is_paid_near"]
    ):
        return False
    return can_take(
        standing=with_quote(standing, quoted_cents=wish.quoted_cents),
        pending_cents=used_cents(on_the_way, is_later=wish.is_later), amount_cents=wish.amount_cents,
    )  # fmt: skip


def locked_standing(transaction: Transaction, *, account_id: UUID, answers: Mapping[str, Any]) -> Row:
    """The account's row, locked until the transaction ends, so that two payments cannot both use what is left.

    An answer is used unless an event has overtaken it since the projection was read; the state is learnt in any case.
    """
    if "standing" in answers:
        if answers["standing"]["state"] is not None:
            unlearnt = (account_standings.c.account_id == account_id, account_standings.c.state.is_(None))
            learnt = update(account_standings).where(*unlearnt)
            transaction.run(learnt.values(state=answers["standing"]["state"]))
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
    _note_standings(transaction, told=[(sequence, data)])


def note_payments_applied(calls: Sequence[EventCall]) -> None:
    """The ledger has these payments: they no longer count as pending. Money that came another way is none of ours."""
    transaction, applied = calls[0].transaction, [call.data for call in calls]
    _note_standings(transaction, told=[(call.event.sequence, call.data) for call in calls])
    presentments = {
        "ids": [data["payment_id"] for data in applied],
        "numbers": [data["presentment_number"] for data in applied],
        "instants": [call.event.time for call in calls], "arrived": sorted({*CHARGED, RETURNED}),
    }  # fmt: skip
    transaction.run(_APPLIED, presentments)


def _note_standings(transaction: Transaction, *, told: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Of each account the newest word, always in the same order of accounts."""
    newest: dict[UUID, dict[str, Any]] = {}
    for sequence, data in sorted(told, key=itemgetter(0)):
        account_id = UUID(data["account_id"])
        newest[account_id] = {"account_id": account_id, "sequence": sequence, **_figures(data["standing"])}
    transaction.run(_NOTE, [newest[account_id] for account_id in sorted(newest)])
    transaction.run(_STALE, {"of_accounts": list(newest)})


def note_payment_reversed(transaction: Transaction, *, sequence: int, data: Mapping[str, Any]) -> None:
    """The ledger has undone a payment, whoever asked for it: it is in no balance any more."""
    note_standing(transaction, sequence=sequence, data=data)
    payment_id, number = UUID(data["payment_id"]), data["presentment_number"]
    # The payment first, as everywhere: who is told of a surplus at this moment holds it.
    transaction.run(_REVERSED, {"of_payment": payment_id, "number": number, "reversed_on": data["reversed_on"]})
    cancel_surplus(transaction, payment_id=payment_id, presentment_number=number)


def _figures(standing: Mapping[str, Any]) -> dict[str, Any]:
    return {name: standing[name] for name in sorted(_FIGURES)}
