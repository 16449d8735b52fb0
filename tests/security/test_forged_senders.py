"""Who sends an event is vouched for by the broker: one that another user sent is put aside, whatever it claims.

The sender's right is widened here on purpose, so that the message reaches the queue at all.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import amqp
import pytest
from sqlalchemy import select

from chassis.bus import topology
from chassis.clock import FixedClock
from chassis.events import Envelope
from chassis.ids import new_id
from chassis.store import Database
from chassis.tables import inbox
from deploy import dead_letters
from deploy.broker import Broker
from deploy.events import outboxes, target
from deploy.events.choice import chosen
from services.payments.contract.events import payment_posted
from tests.fixtures.postgres import OpenDatabase
from tests.fixtures.processes import HostedProcess, eventually
from tests.security.nodes import Guarded, guarded_vhost, leases_on

pytestmark = [pytest.mark.bus, pytest.mark.slow]

QUEUE = topology.event_queue(source="payments", event="payment_posted", service="leases", method="on_payment_posted")


@pytest.fixture(scope="module")
def widened(node: Broker) -> Guarded:
    """Accounts may publish on the exchange of payments."""

    def change(found: dict[str, Any]) -> None:
        right = next(entry for entry in found["permissions"] if entry["user"] == "accounts")
        right["write"] = r"\.events$"

    return guarded_vhost(node, vhost="captive-forged", change=change, queues=r"--leases|^rpc|^leases\.parked")


@pytest.fixture(scope="module")
def leases(widened: Guarded, migrated: Callable[[str], str], keys_folder: Path) -> Iterator[HostedProcess]:
    """The leases service as its own broker user."""
    with leases_on(widened, database_url=migrated("leases"), keys=keys_folder) as process:
        yield process


def an_event(clock: FixedClock) -> Envelope:
    """A payment on an account that is no lease, which leases passes by."""
    identifier, account_id = new_id(at=clock.now()), str(uuid4())
    data = {
        "payment_id": str(uuid4()), "account_id": account_id, "presentment_number": 1, "amount_cents": 100,
        "effective_on": clock.today(), "extra": None, "method_type": "card", "method_last4": "4242",
    }  # fmt: skip
    return Envelope(
        id=identifier, source="payments", type=payment_posted.type, subject=account_id, time=clock.now(),
        sequence=1, data=payment_posted.dump(data), dataschema=payment_posted.dataschema, traceparent="",
        causation_id=None, root_id=identifier,
    )  # fmt: skip


def publish(guarded: Guarded, user: str, event: Envelope, **properties: str) -> None:
    with guarded.channel(user) as channel:
        message = amqp.Message(event.to_json(), delivery_mode=2, **properties)
        channel.confirm_select()
        channel.basic_publish_confirm(message, exchange="payments.events", routing_key="payment_posted")


def dead_letter(guarded: Guarded) -> Any:
    with guarded.channel("deployer") as channel:
        return channel.basic_get(topology.dead_letters(QUEUE), no_ack=True)


@pytest.fixture
def database(databases: OpenDatabase, widened: Guarded) -> Database:
    """The leases service's, empty as the queue's dead letters are."""
    with widened.channel("deployer") as channel:
        channel.queue_purge(topology.dead_letters(QUEUE))
    return databases("leases")


def is_handled(database: Database, event_id: UUID) -> bool:
    with database.engine.connect() as connection:
        found = connection.execute(select(inbox.c.state).where(inbox.c.event_id == event_id)).scalar()
    return bool(found)


@pytest.mark.parametrize("properties", [{"user_id": "accounts"}, {}], ids=["in its own name", "without a name"])
def test_an_event_of_payments_that_accounts_sent_is_put_aside(
    widened: Guarded, leases: HostedProcess, database: Database, clock: FixedClock, properties: dict[str, str]
) -> None:
    event = an_event(clock)
    publish(widened, "accounts", event, **properties)
    letter = eventually(lambda: dead_letter(widened), describe=leases.output)
    assert str(event.id) in letter.body
    assert not is_handled(database, event.id)


def test_an_event_that_payments_sent_is_handled(
    widened: Guarded, leases: HostedProcess, database: Database, clock: FixedClock
) -> None:
    event = an_event(clock)
    publish(widened, "payments", event, user_id="payments")
    eventually(lambda: is_handled(database, event.id), describe=leases.output)
    assert dead_letter(widened) is None


def test_a_dead_letter_that_is_put_back_keeps_its_sender(
    widened: Guarded, leases: HostedProcess, database: Database, clock: FixedClock
) -> None:
    event = an_event(clock)
    with widened.channel("deployer") as channel:
        letter = amqp.Message(event.to_json(), delivery_mode=2, user_id="payments")
        channel.confirm_select()
        channel.basic_publish_confirm(letter, exchange="leases.parked", routing_key=QUEUE)
    assert dead_letters.retry(url=widened.url("deployer"), what=QUEUE) == 1
    eventually(lambda: is_handled(database, event.id), describe=leases.output)
    assert dead_letter(widened) is None


def test_an_event_that_is_told_again_out_of_its_outbox_is_handled(
    widened: Guarded, leases: HostedProcess, database: Database, databases: OpenDatabase,
    migrated: Callable[[str], str], clock: FixedClock,
) -> None:  # fmt: skip
    with databases("payments").writing() as transaction:
        data = payment_posted.schema().load(dict(an_event(clock).data))
        transaction.emit(payment_posted, subject=data["account_id"], data=data)
        event_id = transaction.told[-1].envelope.id
    choice = chosen(
        types=["payment_posted"], sources=(), subject=None, since=None, until=None, with_unpromised=False
    )  # fmt: skip
    bus = widened.url("deployer")
    with outboxes.opened({"payments": migrated("payments")}, bus=bus) as past, target.opened(bus, queue=QUEUE) as into:
        for batch in past.past(choice, after=None):
            into.tell(batch.events)
    eventually(lambda: is_handled(database, event_id), describe=leases.output)
    assert dead_letter(widened) is None


@pytest.mark.parametrize("user", ["accounts", "gateway", "deployer"])
def test_nobody_sends_in_anothers_name_but_the_deployer(widened: Guarded, clock: FixedClock, user: str) -> None:
    exchange = "nameko-rpc" if user == "gateway" else f"{'accounts' if user == 'accounts' else 'payments'}.events"
    key = "accounts.get_account" if user == "gateway" else "nobody_listens"
    with widened.channel(user) as channel:
        channel.confirm_select()
        message = amqp.Message("{}", user_id="payments")
        if user == "deployer":
            channel.basic_publish_confirm(message, exchange=exchange, routing_key=key)
            return
        with pytest.raises(amqp.exceptions.PreconditionFailed, match="user_id property set to 'payments'") as refusal:
            channel.basic_publish_confirm(message, exchange=exchange, routing_key=key)
    assert refusal.value.code == 406
