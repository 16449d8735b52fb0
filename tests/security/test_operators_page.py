"""What deploy/rabbitmq/README.md tells an operator to type, typed."""

import re
import shlex
from functools import partial
from typing import Any

import pytest

from deploy.catalogue import ROOT
from tests.security.nodes import PASSWORDS, Guarded
from tests.security.rights import is_refused, publishes

pytestmark = pytest.mark.bus

PAGE = ROOT / "deploy" / "rabbitmq" / "README.md"
SUBSCRIBER = "sub-billing"


@pytest.fixture(scope="module")
def house(guarded: Guarded) -> Guarded:
    """With the subscriber of the page."""
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    PASSWORDS[SUBSCRIBER] = "a password"
    for line in block.strip().splitlines():
        program, *words = shlex.split(line)
        assert program == "rabbitmqctl"
        replaced = {"captive": guarded.vhost, "PASSWORD": PASSWORDS[SUBSCRIBER]}
        guarded.node.run(*[replaced.get(word, word) for word in words])
    return guarded


@pytest.mark.parametrize(
    ("exchange", "key", "may"),
    [
        ("payments.events", "payment_posted", True),
        ("payments.events", "payment_declined", True),
        ("payments.events", "payment_submitted", False),
        ("payments.events", "#", False),
        ("accounts.events", "payment_applied", False),
        ("nameko-rpc", "payments.*", False),
    ],
)
def test_a_subscriber_hears_the_named_events_and_no_others(house: Guarded, exchange: str, key: str, may: bool) -> None:
    def bind(channel: Any) -> None:
        channel.queue_declare("sub.billing.payments", durable=True, auto_delete=False, exclusive=True)
        channel.queue_bind("sub.billing.payments", exchange, key)

    assert is_refused(house, SUBSCRIBER, bind) is not may


def test_a_subscriber_tells_nothing_and_reads_nobody_elses_queue(house: Guarded) -> None:
    assert not publishes(house, SUBSCRIBER, exchange="payments.events", key="payment_posted")
    assert not publishes(house, SUBSCRIBER, exchange="nameko-rpc", key="accounts.get_account")
    for entry in house.definitions["queues"]:
        assert is_refused(house, SUBSCRIBER, partial(read, entry["name"]))


def read(queue: str, channel: Any) -> None:
    channel.basic_get(queue)
