"""The table of all routes."""

from gateway.api import (
    accounts,
    discovery,
    documentation,
    lease_options,
    leases,
    me,
    payment_methods,
    payments,
    payoff,
    registrations,
    sessions,
    staff_payments,
    staff_webhooks,
    statements,
    stream,
    support,
    webhooks,
)
from gateway.routing import Route

ROUTES: tuple[Route, ...] = (
    *registrations.ROUTES,
    *sessions.ROUTES,
    *me.ROUTES,
    *accounts.ROUTES,
    *payoff.ROUTES,
    *statements.ROUTES,
    *payments.ROUTES,
    *payment_methods.ROUTES,
    *leases.ROUTES,
    *lease_options.ROUTES,
    *stream.ROUTES,
    *support.ROUTES,
    *webhooks.ROUTES,
    *staff_payments.ROUTES,
    *staff_webhooks.ROUTES,
    *discovery.ROUTES,
    *documentation.ROUTES,
)
