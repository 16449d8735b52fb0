"""The services of a stack: their names, classes and migrations, in the order in which they start."""

from pathlib import Path

ROOT = Path(__file__).parents[1]

SERVICES = {
    "accounts": "services.accounts.service:AccountsService",
    "notifications": "services.notifications.service:NotificationsService",
    "identity": "services.identity.service:IdentityService",
    "payments": "services.payments.service:PaymentsService",
    "leases": "services.leases.service:LeasesService",
    "gateway": "gateway.service:GatewayService",
}


def migrations_of(service: str) -> Path:
    """The service's Alembic tree."""
    return (ROOT / "gateway" if service == "gateway" else ROOT / "services" / service) / "migrations"
