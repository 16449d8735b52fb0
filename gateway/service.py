"""The door of the gateway: the HTTP server, the five services behind it, and the events for streams and webhooks."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.bus.rpc import Asks, Neighbour
from chassis.clock import Clock
from chassis.context import NOBODY
from chassis.doors import EventCall, Service, reaction, timer
from chassis.ops import problems_of
from chassis.settings import Settings
from chassis.web import WebServer
from gateway import settings, stream
from gateway.admission import TICK_SECONDS, Admission
from gateway.app import Application
from gateway.auth import Keyring
from gateway.routing import Dependencies
from gateway.stream import Feed
from gateway.table import ROUTES
from gateway.webhooks import deliveries, endpoints
from gateway.webhooks.dispatching import Dispatcher
from gateway.webhooks.wiring import DispatcherProvider
from services.accounts.contract import events as accounts_events
from services.identity.contract import events as identity_events
from services.leases.contract import events as leases_events
from services.notifications.contract import events as notifications_events
from services.payments.contract import events as payments_events

NEIGHBOURS = ("identity", "accounts", "payments", "notifications", "leases")
HOUR_SECONDS = 3600
DISPATCH_SECONDS = 1


class FeedProvider(DependencyProvider):
    """One feed of open streams for the process; they end when the gateway stops."""

    def setup(self) -> None:
        self._feed = Feed()

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

    @reaction(payments_events.payment_posted)
    def on_payment_posted(self, call: EventCall) -> None:
        self._tell(call)

    @reaction(payments_events.payment_declined)
    def on_payment_declined(self, call: EventCall) -> None:
        self._tell(call)

    @reaction(accounts_events.payment_applied)
    def on_payment_applied(self, call: EventCall) -> None:
        self._tell(call)

    @reaction(leases_events.lease_eligibility_changed)
    def on_lease_eligibility_changed(self, call: EventCall) -> None:
        self._tell(call)

    @reaction(identity_events.user_registered)
    def on_user_registered(self, call: EventCall) -> None:
        self._pass_on(call)

    @reaction(identity_events.email_verified)
    def on_email_verified(self, call: EventCall) -> None:
        self._pass_on(call)

    @reaction(identity_events.account_linked)
    def on_account_linked(self, call: EventCall) -> None:
        self._pass_on(call)

    @reaction(identity_events.account_unlinked)
    def on_account_unlinked(self, call: EventCall) -> None:
        self._pass_on(call)

    @reaction(identity_events.session_opened)
    def on_session_opened(self, call: EventCall) -> None:
        self._pass_on(call)

    @reaction(accounts_events.account_opened)
    def on_account_opened(self, call: EventCall) -> None:
        self._pass_on(call)

    @reaction(accounts_events.account_paid_off)
    def on_account_paid_off(self, call: EventCall) -> None:
        self._pass_on(call)

    @reaction(notifications_events.notification_sent)
    def on_notification_sent(self, call: EventCall) -> None:
        self._pass_on(call)

    @reaction(notifications_events.notification_delivered)
    def on_notification_delivered(self, call: EventCall) -> None:
        self._pass_on(call)

    @reaction(notifications_events.notification_failed)
    def on_notification_failed(self, call: EventCall) -> None:
        self._pass_on(call)

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
            stream.forget_old(transaction, now=self.clock.now())

    def _tell(self, call: EventCall) -> None:
        stream.record(
            call.transaction, feed=self.feed, event=call.event, account_id=call.data["account_id"], shown=call.data
        )
        self._pass_on(call)

    def _pass_on(self, call: EventCall) -> None:
        deliveries.record(call.transaction, event=call.event, now=self.clock.now())
