"""The door of the gateway: the HTTP server, the five services behind it, and the events for streams and webhooks."""

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.bus.rpc import Asks, Neighbour
from chassis.clock import Clock
from chassis.context import NOBODY
from chassis.doors import EventCall, Service, reaction, timer
from chassis.doors.listening import TOGETHER_MAX
from chassis.events import Envelope
from chassis.home import Home
from chassis.notices import Notices
from chassis.ops import problems_of
from chassis.settings import Settings
from chassis.web import WebServer
from gateway import settings
from gateway.admission import TICK_SECONDS, Admission
from gateway.app import Application
from gateway.auth import Keyring
from gateway.contracts.declared import promised_events
from gateway.routing import Dependencies
from gateway.stream import memory
from gateway.stream.feed import Feed
from gateway.stream.tail import Tail
from gateway.stream.told import told_of
from gateway.table import ROUTES
from gateway.webhooks import deliveries, endpoints
from gateway.webhooks.dispatching import Dispatcher
from gateway.webhooks.wiring import DispatcherProvider

NEIGHBOURS = ("identity", "accounts", "payments", "notifications", "leases")
HOUR_SECONDS = 3600
DISPATCH_SECONDS = 1
PROMISED = promised_events()
TOLD = {event.type: told_of(event) for event in PROMISED}


class FeedProvider(DependencyProvider):
    """One feed of open streams for the process; they end when the gateway stops."""

    home = Home()

    def setup(self) -> None:
        self._feed = Feed()

    def start(self) -> None:
        store, clock = self.home.database, self.container.config["clock"]
        tail = Tail(store=store, clock=clock, feed=self._feed, is_told=lambda: notices.is_up)
        notices = Notices(database=store, channel=memory.CHANNEL, on_notice=tail.ring)
        self.container.spawn_managed_thread(notices.run)
        self.container.spawn_managed_thread(lambda: tail.run(sleep=time.sleep))

    def stop(self) -> None:
        self._feed.close_all()

    def get_dependency(self, worker_ctx: Any) -> Feed:  # noqa: ARG002 - nameko's signature
        return self._feed


class Readiness(DependencyProvider):
    """Tells whether this gateway should get requests, and declares the settings of the HTTP side."""

    needs = settings.DECLARED

    def get_dependency(self, worker_ctx: Any) -> Callable[[], bool]:  # noqa: ARG002 - nameko's signature
        return lambda: not problems_of([self.container])


class AdmissionProvider(DependencyProvider):
    """Measures how late the event loop of this process wakes, from which follows who is let in."""

    def setup(self) -> None:
        self._admission = Admission()

    def start(self) -> None:
        self.container.spawn_managed_thread(self._watch)

    def get_dependency(self, worker_ctx: Any) -> Admission:  # noqa: ARG002 - nameko's signature
        return self._admission

    def _watch(self) -> None:
        while True:
            asked_at = time.monotonic()
            time.sleep(TICK_SECONDS)
            self._admission.note_late(time.monotonic() - asked_at - TICK_SECONDS)


def build_application(config: Mapping[str, Any], others: Mapping[str, Any]) -> Application:
    """The WSGI application on the dependencies of the service."""
    identity: Asks = others["identity"]
    clock: Clock = others["clock"]
    read: Settings = config["settings"]
    keyring = Keyring(
        fetch=lambda: identity.ask("get_signing_keys", request={}, context=NOBODY).data, now=clock.now
    )  # fmt: skip
    house = Dependencies(
        neighbours={name: others[name] for name in NEIGHBOURS}, settings=read, clock=clock, store=others["store"],
        feed=others["feed"], keyring=keyring, is_ready=others["is_ready"], pause=time.sleep,
        admission=others["admission"],
    )  # fmt: skip
    return Application(ROUTES, house)


def _kind_of(call: EventCall) -> str:
    return call.event.type


def _wants(service: "GatewayService", event: Envelope) -> bool:
    """Does anybody here want it: the stream, or a partner who is registered by now?"""
    return bool(TOLD[event.type]) or deliveries.is_wanted(service.store, name=event.name)


class GatewayService(Service):
    """Translates HTTP into questions; decides nothing."""

    name = "gateway"

    identity: Asks = Neighbour("identity")
    accounts: Asks = Neighbour("accounts")
    payments: Asks = Neighbour("payments")
    notifications: Asks = Neighbour("notifications")
    leases: Asks = Neighbour("leases")
    feed: Feed = FeedProvider()
    is_ready: Callable[[], bool] = Readiness()
    admission: Admission = AdmissionProvider()
    partners: Dispatcher = DispatcherProvider()
    web = WebServer(build_application)

    # What is promised to others is listened to here, so that a new promise reaches partners without a line of ours.
    @reaction(*PROMISED, limit=2 * TOGETHER_MAX, at_once=True, concerns=_wants)
    def on_promised(self, calls: Sequence[EventCall]) -> None:
        for kind, alike in groupby(sorted(calls, key=_kind_of), key=_kind_of):
            events, transaction = [call.event for call in alike], calls[0].transaction
            for told in TOLD[kind]:
                memory.record(transaction, events=events, told=told)
            deliveries.record(transaction, events=events, now=self.clock.now())

    @timer(every_seconds=DISPATCH_SECONDS)
    def every_second_call_partners(self) -> None:
        self.partners.dispatch()

    @timer(every_seconds=HOUR_SECONDS)
    def every_hour_forget_old_deliveries(self) -> None:
        with self.store.writing() as transaction:
            deliveries.forget_old(transaction, now=self.clock.now())
            endpoints.forget_old_secrets(transaction, now=self.clock.now())

    @timer(every_seconds=HOUR_SECONDS)
    def every_hour_forget_old_events(self) -> None:
        with self.store.writing() as transaction:
            memory.forget_old(transaction, now=self.clock.now())
