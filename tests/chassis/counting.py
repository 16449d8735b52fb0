"""A toy service for the chassis' own tests: it counts, tells that it counted, and rings a bell at a vendor."""

from typing import Any

from marshmallow import fields
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.bus.rpc import Neighbour
from chassis.context import AGENT, ANONYMOUS, CUSTOMER, SERVICE
from chassis.doors import Call, ErrandCall, EventCall, Service, command, errand, query, reaction
from chassis.errors import Kind, Refusal
from chassis.events import Event
from chassis.schemas import Strict

metadata = MetaData()
counts = Table("counts", metadata, Column("name", Text, primary_key=True), Column("value", Integer, nullable=False))


class CountTooHigh(Refusal):
    code = "count_too_high"
    kind = Kind.UNPROCESSABLE
    title = "Too high"
    detail = "Counting stops at one hundred. Start another count."


class Add(Strict):
    name = fields.String(required=True)
    amount = fields.Integer(required=True, strict=True)


class Named(Strict):
    name = fields.String(required=True)


class Count(Strict):
    name = fields.String(required=True)
    value = fields.Integer(required=True)


class Counted(Strict):
    name = fields.String(required=True)
    amount = fields.Integer(required=True)


counted = Event("counting", "counted", 1, Counted, handled=True)

EVERYBODY = (ANONYMOUS, CUSTOMER, AGENT, SERVICE)


def add(transaction: Any, *, name: str, amount: int) -> dict[str, Any]:
    statement = insert(counts).values(name=name, value=amount)
    raised = statement.on_conflict_do_update(index_elements=["name"], set_={"value": counts.c.value + amount})
    value = transaction.value(raised.returning(counts.c.value))
    if value > 100:
        raise CountTooHigh()
    return {"name": name, "value": value}


class CountingService(Service):
    name = "counting"
    myself = Neighbour("counting")
    vendor: Any = None

    @command(takes=Add, gives=Count, may=EVERYBODY, idempotent=True)
    def add(self, call: Call) -> Any:
        counted_now = add(call.transaction, **call.request)
        call.transaction.emit(counted, subject=call.request["name"], data=call.request)
        return counted_now

    @command(takes=Add, gives=Count, may=(AGENT,))
    def correct(self, call: Call) -> Any:
        return add(call.transaction, **call.request)

    @query(takes=Named, gives=Count, may=EVERYBODY)
    def get_count(self, call: Call) -> Any:
        name = call.request["name"]
        value = call.transaction.value(select(counts.c.value).where(counts.c.name == name))
        return {"name": name, "value": value or 0}

    @reaction(counted)
    def on_counted(self, call: EventCall) -> None:
        if call.data["name"] == "cursed":
            raise RuntimeError("this name is cursed")
        add(call.transaction, name=f"seen {call.data['name']}", amount=call.data["amount"])

    @errand(counted, settles="settle_ring")
    def on_counted_ring(self, call: ErrandCall) -> None:
        if self.vendor is not None:
            self.vendor.ring(call.key)

    def settle_ring(self, call: ErrandCall) -> None:
        if self.vendor is not None:
            self.vendor.settle(call.key)


class LateService(Service):
    """Another listener, which starts after the one that tells."""

    name = "late"

    @reaction(counted)
    def on_counted_late(self, call: EventCall) -> None:
        add(call.transaction, name="late", amount=1)


def total(database: Any) -> int:
    with database.engine.begin() as connection:
        return int(connection.execute(select(func.coalesce(func.sum(counts.c.value), 0))).scalar_one())
