"""@command and @query: load, verify who asks, claim the key, one transaction, dump."""

import functools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from marshmallow import Schema

from chassis import audit, idempotency, logs, metrics, schemas, tracing
from chassis.bus.rpc import Answer
from chassis.context import AGENT, CallContext
from chassis.doors.call import Call, Question, Service
from chassis.doors.containing import contained
from chassis.errors import (
    CallerGone,
    ConstraintViolated,
    DependencyDown,
    Forbidden,
    IdempotencyKeyRequired,
    InvalidRequest,
    Refusal,
    Unauthenticated,
)
from chassis.failpoints import failpoint
from chassis.store import Transaction, run_contended

Method = Callable[..., Any]
Asking = Callable[[Any, Question], Mapping[str, Any]]

SLOW_SECONDS = 0.5

log = logs.logger(__name__)


@dataclass(frozen=True)
class AnsweringDoor:
    """One row of the table of permissions: which roles may call which method, and how it answers."""

    method: Method
    takes: type[Schema]
    gives: type[Schema]
    may: tuple[str, ...]
    asks: Asking | None
    idempotent: bool
    writes: bool

    def enter(self, service: Service, request: Any, token: Any, key: Any) -> dict[str, Any]:
        name = f"{service.name}.{self.method.__name__}"
        context = self._verified(service, token, name)
        loaded = schemas.load(self.takes, {} if request is None else request)
        if not self.writes:
            return _answer(self._read(service, loaded, context, name))
        if key is None:
            if self.idempotent:
                raise IdempotencyKeyRequired()
            return _answer(self._write(service, loaded, context, name, key))
        _check_key(key)
        print_ = idempotency.fingerprint(method=name, request=request or {}, secret=service.callers.fingerprint_secret)
        return self._once(service, loaded, context, name, key, print_)

    def _verified(self, service: Service, token: Any, name: str) -> CallContext:
        if not isinstance(token, str):
            raise Unauthenticated("The call carries no context.")
        context = service.callers.verify(token, method=name, now=service.clock.now())
        if context.role not in self.may:
            raise Forbidden()
        return context

    def _read(self, service: Service, request: dict[str, Any], context: CallContext, name: str) -> Any:
        if context.role == AGENT:
            with service.store.writing() as transaction:
                audit.record(transaction, now=service.clock.now(), context=context, method=name, request=request)
        answers = self.asks(service, Question(request, context, None)) if self.asks else {}
        with service.store.reading() as transaction:
            _refuse_late(service, context)
            return self._dumped(self.method(service, Call(transaction, request, context, answers)))

    def _write(self, service: Service, request: dict[str, Any], context: CallContext, name: str, key: Any) -> Any:
        def work() -> Any:
            with service.store.writing() as transaction:
                if context.role == AGENT:
                    audit.record(transaction, now=service.clock.now(), context=context, method=name, request=request)
                _refuse_late(service, context)
                reply = self._dumped(self.method(service, Call(transaction, request, context, answers)))
                failpoint("command.before_commit")
            failpoint("command.after_commit")
            return reply

        with _refusals_written(service, request, context, name):
            answers = self.asks(service, Question(request, context, key)) if self.asks else {}
            return run_contended(work)

    def _once(
        self, service: Service, request: dict[str, Any], context: CallContext, name: str, key: str, print_: str
    ) -> dict[str, Any]:
        place = {"principal": context.subject, "key": key, "fingerprint": print_}
        stored = _stored(service, place)
        if stored is not None:
            return _replayed(stored)
        with _refusals_written(service, request, context, name):
            answers = self.asks(service, Question(request, context, key)) if self.asks else {}
        call = functools.partial(Call, request=request, context=context, answers=answers)
        try:
            return _answer(run_contended(lambda: self._claim_and_write(service, call, place, name)))
        except _Refused as refused:
            return _replayed(run_contended(partial(_keep_refusal, service, call, place, name, refused.refusal)))
        except ConstraintViolated:
            # Another request with this key was quicker; where there was none, the verb broke a rule of the database.
            stored = _stored(service, place)
            if stored is None:
                raise
            return _replayed(stored)

    def _claim_and_write(
        self, service: Service, call: Callable[[Transaction], Call], place: dict[str, str], name: str
    ) -> Any:
        """The reply, stored with all that the verb did. Raises _Refused with nothing done."""
        with service.store.writing() as transaction:
            idempotency.lock(transaction.connection, principal=place["principal"], key=place["key"])
            made = call(transaction)
            _begin(service, made, name)
            try:
                reply = self._dumped(self.method(service, made))
            except Refusal as refusal:
                raise _Refused(refusal) from refusal
            idempotency.store(transaction.connection, reply=reply, refusal=None, **place)
            failpoint("command.before_commit")
        failpoint("command.after_commit")
        return reply

    def _dumped(self, value: Any) -> Any:
        return schemas.dump(self.gives, {} if value is None else value)


def command(
    *, takes: type[Schema], gives: type[Schema], may: tuple[str, ...], asks: Asking | None = None,
    idempotent: bool = False,
) -> Callable[[Method], Method]:  # fmt: skip
    """RPC that changes something. `asks` names what must be known from a neighbour before the transaction opens."""
    return lambda method: _entrypoint(
        AnsweringDoor(method, takes, gives, may, asks, idempotent=idempotent, writes=True)
    )


def query(
    *, takes: type[Schema], gives: type[Schema], may: tuple[str, ...], asks: Asking | None = None
) -> Callable[[Method], Method]:  # fmt: skip
    """RPC that only reads. A read by staff is audited first; `asks` is as for a command."""
    return lambda method: _entrypoint(AnsweringDoor(method, takes, gives, may, asks, idempotent=False, writes=False))


def _entrypoint(door: AnsweringDoor) -> Method:
    @functools.wraps(door.method)
    def enter(
        self: Service, request: Any = None, context: Any = None, idempotency_key: Any = None, traceparent: Any = None
    ) -> Any:
        started, outcome = time.perf_counter(), "failed"
        with tracing.within(tracing.child(traceparent)):
            try:
                answer = contained(partial(door.enter, self, request, context, idempotency_key))
                outcome = "answered"
                return answer
            except Refusal as refusal:
                outcome = refusal.code
                raise
            except DependencyDown:
                outcome = "dependency_down"
                raise
            finally:
                seconds = time.perf_counter() - started
                metrics.CALLS.labels(self.name, door.method.__name__, outcome).observe(seconds)
                # Most calls are questions that are answered at once: counting them is enough.
                is_plain = outcome == "answered" and not door.writes and seconds < SLOW_SECONDS
                say = log.debug if is_plain else log.info
                say("call", method=door.method.__name__, outcome=outcome, milliseconds=round(seconds * 1000, 1))

    enter.door = door  # type: ignore[attr-defined]
    registered: Method = Answer.decorator(enter)
    return registered


class _Refused(Exception):
    """The verb refused, and its transaction is undone."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def _stored(service: Service, place: dict[str, str]) -> idempotency.Stored | None:
    with service.store.reading() as transaction:
        return idempotency.find(transaction.connection, **place)


def _keep_refusal(
    service: Service, call: Callable[[Transaction], Call], place: dict[str, str], name: str, refusal: Refusal
) -> idempotency.Stored:
    """What this key is answered from now on: the refusal, unless another request with it was quicker."""
    with service.store.writing() as transaction:
        idempotency.lock(transaction.connection, principal=place["principal"], key=place["key"])
        stored = idempotency.find(transaction.connection, **place)
        if stored is not None:
            return stored
        _begin(service, call(transaction), name)
        refusal.is_kept = True
        idempotency.store(transaction.connection, reply=None, refusal=refusal, **place)
    return idempotency.Stored(reply=None, refusal=refusal)


@contextmanager
def _refusals_written(service: Service, request: dict[str, Any], context: CallContext, name: str) -> Iterator[None]:
    """What staff tried is written down also where it is refused, which undoes what was written beside it."""
    try:
        yield
    except Refusal:
        if context.role == AGENT:
            with service.store.writing() as transaction:
                audit.record(transaction, now=service.clock.now(), context=context, method=name, request=request)
        raise


def _begin(service: Service, call: Call, name: str) -> None:
    """Nothing is begun for who is gone, and nothing that staff do goes unwritten."""
    _refuse_late(service, call.context)
    if call.context.role == AGENT:
        audit.record(call.transaction, now=service.clock.now(), context=call.context, method=name, request=call.request)


def _check_key(key: Any) -> None:
    if not isinstance(key, str) or not 0 < len(key) <= idempotency.KEY_LENGTH_MAX or not key.isprintable():
        raise InvalidRequest("The idempotency key must be 1 to 255 printable characters.")


def _refuse_late(service: Service, context: CallContext) -> None:
    """The database, or a neighbour, may have kept us so long that nobody waits any more: then nothing is begun."""
    if context.expires_at is not None and service.clock.now().timestamp() > context.expires_at:
        raise CallerGone()


def _answer(reply: Any) -> dict[str, Any]:
    return {"reply": reply, "replayed": False}


def _replayed(stored: idempotency.Stored) -> dict[str, Any]:
    if stored.refusal is not None:
        raise stored.refusal
    return {"reply": stored.reply, "replayed": True}
