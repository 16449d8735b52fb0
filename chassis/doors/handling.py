"""An event comes in, and exactly one thing becomes of it (`listening.Outcome`); @reaction. @errand is beside it."""

import functools
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

from chassis import inbox, logs, metrics, tracing
from chassis.doors.call import EventCall, Service
from chassis.doors.containing import contained
from chassis.doors.delivery import Concerns, Delivery, Handles, Method
from chassis.doors.listening import BATCHES_AHEAD, TOGETHER_MAX, Listen, Outcome
from chassis.errors import (
    DependencyDown,
    Impossible,
    Refusal,
)
from chassis.events import Event, parse
from chassis.failpoints import failpoint
from chassis.home import Home
from chassis.settings import Settings
from chassis.store import Cause, Contended, run_contended

log = logs.logger(__name__)

# Events that share a transaction have so long for all of it, and more where more share it: each alone has longer.
TOGETHER_SECONDS_MAX, TOGETHER_SECONDS_EACH = 5.0, 0.1


# What became of a delivery, and for a retry the seconds to wait.
Settled = tuple[Outcome, float]
Pairs = Sequence[tuple[Delivery, dict[str, Any]]]
Work = Callable[[Delivery], Settled]
WorkTogether = Callable[[Sequence[Delivery]], list[Settled] | None]


def reaction(
    *events: Event, limit: int | None = None, together: int = TOGETHER_MAX, at_once: bool = False,
    concerns: Concerns | None = None,
) -> Callable[[Method], Method]:  # fmt: skip
    """Event handler that only touches the service's own database: inbox row, verb and commit are one transaction.

    Of several events all go into one queue, in the order in which they come.

    Events that wait share one, `together` of them at most. When one of them fails, nothing was done, and each is
    handled in its own. With `at_once` the verb is given a list: all that share the transaction. It may give the ids of
    events that it left, because another transaction has what they need: they come again a moment later. One alone is
    never left: it waits.
    `concerns` is asked once for each type of event that has come, with no transaction open: where it says no, there is
    nothing to do for them, and nothing is written down.
    """
    handles = Handles(events, at_once, concerns)

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

        at_work = partial(_react_together, method, handles)
        ahead = together * BATCHES_AHEAD if limit is None else limit
        return entrypoint(method, events, ahead, work, together=at_work, size=together)

    return decorate


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
    data = handles.load(delivery.envelope)
    # What waits in the inbox is a row already, which only the whole way closes.
    if not delivery.again and not handles.is_for(delivery.service, delivery.envelope):
        return Outcome.DONE
    return run_contended(partial(_react, delivery, method, handles, data))


def _react(delivery: Delivery, method: Method, handles: Handles, data: dict[str, Any]) -> Outcome:
    envelope = delivery.envelope
    take = inbox.take_again if delivery.again else inbox.take
    cause = Cause(event_id=envelope.id, root_id=envelope.root_id, traceparent=envelope.traceparent)
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
        pairs = [(delivery, handles.load(delivery.envelope)) for delivery in deliveries]
        work = partial(_react_to_all_if_concerned, method, handles, pairs)
        seconds_max = max(TOGETHER_SECONDS_MAX, TOGETHER_SECONDS_EACH * len(deliveries))
        return contained(work, seconds_max=seconds_max)
    except DependencyDown:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, each is tried alone and then remembered
        log.info("handled together in vain", handler=deliveries[0].handler, error=type(error).__name__)
        return None


def _react_to_all_if_concerned(method: Method, handles: Handles, pairs: Pairs) -> list[Settled]:
    of_each_type = {delivery.envelope.type: delivery for delivery, _ in pairs}
    wanted = {kind for kind, one in of_each_type.items() if handles.is_for(one.service, one.envelope)}
    concerned = [pair for pair in pairs if pair[0].envelope.type in wanted]
    settled = iter(run_contended(partial(_react_to_all, method, handles, concerned)) if concerned else ())
    return [next(settled) if delivery.envelope.type in wanted else (Outcome.DONE, 0.0) for delivery, _ in pairs]


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
                cause = Cause(event_id=envelope.id, root_id=envelope.root_id, traceparent=envelope.traceparent)
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
    final = is_hopeless(delivery, error)
    with delivery.service.store.housekeeping() as connection:
        state, delay = inbox.record_failure(
            connection, event_id=delivery.envelope.id, handler=delivery.handler, body=delivery.body,
            error=type(error).__name__, delays=delivery.delays_seconds, final=final,
        )  # fmt: skip
    return (Outcome.DUPLICATE if state == inbox.DONE else Outcome(state)), delay


def is_hopeless(delivery: Delivery, error: Exception) -> bool:
    """Logs the failure; True where no further try could succeed."""
    if isinstance(error, Impossible | Refusal):
        log.error("event parked", handler=delivery.handler, error=f"{type(error).__name__}: {error}")
        return True
    log.error("handler failed", handler=delivery.handler, exc_info=(type(error), error, error.__traceback__))
    return False


def entrypoint(
    method: Method, events: tuple[Event, ...], limit: int, work: Work, *, together: WorkTogether | None = None,
    size: int = 1, spares: bool = False,
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

    enter.listens_to = events  # type: ignore[attr-defined]
    registered: Method = Listen.decorator(*events, limit=limit, together=size if together else 1, spares=spares)(enter)
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
