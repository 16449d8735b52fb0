"""Writes definitions.json beside this file: `python -m deploy.rabbitmq.generate`. It holds no passwords.

A user without one cannot log in; `captive broker definitions` prints the same with the hashes of passwords.
"""

import base64
import hashlib
import json
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chassis.assembly import events_by_queue, service_class
from chassis.bus import topology
from deploy.catalogue import SERVICES
from deploy.rabbitmq.grants import Grant, grants
from deploy.rabbitmq.subscribers import Subscriber
from deploy.topology import bindings, declare_events_stream, declare_subscriber_queue

VHOST = "captive"
FILE = Path(__file__).with_name("definitions.json")
SALT_BYTES = 4


class _Recorder:
    """Stands where a channel does and writes down what is declared, each thing once."""

    def __init__(self, vhost: str) -> None:
        self._vhost = vhost
        self.exchanges: dict[str, dict[str, Any]] = {}
        self.queues: dict[str, dict[str, Any]] = {}
        self.bindings: dict[tuple[str, str, str], dict[str, Any]] = {}

    def exchange_declare(self, *, exchange: str, type: str, durable: bool, auto_delete: bool) -> None:
        self.exchanges[exchange] = {
            "name": exchange, "vhost": self._vhost, "type": type, "durable": durable, "auto_delete": auto_delete,
            "internal": False, "arguments": {},
        }  # fmt: skip

    def queue_declare(
        self, *, queue: str, durable: bool, auto_delete: bool, arguments: Mapping[str, Any] | None = None
    ) -> None:
        self.queues[queue] = {
            "name": queue, "vhost": self._vhost, "durable": durable, "auto_delete": auto_delete,
            "arguments": dict(arguments or {}),
        }  # fmt: skip

    def queue_bind(self, *, queue: str, exchange: str, routing_key: str) -> None:
        self.bindings[exchange, queue, routing_key] = {
            "source": exchange, "vhost": self._vhost, "destination": queue, "destination_type": "queue",
            "routing_key": routing_key, "arguments": {},
        }  # fmt: skip


def definitions(
    *, vhost: str = VHOST, passwords: Mapping[str, str] | None = None, subscribers: Sequence[Subscriber] = ()
) -> dict[str, Any]:
    """Everything that RabbitMQ imports. Users whose password is not given have none."""
    declared = _Recorder(vhost)
    for path in SERVICES.values():
        topology.declare_event_exchange(declared, source=service_class(path).name)
        topology.declare_rpc_queue(declared, service=service_class(path).name)
        topology.declare_parking(declared, service=service_class(path).name)
    for queue, events in events_by_queue(bindings()).items():
        topology.declare_event_queue(declared, queue=queue, bound_to=events)
    declare_events_stream(declared)
    for subscriber in subscribers:
        topology.declare_letters(declared, queue=subscriber.queue)
        declare_subscriber_queue(declared, subscriber=subscriber)
    allowed = [*grants(), *(subscriber.grant() for subscriber in subscribers)]
    return {
        "vhosts": [{"name": vhost}],
        "users": [_user(grant, (passwords or {}).get(grant.user)) for grant in allowed],
        "permissions": [_permission(grant, vhost) for grant in allowed],
        "topic_permissions": [
            {"user": grant.user, "vhost": vhost, "exchange": exchange, "write": topic.write, "read": topic.read}
            for grant in allowed
            for exchange, topic in sorted(grant.topics.items())
        ],
        "exchanges": [declared.exchanges[name] for name in sorted(declared.exchanges)],
        "queues": [declared.queues[name] for name in sorted(declared.queues)],
        "bindings": [declared.bindings[place] for place in sorted(declared.bindings)],
    }


def as_text(found: Mapping[str, Any]) -> str:
    return json.dumps(found, indent=2) + "\n"


def _user(grant: Grant, password: str | None) -> dict[str, Any]:
    return {
        "name": grant.user,
        "password_hash": hashed(password) if password else "",
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": list(grant.tags),
    }


def _permission(grant: Grant, vhost: str) -> dict[str, str]:
    return {
        "user": grant.user, "vhost": vhost,
        "configure": grant.configure, "write": grant.write, "read": grant.read,
    }  # fmt: skip


def hashed(password: str) -> str:
    """RabbitMQ's own form: a random salt, then SHA-256 of salt and password, both in base64."""
    salt = secrets.token_bytes(SALT_BYTES)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def main() -> int:
    FILE.write_text(as_text(definitions()))
    sys.stdout.write(f"{FILE.name} is written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
