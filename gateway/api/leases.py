"""Leases: the contract as signed, and the ways out of it."""

from chassis.context import CUSTOMER
from gateway.admission import Rank
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from services.leases.contract import schemas as leases


@route(
    "GET", "/v1/leases/{account_id}", operation="getLease", rank=Rank.READ,
    tags=("leases",), who=(CUSTOMER,), has_etag=True,
    gives=leases.Lease, summary="Terms, dates, mileage and payment of a lease", example=examples.LEASE,
)  # fmt: skip
def get_lease(call: HttpCall) -> Reply:
    return call.relay("leases", "get_lease", account_id=call.path["account_id"])


@route(
    "GET", "/v1/leases/{account_id}/lease-end", operation="getLeaseEnd", rank=Rank.READ,
    tags=("leases",), who=(CUSTOMER,),
    has_etag=True, gives=leases.LeaseEnd, summary="Which lease-end options are open today, and why not",
    example=examples.LEASE_END,
)  # fmt: skip
def get_lease_end(call: HttpCall) -> Reply:
    return call.relay("leases", "get_lease_end", account_id=call.path["account_id"])


ROUTES = (get_lease, get_lease_end)
