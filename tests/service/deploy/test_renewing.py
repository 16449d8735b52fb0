"""Subscribers' dead letters that were declared otherwise before come under the arguments of now, and none is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from amqp.exceptions import PreconditionFailed

from chassis.bus.link import open_channel
from chassis.bus.topology import declare_letters
from deploy import dead_letters, renewing
from deploy.broker import broker_vhost
from deploy.rabbitmq.subscribers import Subscriber
from deploy.renewing import Renewed, renew_letters, take_turn
from deploy.stack import StackProblem
from deploy.topology import declare_all
from tests.fixtures.processes import eventually
from tests.service.deploy.test_dead_letters import bodies, put
from tests.service.deploy.test_handover import is_there, reject_last

pytestmark = pytest.mark.bus

BILLING = Subscriber("billing", ("payments.payment_posted",))
QUEUE, LETTERS, BESIDE = BILLING.queue, f"{BILLING.queue}.parked", f"{BILLING.queue}.parked.moved"


@pytest.fixture
def bus() -> Iterator[str]:
    """As the version before has left it, with a dead letter; then declared as now."""
    with broker_vhost() as url:
        with open_channel(url) as channel:
            channel.queue_declare(queue=LETTERS, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        declare_all(url=url, subscribers=[BILLING])
        dies(url, "first")
        eventually(lambda: len(letters(url)) == 1)
        yield url


def dies(url: str, body: str) -> None:
    put(url, f"{body} in hand", key=QUEUE)
    put(url, body, key=QUEUE)
    reject_last(url, QUEUE)
    with open_channel(url) as channel:
        channel.queue_purge(QUEUE)


def is_of_now(url: str) -> bool:
    with open_channel(url) as channel:
        try:
            declare_letters(channel, queue=QUEUE)
        except PreconditionFailed:
            return False
    return True


def letters(url: str) -> list[tuple[str, str]]:
    return [(letter.text, letter.reason) for letter in dead_letters.found(url=url, others=[QUEUE])]


def test_what_lay_there_lies_in_a_queue_of_now(bus: str) -> None:
    assert not is_of_now(bus)

    assert renew_letters(url=bus, subscribers=[BILLING]) == Renewed(queues=1, letters=1)

    assert is_of_now(bus)
    assert letters(bus) == [("first", "rejected: no event for it")]
    assert not is_there(bus, BESIDE)
    dies(bus, "second")
    eventually(lambda: sorted(text for text, _ in letters(bus)) == ["first", "second"])


def test_it_may_be_repeated_and_deployed_again(bus: str) -> None:
    renew_letters(url=bus, subscribers=[BILLING])
    declare_all(url=bus, subscribers=[BILLING])
    assert renew_letters(url=bus, subscribers=[BILLING]) == Renewed()
    assert len(letters(bus)) == 1


def test_while_the_subscriber_reads_its_letters_stay_and_it_is_told(bus: str) -> None:
    with open_channel(bus) as subscriber:
        taken: list[Any] = []
        subscriber.basic_consume(QUEUE, callback=taken.append)
        assert renew_letters(url=bus, subscribers=[BILLING]) == Renewed(still_read=(QUEUE,))
        assert not is_of_now(bus)
    assert len(letters(bus)) == 1
    assert renew_letters(url=bus, subscribers=[BILLING]) == Renewed(queues=1, letters=1)


def test_what_a_run_that_died_has_put_beside_comes_back(bus: str) -> None:
    with open_channel(bus) as channel:
        channel.queue_declare(
            queue=BESIDE, durable=True, auto_delete=False,
            arguments={"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1},
        )  # fmt: skip
    put(bus, "moved before", key=BESIDE)
    renew_letters(url=bus, subscribers=[BILLING])
    assert sorted(text for text, _ in letters(bus)) == ["first", "moved before"]
    assert not is_there(bus, BESIDE)


def test_who_comes_while_another_renews_waits_for_its_end(bus: str) -> None:
    with ThreadPoolExecutor() as pool:
        with open_channel(bus) as other:
            take_turn(other)
            second = pool.submit(renew_letters, url=bus, subscribers=[BILLING])
            with pytest.raises(TimeoutError):
                second.result(timeout=1)
            assert not is_of_now(bus)
        assert second.result(timeout=10) == Renewed(queues=1, letters=1)
    assert letters(bus) == [("first", "rejected: no event for it")]


def test_who_waits_too_long_is_told_to_come_again(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewing, "TURN_SECONDS_MAX", 0.3)
    with open_channel(bus) as other:
        take_turn(other)
        with pytest.raises(StackProblem, match="run it again when that one has ended"):
            renew_letters(url=bus, subscribers=[BILLING])
    assert len(letters(bus)) == 1


def test_a_letter_for_a_queue_that_was_deleted_meanwhile_stays_where_it_is(bus: str) -> None:
    with open_channel(bus) as channel, pytest.raises(StackProblem, match=f"no queue {BESIDE}"):
        dead_letters.move(channel, LETTERS, exchange="", routing_key=BESIDE, is_dead=True)
    assert letters(bus) == [("first", "rejected: no event for it")]


def test_one_that_never_had_a_queue_gets_one_of_now() -> None:
    with broker_vhost() as url:
        declare_all(url=url, subscribers=[BILLING])
        assert is_of_now(url)
        assert renew_letters(url=url, subscribers=[BILLING]) == Renewed()
        assert bodies(url, QUEUE) == []
