"""Deliveries: written with the event, claimed for a while, settled by what the partner answered, kept for a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, any_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.errors import NotFound
from chassis.events import Envelope
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from gateway.webhooks import rules
from gateway.webhooks.calling import Outcome
from gateway.webhooks.errors import WebhookDisabled
from gateway.webhooks.models import (
    ACTIVE,
    DELIVERED,
    DISABLED,
    FAILED,
    FAILING,
    GONE,
    WAITING,
    webhook_deliveries,
    webhook_endpoints,
)

# Longer than a look-up and a call together: a claim that ran out belonged to a process that is gone.
CLAIM_SECONDS = 30
PROCESS_ENDED, ENDPOINT_DISABLED = "process_ended", "endpoint_disabled"
UNTROUBLED: dict[str, Any] = {"failures_in_row": 0, "failing_since": None, "paused_until": None}
_WANTING = select(webhook_endpoints.c.id).where(
    webhook_endpoints.c.state == ACTIVE, bindparam("event_name", type_=Text) == any_(webhook_endpoints.c.events)
)
_ADD = insert(webhook_deliveries).on_conflict_do_nothing().returning(webhook_deliveries.c.id)
_SIGNED_WITH = ("url", "secret_sealed", "previous_secret_sealed", "previous_secret_until")


def is_wanted(store: Database, *, name: str) -> bool:
    """Does any endpoint want events of this name? Whoever was registered when one came is asked about from then on."""
    with store.reading() as transaction:
        return bool(transaction.all(_WANTING, {"event_name": name}))


def record(transaction: Transaction, *, events: Sequence[Envelope], now: datetime) -> int:
    """Write events of one name down for every endpoint that wants it; gives how many. Told again, nothing is added."""
    wanting = transaction.all(_WANTING, {"event_name": events[0].name})
    fresh = [_waiting(endpoint_id=row["id"], event=event, now=now) for event in events for row in wanting]
    return len(transaction.all(_ADD, fresh)) if fresh else 0


def send_test(transaction: Transaction, *, endpoint_id: UUID, now: datetime) -> Row:
    """A made-up event, which nothing but this endpoint is told. Raises NotFound, WebhookDisabled."""
    _refuse_disabled(transaction, endpoint_id=endpoint_id)
    identifier = new_id(at=now)
    event = Envelope(
        id=identifier, source="gateway", type="captive.gateway.webhook_tested.v1", subject=str(endpoint_id), time=now,
        sequence=1, data={"webhook_id": str(endpoint_id)}, dataschema="", traceparent="", causation_id=None,
        root_id=identifier,
    )  # fmt: skip
    added = transaction.value(_ADD, _waiting(endpoint_id=endpoint_id, event=event, now=now))
    return get(transaction, endpoint_id=endpoint_id, delivery_id=added)


def get(transaction: Transaction, *, endpoint_id: UUID, delivery_id: UUID) -> Row:
    """Raises NotFound."""
    row = transaction.one(select(webhook_deliveries).where(*_is(endpoint_id, delivery_id)))
    if row is None:
        raise NotFound()
    return row


def list_of(
    transaction: Transaction, *, endpoint_id: UUID, limit: int, cursor: UUID | None, state: str | None
) -> dict[str, Any]:
    """An endpoint's deliveries, newest first; the cursor is the id of the last one seen. Raises NotFound."""
    if not transaction.value(select(exists().where(webhook_endpoints.c.id == endpoint_id))):
        raise NotFound()
    of_it = select(webhook_deliveries).where(webhook_deliveries.c.endpoint_id == endpoint_id)
    if state is not None:
        of_it = of_it.where(webhook_deliveries.c.state == state)
    if cursor is not None:
        of_it = of_it.where(webhook_deliveries.c.id < cursor)
    found = transaction.all(of_it.order_by(webhook_deliveries.c.id.desc()).limit(limit + 1))
    return {"data": found[:limit], "next_cursor": found[limit - 1]["id"] if len(found) > limit else None}


def replay(transaction: Transaction, *, endpoint_id: UUID, delivery_id: UUID, now: datetime) -> Row:
    """Due now, with fresh tries and the same `webhook-id`, whatever became of it. Raises NotFound, WebhookDisabled."""
    _refuse_disabled(transaction, endpoint_id=endpoint_id)
    if not _send_again(transaction, *_is(endpoint_id, delivery_id), now=now):
        raise NotFound()
    return get(transaction, endpoint_id=endpoint_id, delivery_id=delivery_id)


def replay_failed(transaction: Transaction, *, endpoint_id: UUID, since: datetime, now: datetime) -> int:
    """All that failed for good at or after an instant; gives how many. Raises NotFound, WebhookDisabled."""
    _refuse_disabled(transaction, endpoint_id=endpoint_id)
    failed = (webhook_deliveries.c.state == FAILED, webhook_deliveries.c.settled_at >= since)
    return _send_again(transaction, webhook_deliveries.c.endpoint_id == endpoint_id, *failed, now=now)


def claim(transaction: Transaction, *, now: datetime, limit: int) -> list[Row]:
    """Deliveries that are due, up to `limit`, for CLAIM_SECONDS; never more of one endpoint than it has room for.

    Endpoints with the fewest calls at work come first, and none takes from another what both could have.
    """
    of_it = webhook_deliveries.c.endpoint_id == webhook_endpoints.c.id
    at_work = select(func.count()).where(of_it, webhook_deliveries.c.claimed_until > now).scalar_subquery()
    # Who holds the row decides about it alone, so the room is kept to by all gateways together.
    callable_now = _held(*_may_be_called(now), exists().where(of_it, *_due(now)), skip_locked=True)
    endpoints = transaction.all(callable_now.order_by(at_work, func.random()).limit(limit))
    claimed: list[Row] = []
    for number, endpoint in enumerate(endpoints):
        share = -(-(limit - len(claimed)) // (len(endpoints) - number))
        claimed += _claim_of(transaction, endpoint=endpoint, now=now, limit=share)
    return claimed


def claim_next(transaction: Transaction, *, endpoint_id: UUID, now: datetime) -> Row | None:
    """One more of the same endpoint, for whoever has just settled one."""
    endpoint = transaction.one(_held(webhook_endpoints.c.id == endpoint_id, *_may_be_called(now), skip_locked=True))
    found = _claim_of(transaction, endpoint=endpoint, now=now, limit=1) if endpoint else []
    return found[0] if found else None


def settle(transaction: Transaction, *, claimed: Row, outcome: Outcome, now: datetime, chance: float) -> None:
    """What became of a call. What arrived has arrived; a failure counts only for the claim that met it."""
    # The endpoint's row first, as everybody does who takes both.
    endpoint = transaction.one(_held(webhook_endpoints.c.id == claimed["endpoint_id"]))
    if endpoint is None:
        return
    tried = {"last_tried_at": now, "last_status": outcome.status, "last_error": outcome.error, "claimed_until": None}
    is_open = (webhook_deliveries.c.id == claimed["id"], webhook_deliveries.c.state == WAITING)
    if outcome.is_delivered:
        arrived = {"state": DELIVERED, "next_try_at": None, "settled_at": now, **tried}
        transaction.run(update(webhook_deliveries).where(*is_open).values(**arrived))
        troubled = (webhook_endpoints.c.id == endpoint["id"], webhook_endpoints.c.failures_in_row > 0)
        transaction.run(update(webhook_endpoints).where(*troubled).values(**UNTROUBLED))
        return
    not_before = rules.asked_to_wait_until(retry_after=outcome.retry_after, now=now)
    again = rules.next_try_at(tries=claimed["tries"], now=now, chance=chance, not_before=not_before)
    became = {"next_try_at": again} if again else {"state": FAILED, "next_try_at": None, "settled_at": now}
    is_ours = webhook_deliveries.c.claimed_until == claimed["claimed_until"]
    if transaction.run(update(webhook_deliveries).where(*is_open, is_ours).values(**became, **tried)):
        _count_failure(transaction, endpoint=endpoint, outcome=outcome, not_before=not_before, now=now)


def disable(transaction: Transaction, *, endpoint_id: UUID, reason: str, now: datetime) -> None:
    """Nothing is sent to it from now on; what waits has failed, and can be replayed when it is active again."""
    off = {
        "state": DISABLED, "disabled_reason": reason, "disabled_at": now, "version": webhook_endpoints.c.version + 1,
    }  # fmt: skip
    transaction.run(update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id).values(**off))
    _fail_waiting(transaction, webhook_deliveries.c.endpoint_id == endpoint_id, error=ENDPOINT_DISABLED, now=now)


def forget_old(transaction: Transaction, *, now: datetime) -> int:
    """Settle what nobody can settle any more, and delete what was settled long ago; gives how many were deleted."""
    disabled = select(webhook_endpoints.c.id).where(webhook_endpoints.c.state == DISABLED)
    # Written in the moment in which the endpoint was disabled.
    _fail_waiting(transaction, webhook_deliveries.c.endpoint_id.in_(disabled), error=ENDPOINT_DISABLED, now=now)
    ended = (webhook_deliveries.c.tries >= rules.TRIES_MAX, webhook_deliveries.c.claimed_until < now)
    _fail_waiting(transaction, *ended, error=PROCESS_ENDED, now=now)
    return transaction.run(delete(webhook_deliveries).where(webhook_deliveries.c.settled_at < now - rules.KEPT))


def _waiting(*, endpoint_id: UUID, event: Envelope, now: datetime) -> dict[str, Any]:
    """The row of an event for an endpoint."""
    return {
        "id": new_id(at=now), "endpoint_id": endpoint_id, "event_id": event.id, "type": event.type,
        "body": event.to_json(), "state": WAITING, "next_try_at": now, "created_at": now,
    }  # fmt: skip


def _claim_of(transaction: Transaction, *, endpoint: Mapping[str, Any], now: datetime, limit: int) -> list[Row]:
    of_it = webhook_deliveries.c.endpoint_id == endpoint["id"]
    at_work = select(func.count()).where(of_it, webhook_deliveries.c.claimed_until > now)
    room = rules.room(failures_in_row=endpoint["failures_in_row"], in_flight=transaction.value(at_work))
    first = select(webhook_deliveries.c.id).where(of_it, *_due(now)).order_by(webhook_deliveries.c.next_try_at)
    taken = first.limit(min(room, limit)).with_for_update(skip_locked=True)
    claimed = update(webhook_deliveries).where(webhook_deliveries.c.id.in_(taken.scalar_subquery()))
    values = {"tries": webhook_deliveries.c.tries + 1, "claimed_until": now + timedelta(seconds=CLAIM_SECONDS)}
    rows = transaction.all(claimed.values(**values).returning(webhook_deliveries)) if room else []
    return [{**row, **{name: endpoint[name] for name in _SIGNED_WITH}} for row in rows]


def _count_failure(
    transaction: Transaction, *, endpoint: Row, outcome: Outcome, not_before: datetime | None, now: datetime
) -> None:  # fmt: skip
    if endpoint["state"] != ACTIVE:
        return
    failures_in_row, failing_since = endpoint["failures_in_row"] + 1, endpoint["failing_since"] or now
    known = not_before or endpoint["paused_until"]
    pause = rules.paused_until(failures_in_row=failures_in_row, now=now, not_before=known)
    counted = {"failures_in_row": failures_in_row, "failing_since": failing_since, "paused_until": pause}
    transaction.run(update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint["id"]).values(**counted))
    if outcome.is_gone:
        disable(transaction, endpoint_id=endpoint["id"], reason=GONE, now=now)
    elif rules.is_given_up(failing_since=failing_since, now=now):
        disable(transaction, endpoint_id=endpoint["id"], reason=FAILING, now=now)


def _send_again(transaction: Transaction, *which: Any, now: datetime) -> int:
    fresh = {"state": WAITING, "tries": 0, "next_try_at": now, "claimed_until": None, "settled_at": None}
    return transaction.run(update(webhook_deliveries).where(*which).values(**fresh))


def _fail_waiting(transaction: Transaction, *which: Any, error: str, now: datetime) -> None:
    failed = {"state": FAILED, "next_try_at": None, "claimed_until": None, "settled_at": now, "last_error": error}
    transaction.run(update(webhook_deliveries).where(webhook_deliveries.c.state == WAITING, *which).values(**failed))


def _refuse_disabled(transaction: Transaction, *, endpoint_id: UUID) -> None:
    endpoint = transaction.one(_held(webhook_endpoints.c.id == endpoint_id))
    if endpoint is None:
        raise NotFound()
    if endpoint["state"] != ACTIVE:
        raise WebhookDisabled()


def _held(*which: Any, skip_locked: bool = False) -> Any:
    """Endpoints, held until the transaction ends; new deliveries can be written to them meanwhile."""
    return select(webhook_endpoints).where(*which).with_for_update(key_share=True, skip_locked=skip_locked)


def _may_be_called(now: datetime) -> tuple[Any, ...]:
    paused_until = webhook_endpoints.c.paused_until
    return webhook_endpoints.c.state == ACTIVE, or_(paused_until.is_(None), paused_until <= now)


def _due(now: datetime) -> tuple[Any, ...]:
    claimed_until = webhook_deliveries.c.claimed_until
    return (
        webhook_deliveries.c.state == WAITING,
        webhook_deliveries.c.next_try_at <= now,
        or_(claimed_until.is_(None), claimed_until <= now),
        webhook_deliveries.c.tries < rules.TRIES_MAX,
    )


def _is(endpoint_id: UUID, delivery_id: UUID) -> tuple[Any, Any]:
    return webhook_deliveries.c.endpoint_id == endpoint_id, webhook_deliveries.c.id == delivery_id
