"""@reaction and @errand: an event comes in, and exactly one thing becomes of it.

done        the work is committed; the message may go
duplicate   it was done before, or waits in the database already
retrying    it failed in an unexpected way; the database remembers when to try again
parked      it can never succeed, or has failed too often; a person decides (`captive parked`)
held        something we stand on is down: the message stays unacknowledged and is tried again after a pause
unknown     a vendor may have acted; the sweep asks
no_event    bytes that are no event of ours: the broker keeps them as dead letters
"""

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import eventlet
from nameko.extensions import Entrypoint

from chassis import attempts, inbox, logs, metrics, tracing
from chassis.attempts import Claim, Found
from chassis.bus import topology
from chassis.bus.consuming import Consumer
from chassis.bus.link import Lane
from chassis.doors.call import ErrandCall, EventCall, Service
from chassis.errors import (
    BusDown,
    DependencyDown,
    Impossible,
    NeighbourAbsent,
    OutcomeUnknown,
    Refusal,
    RequestInProgress,
    VendorDown,
)
from chassis.events import Envelope, Event, parse
from chassis.failpoints import failpoint
from chassis.home import Home
from chassis.settings import Settings
from chassis.store import Cause, Contended, run_contended

Method = Callable[..., Any]

log = logs.logger(__name__)


class Outcome(StrEnum):
    DONE = "done"
    DUPLICATE = "duplicate"
    RETRYING = "retrying"
    PARKED = "parked"
    HELD = "held"
    UNKNOWN = "unknown"
    NO_EVENT = "no_event"


# Raised by a verb, these say that nobody outside was reached.
CERTAINLY_NOT_ACTED = (VendorDown, NeighbourAbsent, BusDown)


class Listen(Entrypoint):
    """One queue of one handler. Takes a message, runs the door, and acknowledges what the door has settled."""

    consumer = Consumer()
    home = Home()

    def __init__(self, event: Event, *, limit: int) -> None:
        self.event = event
        self.limit = limit
        self.pause_seconds = 0.5

    def setup(self) -> None:
        queue = topology.event_queue(
            source=self.event.source, event=self.event.name, service=self.container.service_name,
            method=self.method_name,
        )  # fmt: skip
        declare = partial(topology.declare_event_queue, queue=queue, source=self.event.source, event=self.event.name)
        self.lane = self.consumer.add(queue=queue, declare=declare, limit=self.limit, on_message=self.on_message)
        self.home.doors[self.method_name] = self.run_again

    def start(self) -> None:
        self.consumer.start()

    def stop(self) -> None:
        self.home.take_no_more()
        self.lane.cancel()

    def on_message(self, lane: Lane, message: Any) -> None:
        body = message.body if isinstance(message.body, str) else bytes(message.body).decode(errors="replace")
        self._spawn(body, False, partial(self._settle, lane, message, body))

    def run_again(self, body: str, again: bool) -> None:
        """A retry or a sweep: no message is waiting for its acknowledgement."""
        self._spawn(body, again, lambda _, result, __: (result, None))

    def _spawn(self, body: str, again: bool, handle_result: Callable[..., Any]) -> None:
        arguments = {"body": body, "again": again, "settings": self.container.config["settings"], "home": self.home}
        self.container.spawn_worker(self, (), arguments, handle_result=handle_result)

    def _settle(self, lane: Lane, message: Any, body: str, _: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        if exc_info is not None:
            log.error("door failed, the message is held", handler=self.method_name, exc_info=exc_info)
        if exc_info is not None or result is Outcome.HELD:
            limit = self.container.config["settings"]["DEPENDENCY_PAUSE_SECONDS"]
            self.pause_seconds = min(self.pause_seconds * 2, limit)
            pause = self.pause_seconds * random.uniform(0.5, 1)  # noqa: S311 - jitter
            eventlet.spawn_after(pause, self._try_held_again, lane, message, body)
            return result, None
        self.pause_seconds = 0.5
        if result is Outcome.NO_EVENT:
            lane.discard(message)
        else:
            lane.acknowledge(message)
        return result, None

    def _try_held_again(self, lane: Lane, message: Any, body: str) -> None:
        # After a reconnect the broker has delivered it anew: this copy is nobody's any more.
        if not lane.closing and message.channel is lane.channel:
            self._spawn(body, False, partial(self._settle, lane, message, body))


@dataclass(frozen=True)
class Delivery:
    """One try at one event by one handler."""

    service: Service
    envelope: Envelope
    body: str
    handler: str
    again: bool
    settings: Settings

    @property
    def delays_seconds(self) -> list[float]:
        return [float(delay) for delay in self.settings["RETRY_DELAYS_SECONDS"].split(",") if delay]


# What became of a delivery, and for a retry the seconds to wait.
Settled = tuple[Outcome, float]
Work = Callable[[Delivery], Settled]


def reaction(event: Event, *, limit: int = 10) -> Callable[[Method], Method]:
    """Event handler that only touches the service's own database: inbox row, verb and commit are one transaction."""

    def decorate(method: Method) -> Method:
        def work(delivery: Delivery) -> Settled:
            try:
                return run_contended(partial(_react, delivery, method, event.load(delivery.envelope))), 0.0
            except (DependencyDown, RequestInProgress):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and remembered
                return _remember_reaction(delivery, error)

        return _entrypoint(method, event, limit, work)

    return decorate


def errand(event: Event, *, settles: str | None = None, limit: int = 10) -> Callable[[Method], Method]:
    """Event handler that calls a vendor, or a neighbour that may refuse. No transaction is open while it runs.

    `settles` names the method that asks about an attempt which may have acted already; without it the errand itself is
    run again with `recovering` set.
    """

    def decorate(method: Method) -> Method:
        def work(delivery: Delivery) -> Settled:
            with delivery.service.store.housekeeping() as connection:
                claim = attempts.claim(
                    connection, handler=delivery.handler, key=str(delivery.envelope.id), body=delivery.body,
                    lease_seconds=delivery.settings["ERRAND_LEASE_SECONDS"],
                )  # fmt: skip
            if claim.found is Found.CLOSED:
                return Outcome.DUPLICATE, 0.0
            if claim.found is Found.BUSY:
                return Outcome.HELD, 0.0
            failpoint("errand.started")
            recovers = claim.found is Found.RECOVERING and settles
            verb = getattr(type(delivery.service), settles) if recovers and settles else method
            return _run_errand(delivery, claim, verb, event)

        return _entrypoint(method, event, limit, work)

    return decorate


def _react(delivery: Delivery, method: Method, data: dict[str, Any]) -> Outcome:
    envelope = delivery.envelope
    take = inbox.take_again if delivery.again else inbox.take
    cause = Cause(event_id=envelope.id, root_id=envelope.root_id)
    with delivery.service.store.writing(cause=cause) as transaction:
        if not take(transaction.connection, event_id=envelope.id, handler=delivery.handler):
            return Outcome.DUPLICATE
        method(delivery.service, EventCall(transaction, envelope, data))
        failpoint("reaction.before_commit")
    failpoint("reaction.after_commit")
    return Outcome.DONE


def _remember_reaction(delivery: Delivery, error: Exception) -> Settled:
    final = _is_hopeless(delivery, error)
    with delivery.service.store.housekeeping() as connection:
        state, delay = inbox.record_failure(
            connection, event_id=delivery.envelope.id, handler=delivery.handler, body=delivery.body,
            error=type(error).__name__, delays=delivery.delays_seconds, final=final,
        )  # fmt: skip
    return (Outcome.DUPLICATE if state == inbox.DONE else Outcome(state)), delay


def _run_errand(delivery: Delivery, claim: Claim, verb: Method, event: Event) -> Settled:
    store = delivery.service.store
    recovering = claim.found is Found.RECOVERING
    try:
        data = event.load(delivery.envelope)
        call = ErrandCall(store, delivery.envelope, data, claim.key, recovering, delivery.service.name)
        verb(delivery.service, call)
    except OutcomeUnknown as error:
        wait = delivery.settings["UNKNOWN_CHECK_SECONDS"]
        with store.housekeeping() as connection:
            attempts.set_unknown(connection, claim=claim, error=str(error), check_seconds=wait)
        return Outcome.UNKNOWN, 0.0
    except CERTAINLY_NOT_ACTED:
        # A recovering attempt may have acted before: it keeps its lease and is recovered again.
        if not recovering:
            with store.housekeeping() as connection:
                attempts.release(connection, claim=claim)
        raise
    except (DependencyDown, RequestInProgress):
        # It may have acted before this went down: the lease runs out, and the next try recovers.
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and remembered
        return _remember_errand(delivery, claim, error)
    failpoint("errand.before_done")
    with store.housekeeping() as connection:
        attempts.finish(connection, claim=claim)
    failpoint("errand.after_done")
    return Outcome.DONE, 0.0


def _remember_errand(delivery: Delivery, claim: Claim, error: Exception) -> Settled:
    final = _is_hopeless(delivery, error)
    with delivery.service.store.housekeeping() as connection:
        state, delay = attempts.record_failure(
            connection, claim=claim, error=type(error).__name__, delays=delivery.delays_seconds, final=final
        )
    if state == attempts.DONE:
        return Outcome.DUPLICATE, 0.0
    return (Outcome.PARKED if state == attempts.PARKED else Outcome.RETRYING), delay


def _is_hopeless(delivery: Delivery, error: Exception) -> bool:
    """Logs the failure; True where no further try could succeed."""
    if isinstance(error, Impossible | Refusal):
        log.error("event parked", handler=delivery.handler, error=f"{type(error).__name__}: {error}")
        return True
    log.error("handler failed", handler=delivery.handler, exc_info=(type(error), error, error.__traceback__))
    return False


def _entrypoint(method: Method, event: Event, limit: int, work: Work) -> Method:
    @functools.wraps(method)
    def enter(self: Service, *, body: str, again: bool, settings: Settings, home: Home | None = None) -> Outcome:
        handler = method.__name__
        try:
            envelope = parse(body)
        except Impossible as error:
            log.error("message is not an event, dead-lettered", handler=handler, error=str(error), length=len(body))
            metrics.HANDLED.labels(self.name, handler, Outcome.NO_EVENT).inc()
            return Outcome.NO_EVENT
        delivery = Delivery(self, envelope, body, handler, again, settings)
        with tracing.within(tracing.child(envelope.traceparent)):
            outcome, delay = _attempt(delivery, work)
            log.info("event", handler=handler, event_id=str(envelope.id), outcome=outcome)
        metrics.HANDLED.labels(self.name, handler, outcome).inc()
        if outcome is Outcome.RETRYING and home is not None:
            home.retry_later(handler=handler, body=body, seconds=delay)
        return outcome

    enter.listens_to = event  # type: ignore[attr-defined]
    registered: Method = Listen.decorator(event, limit=limit)(enter)
    return registered


def _attempt(delivery: Delivery, work: Work) -> Settled:
    try:
        return run_contended(partial(work, delivery))
    except (DependencyDown, RequestInProgress, Contended) as error:
        # A neighbour still at work on an earlier try of ours is as good as one that is down: ask again later.
        log.warning("handler pauses", handler=delivery.handler, error=f"{type(error).__name__}: {error}")
        return Outcome.HELD, 0.0
