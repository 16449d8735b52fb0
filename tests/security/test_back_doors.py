"""Ways round the rights that the broker itself leaves open: the called service must not take them.

RabbitMQ before 4.0 checks the key of a call, but not the further keys in its headers CC and BCC. Every version lets a
queue's owner choose under which key dead letters go on. So identity, which may call accounts, reaches leases.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import amqp
import pytest

from chassis.context import ContextSigner, as_service, deadline_after
from deploy.broker import Broker
from tests.fixtures.processes import HostedProcess, eventually
from tests.security.nodes import Guarded, guarded_vhost, leases_on

pytestmark = [pytest.mark.bus, pytest.mark.slow]

METHOD = "leases.get_lease"


@pytest.fixture(scope="module")
def house(node: Broker) -> Guarded:
    return guarded_vhost(node, vhost="captive-doors", queues=r"--leases|^rpc|^leases\.parked")


@pytest.fixture(scope="module")
def leases(house: Guarded, migrated: Callable[[str], str], keys_folder: Path) -> Iterator[HostedProcess]:
    with leases_on(house, database_url=migrated("leases"), keys=keys_folder) as process:
        yield process


class Caller:
    """Speaks RPC in the wire form, as one user."""

    def __init__(self, channel: Any, *, user: str, keys: Path) -> None:
        self.channel, self._user = channel, user
        self._signer = ContextSigner(folder=keys, issuer=user)
        self._queue = self.address = f"rpc.reply-{user}-{uuid4()}"
        channel.queue_declare(self._queue, durable=False, auto_delete=False, exclusive=True)
        channel.queue_bind(self._queue, "nameko-rpc", self.address)

    def call(self, key: str, *, reply_to: str | None = None, **headers: Any) -> None:
        context = self._signer.sign(
            as_service(self._user), method=METHOD, expires_at=deadline_after(datetime.now(UTC), timeout_seconds=20)
        )
        arguments = {"request": {"account_id": str(uuid4())}, "context": context, "idempotency_key": None}
        message = amqp.Message(
            json.dumps({"args": [], "kwargs": arguments}), reply_to=reply_to or self.address,
            correlation_id=str(uuid4()), application_headers=headers,
        )  # fmt: skip
        self.channel.basic_publish(message, exchange="nameko-rpc", routing_key=key)

    def answer(self) -> Any:
        message = self.channel.basic_get(self._queue, no_ack=True)
        return json.loads(message.body) if message else None


def by_copy(caller: Caller) -> None:
    caller.call("accounts.get_lease", CC=[METHOD])


def by_blind_copy(caller: Caller) -> None:
    caller.call("accounts.get_lease", BCC=[METHOD])


def by_dead_letter(caller: Caller) -> None:
    queue = f"rpc.reply-identity-{uuid4()}"
    going_on = {"x-dead-letter-exchange": "nameko-rpc", "x-dead-letter-routing-key": METHOD, "x-message-ttl": 0}
    caller.channel.queue_declare(queue, durable=False, auto_delete=False, exclusive=True, arguments=going_on)
    caller.channel.queue_bind(queue, "nameko-rpc", queue)
    caller.call("accounts.get_lease", CC=[queue])


@pytest.mark.parametrize("go_round", [by_copy, by_blind_copy, by_dead_letter], ids=lambda way: way.__name__)
def test_a_call_that_came_round_the_rights_is_not_run(
    house: Guarded, leases: HostedProcess, keys_folder: Path, go_round: Callable[[Caller], None]
) -> None:
    with house.channel("identity") as there, house.channel("gateway") as here:
        stranger = Caller(there, user="identity", keys=keys_folder)
        known = Caller(here, user="gateway", keys=keys_folder)
        go_round(stranger)
        eventually(lambda: leases.output().count("came round the rights of its sender"), describe=leases.output)
        known.call(METHOD)
        assert "refusal" in eventually(known.answer, describe=leases.output)["error"]
        assert stranger.answer() is None


@pytest.mark.parametrize("address", ["payments.submit_payment", "amq.rabbitmq.reply-to.forged", "#"])
def test_an_address_where_the_service_may_not_answer_costs_it_nothing(
    house: Guarded, leases: HostedProcess, keys_folder: Path, address: str
) -> None:
    with house.channel("gateway") as channel:
        caller = Caller(channel, user="gateway", keys=keys_folder)
        caller.call(METHOD, reply_to=address)
        caller.call(METHOD)
        assert "refusal" in eventually(caller.answer, describe=leases.output)["error"]
        caller.call(METHOD)
        eventually(caller.answer, describe=leases.output)
    assert "bus connection lost" not in leases.output()
