"""The table of all routes."""

from gateway.api import (
    accounts,
    discovery,
    documentation,
    leases,
    me,
    passkeys,
    payment_methods,
    payments,
    payoff,
    recovery,
    registrations,
    second_factors,
    sessions,
    staff_payments,
    staff_webhooks,
    stream,
    support,
    webhooks,
)
from gateway.routing import Route

ROUTES: tuple[Route, ...] = (
    *registrations.ROUTES,
    *recovery.ROUTES,
    *sessions.ROUTES,
    *second_factors.ROUTES,
    *passkeys.ROUTES,
    *me.ROUTES,
    *accounts.ROUTES,
    *payoff.ROUTES,
    *payments.ROUTES,
    *payment_methods.ROUTES,
    *leases.ROUTES,
    *stream.ROUTES,
    *support.ROUTES,
    *webhooks.ROUTES,
    *staff_payments.ROUTES,
    *staff_webhooks.ROUTES,
    *discovery.ROUTES,
    *documentation.ROUTES,
)
