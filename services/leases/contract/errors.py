"""Refusals of the leases service. An account that is not a lease, or not yours, answers NotFound."""

from chassis.errors import NotFound

__all__ = ["NotFound"]
