"""@errand: an event comes in on whose account a vendor is called, or a neighbour that may refuse."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from chassis import attempts, logs
from chassis.attempts import Claim, Found
from chassis.doors.call import ErrandCall, Service
from chassis.doors.containing import VERB_SECONDS_MAX, contained
from chassis.doors.delivery import Delivery, Method
from chassis.doors.handling import Settled, Work, entrypoint, is_hopeless
from chassis.doors.listening import ERRANDS_TOGETHER_MAX, Outcome
from chassis.errors import (
    BusDown,
    DependencyDown,
    Impossible,
    NeighbourAbsent,
    OutcomeUnknown,
    RequestInProgress,
    StoreDown,
    VendorDown,
)
from chassis.events import Event
from chassis.failpoints import failpoint
from chassis.store import run_contended

log = logs.logger(__name__)

# Raised by a verb, these say that nobody outside was reached.
CERTAINLY_NOT_ACTED = (VendorDown, NeighbourAbsent, BusDown)


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
        return entrypoint(method, (event,), limit, work, together=together, size=ERRANDS_TOGETHER_MAX, spares=True)

    return decorate


def _run_single(method: Method, service: Service, call: ErrandCall) -> None:
    """Raises what the errand met."""
    for met in method(service, [call]).values():
        raise met


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
    final = is_hopeless(delivery, error)
    with delivery.service.store.housekeeping() as connection:
        state, delay = attempts.record_failure(
            connection, claim=claim, error=type(error).__name__, delays=delivery.delays_seconds, final=final
        )
    if state == attempts.DONE:
        return Outcome.DUPLICATE, 0.0
    return (Outcome.PARKED if state == attempts.PARKED else Outcome.RETRYING), delay
