"""A service without a bus: its doors are called directly, on a real database, with really signed contexts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy import event as sqlalchemy_event

from chassis.bus.rpc import Reply, encode
from chassis.clock import Clock
from chassis.context import CallContext, ContextSigner, ContextVerifier, Grant, deadline_after
from chassis.doors import Outcome, Service
from chassis.errors import Refusal, refusal_from_data
from chassis.events import Envelope, Event, parse
from chassis.ids import new_id
from chassis.settings import EVERY_PROCESS, Settings
from chassis.store import Database
from chassis.tables import outbox

S = TypeVar("S", bound=Service)

A_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def wire(service_class: type[S], *, database: Database, clock: Clock, keys_folder: Path, **dependencies: Any) -> S:
    """An instance with its dependencies in place, as nameko would inject them."""
    instance = service_class()
    instance.store = database
    instance.clock = clock
    instance.callers = ContextVerifier(folder=keys_folder)
    instance.keys_folder = keys_folder  # type: ignore[attr-defined]
    for name, dependency in dependencies.items():
        setattr(instance, name, dependency)
    return instance


def a_customer(*, user_id: str = "01900000-0000-7000-8000-000000000001", accounts: tuple[str, ...] = ()) -> CallContext:
    grants = tuple(Grant(id=account, role="borrower") for account in accounts)
    return CallContext(subject=user_id, role="customer", accounts=grants, request_id="test")


def an_agent(*, user_id: str = "01900000-0000-7000-8000-0000000000aa") -> CallContext:
    return CallContext(subject=user_id, role="agent", request_id="test")


def ask_door(method: Any, *, request: Mapping[str, Any], context: CallContext, key: str | None = None) -> Reply:
    """Call a @command or @query door as the bus would: encoded, signed; gives data and whether it was replayed."""
    instance = method.__self__
    issuer = context.subject.removeprefix("service:") if context.role == "service" else "gateway"
    signer = ContextSigner(folder=instance.keys_folder, issuer=issuer)
    expires_at = deadline_after(instance.clock.now(), timeout_seconds=5)
    token = signer.sign(context, method=f"{instance.name}.{method.__name__}", expires_at=expires_at)
    answer = method(request=json.loads(encode(request)), context=token, idempotency_key=key)
    travelled = json.loads(encode(answer))
    return Reply(data=travelled["reply"], replayed=travelled["replayed"])


def call(method: Any, *, request: Mapping[str, Any], context: CallContext, key: str | None = None) -> Any:
    """Like `ask_door`, the data alone."""
    return ask_door(method, request=request, context=context, key=key).data


def deliver(
    method: Any, envelope: Envelope, *, again: bool = False, settings: Mapping[str, Any] | None = None
) -> Outcome:
    """Hand an event to a @reaction or @errand door as the bus would."""
    outcome: Outcome = method(body=envelope.to_json(), again=again, settings=settings_of(**(settings or {})))
    return outcome


def deliver_together(
    method: Any, envelopes: Sequence[Envelope], *, settings: Mapping[str, Any] | None = None
) -> list[Outcome]:  # fmt: skip
    """Hand events that wait to a door as the bus would: in one."""
    first, *others = [envelope.to_json() for envelope in envelopes]
    outcomes = method(body=first, others=others, again=False, settings=settings_of(**(settings or {})))
    return list(outcomes)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What the database is told inside the block: each row that goes to it by itself is a statement of its own."""
    told: list[str] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        # A list is one row after the other; rows that go in one statement have their values in one mapping.
        told.extend([statement] * (len(parameters) if isinstance(parameters, list) else 1))

    sqlalchemy_event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", note)


@contextmanager
def every_statement() -> Iterator[list[str]]:
    """What any database is told inside the block, also by sessions that only read."""
    told: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        told.append(statement)

    sqlalchemy_event.listen(Engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        sqlalchemy_event.remove(Engine, "before_cursor_execute", note)


def settings_of(**changed: Any) -> Settings:
    """The defaults of every process, with short waits."""
    values = {setting.name: setting.default for setting in EVERY_PROCESS}
    values |= {"RETRY_DELAYS_SECONDS": "0,0", "ERRAND_LEASE_SECONDS": 0.0, "UNKNOWN_CHECK_SECONDS": 0.0}
    return Settings(values | changed)


def emitted(database: Database, *, name: str | None = None) -> list[Envelope]:
    """What waits in the outbox, in the order of emission."""
    with database.engine.begin() as connection:
        bodies = connection.execute(select(outbox.c.body).order_by(outbox.c.created_at)).scalars().all()
    envelopes = [parse(body) for body in bodies]
    return [envelope for envelope in envelopes if name is None or envelope.name == name]


def an_event(
    event: Event, *, clock: Clock, subject: str, data: Mapping[str, Any], sequence: int = 1, id: UUID | None = None
) -> Envelope:
    """An envelope as another service would have sent it; its data keeps the owner's contract."""
    identifier = id or new_id(at=clock.now())
    return Envelope(
        id=identifier,
        source=event.source,
        type=event.type,
        subject=subject,
        time=clock.now(),
        sequence=sequence,
        data=json.loads(encode(event.dump(data))),
        dataschema=event.dataschema,
        traceparent=A_TRACE,
        causation_id=None,
        root_id=identifier,
    )


@dataclass(frozen=True)
class Direct:
    """A neighbour that is the real service, called in this process with its contract kept on both ways."""

    instance: Service

    def ask(
        self,
        method: str,
        *,
        request: Mapping[str, Any],
        context: CallContext,
        key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:
        try:
            return ask_door(getattr(self.instance, method), request=request, context=context, key=key)
        except Refusal as refusal:
            raise refusal_from_data(json.loads(json.dumps(refusal.as_data()))) from None


def direct(instance: Service) -> Direct:
    return Direct(instance)
