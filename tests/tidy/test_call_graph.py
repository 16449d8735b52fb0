"""Who asks whom and who listens to whom: as the design declares, acyclic, and every heard event says that it is."""

from chassis.assembly import service_class
from chassis.bus.rpc import Neighbour
from chassis.events import Event
from deploy.catalogue import SERVICES
from deploy.topology import bindings

ALLOWED = {
    "gateway": {"identity", "accounts", "payments", "notifications", "leases"},
    "identity": {"accounts", "notifications"},
    "payments": {"accounts"},
    "leases": {"accounts"},
    "accounts": set(),
    "notifications": set(),
}


def asked_by(service: str) -> set[str]:
    found = service_class(SERVICES[service])
    members = (getattr(found, name) for name in dir(found))
    return {member.service for member in members if isinstance(member, Neighbour)}


def test_services_ask_only_whom_the_design_allows() -> None:
    assert set(SERVICES) == set(ALLOWED)
    for service, allowed in ALLOWED.items():
        assert asked_by(service) <= allowed, service


def test_the_allowed_graph_has_no_cycle() -> None:
    def reach(service: str, path: tuple[str, ...]) -> None:
        assert service not in path, f"cycle {path}"
        for next_service in ALLOWED[service]:
            reach(next_service, (*path, service))

    for service in ALLOWED:
        reach(service, ())


def declared_events() -> list[Event]:
    import importlib

    modules = [
        importlib.import_module(f"services.{service}.contract.events") for service in SERVICES if service != "gateway"
    ]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Event)]


def test_an_event_is_marked_as_handled_exactly_when_someone_listens() -> None:
    listened = {(binding.event.source, binding.event.name) for binding in bindings()}
    marked = {(event.source, event.name) for event in declared_events() if event.handled}
    assert marked == listened


def test_every_queue_name_is_its_own() -> None:
    handlers = {(binding.service, binding.method) for binding in bindings()}
    queues = {binding.queue for binding in bindings()}
    assert len(queues) == len(handlers)
    assert "evt-payments-payment_posted--accounts.on_payment_posted.v2" in queues
    assert "evt-several-events--gateway.on_promised.v2" in queues
