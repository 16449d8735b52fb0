"""The deployment step before any service starts: keys, every database at its head, every queue and binding declared.

Reads the same settings as the services. Safe to run again, and by several at once.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from chassis.assembly import declared_settings, service_class
from chassis.migrating import MigrationBlocked, upgrade
from chassis.settings import SettingsInvalid, read
from deploy.catalogue import SERVICES, migrations_of
from deploy.field_keys import lost_field_keys
from deploy.handover import HandedOver, hand_over
from deploy.keys import ensure_keys
from deploy.rabbitmq.subscribers import read_subscribers
from deploy.renewing import Renewed, renew_letters
from deploy.stack import StackProblem
from deploy.topology import declare_all


def main() -> int:
    try:
        return _prepare()
    except (StackProblem, MigrationBlocked) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2


def _prepare() -> int:
    keys = Path(os.environ["KEYS_DIR"])
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        settings = read(declared_settings(service_class(path) for path in SERVICES.values()))
    except SettingsInvalid as error:
        sys.stderr.write(f"Settings are not valid:\n{error}\n")
        return 2
    for service in SERVICES:
        moved = upgrade(url=settings[f"{service.upper()}_DATABASE_URL"], trees={service: migrations_of(service)})
        if moved:
            sys.stdout.write(f"{service}: migrated {', '.join(moved)}\n")
    _refuse_lost_keys(keys, urls={service: settings[f"{service.upper()}_DATABASE_URL"] for service in SERVICES})
    ensure_keys(folder=keys)
    if settings["BUS_URL"].startswith("amqp"):
        file = os.environ.get("SUBSCRIBERS_FILE")
        subscribers = read_subscribers(Path(file)) if file else []
        count = declare_all(url=settings["BUS_URL"], subscribers=subscribers)
        sys.stdout.write(f"bus: {count} event queues declared\n")
        _tell_of(hand_over(url=settings["BUS_URL"]))
        _tell_of_letters(renew_letters(url=settings["BUS_URL"], subscribers=subscribers))
    return 0


def _refuse_lost_keys(folder: Path, *, urls: Mapping[str, str]) -> None:
    """New keys beside old values would start services that read none of them. Raises StackProblem."""
    lost = lost_field_keys(folder=folder, urls=urls)
    if lost:
        raise StackProblem(
            f"What {', '.join(lost)} stored is closed with keys that {folder} has not: put that folder back from your "
            "backup, or start with empty databases (deploy/up --fresh)."
        )


def _tell_of(moved: HandedOver) -> None:
    if moved.queues:
        what = f"{moved.events} events and {moved.letters} dead letters"
        sys.stdout.write(f"bus: {moved.queues} queues of the version before are gone, {what} moved out of them\n")
    if moved.still_read:
        then = "run `captive migrate` again when they have ended"
        sys.stdout.write(f"bus: {len(moved.still_read)} are still read by processes of the version before; {then}\n")


def _tell_of_letters(renewed: Renewed) -> None:
    if renewed.queues:
        sys.stdout.write(f"bus: {renewed.queues} subscribers' dead letters are kept as now, {renewed.letters} moved\n")
    for queue in renewed.still_read:
        sys.stdout.write(
            f"bus: {queue} is read, so its dead letters stay as the version before has declared them; stop its "
            "subscriber and run `captive migrate` again\n"
        )


if __name__ == "__main__":
    sys.exit(main())
