"""@command and @query: load, verify who asks, claim the key, one transaction, dump."""

import functools
import time
from collections.abc import Callable, Mapping
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
        with service.store.reading() as transaction:
            _refuse_late(service, context)
            return self._dumped(self.method(service, Call(transaction, request, context)))

    def _write(self, service: Service, request: dict[str, Any], context: CallContext, name: str, key: Any) -> Any:
        answers = self.asks(service, Question(request, context, key)) if self.asks else {}

        def work() -> Any:
            with service.store.writing() as transaction:
                if context.role == AGENT:
                    audit.record(transaction, now=service.clock.now(), context=context, method=name, request=request)
                _refuse_late(service, context)
                reply = self._dumped(self.method(service, Call(transaction, request, context, answers)))
                failpoint("command.before_commit")
            failpoint("command.after_commit")
            return reply

        return run_contended(work)

    def _once(
        self, service: Service, request: dict[str, Any], context: CallContext, name: str, key: str, print_: str
    ) -> dict[str, Any]:
        place = {"principal": context.subject, "key": key, "fingerprint": print_}
        with service.store.reading() as transaction:
            stored = idempotency.find(transaction.connection, **place)
        if stored is not None:
            return _replayed(stored)
        answers = self.asks(service, Question(request, context, key)) if self.asks else {}
        call = functools.partial(Call, request=request, context=context, answers=answers)
        found = run_contended(lambda: self._claim_and_write(service, call, place, name))
        if isinstance(found, idempotency.Stored):
            return _replayed(found)
        if isinstance(found, Refusal):
            raise found
        return _answer(found)

    def _claim_and_write(
        self, service: Service, call: Callable[[Transaction], Call], place: dict[str, str], name: str
    ) -> Any:
        """The reply, or what an earlier request was answered, or the refusal that is now stored for this key."""
        with service.store.writing() as transaction:
            connection = transaction.connection
            idempotency.lock(connection, principal=place["principal"], key=place["key"])
            stored = idempotency.find(connection, **place)
            if stored is not None:
                return stored
            made = call(transaction)
            _refuse_late(service, made.context)
            if made.context.role == AGENT:
                now, context = service.clock.now(), made.context
                audit.record(transaction, now=now, context=context, method=name, request=made.request)
            try:
                with transaction.attempt():
                    reply = self._dumped(self.method(service, made))
            except Refusal as refusal:
                idempotency.store(connection, reply=None, refusal=refusal, **place)
                return refusal
            idempotency.store(connection, reply=reply, refusal=None, **place)
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


def query(*, takes: type[Schema], gives: type[Schema], may: tuple[str, ...]) -> Callable[[Method], Method]:
    """RPC that only reads. A read by staff is audited first."""
    return lambda method: _entrypoint(AnsweringDoor(method, takes, gives, may, None, idempotent=False, writes=False))


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
                log.info("call", method=door.method.__name__, outcome=outcome, milliseconds=round(seconds * 1000, 1))

    enter.door = door  # type: ignore[attr-defined]
    registered: Method = Answer.decorator(enter)
    return registered


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
