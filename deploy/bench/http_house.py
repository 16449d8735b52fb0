"""The house's own services as `bench http` runs them: the very classes, which may be sampled.

What follows the acceptance of a payment is no part of the route: payments runs without the errand that charges, whose
events wait in their queue. The whole way is measured on a whole stack, which leaves nothing out.
"""

from deploy.bench.sampling import Sampled
from gateway.service import GatewayService as Gateway
from services.accounts.service import AccountsService as Accounts
from services.identity.service import IdentityService as Identity
from services.payments.service import PaymentsService as Payments


class GatewayService(Gateway):
    """The gateway."""

    sampled = Sampled()


class AccountsService(Accounts):
    """Accounts."""

    sampled = Sampled()


class PaymentsService(Payments):
    """Payments, charging nobody."""

    sampled = Sampled()
    on_payment_submitted = None  # type: ignore[assignment]


class IdentityService(Identity):
    """Asked for its public keys, once."""

    sampled = Sampled()
