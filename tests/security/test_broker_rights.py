"""Every broker user against everything there is, on a live node: it may do what its service declares, and no more."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.broker import Broker
from deploy.catalogue import SERVICES
from deploy.rabbitmq.passwords import USERS
from tests.security.nodes import Guarded, guarded_vhost
from tests.security.rights import (
    CONFIGURE,
    READ,
    WRITE,
    Right,
    answers_queue,
    asked_by,
    is_refused,
    keys,
    publishes,
    resources,
    rights,
    should,
    should_publish,
)

pytestmark = pytest.mark.bus


def differences(guarded: Guarded, user: str) -> set[Right]:
    """Rights that the user has and should not have, or should have and has not."""
    found = resources(guarded)
    wanted = {
        (user, operation, kind, name)
        for kind, name in found
        for operation in (CONFIGURE, WRITE, READ)
        if should(user, operation=operation, kind=kind, name=name)
        and not (name == "amq.default" and operation != WRITE)
    }
    return wanted ^ set(rights(guarded, user, found))


def key_differences(guarded: Guarded, user: str) -> set[tuple[str, str]]:
    exchanges = [entry["name"] for entry in guarded.definitions["exchanges"]]
    mine = [name for name in exchanges if should(user, operation=WRITE, kind="exchange", name=name)]
    return {
        (exchange, key)
        for exchange in mine
        for key in keys()
        if publishes(guarded, user, exchange=exchange, key=key) != should_publish(user, exchange=exchange, key=key)
    }


@pytest.mark.parametrize("user", USERS)
def test_a_user_may_do_to_each_exchange_and_queue_exactly_what_its_service_declares(
    guarded: Guarded, user: str
) -> None:
    assert differences(guarded, user) == set()


@pytest.mark.parametrize("user", SERVICES)
def test_a_service_publishes_its_own_events_calls_its_neighbours_answers_and_nothing_else(
    guarded: Guarded, user: str
) -> None:
    assert key_differences(guarded, user) == set()


@pytest.mark.parametrize("user", [service for service in SERVICES if asked_by(service)])
def test_a_queue_for_answers_gets_no_calls_and_no_answers_to_others(guarded: Guarded, user: str) -> None:
    def binds(key: str) -> bool:
        def bind(channel: Any) -> None:
            queue = answers_queue(user)
            channel.queue_declare(queue, durable=False, auto_delete=True, exclusive=True)
            channel.queue_bind(queue, "nameko-rpc", key)

        return not is_refused(guarded, user, bind)

    tried = keys()
    assert [key for key in tried if binds(key)] == [key for key in tried if key.startswith(f"rpc.reply-{user}-")]


SOME = r"^rpc|payment_(posted--leases|submitted)|^leases\.parked"
WIDENED: list[tuple[str, Callable[[dict[str, Any]], None], Right]] = [
    (
        "reads another's events",
        lambda right: right.update(read=".*--(leases|payments).*"),
        ("leases", READ, "queue", "evt-payments-payment_submitted--payments.on_payment_submitted.v2"),
    ),
    (
        "reads dead letters",
        lambda right: right.update(read="leases"),
        ("leases", READ, "queue", "leases.parked.v1"),
    ),
    (
        "tells another's events",
        lambda right: right.update(write=r"\.events"),
        ("leases", WRITE, "exchange", "payments.events"),
    ),
    ("publishes into queues", lambda right: right.update(write=".*"), ("leases", WRITE, "exchange", "amq.default")),
    ("deletes its queue", lambda right: right.update(configure="^rpc"), ("leases", CONFIGURE, "queue", "rpc-leases")),
]


@pytest.mark.parametrize(("what", "widen", "extra"), WIDENED, ids=[entry[0] for entry in WIDENED])
def test_a_wider_right_is_seen(node: Broker, what: str, widen: Callable[[dict[str, Any]], None], extra: Right) -> None:
    def change(found: dict[str, Any]) -> None:
        widen(next(right for right in found["permissions"] if right["user"] == "leases"))

    widened = guarded_vhost(node, vhost=f"widened-{what.replace(' ', '-')}", change=change, queues=SOME)
    assert extra in differences(widened, "leases")


def test_a_missing_topic_right_is_seen(node: Broker) -> None:
    def change(found: dict[str, Any]) -> None:
        kept = [right for right in found["topic_permissions"] if right["user"] != "leases"]
        found["topic_permissions"] = kept

    widened = guarded_vhost(node, vhost="widened-keys", change=change, queues=SOME)
    assert ("nameko-rpc", "payments.submit_payment") in key_differences(widened, "leases")
