"""One stack on RabbitMQ for each module, with a queue for each sample and one that a test reads itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chassis.bus.link import open_channel
from deploy.rabbitmq.subscribers import write_subscribers
from deploy.stack import SUBSCRIBERS
from deploy.subscriptions import delete_queues
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack, a_running_stack
from tests.journeys.subscribers.stage import SAMPLES, Desk, Sample, as_text, declared_subscribers, pay, sample_commands

WITNESS = "sub.witness.v1"


@pytest.fixture(scope="module")
def stack(broker_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The deployment step finds the subscribers in the data folder and declares their queues."""
    data, subscribers = tmp_path_factory.mktemp("subscribers") / "data", declared_subscribers(*SAMPLES, "witness")
    data.mkdir(mode=0o711)
    write_subscribers(data / SUBSCRIBERS, subscribers)
    with a_running_stack(data=data, bus=broker_url) as running:
        yield running
    for subscriber in subscribers:
        delete_queues(url=broker_url, subscriber=subscriber, discard=True)


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """How each sample is run."""
    return sample_commands(tmp_path_factory.mktemp("node"))


@pytest.fixture(params=SAMPLES)
def sample(
    request: pytest.FixtureRequest, stack: RunningStack, broker_url: str, commands: dict[str, list[str]], tmp_path: Path
) -> Iterator[Sample]:
    made = Sample(request.param, command=commands[request.param], bus=broker_url, folder=tmp_path)
    made.forget()
    yield made
    made.forget()


@pytest.fixture
def desk(sample: Sample) -> Desk:
    return Desk(sample)


@pytest.fixture(scope="module")
def real(stack: RunningStack, broker_url: str) -> dict[str, Any]:
    """An event as a payment over HTTP has caused it."""
    pay(stack, [1234])
    with open_channel(broker_url) as channel:
        message = eventually(lambda: channel.basic_get(WITNESS))
        channel.basic_ack(message.delivery_tag)
    found: dict[str, Any] = json.loads(as_text(message.body))
    return found
