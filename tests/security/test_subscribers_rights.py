"""A subscriber's user reads its own queue and nothing else: no other queue, no exchange, not even its own bindings."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import amqp
import pytest

from chassis.bus.topology import dead_letters
from chassis.events import CONTENT_TYPE
from deploy.broker import Broker
from deploy.catalogue import SERVICES
from deploy.rabbitmq.subscribers import Subscriber
from tests.journeys.subscribers.stage import SAMPLES, Sample, sample_commands
from tests.security.nodes import Guarded, guarded_vhost
from tests.security.rights import CONFIGURE, QUEUE, READ, WRITE, Right, is_refused, publishes, resources, rights

pytestmark = pytest.mark.bus

BILLING = Subscriber("billing", ("payments.payment_declined", "payments.payment_posted"))
# Its name begins as the other's does.
BILLING_AUDIT = Subscriber("billing-audit", ("accounts.payment_applied",))
RUN = [Subscriber(name, ("payments.payment_posted",)) for name in SAMPLES]
SOME = r"^sub\.|^events\.stream|^rpc-leases|payment_posted--leases"


@pytest.fixture(scope="module")
def subscribed(node: Broker) -> Guarded:
    return guarded_vhost(node, vhost="subscribed", queues=SOME, subscribers=(BILLING, BILLING_AUDIT, *RUN))


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return sample_commands(tmp_path_factory.mktemp("node"))


def own_rights(subscriber: Subscriber) -> set[Right]:
    return {
        (subscriber.user, READ, QUEUE, subscriber.queue),
        (subscriber.user, READ, QUEUE, dead_letters(subscriber.queue)),
    }


@pytest.mark.parametrize("subscriber", [BILLING, BILLING_AUDIT], ids=lambda subscriber: subscriber.name)
def test_a_subscriber_reads_its_queue_and_its_dead_letters_and_that_is_all(
    subscribed: Guarded, subscriber: Subscriber
) -> None:
    found = resources(subscribed)
    assert own_rights(subscriber) <= {(subscriber.user, READ, kind, name) for kind, name in found}
    assert set(rights(subscribed, subscriber.user, found)) == own_rights(subscriber)


def told_by(guarded: Guarded, service: str, *, exchange: str, key: str, body: str) -> None:
    with guarded.channel(service) as channel:
        message = amqp.Message(body, user_id=service, content_type=CONTENT_TYPE, content_encoding="utf-8")
        channel.basic_publish_confirm(message, exchange=exchange, routing_key=key)


@pytest.fixture
def received(subscribed: Guarded) -> Iterator[Any]:
    """Everything in billing's queue, as billing reads it."""
    with subscribed.channel(BILLING.user) as channel:

        def read() -> list[str]:
            found = iter(lambda: channel.basic_get(BILLING.queue, no_ack=True), None)
            return [message.body for message in found]

        read()
        yield read


def test_it_gets_the_events_that_it_declared_and_no_others(subscribed: Guarded, received: Any) -> None:
    told_by(subscribed, "payments", exchange="payments.events", key="payment_submitted", body="not for billing")
    told_by(subscribed, "accounts", exchange="accounts.events", key="payment_applied", body="for its audit")
    told_by(subscribed, "payments", exchange="payments.events", key="payment_posted", body="for billing")
    assert received() == ["for billing"]


@pytest.mark.slow
@pytest.mark.parametrize("subscriber", RUN, ids=lambda subscriber: subscriber.name)
def test_the_rights_are_enough_for_each_sample(
    subscribed: Guarded, subscriber: Subscriber, commands: dict[str, list[str]], tmp_path: Path
) -> None:
    body = {
        "id": "1", "type": "captive.payments.payment_posted.v1",
        "dataschema": "urn:captive:event:payments:payment_posted:1", "data": {"payment_id": "p", "amount_cents": 5},
    }  # fmt: skip
    sample = Sample(
        subscriber.name, command=commands[subscriber.name], bus=subscribed.url(subscriber.user), folder=tmp_path
    )
    sample.start()
    try:
        told_by(subscribed, "payments", exchange="payments.events", key="payment_posted", body=json.dumps(body))
        sample.wait_until_booked({"p": 5})
        assert sample.stop() == 0
    finally:
        sample.kill()


def test_it_cannot_tell_events_in_anybodys_name(subscribed: Guarded, received: Any) -> None:
    places = [(f"{service}.events", "payment_posted") for service in SERVICES]
    places += [("nameko-rpc", "payments.submit_payment"), ("", BILLING.queue), ("", BILLING_AUDIT.queue)]
    places += [("", "evt-payments-payment_posted--leases.on_payment_posted.v2"), ("amq.topic", "x")]
    allowed = [place for place in places if publishes(subscribed, BILLING.user, exchange=place[0], key=place[1])]
    assert allowed == []
    assert received() == []


def test_it_cannot_widen_what_it_gets(subscribed: Guarded) -> None:
    acts = {
        "another event into its queue": lambda channel: channel.queue_bind(
            BILLING.queue, "payments.events", "payment_submitted"
        ),
        "all of another service": lambda channel: channel.queue_bind(BILLING.queue, "accounts.events", "#"),
        "one event less": lambda channel: channel.queue_unbind(BILLING.queue, "payments.events", "payment_posted"),
        "another queue": lambda channel: channel.queue_declare("sub.billing.v2", durable=True, auto_delete=False),
        "a queue that refuses what is published": lambda channel: channel.queue_declare(
            "sub.billing.tiny", durable=True, auto_delete=False,
            arguments={"x-max-length": 1, "x-overflow": "reject-publish"},
        ),
        "its queue gone": lambda channel: channel.queue_delete(BILLING.queue),
        "everything that was ever told": lambda channel: channel.basic_consume(
            "events.stream", arguments={"x-stream-offset": "first"}
        ),
    }  # fmt: skip
    assert [what for what, act in acts.items() if not is_refused(subscribed, BILLING.user, act)] == []


@pytest.mark.parametrize(
    ("right", "wider", "extra"),
    [
        ("read", "^sub", (BILLING.user, READ, QUEUE, BILLING_AUDIT.queue)),
        ("read", r"sub\.billing|events", (BILLING.user, READ, QUEUE, "events.stream")),
        ("write", "payments", (BILLING.user, WRITE, "exchange", "payments.events")),
        ("configure", r"^sub\.billing\.", (BILLING.user, CONFIGURE, QUEUE, BILLING.queue)),
    ],
)
def test_a_wider_right_is_seen(node: Broker, right: str, wider: str, extra: Right) -> None:
    def change(found: dict[str, Any]) -> None:
        next(given for given in found["permissions"] if given["user"] == BILLING.user)[right] = wider

    vhost = f"widened-{BILLING.user}-{right}-{len(wider)}"
    guarded = guarded_vhost(
        node, vhost=vhost, change=change, queues=r"^sub\.|^events\.stream", subscribers=(BILLING, BILLING_AUDIT)
    )
    assert extra in set(rights(guarded, BILLING.user, resources(guarded)))
