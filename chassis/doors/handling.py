"""@reaction and @errand: an event comes in, and exactly one thing becomes of it (`listening.Outcome`)."""

import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from chassis import attempts, inbox, logs, metrics, tracing
from chassis.attempts import Claim, Found
from chassis.doors.call import ErrandCall, EventCall, Service
from chassis.doors.containing import VERB_SECONDS_MAX, contained
from chassis.doors.listening import ERRANDS_TOGETHER_MAX, TOGETHER_MAX, Listen, Outcome
from chassis.errors import (
    BusDown,
    DependencyDown,
    Impossible,
    NeighbourAbsent,
    OutcomeUnknown,
    Refusal,
    RequestInProgress,
    StoreDown,
    VendorDown,
)
from chassis.events import Envelope, Event, parse
from chassis.failpoints import failpoint
from chassis.home import Home
from chassis.settings import Settings
from chassis.store import Cause, Contended, run_contended

Method = Callable[..., Any]
Concerns = Callable[[Any], bool]

log = logs.logger(__name__)

# Events that share a transaction have so long for all of it; each alone has longer.
TOGETHER_SECONDS_MAX = 5.0
# Raised by a verb, these say that nobody outside was reached.
CERTAINLY_NOT_ACTED = (VendorDown, NeighbourAbsent, BusDown)


@dataclass(frozen=True)
class Delivery:
    """One try at one event by one handler."""

    service: Service
    envelope: Envelope
    body: str
    handler: str
    again: bool
    settings: Settings
    home: Home | None = None
    is_suspect: bool = False

    @property
    def is_hopeless_now(self) -> bool:
        """Did the last try of this handler meet something that is down? Then only the sweep's single one goes out."""
        return self.home is not None and not self.again and self.handler in self.home.down

    @property
    def delays_seconds(self) -> list[float]:
        return [float(delay) for delay in self.settings["RETRY_DELAYS_SECONDS"].split(",") if delay]


@dataclass(frozen=True)
class Handles:
    """What a reaction was declared with."""

    event: Event
    at_once: bool
    concerns: Concerns | None

    def is_for(self, service: Service) -> bool:
        """Is there anything to do for an event that has come?"""
        return self.concerns is None or self.concerns(service)

    def call(self, method: Method, service: Service, calls: Sequence[EventCall]) -> frozenset[UUID]:
        """The verb, with all of them or with each; gives the ids of the events that it has left for later."""
        if self.at_once:
            return frozenset(method(service, calls) or ())
        for call in calls:
            with tracing.within(tracing.child(call.event.traceparent)):
                method(service, call)
        return frozenset()


# What became of a delivery, and for a retry the seconds to wait.
Settled = tuple[Outcome, float]
Pairs = Sequence[tuple[Delivery, dict[str, Any]]]
Work = Callable[[Delivery], Settled]
WorkTogether = Callable[[Sequence[Delivery]], list[Settled] | None]


def reaction(
    event: Event, *, limit: int = TOGETHER_MAX, at_once: bool = False, concerns: Concerns | None = None
) -> Callable[[Method], Method]:  # fmt: skip
    """Event handler that only touches the service's own database: inbox row, verb and commit are one transaction.

    Events that wait share one. When one of them fails, nothing was done, and each is handled in its own. With
    `at_once` the verb is given a list: all that share the transaction. It may give the ids of events that it left,
    because another transaction has what they need: they come again a moment later. One alone is never left: it waits.
    `concerns` is asked after the events have
    come, with no transaction open: where it says no, there is nothing to do for them, and nothing is written down.
    """
    handles = Handles(event, at_once, concerns)

    def decorate(method: Method) -> Method:
        def work(delivery: Delivery) -> Settled:
            if delivery.is_suspect:
                return _keep_suspect(delivery)
            if delivery.again and not _begin(delivery):
                return Outcome.DUPLICATE, 0.0
            try:
                return contained(partial(_react_if_concerned, delivery, method, handles)), 0.0
            except (DependencyDown, Contended):
                if delivery.again:
                    _take_back(delivery)
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and remembered
                return _remember_reaction(delivery, error)

        together = partial(_react_together, method, handles)
        return _entrypoint(method, event, limit, work, together=together, size=TOGETHER_MAX)

    return decorate


def errand(
    event: Event, *, settles: str | None = None, limit: int = 10, at_once: bool = False
) -> Callable[[Method], Method]:  # fmt: skip
    """Event handler that calls a vendor, or a neighbour that may refuse. No transaction is open while it runs.

    `settles` names the method that asks about an attempt which may have acted already; without it the errand itself is
    run again with `recovering` set. With `at_once` the verb is given a list: those that wait share a claim and, where
    it does so, transactions of its own. It gives what the others met, by key; whoever is not in it is done.
    """

    def decorate(method: Method) -> Method:
        single = partial(_run_single, method) if at_once else method

        def work(delivery: Delivery) -> Settled:
            claim = _claim(delivery)
            if claim.found in (Found.CLOSED, Found.BUSY):
                # Whoever is at work has it in the database: should that process die, the sweep finds it.
                return Outcome.DUPLICATE, 0.0
            failpoint("errand.started")
            if delivery.is_hopeless_now and claim.found is Found.FRESH:
                return _give_back(delivery, claim)
            recovers = claim.found is Found.RECOVERING and settles
            verb = getattr(type(delivery.service), settles) if recovers and settles else single
            return _run_errand(delivery, claim, verb, event)

        together = partial(_run_errands_together, method, event, work) if at_once else None
        return _entrypoint(method, event, limit, work, together=together, size=ERRANDS_TOGETHER_MAX)

    return decorate


def _run_single(method: Method, service: Service, call: ErrandCall) -> None:
    """Raises what the errand met."""
    for met in method(service, [call]).values():
        raise met


def _keep_suspect(delivery: Delivery) -> Settled:
    with delivery.service.store.housekeeping() as connection:
        kept = inbox.suspect(
            connection, event_id=delivery.envelope.id, handler=delivery.handler, body=delivery.body
        )  # fmt: skip
    return (Outcome.SUSPECT, inbox.SUSPECT_SECONDS) if kept else (Outcome.DUPLICATE, 0.0)


def _begin(delivery: Delivery) -> bool:
    with delivery.service.store.housekeeping() as connection:
        return inbox.begin(
            connection, event_id=delivery.envelope.id, handler=delivery.handler, delays=delivery.delays_seconds
        )


def _take_back(delivery: Delivery) -> None:
    with delivery.service.store.housekeeping() as connection:
        inbox.take_back(connection, event_id=delivery.envelope.id, handler=delivery.handler)


def _react_if_concerned(delivery: Delivery, method: Method, handles: Handles) -> Outcome:
    data = handles.event.load(delivery.envelope)
    # What waits in the inbox is a row already, which only the whole way closes.
    if not delivery.again and not handles.is_for(delivery.service):
        return Outcome.DONE
    return run_contended(partial(_react, delivery, method, handles, data))


def _react(delivery: Delivery, method: Method, handles: Handles, data: dict[str, Any]) -> Outcome:
    envelope = delivery.envelope
    take = inbox.take_again if delivery.again else inbox.take
    cause = Cause(event_id=envelope.id, root_id=envelope.root_id)
    with delivery.service.store.writing(cause=cause) as transaction:
        if not take(transaction.connection, event_id=envelope.id, handler=delivery.handler):
            return Outcome.DUPLICATE
        failpoint("inbox.taken")
        handles.call(method, delivery.service, [EventCall(transaction, envelope, data)])
        failpoint("reaction.before_commit")
    failpoint("reaction.after_commit")
    return Outcome.DONE


def _react_together(method: Method, handles: Handles, deliveries: Sequence[Delivery]) -> list[Settled] | None:
    """What became of each; None where nothing was done because one of them failed. Raises DependencyDown."""
    try:
        pairs = [(delivery, handles.event.load(delivery.envelope)) for delivery in deliveries]
        work = partial(_react_to_all_if_concerned, method, handles, pairs)
        return contained(work, seconds_max=TOGETHER_SECONDS_MAX)
    except DependencyDown:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, each is tried alone and then remembered
        log.info("handled together in vain", handler=deliveries[0].handler, error=type(error).__name__)
        return None


def _react_to_all_if_concerned(method: Method, handles: Handles, pairs: Pairs) -> list[Settled]:
    if not handles.is_for(pairs[0][0].service):
        return [(Outcome.DONE, 0.0)] * len(pairs)
    return run_contended(partial(_react_to_all, method, handles, pairs))


def _react_to_all(method: Method, handles: Handles, pairs: Pairs) -> list[Settled]:
    service, handler = pairs[0][0].service, pairs[0][0].handler
    with service.store.writing() as transaction:
        ids = {delivery.envelope.id for delivery, _ in pairs}
        taken = inbox.take_together(transaction.connection, event_ids=list(ids), handler=handler)
        failpoint("inbox.taken")
        outcomes: dict[int, Outcome] = {}
        calls: list[EventCall] = []
        # Always in the same order of subjects, so that two such transactions cannot wait for one another.
        for number, (delivery, data) in sorted(enumerate(pairs), key=lambda pair: pair[1][0].envelope.subject):
            envelope = delivery.envelope
            outcomes[number] = Outcome.DONE if envelope.id in taken else Outcome.DUPLICATE
            if envelope.id in taken:
                taken.discard(envelope.id)
                cause = Cause(event_id=envelope.id, root_id=envelope.root_id)
                calls.append(EventCall(transaction.within(cause), envelope, data))
        left = handles.call(method, service, calls) if calls else frozenset()
        if left:
            inbox.give_back(transaction.connection, event_ids=left, handler=handler)
        failpoint("reaction.before_commit")
    failpoint("reaction.after_commit")
    return [
        (Outcome.LEFT if delivery.envelope.id in left else outcomes[number], 0.0)
        for number, (delivery, _) in enumerate(pairs)
    ]


def _remember_reaction(delivery: Delivery, error: Exception) -> Settled:
    final = _is_hopeless(delivery, error)
    with delivery.service.store.housekeeping() as connection:
        state, delay = inbox.record_failure(
            connection, event_id=delivery.envelope.id, handler=delivery.handler, body=delivery.body,
            error=type(error).__name__, delays=delivery.delays_seconds, final=final,
        )  # fmt: skip
    return (Outcome.DUPLICATE if state == inbox.DONE else Outcome(state)), delay


def _claim(delivery: Delivery) -> Claim:
    store, lease_seconds = delivery.service.store, delivery.settings["ERRAND_LEASE_SECONDS"]
    place = {"handler": delivery.handler, "key": str(delivery.envelope.id), "body": delivery.body}
    with store.noting() as connection:
        fresh = attempts.claim_fresh(connection, **place, lease_seconds=lease_seconds)
    if fresh is not None:
        return fresh
    with store.housekeeping() as connection:
        return attempts.claim(connection, **place, lease_seconds=lease_seconds)


def _run_errand(delivery: Delivery, claim: Claim, verb: Method, event: Event) -> Settled:
    try:
        call = _errand_call(delivery, event, recovering=claim.found is Found.RECOVERING)
        contained(partial(verb, delivery.service, call), seconds_max=_errand_seconds(delivery))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and remembered
        return _close_errand(delivery, claim, error)
    failpoint("errand.before_done")
    with delivery.service.store.noting() as connection:
        attempts.finish(connection, claim=claim)
    failpoint("errand.after_done")
    return Outcome.DONE, 0.0


def _run_errands_together(
    method: Method, event: Event, work: Work, deliveries: Sequence[Delivery]
) -> list[Settled] | None:  # fmt: skip
    """What became of each; None where one of them is no event of ours, and nothing was done.

    Who was begun before, or waits for something that is down, is handled alone.
    """
    try:
        calls = {str(one.envelope.id): _errand_call(one, event, recovering=False) for one in deliveries}
    except Impossible:
        return None
    claims = {} if deliveries[0].is_hopeless_now else _claim_together(deliveries)
    met = _meet_together(method, deliveries[0], [calls[key] for key in claims]) if claims else {}
    _finish_together(deliveries[0], [key for key in claims if key not in met])
    settled: list[Settled] = []
    for delivery in deliveries:
        key = str(delivery.envelope.id)
        claim = claims.pop(key, None)
        if claim is None:
            settled.append(run_contended(partial(work, delivery)))
        else:
            settled.append(_close_errand(delivery, claim, met[key]) if key in met else (Outcome.DONE, 0.0))
    return settled


def _claim_together(deliveries: Sequence[Delivery]) -> dict[str, Claim]:
    first, bodies = deliveries[0], {str(one.envelope.id): one.body for one in deliveries}
    with first.service.store.noting() as connection:
        claims = attempts.claim_together(
            connection, handler=first.handler, bodies=bodies, lease_seconds=first.settings["ERRAND_LEASE_SECONDS"]
        )  # fmt: skip
    failpoint("errand.started")
    return claims


def _finish_together(first: Delivery, keys: Sequence[str]) -> None:
    if not keys:
        return
    failpoint("errand.before_done")
    with first.service.store.noting() as connection:
        attempts.finish_together(connection, handler=first.handler, keys=keys)
    failpoint("errand.after_done")


def _meet_together(method: Method, first: Delivery, calls: Sequence[ErrandCall]) -> Mapping[str, Exception]:
    """What those met that are not done, by key; where the verb itself fails, all of them met that. Raises StoreDown."""
    try:
        found: Mapping[str, Exception] = contained(
            partial(method, first.service, calls), seconds_max=_errand_seconds(first)
        )
    except StoreDown:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and remembered
        return {call.key: error for call in calls}
    return found


def _errand_call(delivery: Delivery, event: Event, *, recovering: bool) -> ErrandCall:
    service, envelope = delivery.service, delivery.envelope
    return ErrandCall(service.store, envelope, event.load(envelope), str(envelope.id), recovering, service.name)


def _errand_seconds(delivery: Delivery) -> float:
    """No longer than the claim holds: another would take it over, and it would count as a process that ended."""
    return delivery.settings["ERRAND_LEASE_SECONDS"] or VERB_SECONDS_MAX


def _close_errand(delivery: Delivery, claim: Claim, error: Exception) -> Settled:
    """What becomes of an errand that met something. Raises StoreDown and what is contended."""
    store = delivery.service.store
    if isinstance(error, StoreDown):
        raise error
    if isinstance(error, OutcomeUnknown):
        wait = delivery.settings["UNKNOWN_CHECK_SECONDS"]
        with store.housekeeping() as connection:
            attempts.set_unknown(connection, claim=claim, error=str(error), check_seconds=wait)
        failpoint("errand.unknown")
        return Outcome.UNKNOWN, 0.0
    if isinstance(error, DependencyDown | RequestInProgress):
        log.warning("errand waits", handler=delivery.handler, error=f"{type(error).__name__}: {error}")
        if isinstance(error, CERTAINLY_NOT_ACTED) and claim.found is not Found.RECOVERING:
            return _give_back(delivery, claim)
        # It may have acted: the next try recovers.
        seconds = delivery.settings["ERRAND_LEASE_SECONDS"]
        with store.housekeeping() as connection:
            attempts.ask_later(connection, claim=claim, seconds=seconds)
        return Outcome.WAITING, seconds
    return _remember_errand(delivery, claim, error)


def _give_back(delivery: Delivery, claim: Claim) -> Settled:
    with delivery.service.store.housekeeping() as connection:
        seconds = attempts.release(connection, claim=claim)
    failpoint("errand.released")
    return (Outcome.DUPLICATE, 0.0) if seconds is None else (Outcome.WAITING, seconds)


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


def _entrypoint(
    method: Method, event: Event, limit: int, work: Work, *, together: WorkTogether | None = None, size: int = 1
) -> Method:  # fmt: skip
    @functools.wraps(method)
    def enter(
        self: Service, *, body: str, again: bool, settings: Settings, home: Home | None = None,
        is_suspect: bool = False, others: Sequence[str] = (),
    ) -> Outcome | list[Outcome] | None:  # fmt: skip
        handler = method.__name__
        try:
            envelopes = [parse(one) for one in (body, *others)]
        except Impossible as error:
            if others:
                return None
            log.error("message is not an event, dead-lettered", handler=handler, error=str(error), length=len(body))
            metrics.HANDLED.labels(self.name, handler, Outcome.NO_EVENT).inc()
            return Outcome.NO_EVENT
        first, *rest = [
            Delivery(self, envelope, one, handler, again, settings, home, is_suspect)
            for envelope, one in zip(envelopes, (body, *others), strict=True)
        ]
        return _enter_together([first, *rest], together) if rest and together else _enter(first, work)

    enter.listens_to = event  # type: ignore[attr-defined]
    registered: Method = Listen.decorator(event, limit=limit, together=size if together else 1)(enter)
    return registered


def _enter(delivery: Delivery, work: Work) -> Outcome:
    home, again = delivery.home, delivery.again
    takes_room = home.running_again() if home is not None and again else nullcontext()
    with tracing.within(tracing.child(delivery.envelope.traceparent)), takes_room:
        outcome, delay = _attempt(delivery, work)
        _note(delivery, outcome, delay)
    return outcome


def _enter_together(deliveries: Sequence[Delivery], together: WorkTogether) -> list[Outcome] | None:
    """What became of each; None where they must be handled alone."""
    try:
        found = together(deliveries)
    except DependencyDown as error:
        log.warning("handler pauses", handler=deliveries[0].handler, error=f"{type(error).__name__}: {error}")
        found = [(Outcome.HELD, 0.0)] * len(deliveries)
    if found is None:
        return None
    for delivery, (outcome, delay) in zip(deliveries, found, strict=True):
        if outcome is Outcome.LEFT:
            continue
        with tracing.within(tracing.child(delivery.envelope.traceparent)):
            _note(delivery, outcome, delay)
    return [outcome for outcome, _ in found]


def _note(delivery: Delivery, outcome: Outcome, delay_seconds: float) -> None:
    log.info("event", handler=delivery.handler, event_id=str(delivery.envelope.id), outcome=outcome)
    metrics.HANDLED.labels(delivery.service.name, delivery.handler, outcome).inc()
    if delivery.home is not None:
        delivery.home.note(
            handler=delivery.handler, body=delivery.body, outcome=outcome, delay_seconds=delay_seconds
        )  # fmt: skip


def _attempt(delivery: Delivery, work: Work) -> Settled:
    try:
        return run_contended(partial(work, delivery))
    except (DependencyDown, Contended) as error:
        log.warning("handler pauses", handler=delivery.handler, error=f"{type(error).__name__}: {error}")
        return Outcome.HELD, 0.0
