"""Calls partners for what is due: claims in a short transaction, calls with none open, settles in the next.

Each call runs on a thread of its own and goes on with the next of the same endpoint, so a slow partner keeps nobody
waiting but itself. Where every call is taken, a thread ends after a while, so that other endpoints get their turn.
Whatever dies in between leaves a claim that ends by itself; the delivery is then made again, with the same id.
"""

import random
import threading
from time import monotonic

from chassis import logs
from chassis.clock import Clock
from chassis.errors import DependencyDown
from chassis.failpoints import failpoint
from chassis.store import Contended, Database, Row, run_contended
from gateway.webhooks import deliveries
from gateway.webhooks.calling import Outcome, PartnerCalls
from gateway.webhooks.signing import Secrets

CALLS_MAX = 64
# Fewer than the pool has connections: however many calls end together, the rest of the gateway goes on.
SETTLED_AT_ONCE_MAX = 3
# So long an endpoint may keep a call to itself while others may be waiting for one.
TURN_SECONDS_MAX = 5.0
STOP_SECONDS_MAX = 5.0

log = logs.logger(__name__)


class Dispatcher:
    """The calls of one process. Any number of them may work on the same deliveries."""

    def __init__(self, *, store: Database, clock: Clock, calls: PartnerCalls, secrets: Secrets) -> None:
        self._store = store
        self._clock = clock
        self._calls = calls
        self._secrets = secrets
        self._lanes: set[threading.Thread] = set()
        self._settling = threading.Semaphore(SETTLED_AT_ONCE_MAX)
        self._is_closing = False
        self._is_crowded = False

    def dispatch(self) -> int:
        """Begin what is due and has room; gives how many calls were begun. Without a database everything waits."""
        room = CALLS_MAX - len(self._lanes)
        self._is_crowded = room <= 0
        if self._is_closing or room <= 0:
            return 0
        try:
            with self._settling, self._store.writing() as transaction:
                claimed = deliveries.claim(transaction, now=self._clock.now(), limit=room)
        except (DependencyDown, Contended) as error:
            log.warning("deliveries wait", error=type(error).__name__)
            return 0
        self._is_crowded = len(claimed) >= room
        for delivery in claimed:
            lane = threading.Thread(target=self._work_through, args=(delivery,), daemon=True)
            self._lanes.add(lane)
            lane.start()
        return len(claimed)

    def close(self) -> None:
        """Take no more, and let what is under way come to its end for a while."""
        self._is_closing = True
        self.wait(STOP_SECONDS_MAX)

    def wait(self, seconds: float) -> bool:
        """Until no call is under way; False where the time ran out."""
        ends_at = monotonic() + seconds
        for lane in list(self._lanes):
            lane.join(max(0.0, ends_at - monotonic()))
        return not any(lane.is_alive() for lane in self._lanes)

    def _work_through(self, delivery: Row) -> None:
        began_at = monotonic()
        try:
            waiting: Row | None = delivery
            while waiting is not None:
                waiting = self._settled(waiting, self._called(waiting), began_at)
        except (DependencyDown, Contended) as error:
            log.warning("delivery is made again when its claim ends", error=type(error).__name__)
        except Exception:
            log.exception("delivery failed on our side, it is made again when its claim ends")
        finally:
            self._lanes.discard(threading.current_thread())

    def _called(self, delivery: Row) -> Outcome:
        body, now = delivery["body"], self._clock.now()
        headers = self._secrets.headers(endpoint=delivery, event_id=delivery["event_id"], body=body, now=now)
        failpoint("vendor.before_call")
        outcome = self._calls.post(url=delivery["url"], body=body.encode(), headers=headers)
        failpoint("vendor.after_call")
        log.info(
            "partner called", endpoint_id=str(delivery["endpoint_id"]), event_id=str(delivery["event_id"]),
            tries=delivery["tries"], status=outcome.status, error=outcome.error,
        )  # fmt: skip
        return outcome

    def _settled(self, delivery: Row, outcome: Outcome, began_at: float) -> Row | None:
        """The next delivery of the same endpoint, if there is one and its turn is not over."""
        return run_contended(lambda: self._settle(delivery, outcome, began_at))

    def _settle(self, delivery: Row, outcome: Outcome, began_at: float) -> Row | None:
        with self._settling, self._store.writing() as transaction:
            now, chance = self._clock.now(), random.random()  # noqa: S311 - jitter
            deliveries.settle(transaction, claimed=delivery, outcome=outcome, now=now, chance=chance)
            if self._is_closing or self._is_turn_over(began_at):
                return None
            return deliveries.claim_next(transaction, endpoint_id=delivery["endpoint_id"], now=now)

    def _is_turn_over(self, began_at: float) -> bool:
        return self._is_crowded and monotonic() - began_at >= TURN_SECONDS_MAX
