"""The door of the gateway: the HTTP server, the five services behind it, and the events that feed the live stream."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.bus.rpc import Asks, Neighbour
from chassis.clock import Clock
from chassis.context import NOBODY
from chassis.doors import EventCall, Service, reaction, timer
from chassis.home import Home
from chassis.notices import Notices
from chassis.ops import problems_of
from chassis.settings import Settings
from chassis.web import WebServer
from gateway import settings
from gateway.app import Application
from gateway.auth import Keyring
from gateway.routing import Dependencies
from gateway.stream import memory
from gateway.stream.feed import Feed
from gateway.stream.tail import Tail
from gateway.stream.told import TOLD, Told
from gateway.table import ROUTES

NEIGHBOURS = ("identity", "accounts", "payments", "notifications", "leases")
HOUR_SECONDS = 3600


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
    )  # fmt: skip
    return Application(ROUTES, house)


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
    web = WebServer(build_application)

    @timer(every_seconds=HOUR_SECONDS)
    def every_hour_forget_old_events(self) -> None:
        with self.store.writing() as transaction:
            memory.forget_old(transaction, now=self.clock.now())


def _telling(told: Told) -> Callable[[GatewayService, EventCall], None]:
    def tell(_: GatewayService, call: EventCall) -> None:
        memory.record(call.transaction, event=call.event, told=told)

    tell.__name__ = f"on_{told.name}"
    return tell


# The stream's table is the list of what is listened to for it.
for _told in TOLD:
    setattr(GatewayService, f"on_{_told.name}", reaction(_told.event)(_telling(_told)))
