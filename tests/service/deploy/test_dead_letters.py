"""What the broker put aside can be seen, put back and thrown away, queue by queue."""

import pytest

from chassis.bus.link import open_channel
from chassis.bus.topology import dead_letters
from deploy import dead_letters as letters
from deploy.rabbitmq.subscribers import Subscriber
from deploy.subscriptions import delete_queues
from deploy.topology import bindings, declare_all
from tests.fixtures.processes import eventually

DECLARED = Subscriber("declared", ("payments.payment_posted",))
QUEUE = "evt-payments-payment_posted--leases.on_payment_posted.v1"


@pytest.fixture
def broker(broker_url: str) -> str:
    """Every queue of ours, with two dead letters in one of them."""
    declare_all(url=broker_url)
    with open_channel(broker_url) as channel:
        for binding in bindings():
            channel.queue_purge(queue=binding.queue)
            channel.queue_purge(queue=dead_letters(binding.queue))
        for body in ("first", "second"):
            message = channel.prepare_message(body, content_type="text/plain", content_encoding="utf-8")
            channel.basic_publish_confirm(message, exchange="", routing_key=dead_letters(QUEUE))
    return broker_url


def bodies(url: str, queue: str) -> list[str]:
    found = []
    with open_channel(url) as channel:
        while (message := channel.basic_get(queue)) is not None:
            found.append(message.body)
            channel.basic_ack(message.delivery_tag)
    return [body if isinstance(body, str) else bytes(body).decode() for body in found]


@pytest.mark.bus
def test_showing_leaves_them_where_they_are(broker: str) -> None:
    assert letters.show(url=broker, queue=QUEUE) == ["first", "second"]
    assert letters.show(url=broker, queue=QUEUE) == ["first", "second"]


@pytest.mark.bus
def test_retrying_puts_them_back_in_order(broker: str) -> None:
    assert letters.retry(url=broker, queue=QUEUE) == 2
    assert bodies(broker, QUEUE) == ["first", "second"]
    assert letters.show(url=broker, queue=QUEUE) == []


@pytest.mark.bus
def test_dropping_leaves_nothing(broker: str) -> None:
    assert letters.drop(url=broker, queue=QUEUE) == 2
    assert letters.show(url=broker, queue=QUEUE) == []
    assert bodies(broker, QUEUE) == []


@pytest.mark.bus
def test_counting_goes_on_over_a_subscriber_who_is_not_declared_yet(broker: str) -> None:
    declare_all(url=broker, subscribers=[DECLARED])
    with open_channel(broker) as channel:
        message = channel.prepare_message("third", content_type="text/plain", content_encoding="utf-8")
        channel.basic_publish_confirm(message, exchange="", routing_key=dead_letters(DECLARED.queue))
    try:
        found = eventually(lambda: _complete(letters.counts(url=broker, others=["sub.later.v1", DECLARED.queue])))
        assert found == {QUEUE: 2, DECLARED.queue: 1}
    finally:
        delete_queues(url=broker, subscriber=DECLARED, discard=True)


def _complete(counts: dict[str, int]) -> dict[str, int] | None:
    """Quorum queues tell their counts with a delay of seconds."""
    return counts if sum(counts.values()) == 3 else None
