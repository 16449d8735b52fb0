"""What the broker put aside can be seen, put back and thrown away: one by one, or all that came from one queue."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.bus.link import open_channel
from chassis.bus.topology import DELIVERY_LIMIT, dead_letters, parked_exchange, parked_queue
from chassis.ids import new_id
from deploy import dead_letters as letters
from deploy.catalogue import SERVICES
from deploy.rabbitmq.subscribers import Subscriber
from deploy.subscriptions import delete_queues
from deploy.topology import bindings, declare_all
from tests.fixtures.processes import eventually

DECLARED = Subscriber("declared", ("payments.payment_posted",))
QUEUE = "evt-payments-payment_posted--leases.on_payment_posted.v2"
OTHER = "evt-payments-payment_returned--leases.on_payment_returned.v2"


@pytest.fixture
def broker(broker_url: str) -> str:
    """Every queue of ours, with two dead letters of one handler and one of another of the same service."""
    declare_all(url=broker_url)
    with open_channel(broker_url) as channel:
        for queue in {binding.queue for binding in bindings()} | {parked_queue(service) for service in SERVICES}:
            channel.queue_purge(queue=queue)
    for queue, body in ((QUEUE, "first"), (OTHER, "other"), (QUEUE, "second")):
        put(broker_url, body, exchange=parked_exchange("leases"), key=queue)
    return broker_url


def put(url: str, body: str, *, exchange: str = "", key: str) -> None:
    with open_channel(url) as channel:
        message = channel.prepare_message(body, content_type="text/plain", content_encoding="utf-8")
        channel.basic_publish_confirm(message, exchange=exchange, routing_key=key)


def bodies(url: str, queue: str) -> list[str]:
    found = []
    with open_channel(url) as channel:
        while (message := channel.basic_get(queue)) is not None:
            found.append(message.body)
            channel.basic_ack(message.delivery_tag)
    return [body if isinstance(body, str) else bytes(body).decode() for body in found]


def texts(url: str, what: str) -> list[str]:
    return [letter.text for letter in letters.show(url=url, what=what)]


def reject_first(url: str, queue: str) -> None:
    """As a handler does that can make nothing of it."""
    with open_channel(url) as channel:
        channel.basic_reject(channel.basic_get(queue).delivery_tag, requeue=False)


@pytest.mark.bus
@pytest.mark.parametrize("what", [QUEUE, "leases.on_payment_posted"])
def test_showing_leaves_them_where_they_are(broker: str, what: str) -> None:
    assert texts(broker, what) == ["first", "second"]
    assert texts(broker, what) == ["first", "second"]
    assert texts(broker, OTHER) == ["other"]


@pytest.mark.bus
def test_looking_often_loses_none(broker: str) -> None:
    """RabbitMQ drops a message that was handed out more often than the limit of its queue says, by default 20 times."""
    for _ in range(25):
        assert len(letters.found(url=broker)) == 3


@pytest.mark.bus
def test_retrying_puts_them_back_in_order(broker: str) -> None:
    assert letters.retry(url=broker, what=QUEUE, others=["sub.later.v1"]) == 2
    assert bodies(broker, QUEUE) == ["first", "second"]
    assert texts(broker, QUEUE) == []
    assert texts(broker, OTHER) == ["other"]


@pytest.mark.bus
def test_one_alone_goes_by_its_name(broker: str) -> None:
    first, second = letters.show(url=broker, what=QUEUE)
    assert letters.retry(url=broker, what=second.name) == 1
    assert bodies(broker, QUEUE) == ["second"]
    assert letters.drop(url=broker, what=first.name) == 1
    assert [letter.text for letter in letters.found(url=broker)] == ["other"]
    assert bodies(broker, QUEUE) == []


@pytest.mark.bus
def test_dropping_leaves_nothing(broker: str) -> None:
    assert letters.drop(url=broker, what=QUEUE) == 2
    assert texts(broker, QUEUE) == []
    assert bodies(broker, QUEUE) == []
    assert texts(broker, OTHER) == ["other"]


@pytest.mark.bus
def test_what_is_no_name_of_any_settles_none(broker: str) -> None:
    assert letters.drop(url=broker, what="leases") == 0
    assert letters.retry(url=broker, what="no event") == 0
    assert len(letters.found(url=broker)) == 3


@pytest.mark.bus
def test_each_tells_its_handler_its_event_and_why(broker: str) -> None:
    body = an_event()
    put(broker, body, key=QUEUE)
    reject_first(broker, QUEUE)
    (letter,) = [letter for letter in letters.found(url=broker) if letter.text == body]
    identifier = json.loads(body)["id"]
    assert (letter.queue, letter.handler) == (QUEUE, "leases.on_payment_posted")
    assert letter.event == f"captive.payments.payment_posted.v1 {identifier}"
    assert letter.reason == "rejected: no event for it"
    assert texts(broker, identifier) == [body]


@pytest.mark.bus
def test_what_ends_its_process_every_time_lies_there_after_the_limit(broker: str) -> None:
    """No process notes anything down: each takes the message and is gone, as one that is killed."""
    body = an_event()
    put(broker, body, key=OTHER)
    for _ in range(DELIVERY_LIMIT + 1):
        with open_channel(broker) as channel:
            assert eventually(lambda: channel.basic_get(OTHER), seconds=10)
    (letter,) = eventually(lambda: [one for one in letters.found(url=broker) if one.text == body], seconds=10)
    assert (letter.handler, letter.reason) == ("leases.on_payment_returned", "delivery_limit: processes ended in it")
    assert bodies(broker, OTHER) == []


@pytest.mark.bus
def test_the_handler_is_known_where_the_properties_cannot_be_read(broker: str) -> None:
    """A time that no calendar has: the library passes over all properties, with what the broker has written there."""
    with open_channel(broker) as channel:
        given = {"content_type": "text/plain", "content_encoding": "utf-8", "properties": {"timestamp": 2**62}}
        message: Any = channel.prepare_message("far", **given)
        channel.basic_publish_confirm(message, exchange="", routing_key=OTHER)
    reject_first(broker, OTHER)
    assert [letter.handler for letter in letters.found(url=broker) if letter.text == "far"] == [
        "leases.on_payment_returned"
    ]
    (far,) = [letter for letter in letters.found(url=broker) if letter.text == "far"]
    assert letters.retry(url=broker, what=far.name) == 1
    assert bodies(broker, OTHER) == ["far"]


@pytest.mark.bus
def test_counting_goes_on_over_a_subscriber_who_is_not_declared_yet(broker: str) -> None:
    declare_all(url=broker, subscribers=[DECLARED])
    put(broker, "third", key=dead_letters(DECLARED.queue))
    try:
        found = letters.counts(url=broker, others=["sub.later.v1", DECLARED.queue])
        assert found == {QUEUE: 2, OTHER: 1, DECLARED.queue: 1}
    finally:
        delete_queues(url=broker, subscriber=DECLARED, discard=True)


def an_event() -> str:
    return json.dumps({
        "id": str(new_id(at=datetime.now(UTC))), "source": "/captive/payments", "subject": "a",
        "type": "captive.payments.payment_posted.v1", "time": datetime.now(UTC).isoformat(), "sequence": 1, "data": {},
    })  # fmt: skip
