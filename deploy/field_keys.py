"""Keys of encrypted fields: new ones for every service, what is stored brought under them, old ones removed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from chassis.clock import Clock, WallClock
from chassis.keys import FieldCipher, add_secret_key, has_keys, retire_secret_keys
from chassis.resealing import SealedTable, keys_in_use, reseal
from chassis.store import Database

# By service, the module that says which of its columns are encrypted.
SEALED = MappingProxyType(
    {
        "accounts": "services.accounts.models.sealed",
        "gateway": "gateway.webhooks.models",
        "identity": "services.identity.models.sealed",
        "notifications": "services.notifications.models.sealed",
        "payments": "services.payments.models.sealed",
    }
)


@dataclass(frozen=True)
class Resealing:
    """What became of one service's values; `unreadable` are places whose key is not there."""

    service: str
    done: int
    unreadable: Sequence[str]


def purpose_of(service: str) -> str:
    return f"fields-{service}"


def sealed_tables(service: str) -> Sequence[SealedTable]:
    """The encrypted columns of a service. Imported late: `captive --help` needs no tables."""
    tables: Sequence[SealedTable] = import_module(SEALED[service]).SEALED_TABLES
    return tables


def make_field_keys(*, folder: Path) -> dict[str, str]:
    """A new key for every service that encrypts fields, by service; it is used from the next value on."""
    return {service: add_secret_key(folder=folder, purpose=purpose_of(service)) for service in SEALED}


def lost_field_keys(*, folder: Path, urls: Mapping[str, str]) -> list[str]:
    """The services that have no key at all while values are stored that need one."""
    return [
        service
        for service in SEALED
        if not has_keys(folder=folder, purpose=purpose_of(service)) and _keys_needed(service, url=urls[service])
    ]


def reseal_fields(*, folder: Path, urls: Mapping[str, str], clock: Clock) -> Iterator[Resealing]:
    """Bring what every service has stored under its newest key."""
    for service in SEALED:
        store = Database(url=urls[service], service=service, clock=clock)
        cipher = FieldCipher(folder=folder, purpose=purpose_of(service))
        found = reseal(store, cipher=cipher, tables=sealed_tables(service))
        store.close()
        yield Resealing(service, found.done, found.unreadable)


def retire_field_keys(*, folder: Path, urls: Mapping[str, str], before: datetime) -> dict[str, list[str]]:
    """Remove keys that no stored value needs and that had a successor by `before`; by service, what is gone."""
    retired = {}
    for service in SEALED:
        needed = _keys_needed(service, url=urls[service])
        purpose = purpose_of(service)
        retired[service] = retire_secret_keys(folder=folder, purpose=purpose, needed=needed, before=before)
    return retired


def _keys_needed(service: str, *, url: str) -> set[str]:
    # Nothing is written, so no time is.
    store = Database(url=url, service=service, clock=WallClock(zone_name="UTC"))
    try:
        return keys_in_use(store, tables=sealed_tables(service))
    finally:
        store.close()
