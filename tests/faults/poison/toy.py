"""Toy services that do to their process what poison does: they raise, leave, hang, block, or end it."""

import os
import sys
from collections.abc import Callable
from typing import Any

import eventlet
from eventlet import patcher
from greenlet import GreenletExit
from marshmallow import fields
from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, func, select, text
from sqlalchemy.dialects.postgresql import insert

from chassis.context import CUSTOMER
from chassis.doors import Call, ErrandCall, EventCall, Service, command, errand, query, reaction, timer
from chassis.events import Event
from chassis.schemas import Strict
from chassis.store import Contended

# Every poisoned body holds it: it must not show up in anything that a process says.
CANARY = "vogel7canary"
# Three times the heartbeat that the impatient process agrees on with the broker.
BLOCKED_SECONDS = 6
EXIT_CODE = 7

metadata = MetaData()
notes = Table(
    "notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("handler", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("noted_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
)


class Noted(Strict):
    name = fields.String(required=True)
    amount = fields.Integer(required=True, strict=True)


class Named(Strict):
    name = fields.String(required=True)


class Count(Strict):
    count = fields.Integer(required=True)


noted = Event("poisoned", "noted", 1, Noted, handled=True)


def fail(name: str) -> None:
    raise RuntimeError(f"{name} cannot be noted")


def leave(_: str) -> None:
    raise GreenletExit


def interrupt(name: str) -> None:
    raise KeyboardInterrupt(name)


def leave_python(name: str) -> None:
    sys.exit(name)


def time_out(_: str) -> None:
    with eventlet.Timeout(0.01):
        eventlet.sleep(1)


def recurse(name: str) -> None:
    recurse(name)


def block(_: str) -> None:
    """Hold up the event loop for longer than the broker waits for a sign of life."""
    patcher.original("time").sleep(BLOCKED_SECONDS)


def stall(_: str) -> None:
    """Hold up the event loop for good."""
    while True:
        patcher.original("time").sleep(1)


def contend(_: str) -> None:
    raise Contended("another has the lock")


def die(_: str) -> None:
    os._exit(EXIT_CODE)


DEEDS: dict[str, Callable[[str], None]] = {
    "fail": fail,
    "leave": leave,
    "interrupt": interrupt,
    "exit": leave_python,
    "timeout": time_out,
    "recurse": recurse,
    "block": block,
    "stall": stall,
    "contend": contend,
    "die": die,
}


def do(name: str) -> None:
    """What the first word of the name tells."""
    deed = DEEDS.get(name.partition(" ")[0])
    if deed is not None:
        deed(name)


def note(transaction: Any, *, handler: str, data: dict[str, Any]) -> None:
    """A second note of the same is refused."""
    do(data["name"])
    transaction.run(notes.insert().values(handler=handler, **data))


class NotingService(Service):
    """Every kind of door."""

    name = "noting"

    @command(takes=Noted, gives=Count, may=(CUSTOMER,))
    def note(self, call: Call) -> Any:
        note(call.transaction, handler="note", data=call.request)
        return {"count": 1}

    @query(takes=Named, gives=Count, may=(CUSTOMER,))
    def count(self, call: Call) -> Any:
        named = notes.c.name == call.request["name"]
        return {"count": call.transaction.value(select(func.count()).select_from(notes).where(named))}

    @reaction(noted)
    def on_noted(self, call: EventCall) -> None:
        note(call.transaction, handler="on_noted", data=call.data)

    @reaction(noted)
    def on_noted_beside(self, call: EventCall) -> None:
        note(call.transaction, handler="on_noted_beside", data=call.data)

    @errand(noted)
    def on_noted_outside(self, call: ErrandCall) -> None:
        do(call.data["name"])
        with call.store.writing(cause=call.cause) as transaction:
            # An errand whose process ended is run again.
            noting = insert(notes).values(handler="on_noted_outside", **call.data)
            transaction.run(noting.on_conflict_do_nothing())


class PoisonedService(NotingService):
    """All poisoned data go to it, and its timer fails all the while."""

    name = "poisoned"

    @timer(every_seconds=0.5)
    def every_moment_fail(self) -> None:
        fail(CANARY)


class MortalService(NotingService):
    """Its reaction dies."""

    name = "mortal"


class DoomedService(NotingService):
    """Its errand dies."""

    name = "doomed"


class CalledService(NotingService):
    """It dies of a call."""

    name = "called"


class AloneService(Service):
    """It dies on the bus inside its process."""

    name = "alone"

    @reaction(noted)
    def on_noted(self, call: EventCall) -> None:
        note(call.transaction, handler="on_noted", data=call.data)
