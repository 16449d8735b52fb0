"""The poison: calls and events that nobody of ours would send, each with what must become of it."""

import gzip
import json
import struct
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from tests.faults.poison.sending import REPLY_TO, Parcel
from tests.faults.poison.toy import CANARY

HUGE = "huge"
HUGE_BYTES = 20_000_000
DEEP = 100_000
# The stage has its databases refuse every row of this event.
UNWANTED = "01900000-0000-7000-8000-00000000dead"
EARLY_ENDS = ("fail", "leave", "interrupt", "exit", "timeout", "recurse")
REFUSED, DROPPED = "refused", "dropped"
PARKED, DEAD, DONE = "parked", "dead", "done"
PICKLED = "application/x-python-serialize"


@dataclass(frozen=True)
class Poison:
    """One message. A call is to be refused or dropped; an event parked, among the dead letters, or done after all."""

    name: str
    parcel: Parcel
    ends: str
    method: str = "note"


class Calls:
    """Poisoned calls. `token` is a context that holds for the method that is called, `expired` one that no longer does.

    A dropped call is dropped unread: its body would be answered.
    """

    def __init__(self, *, token: str, expired: str) -> None:
        self._token, self._expired = token, expired

    def body(self, name: Any, *, amount: Any = 1, token: Any = None, **others: Any) -> bytes:
        return self.asking({"name": name, "amount": amount, **others}, token=token)

    def asking(self, request: Any, *, token: Any = None) -> bytes:
        kwargs = {"request": request, "context": self._token if token is None else token, "idempotency_key": None}
        return json.dumps({"args": [], "kwargs": kwargs}).encode()

    def all(self) -> list[Poison]:
        return [
            *self._bodies(),
            *self._requests(),
            *self._contexts(),
            *self._properties(),
            *self._lost(),
            *self._deeds(),
        ]

    def _bodies(self) -> Iterator[Poison]:
        body = self.body(CANARY)
        for name, content in {
            "no body": b"",
            "bad JSON": body[:-3],
            "a list": json.dumps([CANARY]).encode(),
            "no arguments by name": json.dumps({"args": [CANARY]}).encode(),
            "arguments that are a list": json.dumps({"args": [], "kwargs": [CANARY]}).encode(),
            "invalid UTF-8": body.replace(CANARY.encode(), CANARY.encode() + b"\xff\xfe"),
            "absurdly deep": b'{"kwargs":{"request":' + b"[" * DEEP + b"]" * DEEP + b"}}",
            "just too deep": body.replace(b'"amount": 1', b'"amount": ' + b"[" * 900 + b"]" * 900),
            "an enormous number": body.replace(b'"amount": 1', b'"amount": ' + b"9" * 5000),
            HUGE: self.body(CANARY + "x" * HUGE_BYTES),
        }.items():
            yield refused(name, content)
        yield refused("pickle", b"\x80\x04\x95" + CANARY.encode(), content_type=PICKLED)
        yield refused("an odd encoding", body[:-3], content_encoding="punycode")
        yield refused("compressed", gzip.compress(body), headers={"compression": "application/x-gzip"})
        yield refused("an unknown method", body, method="forget_everything")

    def _requests(self) -> Iterator[Poison]:
        for name, request in {
            "a request that is text": CANARY,
            "a request that is a list": [CANARY],
            "missing fields": {"amount": 1},
            "unknown fields": {"name": CANARY, "amount": 1, CANARY: 1},
            "fields of wrong types": {"name": [CANARY], "amount": CANARY},
            "the character zero": {"name": f"{CANARY}\0", "amount": 1},
            "a lone surrogate": {"name": f"{CANARY}\ud800", "amount": 1},
            "a number beyond all columns": {"name": CANARY, "amount": 10**30},
            "a number beyond all floats": {"name": CANARY, "amount": float("inf")},
        }.items():
            yield refused(name, self.asking(request))

    def _contexts(self) -> Iterator[Poison]:
        for name, token in {
            "a garbage context": f"{CANARY}.x.y",
            "a context that is a table": {"a": CANARY},
            "a context with a deep payload": f"x.{encoded(b'[' * DEEP)}.y",
            "a context of an endless issuer": f"x.{encoded(json.dumps({'iss': CANARY + 'x' * 5000}).encode())}.y",
            "an expired context": self._expired,
        }.items():
            yield refused(name, self.body(CANARY, token=token))

    def _properties(self) -> Iterator[Poison]:
        for name, headers in {
            "a deadline that is text": {"x-deadline": CANARY},
            "a deadline that is a table": {"x-deadline": {"a": {"b": [CANARY]}}},
            "a trace that is a number": {"traceparent": 7},
            "a trace that is a table": {"traceparent": {"a": {"b": [CANARY]}}},
        }.items():
            yield refused(name, self.asking({}), headers=headers)

    def _lost(self) -> Iterator[Poison]:
        body = self.body(CANARY)
        yield Poison("no reply_to", Parcel(body, {"correlation_id": "no reply_to"}), DROPPED)
        late = {"reply_to": REPLY_TO, "correlation_id": "late", "headers": {"x-deadline": 1.0}}
        yield Poison("late", Parcel(body, late), DROPPED)
        for name, address in {
            "a reply to nowhere": "rpc.reply-nowhere",
            "a reply to an exchange": "nameko-rpc",
            "a reply to ourselves": "poisoned.note",
            "a reply to a made-up direct address": f"amq.rabbitmq.reply-to.{CANARY}",
            "a reply to a very long address": "a" * 255,
        }.items():
            yield Poison(name, Parcel(self.asking({}), {"reply_to": address, "correlation_id": name}), DROPPED)
        waiting = shortstr(REPLY_TO.encode())
        for name, raw in {
            "a header with a time beyond all calendars": FLAGS_CALL + table(FAR_TIME) + shortstr(b"x") + waiting,
            "tables in tables": FLAGS_CALL + table(nested_tables(3000)) + shortstr(b"x") + waiting,
            "a correlation that is no text": FLAGS_CALL + table() + shortstr(b"\xff\xfe") + waiting,
            "an address that is no text": FLAGS_CALL + table() + shortstr(b"x") + shortstr(b"\xff\xfe"),
        }.items():
            yield Poison(name, Parcel(body, raw=raw), DROPPED)

    def _deeds(self) -> Iterator[Poison]:
        for deed in EARLY_ENDS:
            yield refused(f"a method that ends by {deed}", self.body(f"{deed} {CANARY}"))


class Letters:
    """Poisoned events, and healthy ones. `ids` knows the id that stands in each by its name."""

    def __init__(self) -> None:
        self.ids: dict[str, UUID] = {}

    def body(self, name: str, /, *, data: Any = None, **changed: Any) -> bytes:
        """An event but for what is changed; None takes an attribute away."""
        now = datetime.now(UTC)
        self.ids[name] = new_id(at=now)
        attributes: dict[str, Any] = {
            "specversion": "1.0",
            "id": str(self.ids[name]),
            "source": "/captive/poisoned",
            "type": "captive.poisoned.noted.v1",
            "subject": "a",
            "time": now.isoformat(),
            "sequence": 1,
            "data": {"name": f"{name} {CANARY}", "amount": 1} if data is None else data,
            **changed,
        }
        return json.dumps({key: value for key, value in attributes.items() if value is not None}).encode()

    def healthy(self, name: str) -> Parcel:
        return Parcel(self.body(name, data={"name": name, "amount": 1}))

    def deed(self, name: str) -> Parcel:
        """The handler will do what the name's first word says."""
        return Parcel(self.body(name))

    def all(self) -> list[Poison]:
        return [*self._attributes(), *self._bodies(), *self._contents(), *self._odd(), *self._deeds()]

    def _attributes(self) -> Iterator[Poison]:
        changes: Mapping[str, Mapping[str, Any]] = {
            "no id": {"id": None},
            "an id that is no UUID": {"id": CANARY},
            "an id that is a number": {"id": 7},
            "no source": {"source": None},
            "a source that is a list": {"source": [CANARY]},
            "a type that is a table": {"type": {"a": CANARY}},
            "a subject that is a table": {"subject": {"a": CANARY}},
            "the character zero in the subject": {"subject": f"{CANARY}\0"},
            "a lone surrogate in the subject": {"subject": f"{CANARY}\ud800"},
            "a root that is no UUID": {"rootid": CANARY},
            "a time that is a number": {"time": 7},
            "a time without a zone": {"time": "2026-11-23T15:30:00"},
            "a sequence that is text": {"sequence": CANARY},
            "a sequence below one": {"sequence": -1},
            "a sequence that is half": {"sequence": 1.5},
            "a sequence beyond all columns": {"sequence": 10**30},
            "data that are text": {"data": CANARY},
            "data that are pairs": {"data": [["name", CANARY], ["amount", 1]]},
            "data that are nothing": {"data": []},
            "an event whose rows the database refuses": {"id": UNWANTED},
        }
        for name, changed in changes.items():
            yield Poison(name, Parcel(self.body(name, **changed)), DEAD)

    def _bodies(self) -> Iterator[Poison]:
        body = self.body("ambiguous")
        bodies = {
            "no body": b"",
            "bad JSON": body[:-3],
            "binary garbage": bytes(range(256)),
            "invalid UTF-8": body.replace(CANARY.encode(), CANARY.encode() + b"\xff\xfe"),
            "absurdly deep": b"[" * DEEP + b"]" * DEEP,
            "deep data": body.replace(b'{"name"', b'{"a":' * 2000 + b"1" + b"}" * 2000 + b', "name"'),
            "a sequence with 5000 digits": body.replace(b'"sequence": 1', b'"sequence": ' + b"9" * 5000),
            "a sequence beyond all floats": body.replace(b'"sequence": 1', b'"sequence": 1e400'),
            "duplicate keys": body.replace(b'"amount": 1', b'"amount": 1, "amount": 2'),
            HUGE: self.body(HUGE, data={"name": CANARY + "x" * HUGE_BYTES, "amount": 1}),
        }
        for name, content in bodies.items():
            yield Poison(name, Parcel(content), DEAD)
        yield Poison("pickle", Parcel(b"\x80\x04\x95" + CANARY.encode(), {"content_type": PICKLED}), DEAD)
        packed = {"headers": {"compression": "application/x-gzip"}}
        yield Poison("compressed", Parcel(gzip.compress(body), packed), DEAD)
        twisted = body.decode().encode("utf-7").replace(CANARY.encode(), b"a+2AA-")
        yield Poison("surrogates by an odd encoding", Parcel(twisted, {"content_encoding": "utf-7"}), DEAD)

    def _contents(self) -> Iterator[Poison]:
        changes: Mapping[str, Mapping[str, Any]] = {
            "an unknown version": {"type": "captive.poisoned.noted.v99"},
            "an unknown type": {"type": f"captive.{CANARY}.v1"},
            "another source": {"source": f"/captive/{CANARY}"},
            "a missing field": {"data": {"name": CANARY}},
            "a field of a wrong type": {"data": {"name": CANARY, "amount": CANARY}},
            "a number beyond all columns": {"data": {"name": CANARY, "amount": 10**30}},
            "a number beyond all floats": {"data": {"name": CANARY, "amount": float("inf")}},
            "the character zero": {"data": {"name": f"{CANARY}\0", "amount": 1}},
            "a lone surrogate": {"data": {"name": f"{CANARY}\ud800", "amount": 1}},
        }
        for name, changed in changes.items():
            yield Poison(name, Parcel(self.body(name, **changed)), PARKED)

    def _odd(self) -> Iterator[Poison]:
        """Odd, and yet an event of ours."""
        changes: Mapping[str, Mapping[str, Any]] = {
            "a trace that is a table": {"traceparent": {"a": CANARY}},
            "a schema that is a number": {"dataschema": 7},
            "a time at the end of time": {"time": "9999-12-31T23:59:59-14:00"},
            "an id of a day without a partition": {"id": "ffffffff-ffff-7fff-bfff-ffffffffffff"},
            "attributes of a later version": {"later": {CANARY: [1]}},
        }
        for name, changed in changes.items():
            yield Poison(name, Parcel(self.body(name, data={"name": name, "amount": 1}, **changed)), DONE)
        for name, raw in {
            "a header with a time beyond all calendars": FLAGS_HEADERS + table(FAR_TIME),
            "tables in tables": FLAGS_HEADERS + table(nested_tables(3000)),
        }.items():
            yield Poison(name, Parcel(self.healthy(name).body, raw=raw), DONE)

    def _deeds(self) -> Iterator[Poison]:
        for deed in EARLY_ENDS:
            yield Poison(deed, self.deed(deed), PARKED)


def refused(name: str, body: bytes, *, method: str = "note", **properties: Any) -> Poison:
    answered_to = {"reply_to": REPLY_TO, "correlation_id": name}
    return Poison(name, Parcel(body, {**answered_to, **properties}), REFUSED, method)


def encoded(payload: bytes) -> str:
    return urlsafe_b64encode(payload).decode().rstrip("=")


def shortstr(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def longstr(inside: bytes) -> bytes:
    return struct.pack(">I", len(inside)) + inside


def table(*entries: bytes) -> bytes:
    return longstr(b"".join(entries))


def nested_tables(levels: int) -> bytes:
    inside = b""
    for _ in range(levels):
        inside = shortstr(b"a") + b"F" + longstr(inside)
    return inside


# What the broker passes on and no library reads, as it stands in a frame: the flags say which properties follow.
FAR_TIME = shortstr(b"t") + b"T" + struct.pack(">Q", 2**62)
FLAGS_HEADERS = struct.pack(">H", 0x2000)
FLAGS_CALL = struct.pack(">H", 0x2600)
