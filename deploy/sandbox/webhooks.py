"""What the played vendors report to the stack: planned when a message is accepted, told until somebody takes it.

Every webhook is a document beside the message that it is about, so that a restart forgets none and the page shows the
fate of each.
"""

import heapq
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from deploy.sandbox.store import Document, Store

WEBHOOKS = "webhooks"
SWITCHES = "switches"

PLANNED = "planned"
WAITING = "waiting"
ARRIVED = "arrived"
GIVEN_UP = "given up"
OVERTAKEN = "overtaken"
OPEN = (PLANNED, WAITING)

RETRY_SECONDS_MAX = 300.0
TRIES_MAX = 24
# So many go into one call: far from what the gateway takes as one body.
GATHERED_MAX = 200


@dataclass(frozen=True)
class Pace:
    """How long each step of a message takes, and how long the first pause after a refusal; each further one doubles."""

    step_seconds: float
    retry_seconds: float

    def pause_seconds(self, *, tries: int) -> float:
        """The pause after so many tries."""
        pause: float = self.retry_seconds * 2 ** (tries - 1)
        return min(pause, RETRY_SECONDS_MAX)


class Webhooks:
    """The webhooks of one sandbox, and the order in which they fall due."""

    def __init__(self, *, store: Store, now: Callable[[], datetime], new_hex: Callable[[], str], pace: Pace) -> None:
        self._store = store
        self._now = now
        self._new_hex = new_hex
        self._pace = pace
        # Under this lock the store is never asked: whoever holds the store's may come here.
        self._bell = threading.Condition()
        self._due: dict[str, list[tuple[float, str]]] = {}
        for document in store.each(kind=WEBHOOKS):
            if document["state"] in OPEN:
                self._queue(document)
        switch = store.get(kind=SWITCHES, id=WEBHOOKS)
        self._is_held = bool(switch and switch["held"])

    @property
    def is_held(self) -> bool:
        """Whether nothing is told until somebody says so."""
        return self._is_held

    def plan(self, *, kind: str, id: str, events: tuple[str, ...]) -> None:
        """A message is about to be accepted: these will happen to it, one step after the other."""
        for number, event in enumerate(events, start=1):
            self._add(kind=kind, id=id, event=event, state=PLANNED, after_seconds=number * self._pace.step_seconds)

    def tell(self, *, kind: str, id: str, event: str) -> None:
        """This has happened to a message: the stack is told now."""
        self._add(kind=kind, id=id, event=event, state=WAITING, after_seconds=0.0)

    def hold(self, held: bool) -> None:
        """Tell nothing until further notice, or go on."""
        self._store.put(kind=SWITCHES, id=WEBHOOKS, document={"held": held})
        with self._bell:
            self._is_held = held
            self._bell.notify()

    def forget(self) -> None:
        """The store has been emptied."""
        with self._bell:
            self._due.clear()
            self._is_held = False
            self._bell.notify()

    def wait_for_due(self, *, gathers: str) -> list[str]:
        """The id of the webhook that is due longest; where it is of the kind `gathers`, all of that kind that are due.

        GATHERED_MAX at most; waits until there is one.
        """
        with self._bell:
            while True:
                kind = min(self._due, key=lambda kind: self._due[kind][0], default=None)
                pause = None if self._is_held or kind is None else self._due[kind][0][0] - self._now().timestamp()
                if kind is not None and pause is not None and pause <= 0:
                    return self._take(kind, limit=GATHERED_MAX if kind == gathers else 1)
                self._bell.wait(pause)

    def record_tries(self, ids: Sequence[str], *, answer: str, has_arrived: bool) -> None:
        """Write down what came of a call; what was not taken falls due again, all at one moment, but not for ever."""
        now = self._now().timestamp()
        for id in ids:
            self._record_try(id, answer=answer, has_arrived=has_arrived, now=now)

    def _record_try(self, id: str, *, answer: str, has_arrived: bool, now: float) -> None:
        def tried(document: Document) -> Document:
            tries = document["tries"] + 1
            open_state = WAITING if tries < TRIES_MAX else GIVEN_UP
            due_at = now + self._pace.pause_seconds(tries=tries)
            state = ARRIVED if has_arrived else open_state
            return {**document, "tries": tries, "last_answer": answer, "state": state, "due_at": due_at}

        changed = self._store.change(kind=WEBHOOKS, id=id, change=tried)
        if changed is not None and changed["state"] == WAITING:
            self._ring(changed)

    def _take(self, kind: str, *, limit: int) -> list[str]:
        now, due = self._now().timestamp(), self._due[kind]
        taken: list[str] = []
        while due and due[0][0] <= now and len(taken) < limit:
            taken.append(heapq.heappop(due)[1])
        if not due:
            del self._due[kind]
        return taken

    def _add(self, *, kind: str, id: str, event: str, state: str, after_seconds: float) -> None:
        now = self._now()
        document: Document = {
            "id": f"wh_{self._new_hex()}",
            "kind": kind,
            "about": id,
            "event": event,
            "state": state,
            "tries": 0,
            "last_answer": None,
            "happened_at": int(now.timestamp()),
            "due_at": now.timestamp() + after_seconds,
        }
        self._store.put(kind=WEBHOOKS, id=document["id"], document=document, found_under=(id,))
        self._ring(document)

    def _ring(self, document: Document) -> None:
        with self._bell:
            self._queue(document)
            self._bell.notify()

    def _queue(self, document: Document) -> None:
        """By kind; under the bell's lock, or while nobody else knows this object."""
        heapq.heappush(self._due.setdefault(document["kind"], []), (document["due_at"], document["id"]))
