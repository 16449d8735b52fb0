"""From the queues of the version before to those of this one: nothing that lay in them is lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from amqp.exceptions import NotFound

from chassis.bus.link import open_channel
from deploy import dead_letters as letters
from deploy.handover import HandedOver, former_queue, hand_over
from deploy.topology import bindings, declare_all
from tests.fixtures.broker import a_vhost
from tests.service.deploy.test_dead_letters import bodies, put

pytestmark = pytest.mark.bus

LEASES, GATEWAY = (
    "evt-payments-payment_posted--leases.on_payment_posted",
    "evt-accounts-bill_issued--gateway.on_bill_issued",
)
NOW_LEASES, NOW_GATEWAY = f"{LEASES}.v2", "evt-several-events--gateway.on_promised.v2"
FORMER = (f"{LEASES}.v1", f"{GATEWAY}.v1")


@pytest.fixture
def bus() -> Iterator[str]:
    """As version 1 has left it, with an event and a dead letter for each of two handlers; then declared as now."""
    with a_vhost() as url:
        with open_channel(url) as channel:
            for former in FORMER:
                declare_former(channel, former)
        for former in FORMER:
            put(url, f"event of {former}", key=former)
            put(url, f"letter of {former}", key=former)
            reject_last(url, former)
        declare_all(url=url)
        yield url


def declare_former(channel: Any, queue: str) -> None:
    """With the arguments that version 1 gave it."""
    source, event = queue.removeprefix("evt-").partition("--")[0].split("-")
    parked = f"{queue}.parked"
    channel.exchange_declare(exchange=f"{source}.events", type="topic", durable=True, auto_delete=False)
    channel.queue_declare(queue=parked, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    arguments = {
        "x-queue-type": "quorum", "x-delivery-limit": 20, "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": parked, "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish",
    }  # fmt: skip
    channel.queue_declare(queue=queue, durable=True, auto_delete=False, arguments=arguments)
    channel.queue_bind(queue=queue, exchange=f"{source}.events", routing_key=event)


def reject_last(url: str, queue: str) -> None:
    """As a handler does that can make nothing of it."""
    with open_channel(url) as channel:
        channel.basic_get(queue)
        channel.basic_reject(channel.basic_get(queue).delivery_tag, requeue=False)


def is_there(url: str, queue: str) -> bool:
    with open_channel(url) as channel:
        try:
            channel.queue_declare(queue=queue, passive=True)
        except NotFound:
            return False
    return True


def test_what_lay_in_the_queues_before_lies_in_those_of_now(bus: str) -> None:
    assert hand_over(url=bus) == HandedOver(queues=4, events=2, letters=2)
    assert bodies(bus, NOW_LEASES) == [f"event of {LEASES}.v1"]
    assert bodies(bus, NOW_GATEWAY) == [f"event of {GATEWAY}.v1"]
    found = {letter.text: (letter.queue, letter.reason) for letter in letters.found(url=bus)}
    why = "rejected: no event for it"
    assert found == {f"letter of {LEASES}.v1": (NOW_LEASES, why), f"letter of {GATEWAY}.v1": (NOW_GATEWAY, why)}
    assert [queue for former in FORMER for queue in (former, f"{former}.parked") if is_there(bus, queue)] == []


def test_it_may_be_repeated(bus: str) -> None:
    hand_over(url=bus)
    assert hand_over(url=bus) == HandedOver()
    assert len(letters.found(url=bus)) == 2


def test_what_a_process_of_the_version_before_has_in_hand_stays_until_it_has_ended(bus: str) -> None:
    with open_channel(bus) as old_process:
        taken: list[Any] = []
        tag = old_process.basic_consume(f"{LEASES}.v1", callback=taken.append)
        old_process.connection.drain_events(timeout=10)
        # It has paused: its queue is read by nobody, and yet the message is in hand.
        old_process.basic_cancel(tag)
        first = hand_over(url=bus)
        put(bus, "told meanwhile", exchange="payments.events", key="payment_posted")
        assert first.still_read == (f"{LEASES}.v1",)
        assert len(taken) == 1
    assert bodies(bus, NOW_LEASES) == ["told meanwhile"]
    assert hand_over(url=bus) == HandedOver(queues=2, events=1, letters=1)
    assert bodies(bus, NOW_LEASES) == [f"event of {LEASES}.v1"]


def test_every_handler_of_now_takes_over_from_queues_of_its_own() -> None:
    former = [former_queue(binding) for binding in bindings()]
    assert len(former) == len(set(former))
    assert set(FORMER) <= set(former)
