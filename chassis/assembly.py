"""What a process is put together from: service classes by name, the settings they declare, what their containers carry.

Importing this changes nothing; `host.py`, which runs services, makes the process green first.
"""

import importlib
from collections.abc import Callable, Iterable
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.clock import Clock
from chassis.settings import EVERY_PROCESS, Setting, Settings
from chassis.store import Database

WORKERS_MAX = 400


def service_class(path: str) -> Any:
    """The class that `package.module:Class` names."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def declared_settings(classes: Iterable[Any]) -> list[Setting]:
    """What every process needs, each service's database, and what its providers declare in `needs`."""
    found = list(EVERY_PROCESS)
    for service in classes:
        found.append(
            Setting(f"{service.name.upper()}_DATABASE_URL", "url", f"PostgreSQL of {service.name}", secret=True)
        )
        members = (getattr(service, name) for name in dir(service))
        for member in members:
            if isinstance(member, DependencyProvider):
                found.extend(getattr(member, "needs", ()))
    return found


def configuration(settings: Settings, clock: Clock) -> dict[str, Any]:
    """What nameko's containers carry for our extensions."""

    def open_database(service: str, on_emit: Callable[[], None]) -> Database:
        url = settings[f"{service.upper()}_DATABASE_URL"]
        return Database(url=url, service=service, clock=clock, on_emit=on_emit)

    return {
        "settings": settings,
        "clock": clock,
        "open_database": open_database,
        "max_workers": WORKERS_MAX,
        "AMQP_URI": settings["BUS_URL"],
    }
