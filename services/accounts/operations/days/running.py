"""Running business days: one after the other up to the business date, whatever is possible now, by any process."""

import time
from collections.abc import Callable
from datetime import date, timedelta

from chassis import logs
from chassis.clock import Clock
from chassis.errors import DependencyDown
from chassis.store import Contended, Database, Row, Transaction
from services.accounts.operations.days import protocol
from services.accounts.operations.days.batches import is_anything_left
from services.accounts.operations.days.stages import BATCH, Work, work_alone, work_batch
from services.accounts.rules.agenda import DAY, Stage

log = logs.logger(__name__)


def run_business_days(store: Database, *, clock: Clock, wait: timedelta) -> None:
    """Open, bill and close what the business date and payments allow by now; missed days follow in their order.

    Ends when nothing more can be done at present. Each step is a transaction of its own and may be taken again: any
    number of processes may run this, and one that is killed leaves nothing that the next does not find. `wait` is how
    long a day waits for payments before it goes on unconfirmed.
    """
    with store.writing() as transaction:
        protocol.confirm_late(transaction, now=clock.now())
    while take_step(store, clock=clock, wait=wait):
        time.sleep(0)


def take_step(store: Database, *, clock: Clock, wait: timedelta) -> bool:
    """One step of the day that is open, or the opening of the next. False where nothing can be done at present."""
    today = clock.today()
    with store.reading() as transaction:
        day = protocol.newest_day(transaction)
    if day is None or day["closed_at"] is not None:
        following = today if day is None else day["business_on"] + DAY
        return following <= today and _open(store, clock=clock, on=following)
    if day["billed_at"] is None:
        return _run_stage(store, clock=clock, day=day, stage=Stage.OPENING, then=_note_billed)
    if day["confirmed_at"] is None and day["unconfirmed_at"] is None:
        return _await_payments(store, clock=clock, day=day, wait=wait)
    return _run_stage(store, clock=clock, day=day, stage=Stage.CLOSING, then=_close)


Then = Callable[[Transaction, Row, Clock], bool]


def _open(store: Database, *, clock: Clock, on: date) -> bool:
    with store.writing() as transaction:
        protocol.open_day(transaction, on=on, now=clock.now())
    return True


def _await_payments(store: Database, *, clock: Clock, day: Row, wait: timedelta) -> bool:
    is_over = day["payments_closed_at"] is not None or day["business_on"] < clock.today()
    if not is_over:
        return False
    with store.writing() as transaction:
        protocol.note_awaited(transaction, on=day["business_on"], now=clock.now())
        return protocol.confirm(transaction, day=day, now=clock.now()) or protocol.give_up_waiting(
            transaction, day=day, wait=wait, now=clock.now()
        )


def _run_stage(store: Database, *, clock: Clock, day: Row, stage: Stage, then: Then) -> bool:
    if _work(store, clock=clock, day=day, stage=stage):
        return True
    with store.writing() as transaction:
        if is_anything_left(transaction, on=day["business_on"], stage=stage):
            return False
        return then(transaction, day, clock)


def _work(store: Database, *, clock: Clock, day: Row, stage: Stage) -> int:
    """A batch; where something in it is wrong, its accounts one by one."""
    try:
        return _batch(store, clock=clock, day=day, stage=stage)
    except (DependencyDown, Contended):
        raise
    except Exception:
        log.exception("a batch of the day failed, its accounts are done one by one", business_on=day["business_on"])
    done = 0
    while done < BATCH and _one(store, clock=clock, day=day, stage=stage):
        done += 1
    return done


def _batch(store: Database, *, clock: Clock, day: Row, stage: Stage) -> int:
    with store.writing() as transaction:
        return work_batch(transaction, work=_new_work(day, clock=clock, stage=stage))


def _one(store: Database, *, clock: Clock, day: Row, stage: Stage) -> int:
    with store.writing() as transaction:
        return work_alone(transaction, work=_new_work(day, clock=clock, stage=stage))


def _new_work(day: Row, *, clock: Clock, stage: Stage) -> Work:
    return Work(
        on=day["business_on"], stage=stage, now=clock.now(), today=clock.today(),
        assesses_fees=day["confirmed_at"] is not None,
        unconfirmed=frozenset(day["unconfirmed_account_ids"] or ()),
    )  # fmt: skip


def _note_billed(transaction: Transaction, day: Row, clock: Clock) -> bool:
    protocol.note_billed(transaction, on=day["business_on"], now=clock.now())
    return True


def _close(transaction: Transaction, day: Row, clock: Clock) -> bool:
    protocol.close_day(transaction, day=day, now=clock.now())
    return True
