"""What the services of a stack listen to, read from their classes."""

from chassis.assembly import Binding, bindings_of, declare, service_class
from deploy.catalogue import SERVICES


def bindings() -> list[Binding]:
    """Every reaction and errand of every service."""
    return bindings_of(service_class(path) for path in SERVICES.values())


def declare_all(*, url: str) -> int:
    """Declare everything on the broker; gives the number of event queues."""
    return declare(url=url, classes=[service_class(path) for path in SERVICES.values()])
